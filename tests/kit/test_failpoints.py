"""Failpoints: they strike where, how and as often as they were told, and otherwise not at all."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from product_importer.kit.failpoints import Injected, failpoint
from tests.gate import Gate
from tests.patience import PATIENCE, until
from tests.source import SRC

PASSING = "from product_importer.kit.failpoints import failpoint; failpoint('a.place'); print('passed')"


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Lets a test set FAILPOINTS."""
    return monkeypatch


def passing(plan: str) -> subprocess.Popen[str]:
    """Start a process that passes the failpoint `a.place`."""
    environment = {**os.environ, "PYTHONPATH": str(SRC), "FAILPOINTS": plan}
    return subprocess.Popen([sys.executable, "-c", PASSING], env=environment, stdout=subprocess.PIPE, text=True)


def test_nothing_happens_without_a_plan(plan: pytest.MonkeyPatch) -> None:
    plan.delenv("FAILPOINTS", raising=False)
    assert failpoint("a.place") is None  # type: ignore[func-returns-value]


def test_a_place_that_the_plan_does_not_name_is_passed(plan: pytest.MonkeyPatch) -> None:
    plan.setenv("FAILPOINTS", "a.place.too=error")
    failpoint("a.place")
    with pytest.raises(Injected, match=r"a\.place\.too"):
        failpoint("a.place.too")


def test_a_fault_strikes_at_the_hit_that_was_named_and_at_no_other(plan: pytest.MonkeyPatch) -> None:
    plan.setenv("FAILPOINTS", "nth.place=error@3")
    failpoint("nth.place")
    failpoint("nth.place")
    with pytest.raises(Injected):
        failpoint("nth.place")
    failpoint("nth.place")


def test_several_faults_may_be_planned(plan: pytest.MonkeyPatch) -> None:
    plan.setenv("FAILPOINTS", "one.place=error; other.place=enospc")
    with pytest.raises(Injected):
        failpoint("one.place")
    with pytest.raises(OSError, match="No space left") as caught:
        failpoint("other.place")
    assert caught.value.errno == errno.ENOSPC


def test_a_connection_cannot_be_dropped_where_there_is_none(plan: pytest.MonkeyPatch) -> None:
    plan.setenv("FAILPOINTS", "a.place=dropconn")
    with pytest.raises(RuntimeError, match="no session"):
        failpoint("a.place")


def test_a_word_that_is_no_fault_is_refused(plan: pytest.MonkeyPatch) -> None:
    plan.setenv("FAILPOINTS", "a.place=explode")
    with pytest.raises(KeyError):
        failpoint("a.place")


def test_a_plan_in_a_file_strikes_once_and_leaves_a_trace(plan: pytest.MonkeyPatch, tmp_path: Path) -> None:
    armed = tmp_path / "plan"
    plan.setenv("FAILPOINTS", f"@{armed}")
    failpoint("a.place")
    armed.write_text("a.place=error")
    with pytest.raises(Injected):
        failpoint("a.place")
    failpoint("a.place")
    assert (tmp_path / "plan.fired").read_text() == "a.place=error"


def test_a_plan_in_a_file_counts_its_hits_anew(plan: pytest.MonkeyPatch, tmp_path: Path) -> None:
    armed = tmp_path / "plan"
    plan.setenv("FAILPOINTS", f"@{armed}")
    failpoint("a.place")
    armed.write_text("a.place=error@2")
    failpoint("a.place")
    with pytest.raises(Injected):
        failpoint("a.place")


def test_who_is_held_goes_on_once_the_trace_is_removed(tmp_path: Path) -> None:
    gate = Gate(tmp_path / "gate")
    gate.shut("a.place")
    process = passing(gate.setting)
    gate.wait()
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=0.2)
    gate.open()
    assert process.communicate(timeout=PATIENCE)[0] == "passed\n"


@pytest.mark.kill
def test_kill_ends_the_process_at_this_very_place() -> None:
    process = passing("a.place=kill")
    assert process.communicate(timeout=PATIENCE)[0] == ""
    assert process.returncode == -signal.SIGKILL


@pytest.mark.kill
def test_a_frozen_process_goes_on_when_it_is_woken() -> None:
    process = passing("a.place=freeze")
    stat = Path(f"/proc/{process.pid}/stat")
    until(lambda: stat.read_text().rpartition(")")[2].split()[0] == "T", words="it did not stop")
    process.send_signal(signal.SIGCONT)
    assert process.communicate(timeout=PATIENCE)[0] == "passed\n"
