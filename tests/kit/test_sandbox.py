"""A program that reads what strangers wrote has an open file, bounds, and nothing else of ours."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest

from product_importer.kit.sandbox import program
from tests.kit import networks

MEMORY, SECONDS, WRITTEN = 2**30, 7, 5_000
TELLING = """
import json, os, resource, sys
from product_importer.kit.sandbox import bounds
from tests.kit import networks
bounds.bind(memory=int(sys.argv[1]), seconds=int(sys.argv[2]), written=int(sys.argv[3]))
names = ("AS", "CPU", "FSIZE", "NOFILE", "CORE")
json.dump({
    "limits": {name: resource.getrlimit(getattr(resource, "RLIMIT_" + name))[0] for name in names},
    "names": sorted(os.environ), "network": networks.own(), "given": sys.stdin.read(),
}, sys.stdout)
sys.stdout.flush()
if sys.argv[4] == "sleep":
    import time
    time.sleep(600)
bounds.end(9, "because \\u00e9\\n" * 400)
"""


@pytest.fixture
def telling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module that bounds itself, tells what it has, and ends with status 9."""
    (tmp_path / "telling.py").write_text(TELLING)
    monkeypatch.syspath_prepend(tmp_path)
    return "telling"


def told_by(telling: str, **to: Any) -> tuple[dict[str, Any], int, str]:
    with tempfile.TemporaryFile() as given:
        given.write(b"a file")
        given.seek(0)
        with program.running(telling, MEMORY, SECONDS, WRITTEN, "end", given=given, **to) as at_work:
            output = at_work.output.read() if at_work.output else b"{}"
            return json.loads(output), at_work.status(within=60), at_work.reason(most=9)


def test_a_program_knows_its_file_and_none_of_our_secrets(telling: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "secret")
    told, status, reason = told_by(telling)
    assert told["given"] == "a file"
    assert set(told["names"]) <= {"PYTHONPATH", "PYTHONUTF8", "LC_CTYPE"}
    assert (status, reason) == (9, "because é")


def test_a_program_keeps_the_bounds_that_it_was_given(telling: str) -> None:
    limits = told_by(telling)[0]["limits"]
    assert limits == {"AS": MEMORY, "CPU": SECONDS, "FSIZE": WRITTEN, "NOFILE": 64, "CORE": 0}


def test_a_program_has_no_network_where_the_system_lets_it_leave(telling: str) -> None:
    assert (told_by(telling)[0]["network"] != networks.own()) == networks.may_be_left()


def test_a_program_may_write_into_a_file_of_ours(telling: str) -> None:
    with tempfile.TemporaryFile() as written:
        assert told_by(telling, written=written) == ({}, 9, "because é")
        written.seek(0)
        assert json.load(written)["given"] == "a file"


def test_a_program_that_does_not_end_in_time_is_told_of_and_ended(telling: str) -> None:
    with (
        tempfile.TemporaryFile() as given,
        pytest.raises(program.Silent),
        program.running(telling, MEMORY, SECONDS, WRITTEN, "sleep", given=given) as at_work,
    ):
        at_work.status(within=0.05)
    assert at_work.status(within=0) == -9
