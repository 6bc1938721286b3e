"""What a run costs: seconds, processor time of client and server, memory, write-ahead log."""

import contextlib
import os
import statistics
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

MIB = 2**20
_TICK = os.sysconf("SC_CLK_TCK")
_USER, _SYSTEM, _WAITED_USER, _WAITED_SYSTEM, _PARENT = 11, 12, 13, 14, 1  # fields of /proc/*/stat behind the name


@dataclass(frozen=True, slots=True)
class Usage:
    """What a contender's own side needed; `peak` in MiB above idle where there is an idle worker."""

    seconds: float
    client: float
    peak: float | None = None
    phases: dict[str, float] = field(default_factory=dict)  # seconds


@dataclass(frozen=True, slots=True)
class Cost:
    """One run: wall seconds, processor seconds of both sides, MiB of the worker above idle, MB of WAL."""

    usage: Usage
    server: float
    wal: float

    @property
    def seconds(self) -> float:
        """Wall time."""
        return self.usage.seconds


class Server(Protocol):
    """A database server whose work can be read off; SQLite has none and answers zero."""

    def cpu(self) -> float:
        """Return the processor seconds of the server so far, of backends that have ended too."""
        ...

    def wal(self) -> float:
        """Return the position in the write-ahead log, in MB."""
        ...


class NoServer:
    """SQLite: everything happens in the client."""

    def cpu(self) -> float:
        """Return zero."""
        return 0.0

    def wal(self) -> float:
        """Return zero."""
        return 0.0


def child(command: Sequence[str], *, env: dict[str, str] | None = None, cwd: Path | None = None) -> Usage:
    """Run a program to its end and return what it used; CalledProcessError when it fails."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=env, cwd=cwd, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Usage(seconds, used.ru_utime + used.ru_stime)


def cpu_of(pid: int) -> float:
    """Return the processor seconds of a process, of its children, and of those children that have ended."""
    before, living, after = _stat(pid), _cpu_of_children(pid), _stat(pid)
    while before[_WAITED_USER:] != after[_WAITED_USER:]:  # a child ended meanwhile: it might be counted nowhere
        before, living, after = after, _cpu_of_children(pid), _stat(pid)
    return (sum(after[_USER:]) + living) / _TICK


def memory_of(pid: int) -> float:
    """Return the resident memory of a process and its children, in MiB."""
    return sum(_status(one, "VmRSS") for one in _family(pid))


def peak_of(pid: int) -> float:
    """Return the most that a process and its children were resident with since `forget_peak`, in MiB.

    Each peak is taken by itself, so the sum may be more than was ever resident at one time.
    """
    return sum(_status(one, "VmHWM") for one in _family(pid))


def forget_peak(pid: int) -> None:
    """Let the peaks begin anew at what is resident now."""
    for one in _family(pid):
        Path(f"/proc/{one}/clear_refs").write_text("5")


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value that `share` (0 to 1) of all values do not pass."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(values: Iterable[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def load() -> str:
    """Return the load of the machine over the last minute, beside its number of processors."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"


def _family(pid: int) -> list[int]:
    return [pid, *_children(pid)]


def _cpu_of_children(pid: int) -> int:
    ticks = 0
    for child_pid in _children(pid):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            ticks += sum(_stat(child_pid)[_USER : _SYSTEM + 1])
    return ticks


def _children(pid: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if _stat(int(path.name))[_PARENT] == pid:
                found.append(int(path.name))
    return found


def _stat(pid: int) -> list[int]:
    """Return the fields of /proc/*/stat behind the name up to `cstime`; the first, a letter, is left at zero."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return [0, *map(int, fields[1 : _WAITED_SYSTEM + 1])]


def _status(pid: int, name: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(name)
