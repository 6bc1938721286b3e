"""A file that arrived becomes an import, a question, or a refusal that leaves nothing behind."""

import uuid
from pathlib import Path

import pytest

from tests import makers
from tests.web import kept
from tests.web.doors import Doors

UNCLEAR = b"Code;Title;Cost\nA-1;Lamp;5,00\n"


@pytest.mark.parametrize(
    ("data", "code", "told"),
    [
        (b"Code,name\nA-1,Lamp\n", "COLUMN_MISSING", "Its header reads: Code, name"),
        (b"sku,SKU,name\n1,2,Lamp\n", "COLUMN_AMBIGUOUS", "“sku” (column 1) and “SKU” (column 2)"),
        (b"", "FILE_EMPTY", "0 bytes"),
    ],
)
def test_a_program_is_refused_before_anything_runs(
    served: Doors, tmp_path: Path, data: bytes, code: str, told: str
) -> None:
    answer = served.upload(data)
    assert (answer.status, answer.json["code"]) == (422, code)
    assert told in answer.json["detail"]
    assert answer.json["action"]
    assert kept.nothing(tmp_path)


def test_the_refusal_gives_the_header_to_a_program(served: Doors) -> None:
    answer = served.upload(b"Code,name\nA-1,Lamp\n")
    assert (answer.json["field"], answer.json["header"]) == ("sku", ["Code", "name"])


def test_a_person_is_asked_instead(served: Doors) -> None:
    answer = served.upload(UNCLEAR, interactive="true")
    told = answer.json
    assert (answer.status, told["state"], told["question"]) == (202, "waiting", "mapping")
    assert told["status"] == "Which column is which?"
    assert kept.rows() == {"uploads": 1, "parts": 1, "imports": 1}


def test_the_form_without_javascript_always_asks(served: Doors) -> None:
    answer = served.upload(UNCLEAR, path="/admin/imports")
    assert answer.status == 303
    assert served.get(answer.headers["location"]).headers["location"] == f"{answer.headers['location']}/mapping"


def test_a_waiting_import_is_left_alone_by_workers_and_can_be_cancelled(served: Doors) -> None:
    told = served.upload(UNCLEAR, interactive="true").json
    cancelled = served.post(f"/imports/{told['task_id']}/cancel")
    assert (cancelled.status, cancelled.json["state"]) == (202, "cancelled")


def test_a_fault_between_upload_and_import_leaves_neither(
    served: Doors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILPOINTS", "import.start.before-commit=error")
    assert served.upload(b"sku,name\nA-1,Lamp\n").status == 500
    monkeypatch.delenv("FAILPOINTS")
    assert kept.nothing(tmp_path)
    assert served.upload(b"sku,name\nA-1,Lamp\n").status == 202


def test_a_fault_after_the_commit_keeps_the_import(served: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILPOINTS", "import.start.after-commit=error")
    assert served.upload(b"sku,name\nA-1,Lamp\n").status == 500
    assert kept.rows() == {"uploads": 1, "parts": 1, "imports": 1}
    (kept_one,) = served.get("/imports").json["items"]
    assert makers.run_import_to_end(uuid.UUID(kept_one["task_id"])).counts.created == 1
