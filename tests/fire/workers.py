"""Real worker processes on one database, started again when they die, with a fault that a test may arm."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from product_importer.imports import actions
from product_importer.imports.states import WORKING, State
from product_importer.kit import database
from product_importer.kit.settings import Settings
from tests import makers
from tests.source import ROOT, SRC

PATIENCE = 90.0  # seconds until an import that does not come to rest fails the test
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
    def fired(self) -> bool:
        """Whether the armed fault has struck."""
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

    def reinforce(self) -> None:
        """Have one worker more, until the crew is drained or ended."""
        self.crew[len(self.words)] = self._start(self.words[0])

    def frozen(self) -> list[int]:
        """Return the processes, children of the crew too, that are stopped."""
        groups = {crew.pid for crew in self.crew.values()}
        return [pid for pid, state, group in _processes() if state == "T" and group in groups]

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
        return {**os.environ, **told, "PYTHONPATH": path, "FAILPOINTS": f"@{self.armed}", **self.extra}


def _processes() -> Iterator[tuple[int, str, int]]:
    """Yield process id, state and process group of everything that runs here."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            state, _, group, *_ = stat.read_text().rpartition(")")[2].split()
            yield int(stat.parent.name), state, int(group)


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
    """Wait until the import has ended, starting dead workers anew; one that found the disk full is tried again."""
    deadline, retried = time.monotonic() + patience, False
    while (seen := makers.seen_import(import_id)).state in WORKING or (seen.state is State.FAILED and not retried):
        assert time.monotonic() < deadline, f"still {seen.state}\n{fleet.log()}"
        if seen.state is State.FAILED:
            assert seen.error is not None
            assert seen.error.code == "DISK_FULL", seen.error
            with database.transaction() as session:
                actions.retry(session, import_id)
            retried = True
        fleet.tend()
        time.sleep(0.05)
