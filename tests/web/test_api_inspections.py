"""What a program learns of a file before its rows are imported."""

import uuid

import pytest

from tests.web.doors import Doors

UNCLEAR = "Code;Title;VK;Nr\nA-1;Große Lampe;1.189,00;7\n".encode("cp1252")


def test_an_inspection_tells_how_the_file_reads_and_what_is_in_doubt(served_twice: Doors) -> None:
    task_id = served_twice.upload(UNCLEAR, interactive="true").json["task_id"]
    told = served_twice.get(f"/imports/{task_id}/inspection").json
    assert told["dialect"] == {
        "encoding": "cp1252", "delimiter": ";", "header_line": 1, "guessed": True,
        "spaced": False, "escaped": False, "folded": False,
    }  # fmt: skip
    assert told["columns"][1] == {
        "number": "#2", "name": "Title", "samples": ["Große Lampe"], "suggested": "name", "confidence": 1.0,
    }  # fmt: skip
    assert told["columns"][3]["suggested"] is None
    assert {doubt["about"] for doubt in told["doubts"]} == {"encoding", "columns"}
    assert (told["mapping"], told["memory"], told["preset"]) == ({}, None, "none")


def test_a_settled_file_tells_its_mapping_sign_and_policies(served: Doors) -> None:
    task_id = served.upload(b"sku,name,price\nA-1,Lamp,5.00\n").json["task_id"]
    told = served.get(f"/api/v1/imports/{task_id}/inspection").json
    assert told["mapping"] == {"sku": "sku", "name": "name", "price": "price"}
    assert (told["decimal"], told["doubts"]) == (".", [])
    assert told["blanks"]["price"] == "reject"


@pytest.mark.parametrize("task_id", [uuid.UUID(int=7)])
def test_an_unknown_import_has_no_inspection(served: Doors, task_id: uuid.UUID) -> None:
    assert served.get(f"/imports/{task_id}/inspection").json["code"] == "IMPORT_NOT_FOUND"
