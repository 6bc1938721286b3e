"""Pictures that a file names by address: fetched once each, shown in its order, and never at a row's cost."""

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from product_importer.catalog import wishes
from product_importer.catalog.wish_models import ImageAddress
from product_importer.catalog.wishes import NoFailedImages, Wished
from product_importer.imports import chores, originals
from product_importer.imports import pictures as column
from product_importer.imports.models import ImportJob
from product_importer.kit import clock, database
from product_importer.kit.tasks import leases, sweeper
from product_importer.media import wishing
from tests.makers import csv_file, import_file, make_product, remove_product, stored_products
from tests.media import picture_server, pictures
from tests.media.makers import counted, gallery
from tests.media.picture_server import PictureServer

pytestmark = pytest.mark.usefixtures("started")
HEADER = "sku,name,price,image_url"
SHOWN = {f"/{name}.png": pictures.picture(8, 8, color=(number, 90, 30)) for number, name in enumerate("abcd")}


@pytest.fixture
def shop() -> Iterator[PictureServer]:
    with picture_server.opened(SHOWN) as opened:
        yield opened


def fetched() -> None:
    """Be the worker until no address waits, whenever its next attempt were due."""
    while True:
        with database.transaction() as session:
            session.execute(update(ImageAddress).values(due_at=clock.now()))
        if not (waiting := sweeper.due(wishing.fetch_images)):
            return
        wishing.fetch_images.run(waiting[0])


def wished(import_id: uuid.UUID) -> Wished:
    with database.reading() as session:
        return wishes.counted(session, import_id)


def names(sku_key: str) -> list[str]:
    """Return the names of a product's images in their order, the primary one with a star."""
    shown = gallery(stored_products()[sku_key].id).items
    return [one.name + "*" * one.primary for one in shown]


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("https://a/1.png", ["https://a/1.png"]),
        ("https://a/1.png, https://a/2.png", ["https://a/1.png", "https://a/2.png"]),
        ("https://a/1.png|//a/2.png|", ["https://a/1.png", "https://a/2.png"]),
        ("https://a/1.png\nhttps://a/1.png\r\nhttp://a/2.png", ["https://a/1.png", "http://a/2.png"]),
        ("https://a/w_200,h_300/1.png;https://a/2 b.png", ["https://a/w_200,h_300/1.png", "https://a/2 b.png"]),
        ("https://a/1.png,https://a/2.png https://a/3.png", [f"https://a/{n}.png" for n in (1, 2, 3)]),
        (" , | ", []),
    ],
)
def test_a_cell_holds_addresses_as_shops_write_them(cell: str, found: list[str]) -> None:
    assert column.addresses(cell) == found


def test_each_address_is_fetched_once_and_shown_in_the_order_of_the_file(shop: PictureServer) -> None:
    a, b, c = (shop.url(f"/{name}.png") for name in "abc")
    import_id = import_file(
        csv_file(f'A,Mug,1,"{a}, {b}, {c}"', f"B,Cup,1,{c}|{a}", "C,Jug,1,", "D,,1,x", header=HEADER)
    ).task_id
    assert wished(import_id) == Wished(wished=5, waiting=5)
    fetched()

    assert wished(import_id) == Wished(wished=5, shown=5)
    assert names("a") == ["a.png*", "b.png", "c.png"]
    assert names("b") == ["c.png*", "a.png"]
    assert shop.asked == {"/a.png": 1, "/b.png": 1, "/c.png": 1}


def test_a_file_imported_again_fetches_nothing_and_a_new_product_gets_what_is_known(shop: PictureServer) -> None:
    row = f"A,Mug,1,{shop.url('/a.png')}"
    import_file(csv_file(row, header=HEADER))
    fetched()
    again = import_file(csv_file(row, f"B,Cup,1,{shop.url('/a.png')}", header=HEADER)).task_id
    fetched()

    assert (names("a"), names("b"), counted()) == (["a.png*"], ["a.png*"], (1, 2))
    assert wished(again) == Wished(wished=1, shown=1)
    assert shop.asked == {"/a.png": 1}


def test_what_gives_no_picture_costs_no_row_is_told_and_can_be_tried_again(shop: PictureServer) -> None:
    shop.shown["/text.png"] = b"<html>"
    cells = [shop.url("/missing.png"), shop.url("/text.png"), "http://10.0.0.1/x.png", "mug.png"]
    snapshot = import_file(csv_file(*(f"{n},Mug,1,{cell}" for n, cell in enumerate(cells)), header=HEADER))
    fetched()
    with database.reading() as session:
        codes = {failed.url: failed.code for failed in wishes.failed(session, snapshot.task_id)}

    assert (snapshot.counts.created, snapshot.counts.rejected) == (4, 0)
    assert codes == dict(zip(cells, ["IMAGE_UNFETCHED", "IMAGE_UNRECOGNISED", *["IMAGE_UNFETCHED"] * 2], strict=True))
    shop.shown |= {"/missing.png": SHOWN["/a.png"]}
    with database.transaction() as session:
        assert wishes.retry(session, snapshot.task_id) == 4
    fetched()
    assert wished(snapshot.task_id) == Wished(wished=4, shown=1, failed=3)


def test_a_server_that_is_busy_is_asked_three_times(shop: PictureServer) -> None:
    shop.missing = 503
    import_id = import_file(csv_file(f"A,Mug,1,{shop.url('/busy.png')}", header=HEADER)).task_id
    fetched()

    assert shop.asked == {"/busy.png": 3}
    assert wished(import_id) == Wished(wished=1, failed=1)


def test_a_product_deleted_meanwhile_and_one_without_failures_are_told(shop: PictureServer) -> None:
    make_product("B")
    import_id = import_file(csv_file(f"A,Mug,1,{shop.url('/a.png')}", f"B,Cup,1,{shop.url('/b.png')}", header=HEADER))
    remove_product("A")
    fetched()

    assert wished(import_id.task_id) == Wished(wished=2, shown=1, gone=1)
    with database.transaction() as session, pytest.raises(NoFailedImages):
        wishes.retry(session, import_id.task_id)


def test_addresses_that_gave_nothing_are_forgotten_with_the_file_of_their_import(shop: PictureServer) -> None:
    rows = (f"A,Mug,1,{shop.url('/a.png')}|{shop.url('/missing.png')}", f"B,Cup,1,{shop.url('/b.png')}")
    old, new = (import_file(csv_file(*rows, header=HEADER)).task_id for _ in range(2))
    fetched()
    remove_product("B")
    assert chores.forget_wishes.run() == 0
    long_ago = clock.now() - clock.seconds(91 * originals.DAY)
    with database.transaction() as session:
        session.execute(update(ImportJob).where(ImportJob.id == old).values(finished_at=long_ago))

    assert (chores.forget_wishes.run(), chores.forget_wishes.run()) == (2, 0)
    assert (wished(old), wished(new)) == (Wished(wished=1, shown=1), Wished(wished=3, shown=2, failed=1))
    assert _addresses() == {shop.url("/a.png"), shop.url("/b.png"), shop.url("/missing.png")}
    with database.transaction() as session:
        session.execute(update(ImportJob).values(finished_at=long_ago))
    chores.forget_wishes.run()
    assert _addresses() == {shop.url("/a.png")}


def test_an_address_that_somebody_is_fetching_is_forgotten_when_that_is_over(shop: PictureServer) -> None:
    urls = [shop.url("/missing.png"), shop.url("/gone.png")]
    import_file(csv_file(*(f"{n},Mug,1,{url}" for n, url in enumerate(urls)), header=HEADER))
    fetched()
    with database.transaction() as session:
        session.execute(update(ImportJob).values(finished_at=clock.now() - clock.seconds(91 * originals.DAY)))
        assert leases.claim(session, ImageAddress, ImageAddress.url == urls[0]) is not None

    assert (chores.forget_wishes.run(), chores.forget_addresses.run()) == (2, 0)
    assert _addresses() == {urls[0]}
    with database.transaction() as session:
        session.execute(update(ImageAddress).values(**leases.FREE))
    import_file(csv_file(f"3,Mug,1,{shop.url('/a.png')}", header=HEADER))
    assert (chores.forget_addresses.run(), chores.forget_addresses.run()) == (1, 0)
    assert _addresses() == {shop.url("/a.png")}


def _addresses() -> set[str]:
    with database.reading() as session:
        return set(session.scalars(select(ImageAddress.url)))


def test_modes_and_a_mapping_decide_which_products_wish(shop: PictureServer) -> None:
    make_product("OLD", name="Mug")
    rows = (f"OLD,Mug,10,{shop.url('/a.png')}", f"NEW,Cup,1,{shop.url('/b.png')}")
    only_new = import_file(csv_file(*rows, header=HEADER), mode="create_only").task_id
    unmapped = import_file(csv_file(*rows, header=HEADER), mapping={"sku": "sku", "name": "name"})
    only_old = import_file(csv_file(rows[0], "GONE,x,1,http://a/", header=HEADER), mode="update_only").task_id

    assert (wished(only_new).wished, wished(only_old).wished) == (1, 1)
    assert (unmapped.images, unmapped.ignored_columns) == (None, ["price", "image_url"])
