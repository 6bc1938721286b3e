"""One connection a request: whoever holds one and waits for another keeps all others waiting when there are many."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import event
from sqlalchemy.pool import QueuePool

from product_importer.kit import database
from tests.makers import csv_file, make_product, run_import_to_end
from tests.web.doors import Doors

FILE = csv_file("A-1,Mug,,2.00", "B-2,Lamp,,3.00", "b-2,Lamp,Red,3.50", ",No SKU,,1.00")
UNCLEAR = csv_file("A-1,Mug,1", header="Nummer,Text,Betrag")
FORM = {"Content_Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
KINDS = ("updated", "created", "superseded", "skipped")


@contextmanager
def connections_held() -> Iterator[list[int]]:
    """Note how many connections are held whenever one more is taken."""
    pool, held = database.engine().pool, list[int]()
    assert isinstance(pool, QueuePool)

    def note(*_: Any) -> None:
        held.append(pool.checkedout())

    event.listen(pool, "checkout", note)
    try:
        yield held
    finally:
        event.remove(pool, "checkout", note)


def sent(served: Doors, data: bytes, **options: str) -> uuid.UUID:
    import_id = uuid.UUID(served.upload(data, **options).json["task_id"])
    run_import_to_end(import_id)
    return import_id


@pytest.mark.parametrize("review", ["true", "false"])
def test_the_changes_of_an_import_are_read_over_one_connection(served: Doors, review: str) -> None:
    make_product("A-1", name="Mug")
    import_id = sent(served, FILE, review=review)
    with connections_held() as held:
        for kind in KINDS:
            assert served.get(f"/imports/{import_id}/changes?kind={kind}").status == 200
            assert served.get(f"/admin/imports/{import_id}?tab=changes&kind={kind}", Accept="text/html").status == 200
    assert set(held) == {1}


def test_no_connection_is_held_while_the_mapping_page_looks_at_the_file(served: Doors) -> None:
    """An upload's parts are looked up over a connection of their own whenever its bytes are read."""
    first = sent(served, UNCLEAR, interactive="true")
    with connections_held() as held:
        for import_id in (first, sent(served, UNCLEAR, interactive="true")):  # the second finds what was remembered
            place = f"/admin/imports/{import_id}/mapping"
            assert served.get(place, Accept="text/html").status == 200
            assert served.post(f"{place}/preview", b"column-0=sku", **FORM).status == 200
            assert served.post(place, b"again=1", **FORM).status == 200
            page = served.get(place, Accept="text/html").body.decode()
            made_for = page.partition('name="made_for" value="')[2].partition('"')[0]
            said = urlencode({"column-0": "sku", "column-1": "name", "column-2": "price", "made_for": made_for})
            assert served.post(place, said.encode(), **FORM).status == 303
    assert set(held) == {1}
