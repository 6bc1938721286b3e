"""One process that starts the others, starts them again when they fall, and takes them along when it ends."""

import contextlib
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType, TracebackType
from typing import Self

from product_importer.kit import lifeline, logs

_log = logs.get("kit.supervisor")

GRACE = 10.0  # seconds that a child has to finish its work after SIGTERM
ECHO = 0.5  # seconds for which a second signal is the first again: make passes on what its whole group has got
KEEPS_FAILING = 3  # failures in a row, from which on a fall is said as an error
_ENDINGS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Child:
    """A program to keep running: its name in messages, its command line, its whole environment."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pace:
    """How soon a fallen child is started again; all in seconds."""

    first: float = 0.5
    longest: float = 30.0
    healthy: float = 60.0

    def pause(self, failures: int) -> float:
        """Give the pause after so many failures in a row (1 or more): doubling, up to the longest."""
        return min(self.longest, self.first * 2.0 ** min(failures - 1, 32))


def supervise(children: Sequence[Child], *, grace: float = GRACE, pace: Pace | None = None) -> int:
    """Run the children until SIGTERM, SIGINT or SIGHUP; give the exit status.

    Children write straight to the terminal and call `lifeline.die_with_parent()` first of all. At the end each gets
    SIGTERM and `grace` seconds, then SIGKILL; a second signal that is no echo ends the wait. 0 means that all of them
    ended by themselves, 1 that one had to be killed. Must run in the main thread, from which the kernel counts
    parenthood.
    """
    with _Signals() as signals, lifeline.held() as line:
        slots = [_Slot(child, pace or Pace(), line) for child in children]
        try:
            while not signals.endings:
                for slot in slots:
                    slot.tend()
                signals.wait(min(slot.patience() for slot in slots))
        finally:
            killed = _drain(slots, signals, grace)
    return 1 if killed else 0


class _Signals:
    """Counts the signals that ask for the end; a child's death only wakes. None is lost between two waits."""

    def __init__(self) -> None:
        self.endings = 0

    def __enter__(self) -> Self:
        self._read_end, self._write_end = socket.socketpair()
        self._read_end.setblocking(False)
        self._write_end.setblocking(False)
        self._wakeup = signal.set_wakeup_fd(self._write_end.fileno(), warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, self._note) for number in self._heard()}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup)
        self._read_end.close()
        self._write_end.close()

    def wait(self, seconds: float) -> None:
        """Return at the next signal, or after so many seconds."""
        select.select([self._read_end], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            self._read_end.recv(4096)

    @staticmethod
    def _heard() -> list[signal.Signals]:
        # Under nohup the hang-up stays ignored.
        unheard = {signal.SIGHUP} if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else set()
        return [number for number in (*_ENDINGS, signal.SIGCHLD) if number not in unheard]

    def _note(self, number: int, _frame: FrameType | None) -> None:
        if number != signal.SIGCHLD:
            self.endings += 1


@dataclass(slots=True)
class _Slot:
    """The place of one child: who stands there now, since when, and when the next may come."""

    child: Child
    pace: Pace
    line: int
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    started: float = field(default=0.0, init=False)
    due: float = field(default=0.0, init=False)
    failures: int = field(default=0, init=False)

    def tend(self) -> None:
        """Start the child when it is due, and note when it has ended."""
        if self.process is None:
            if time.monotonic() >= self.due:
                self._start()
        elif (status := self._reap()) is not None:
            self._plan_next(_words(status))

    def patience(self) -> float:
        """Say how many seconds may pass until the next look; a death rings by itself."""
        return 60.0 if self.process else max(0.0, self.due - time.monotonic())

    def alive(self) -> bool:
        """Tell whether the child still runs."""
        self._reap()
        return self.process is not None

    def terminate(self) -> None:
        """Ask the child to end; what it started itself it ends itself."""
        if self.process:
            self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the child and everything that it started."""
        if self.process:
            _kill_group(self.process)
            self.process.wait()

    def _start(self) -> None:
        self.started = time.monotonic()
        try:
            # A group of its own: Ctrl-C reaches the supervisor alone, and the whole group can be killed.
            self.process = subprocess.Popen(
                list(self.child.argv),
                env={**self.child.env, lifeline.VARIABLE: str(self.line)},
                stdin=subprocess.DEVNULL,
                pass_fds=(self.line,),
                process_group=0,
            )
        except OSError as error:
            self._plan_next(str(error))

    def _reap(self) -> int | None:
        """Give the status of a child that has ended since the last look, once; leave nothing over that it started."""
        if self.process is None or (status := self.process.poll()) is None:
            return None
        _kill_group(self.process)
        self.process = None
        return status

    def _plan_next(self, what: str) -> None:
        now = time.monotonic()
        self.failures = 1 if now - self.started >= self.pace.healthy else self.failures + 1
        pause = self.pace.pause(self.failures)
        self.due = now + pause
        facts = {"child": self.child.name, "why": what, "in_a_row": self.failures, "again_in_seconds": pause}
        if self.failures < KEEPS_FAILING:
            _log.warning("child fell and is started again", **facts)
        else:
            _log.error("CHILD KEEPS FAILING; the lines above say why", **facts)


def _drain(slots: Sequence[_Slot], signals: _Signals, grace: float) -> bool:
    """Ask all children to end and wait; kill the rest and tell whether there was one."""
    for slot in slots:
        slot.terminate()
    asked, began = signals.endings, time.monotonic()
    while _running(slots) and signals.endings == asked and (waited := time.monotonic() - began) < grace:
        signals.wait(grace - waited)
        if time.monotonic() - began < ECHO:
            asked = signals.endings
    stubborn, waited = _running(slots), round(time.monotonic() - began, 1)
    for slot in stubborn:
        _log.error("child did not end by itself and is killed", child=slot.child.name, after_seconds=waited)
        slot.kill()
    return bool(stubborn)


def _running(slots: Sequence[_Slot]) -> list[_Slot]:
    return [slot for slot in slots if slot.alive()]


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _words(status: int) -> str:
    return f"exit status {status}" if status >= 0 else f"signal {-status} ({signal.strsignal(-status)})"
