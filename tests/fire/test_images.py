"""Every fault at every failpoint of an image, in both modes: its sizes are there, whole, and told of exactly once."""

import hashlib

import pytest

from product_importer.kit import database, storage
from product_importer.kit.failpoints import Injected
from product_importer.media import chores, images, places
from product_importer.media.models import ImageState
from tests import makers
from tests.fire import modes
from tests.fire import places as fire
from tests.fire.places import Cell
from tests.fire.workers import Fleet
from tests.media import pictures
from tests.media.makers import attached, counted, gallery, original

DATA = pictures.picture(600, 400)
FOLDERS = ("orig", "img", "uploads")
CUT = pictures.noise()[:-2_000]

pytestmark = [pytest.mark.fire, pytest.mark.kill, pytest.mark.slow]


@pytest.fixture(autouse=True)
def emptied(fleet: Fleet) -> None:
    """Let nothing lie in storage that an earlier test has left there."""
    for folder in FOLDERS:
        storage.delete_under(folder)


@modes.meets(fire.sampled(fire.cells(web=False, scene="image"), 1))
def test_a_fault_costs_an_image_nothing_but_time(fleet: Fleet, cell: Cell) -> None:
    mug, sound = makers.make_product("MUG-1"), not cell.place.startswith("image.failed")
    fleet.arm(str(cell))
    attached(mug.id, DATA if sound else CUT)
    fleet.until(lambda: not gallery(mug.id).pending)
    if sound and (failed := gallery(mug.id).failed):
        assert [one.error.code for one in failed if one.error] == ["DISK_FULL"]
        with database.transaction() as session:
            images.retry(session, mug.id, failed[0].id)
        fleet.until(lambda: not gallery(mug.id).pending)
    (one,) = gallery(mug.id).items
    fleet.until(lambda: fleet.fired)
    assert one.state is (ImageState.READY if sound else ImageState.FAILED)
    told = [line[0] for line in makers.journal_lines() if line[0] in ("image.ready", "image.failed")]
    assert told[-1:] == ["image.ready" if sound else "image.failed"]
    assert told.count("image.ready") == sound
    chores.empty_used.run()
    image = original(one.image_id)
    kept = {key.key: b"".join(storage.stream(key.key)) for place in ("orig", "img") for key in storage.listing(place)}
    assert kept.pop(places.original(image)) == (DATA if sound else CUT)
    assert len(list(storage.listing("uploads"))) == 0
    assert sorted(len(data) for data in kept.values()) == sorted(size.bytes for size in one.variants)
    assert (image.sha256, counted()) == (hashlib.sha256(DATA if sound else CUT).hexdigest(), (1, 1))


@modes.in_both
@pytest.mark.parametrize("place", ["picture.attach.before-commit", "picture.attached"])
def test_an_attach_that_was_cut_is_asked_for_again(
    mode: str, fleet: Fleet, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug = makers.make_product("MUG-1")
    monkeypatch.setenv("FAILPOINTS", f"{place}=error")
    with pytest.raises(Injected):
        attached(mug.id, DATA)
    monkeypatch.delenv("FAILPOINTS")
    assert attached(mug.id, DATA).new is (place != "picture.attached")
    assert counted() == (1, 1)


@modes.in_both
@pytest.mark.parametrize("place", ["picture.forget.before-commit", "picture.forgotten"])
def test_what_a_cut_left_of_a_forgotten_image_is_swept(
    mode: str, fleet: Fleet, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug = makers.make_product("MUG-1")
    attached(mug.id, DATA)
    fleet.until(lambda: not gallery(mug.id).pending)
    makers.remove_product("MUG-1")
    chores.forget_unshown.run()
    monkeypatch.setattr(chores, "UNSHOWN", -60.0)
    monkeypatch.setattr(chores, "STRAY", -60.0)
    monkeypatch.setenv("FAILPOINTS", f"{place}=error")
    with pytest.raises(Injected):
        chores.forget_unshown.run()
    monkeypatch.delenv("FAILPOINTS")
    chores.forget_unshown.run()
    chores.sweep_images.run()
    chores.empty_used.run()
    assert [kept.key for folder in FOLDERS for kept in storage.listing(folder)] == []
