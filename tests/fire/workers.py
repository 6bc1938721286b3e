"""Real worker processes on one database, started again when they die, with a fault that a test may arm."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from product_importer.imports import actions
from product_importer.imports.states import WORKING
from product_importer.kit import database
from product_importer.kit.settings import Settings
from tests import makers
from tests.fire import processes
from tests.fire.processes import Process
from tests.patience import PATIENCE, until
from tests.servers import children
from tests.source import ROOT, SRC

SITE = ROOT / "tests" / "fire" / "site"
DIED = -signal.SIGKILL


@dataclass(slots=True)
class Fleet:
    """Processes of the product; `words` are the command lines to keep running, such as `worker`."""

    settings: Settings
    folder: Path
    words: Sequence[str] = ("worker",)
    extra: Mapping[str, str] = field(default_factory=dict)
    crew: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    deaths: int = 0

    @property
    def armed(self) -> Path:
        """The file whose plan the processes read at each failpoint."""
        return self.folder / "failpoints"

    @property
    def _mark(self) -> str:
        return f"FAILPOINTS=@{self.armed}"

    @property
    def fired(self) -> bool:
        """Whether the armed fault has struck; behind a commit that is a moment after others see what was written."""
        return Path(f"{self.armed}.fired").exists()

    def arm(self, plan: str) -> None:
        """Let the fault strike once, in whichever process comes by first."""
        Path(f"{self.armed}.fired").unlink(missing_ok=True)
        self.armed.write_text(plan)

    def disarm(self) -> None:
        """Let no fault strike any more."""
        self.armed.unlink(missing_ok=True)

    def tend(self) -> None:
        """Start what does not run; a process may end only by SIGKILL."""
        for place, word in enumerate(self.words):
            crew = self.crew.get(place)
            if crew is None or crew.poll() is not None:
                assert crew is None or crew.returncode == DIED, (
                    f"{word} ended by itself: {crew.returncode}\n{self.log()}"
                )
                self.deaths += crew is not None
                self.crew[place] = self._start(word)

    def until(self, fact: Callable[[], object], *, patience: float = PATIENCE) -> None:
        """Wait for a fact, starting dead processes anew; give up long after it should have come."""
        deadline = time.monotonic() + patience
        while not fact():
            assert time.monotonic() < deadline, f"waited in vain\n{self.log()}"
            self.tend()
            time.sleep(0.05)

    def reinforce(self) -> None:
        """Have one worker more, until the crew is drained or ended."""
        self.crew[len(self.words)] = self._start(self.words[0])

    def frozen(self) -> list[int]:
        """Return the processes that are stopped."""
        return [one.pid for one in self._alive() if one.state == "T"]

    def end_frozen(self) -> None:
        """Kill -9 what a failed test has left frozen, for it may hold a lock."""
        for pid in self.frozen():
            os.kill(pid, signal.SIGKILL)

    def pids(self) -> list[int]:
        """Return every process that has not ended, those that a supervisor or a pool started too."""
        return [one.pid for one in self._alive()]

    def child(self, word: str) -> int:
        """Return the process that runs this word; 0 when there is none."""
        return next((one.pid for one in self._alive() if one.command.endswith(f"product_importer {word}")), 0)

    def kill(self, word: str) -> None:
        """Kill -9 the process that runs this word, and wait until what it had started has gone with it."""
        pid = self.child(word)
        assert pid, f"nobody runs {word}"
        family = {pid, *children.of(pid)}
        os.kill(pid, signal.SIGKILL)
        until(lambda: family.isdisjoint(self.pids()), words=f"{word} was killed, and {family} have not all ended")

    def kill_first(self) -> None:
        """Kill -9 the first process alone: what it has forked sees it go."""
        self.crew[0].kill()

    def asked_to_end(self) -> int:
        """Ask the only process to end, and return its exit status."""
        (crew,) = self.crew.values()
        crew.terminate()
        status = crew.wait(PATIENCE)
        self.crew.clear()
        return status

    def drain(self) -> None:
        """Ask all processes to finish what they are at, and wait until they have."""
        for crew in self.crew.values():
            crew.terminate()
        for crew in self.crew.values():
            crew.wait(PATIENCE)
        self.crew.clear()

    def end(self) -> None:
        """End all processes, whatever state they are in."""
        for crew in self.crew.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(crew.pid, signal.SIGKILL)
            crew.wait()
        self.crew.clear()

    def log(self) -> str:
        """Return the end of what the processes have said."""
        return (self.folder / "log").read_text(errors="replace")[-4000:]

    def _alive(self) -> list[Process]:
        return [one for one in processes.marked(self._mark) if one.state != "Z"]

    def _start(self, word: str) -> subprocess.Popen[bytes]:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "product_importer", *word.split()],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
            )

    def _environment(self) -> dict[str, str]:
        told = {name.upper(): str(value) for name, value in self.settings.model_dump(exclude_unset=True).items()}
        path = os.pathsep.join(map(str, (SITE, SRC, ROOT)))
        return {**os.environ, **told, "PYTHONPATH": path, **dict([self._mark.split("=", 1)]), **self.extra}


@contextlib.contextmanager
def at_work(fleet: Fleet) -> Iterator[Fleet]:
    """Keep the fleet's processes for the block; print what they said if it fails."""
    fleet.folder.mkdir(parents=True, exist_ok=True)
    fleet.tend()
    try:
        yield fleet
    except BaseException:
        print(fleet.log())
        raise
    finally:
        fleet.end()


def brought_to_rest(fleet: Fleet, import_id: uuid.UUID, *, patience: float = PATIENCE) -> None:
    """Wait until the import has ended; one that found the disk full is tried again, once."""
    fleet.until(lambda: makers.seen_import(import_id).state not in WORKING, patience=patience)
    seen = makers.seen_import(import_id)
    if seen.error is not None:
        assert seen.error.code == "DISK_FULL", seen.error
        with database.transaction() as session:
            actions.retry(session, import_id)
        fleet.until(lambda: makers.seen_import(import_id).state not in WORKING)
