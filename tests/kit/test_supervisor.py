"""The supervisor with real processes: what falls is started again, and nothing outlives it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import product_importer
from product_importer.kit import supervisor
from tests.patience import PATIENCE, until

SOURCE = str(Path(product_importer.__file__).parents[1])

BOSS = """
import os, sys
from product_importer.kit import logs, settings, supervisor
logs.configure(settings.Settings(log_format="json"))
supervisor.ECHO = {echo!r}
children = [supervisor.Child(name, argv, os.environ) for name, argv in {children!r}.items()]
sys.exit(supervisor.supervise(children, grace={grace!r}, pace=supervisor.Pace(0.05, 0.2, 60)))
"""

TIED = """
from product_importer.kit import lifeline
lifeline.die_with_parent()
"""

ENROL = """
import os, time
with open({roll!r}, "a") as roll:
    roll.write(str(os.getpid()) + "\\n")
time.sleep(600)
"""

DEAF = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
"""

GENTLE = """
import os, signal, sys, time
def end(*_):
    with open({roll!r} + ".asked", "w"):
        pass
    while not os.path.exists({roll!r} + ".done"):
        time.sleep(0.02)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
"""


class Troupe:
    """A supervisor in a process of its own, and the rolls into which its children write their pids."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.boss: subprocess.Popen[str] | None = None

    def steady(self, name: str, *, before: str = TIED) -> list[str]:
        return python(before + ENROL.format(roll=str(self.folder / name)))

    def stubborn(self, name: str) -> list[str]:
        return self.steady(name, before=DEAF + TIED)

    def gentle(self, name: str) -> list[str]:
        return self.steady(name, before=GENTLE.format(roll=str(self.folder / name)) + TIED)

    def parent(self, name: str, *, of: str) -> list[str]:
        untied = self.steady(of, before="")
        return self.steady(name, before=TIED + f"import subprocess; kept = subprocess.Popen({untied!r})")

    def start(self, *, grace: float = 10.0, echo: float = 0.0, **children: list[str]) -> subprocess.Popen[str]:
        self.boss = subprocess.Popen(
            python(BOSS.format(children=children, grace=grace, echo=echo)),
            env={**os.environ, "PYTHONPATH": SOURCE},
            stderr=subprocess.PIPE,
            text=True,
        )
        return self.boss

    def pids(self, name: str) -> list[int]:
        path = self.folder / name
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def pid(self, name: str, *, incarnation: int = 1) -> int:
        until(lambda: len(self.pids(name)) >= incarnation)
        return self.pids(name)[incarnation - 1]

    def end(self) -> None:
        if self.boss and self.boss.poll() is None:
            self.boss.send_signal(signal.SIGTERM)
            self.boss.wait(PATIENCE)


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


@pytest.fixture
def troupe(tmp_path: Path) -> Iterator[Troupe]:
    troupe = Troupe(tmp_path)
    yield troupe
    troupe.end()


def said(boss: subprocess.Popen[str], event: str) -> dict[str, object]:
    """Wait for the first line of the supervisor's log that tells of such an event."""
    assert boss.stderr
    facts = map(json.loads, boss.stderr)
    return next(fact for fact in facts if fact["event"] == event)


def lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_the_end_is_asked_of_every_child_and_is_clean(troupe: Troupe) -> None:
    boss = troupe.start(web=troupe.steady("web"), worker=troupe.steady("worker"))
    pids = [troupe.pid("web"), troupe.pid("worker")]
    boss.send_signal(signal.SIGTERM)
    assert boss.wait(PATIENCE) == 0
    assert not any(map(lives, pids))


def test_an_interrupt_drains_as_well(troupe: Troupe) -> None:
    boss = troupe.start(web=troupe.steady("web"))
    pid = troupe.pid("web")
    boss.send_signal(signal.SIGINT)
    assert boss.wait(PATIENCE) == 0
    assert not lives(pid)


@pytest.mark.kill
def test_a_killed_supervisor_takes_its_children_along(troupe: Troupe) -> None:
    boss = troupe.start(web=troupe.steady("web"), worker=troupe.stubborn("worker"))
    pids = [troupe.pid("web"), troupe.pid("worker")]
    boss.kill()
    until(lambda: not any(map(lives, pids)))
    assert boss.wait() == -signal.SIGKILL


@pytest.mark.kill
def test_a_process_that_a_child_forked_dies_with_the_supervisor_too(troupe: Troupe) -> None:
    boss = troupe.start(pool=troupe.steady("pool", before=TIED + "import os; os.fork()"))
    pids = [troupe.pid("pool"), troupe.pid("pool", incarnation=2)]
    boss.kill()
    until(lambda: not any(map(lives, pids)))
    assert len(set(pids)) == 2


@pytest.mark.kill
def test_a_supervisor_killed_while_it_starts_children_leaves_none(troupe: Troupe) -> None:
    for delay in (0.05, 0.1, 0.15, 0.2):
        boss = troupe.start(web=troupe.steady("web"), worker=troupe.steady("worker"))
        time.sleep(delay)
        boss.kill()
        boss.wait()
    time.sleep(1)

    def survivors() -> list[int]:
        return [pid for pid in troupe.pids("web") + troupe.pids("worker") if lives(pid)]

    until(lambda: not survivors())
    assert survivors() == []


@pytest.mark.kill
def test_a_killed_child_is_started_again_and_its_sibling_is_left_alone(troupe: Troupe) -> None:
    troupe.start(web=troupe.steady("web"), worker=troupe.steady("worker"))
    sibling = troupe.pid("worker")
    os.kill(troupe.pid("web"), signal.SIGKILL)
    assert lives(troupe.pid("web", incarnation=2))
    assert troupe.pids("worker") == [sibling]


@pytest.mark.kill
def test_what_a_killed_child_had_started_does_not_outlive_it(troupe: Troupe) -> None:
    troupe.start(worker=troupe.parent("worker", of="grandchild"))
    orphan = troupe.pid("grandchild")
    os.kill(troupe.pid("worker"), signal.SIGKILL)
    until(lambda: not lives(orphan))
    assert troupe.pid("worker", incarnation=2) != orphan


def test_a_child_that_ignores_the_request_is_killed_and_the_status_says_so(troupe: Troupe) -> None:
    boss = troupe.start(grace=0.3, worker=troupe.stubborn("worker"))
    pid = troupe.pid("worker")
    boss.send_signal(signal.SIGTERM)
    assert boss.wait(PATIENCE) == 1
    assert not lives(pid)
    assert said(boss, "child did not end by itself and is killed")["child"] == "worker"


def test_a_second_signal_ends_the_wait(troupe: Troupe) -> None:
    boss = troupe.start(grace=600.0, worker=troupe.stubborn("worker"))
    pid = troupe.pid("worker")
    boss.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    assert boss.poll() is None
    boss.send_signal(signal.SIGINT)
    assert boss.wait(PATIENCE) == 1
    assert not lives(pid)


def test_a_signal_that_comes_twice_at_once_is_one(troupe: Troupe) -> None:
    boss = troupe.start(grace=600.0, echo=600.0, worker=troupe.gentle("worker"))
    troupe.pid("worker")
    boss.send_signal(signal.SIGTERM)
    until((troupe.folder / "worker.asked").exists)
    boss.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    (troupe.folder / "worker.done").touch()
    assert boss.wait(PATIENCE) == 0


def test_a_child_that_fails_again_and_again_is_said_loudly(troupe: Troupe) -> None:
    boss = troupe.start(worker=python("raise SystemExit(7)"))
    fact = said(boss, "CHILD KEEPS FAILING; the lines above say why")
    assert (fact["level"], fact["child"], fact["why"], fact["in_a_row"]) == ("error", "worker", "exit status 7", 3)


def test_a_program_that_is_not_there_is_said_and_the_others_run(troupe: Troupe) -> None:
    boss = troupe.start(ghost=["/nowhere"], web=troupe.steady("web"))
    assert lives(troupe.pid("web"))
    fact = said(boss, "child fell and is started again")
    assert fact["child"] == "ghost"
    assert "No such file" in str(fact["why"])


def test_the_pause_doubles_up_to_its_bound() -> None:
    pace = supervisor.Pace(first=0.5, longest=30.0)
    assert [pace.pause(failures) for failures in range(1, 9)] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert pace.pause(10_000) == 30.0
