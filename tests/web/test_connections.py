"""One connection a request: whoever holds one and waits for another keeps all others waiting when there are many."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.pool import QueuePool

from product_importer.kit import database
from tests.makers import csv_file, make_product, run_import_to_end
from tests.web.doors import Doors

FILE = csv_file("A-1,Mug,,2.00", "B-2,Lamp,,3.00", "b-2,Lamp,Red,3.50", ",No SKU,,1.00")
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
