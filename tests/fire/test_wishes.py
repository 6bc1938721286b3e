"""Every fault at every failpoint of pictures by address, in both modes: each is fetched, shown and counted once."""

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import update

from product_importer.catalog import wishes
from product_importer.catalog.wish_models import ImageAddress
from product_importer.catalog.wishes import Wished
from product_importer.kit import clock, database
from tests import makers
from tests.fire import modes
from tests.fire import places as fire
from tests.fire.places import Cell
from tests.fire.workers import Fleet, brought_to_rest
from tests.media import picture_server, pictures
from tests.media.makers import counted, gallery
from tests.media.picture_server import PictureServer

SHOWN = {f"/{name}.png": pictures.picture(8, 8, color=(number, 9, 3)) for number, name in enumerate("ab")}

pytestmark = [pytest.mark.fire, pytest.mark.kill, pytest.mark.slow]


@pytest.fixture
def shop() -> Iterator[PictureServer]:
    with picture_server.opened(SHOWN) as opened:
        yield opened


def _over(import_id: uuid.UUID) -> bool:
    """Let every address be due now, and return whether none is waited for."""
    with database.transaction() as session:
        session.execute(update(ImageAddress).values(due_at=clock.now()))
        return wishes.counted(session, import_id).waiting == 0


@modes.meets(fire.sampled(fire.cells(web=False, scene="wish"), 1))
def test_a_fault_costs_a_wish_nothing_but_time(fleet: Fleet, cell: Cell, shop: PictureServer) -> None:
    a, b = shop.url("/a.png"), shop.url("/b.png" if "refused" not in cell.place else "/missing.png")
    fleet.arm(str(cell))
    data = makers.csv_file(f"A,Mug,1,{a}|{b}", f"B,Cup,1,{b}", header="sku,name,price,images")
    import_id = makers.make_import(data)
    brought_to_rest(fleet, import_id)
    fleet.until(lambda: _over(import_id))
    with database.reading() as session:
        seen, failed = wishes.counted(session, import_id), wishes.failed(session, import_id)
    if failed and failed[0].code == "DISK_FULL":
        with database.transaction() as session:
            wishes.retry(session, import_id)
        fleet.until(lambda: _over(import_id))
        with database.reading() as session:
            seen = wishes.counted(session, import_id)
    fleet.until(lambda: fleet.fired)
    found = 3 if b.endswith("/b.png") else 1
    assert seen == Wished(wished=3, shown=found, failed=3 - found)
    products = makers.stored_products()
    shown = [[one.name for one in gallery(products[key].id).items] for key in ("a", "b")]
    assert shown == ([["a.png", "b.png"], ["b.png"]] if found == 3 else [["a.png"], []])
    told = [line[:2] for line in makers.journal_lines() if line[0] == "image.attached"]
    assert told == [("image.attached", "A")] * (found - found // 3) + [("image.attached", "B")] * (found // 3)
    assert counted() == (1 + found // 3, 1 + found // 3)
