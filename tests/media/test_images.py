"""Images of products on both databases: shown once, made once, one of them primary whatever is done at once."""

import threading
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from product_importer.kit import clock, database, failpoints, storage, tasks
from product_importer.kit.settings import Settings
from product_importer.media import chores, developing, images, names, places, processing
from product_importer.media.images import Wishes
from product_importer.media.models import Image, ImageState, ProductImage
from product_importer.uploads import resumable
from product_importer.web.actions import attaching
from tests import makers
from tests.makers import ACTOR
from tests.media import pictures
from tests.media.makers import attached, counted, developed, gallery, sent

pytestmark = pytest.mark.usefixtures("started")


def shades(count: int) -> list[bytes]:
    return [pictures.picture(color=(number, 90, 10)) for number in range(count)]


def files(settings: Settings) -> list[Path]:
    return [path for path in (settings.data_dir / "files").rglob("*") if path.is_file()]


def told(type_: str) -> int:
    return sum(line[0] == type_ for line in makers.journal_lines())


def change(product_id: uuid.UUID, link_id: uuid.UUID, **wishes: object) -> None:
    with database.transaction() as session:
        images.change(session, product_id, link_id, Wishes(**wishes), actor=ACTOR)  # type: ignore[arg-type]


def remove(product_id: uuid.UUID, link_id: uuid.UUID) -> None:
    with database.transaction() as session:
        images.remove(session, product_id, link_id, actor=ACTOR)


def at_once(works: Sequence[Callable[[], object]]) -> list[BaseException]:
    """Do all of it at the same time, each in a thread of its own, and return what was raised."""
    raised: list[BaseException] = []

    def doing(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - handed to the test
            raised.append(error)

    threads = [threading.Thread(target=doing, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_the_same_picture_is_made_once_and_shown_once(started: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    mug, cup = makers.make_product("MUG-1"), makers.make_product("CUP-1")
    red, blue = shades(2)
    first = attached(mug.id, red)
    attached(mug.id, blue)
    developed(mug.id)
    made = files(started)
    again = attached(mug.id, red, name="other.png")
    assert (first.new, again.new, again.shown.id, again.shown.primary) == (True, False, first.shown.id, True)
    monkeypatch.setattr(developing, "PROGRAM", "nothing.that.runs")
    elsewhere = attached(cup.id, red)
    tasks.run(processing.develop_image, elsewhere.shown.image_id)
    assert (elsewhere.shown.state, elsewhere.shown.image_id, elsewhere.shown.primary) == (
        "ready",
        first.shown.image_id,
        True,
    )
    assert (counted(), told("image.ready"), files(started)) == ((2, 2), 2, made)


def test_the_same_request_again_is_answered_the_same(started: Settings) -> None:
    mug, cup, (data,) = makers.make_product("MUG-1"), makers.make_product("CUP-1"), shades(1)
    upload_id = sent(data)
    first = attaching.attach_uploaded(mug.id, upload_id, actor=ACTOR)
    again = attaching.attach_uploaded(mug.id, upload_id, actor=ACTOR)
    assert (again.shown.id, again.new) == (first.shown.id, False)
    with pytest.raises(resumable.UploadConsumed):
        attaching.attach_uploaded(cup.id, upload_id, actor=ACTOR)


def test_a_received_picture_outlives_what_fails_after_its_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    mug, (data,) = makers.make_product("MUG-1"), shades(1)
    upload_id = makers.make_upload(data, name="mug.png")
    monkeypatch.setenv("FAILPOINTS", "picture.attached=error")
    with pytest.raises(failpoints.Injected):
        attaching.attach_received(mug.id, upload_id, actor=ACTOR, name="mug.png")
    monkeypatch.delenv("FAILPOINTS")
    assert [one.state for one in developed(mug.id).items] == ["ready"]


@pytest.mark.parametrize(
    ("data", "md5", "refusal"),
    [
        (b"", None, developing.ImageUnrecognised),
        (b"<svg/>" * 20, None, developing.ImageUnrecognised),
        (shades(1)[0], "0" * 32, resumable.UploadRejected),
    ],
    ids=["empty", "SVG", "another MD5"],
)
def test_what_is_refused_leaves_no_image(data: bytes, md5: str | None, refusal: type[Exception]) -> None:
    mug = makers.make_product("MUG-1")
    upload_id = sent(data)
    with pytest.raises(refusal):
        attaching.attach_uploaded(mug.id, upload_id, actor=ACTOR, md5=md5)
    assert (counted(), makers.journal_lines()) == ((0, 0), [])


def test_one_is_primary_in_whatever_order_they_come_and_go(started: Settings) -> None:
    mug = makers.make_product("MUG-1")
    a, b, c = (attached(mug.id, data).shown for data in shades(3))
    change(mug.id, c.id, primary=True, position=0, alt="From above")
    assert [(one.id, one.primary, one.alt) for one in gallery(mug.id).items] == [
        (c.id, True, "From above"),
        (a.id, False, ""),
        (b.id, False, ""),
    ]
    remove(mug.id, c.id)
    assert [(one.id, one.primary, one.position) for one in gallery(mug.id).items] == [(a.id, True, 0), (b.id, False, 1)]
    with pytest.raises(images.ImageNotFound):
        remove(mug.id, c.id)
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.execute(update(ProductImage).where(ProductImage.id == b.id).values(is_primary=True))
    remove(mug.id, a.id)
    remove(mug.id, b.id)
    assert (gallery(mug.id).items, counted()[1]) == ([], 0)


def test_twenty_at_once_leave_exactly_one_primary(started: Settings) -> None:
    mug = makers.make_product("MUG-1")
    ready = [attached(mug.id, data).shown for data in shades(5)]
    coming = [sent(pictures.picture(color=(1, 2, number // 2))) for number in range(10)]  # each picture twice

    def attaches(upload_id: uuid.UUID) -> Callable[[], object]:
        return lambda: attaching.attach_uploaded(mug.id, upload_id, actor=ACTOR)

    def prefers(link_id: uuid.UUID) -> Callable[[], object]:
        return lambda: change(mug.id, link_id, primary=True)

    works = [*map(attaches, coming), *(prefers(one.id) for one in ready * 2)]
    assert at_once(works) == []
    shown = gallery(mug.id).items
    assert (len(shown), sum(one.primary for one in shown)) == (10, 1)
    assert at_once([lambda link_id=one.id: remove(mug.id, link_id) for one in shown[:9]]) == []  # type: ignore[misc]
    assert [one.primary for one in gallery(mug.id).items] == [True]
    assert counted() == (10, 1)


def test_a_picture_that_cannot_be_decoded_says_why_and_is_tried_again_at_will(started: Settings) -> None:
    mug = makers.make_product("MUG-1")
    attached(mug.id, pictures.noise()[:-2_000])
    (failed,) = developed(mug.id).failed
    assert failed.error is not None
    assert (failed.error.code, told("image.failed")) == ("IMAGE_DAMAGED", 1)
    assert failed.primary
    with database.transaction() as session:
        images.retry(session, mug.id, failed.id)
    assert [one.error for one in gallery(mug.id).pending] == [None]
    assert [one.state for one in developed(mug.id).items] == ["failed"]
    sound = attached(mug.id, shades(1)[0]).shown
    assert [one.primary for one in gallery(mug.id).items] == [False, True]
    with pytest.raises(images.ImageNotFailed), database.transaction() as session:
        images.retry(session, mug.id, sound.id)


def test_a_primary_image_that_fails_makes_way_for_the_next(started: Settings) -> None:
    mug = makers.make_product("MUG-1")
    attached(mug.id, pictures.noise()[:-2_000])
    attached(mug.id, shades(1)[0])
    assert [one.primary for one in gallery(mug.id).items] == [True, False]
    assert [(one.state, one.primary) for one in developed(mug.id).items] == [("failed", False), ("ready", True)]


def test_a_picture_whose_worker_dies_again_and_again_is_given_up(started: Settings) -> None:
    mug = makers.make_product("MUG-1")
    image_id = attached(mug.id, shades(1)[0]).shown.image_id
    with database.transaction() as session:
        session.execute(update(Image).where(Image.id == image_id).values(attempts=3))
    (failed,) = developed(mug.id).failed
    assert failed.error is not None
    assert failed.error.code == "IMAGE_CRASHED"


def test_newer_rules_make_every_picture_anew_under_other_addresses(
    started: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug = makers.make_product("MUG-1")
    attached(mug.id, shades(1)[0])
    (before,) = developed(mug.id).ready
    monkeypatch.setattr(processing, "PIPELINE", 2)
    monkeypatch.setattr(chores, "STRAY", -60.0)
    tasks.run(processing.develop_image, before.image_id)
    (after,) = gallery(mug.id).ready
    assert not {one.url for one in before.variants} & {one.url for one in after.variants}
    assert (chores.sweep_images.run(), len(files(started))) == (3, 4)


def test_of_what_nobody_shows_nothing_is_kept(started: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    mug, cup, (data, other) = makers.make_product("MUG-1"), makers.make_product("CUP-1"), shades(2)
    attached(mug.id, data)
    link = attached(cup.id, other).shown
    developed(mug.id), developed(cup.id)
    storage.put(f"img/aa/{'0' * 64}/{uuid.uuid4()}/1-256.webp", b"stray")
    makers.remove_product("MUG-1")
    assert (chores.forget_unshown.run(), counted()) == (0, (2, 1))
    monkeypatch.setattr(chores, "UNSHOWN", -60.0)
    monkeypatch.setattr(chores, "STRAY", -60.0)
    assert (chores.forget_unshown.run(), chores.sweep_images.run(), chores.empty_used.run()) == (1, 1, 0)
    assert (counted(), len(files(started))) == ((1, 1), 4)
    remove(cup.id, link.id)
    assert (chores.forget_unshown.run(), files(started)) == (1, [])


def test_the_bytes_of_an_upload_go_once_the_original_has_its_place(
    started: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug, (data,) = makers.make_product("MUG-1"), shades(1)
    image_id = attached(mug.id, data).shown.image_id
    monkeypatch.setenv("FAILPOINTS", "image.original.after-commit=error")
    tasks.run(processing.develop_image, image_id)
    monkeypatch.delenv("FAILPOINTS")
    assert (chores.empty_used.run(), [path.parts[-4] for path in files(started)]) == (1, ["orig"])
    with database.reading() as session:
        image = session.get_one(Image, image_id)
    assert b"".join(storage.stream(places.original(image))) == data
    assert [one.state for one in developed(mug.id).items] == [ImageState.READY]


def test_an_image_expects_its_lease_to_be_gone_when_it_is_taken_over(started: Settings) -> None:
    mug = makers.make_product("MUG-1")
    image_id = attached(mug.id, shades(1)[0]).shown.image_id
    with database.transaction() as session:
        later = clock.now() + clock.seconds(60)
        session.execute(update(Image).where(Image.id == image_id).values(token=uuid.uuid4(), lease_until=later))
    tasks.run(processing.develop_image, image_id)
    assert [one.state for one in gallery(mug.id).items] == [ImageState.PENDING]


@pytest.mark.parametrize(
    ("name", "skus"),
    [
        ("ABC-1.jpg", ["ABC-1", "ABC"]),
        ("ABC-1_2.JPEG", ["ABC-1_2", "ABC-1"]),
        ("folder/ABC (3).png", ["ABC (3)", "ABC"]),
        ("00090.750.webp", ["00090.750"]),
        ("C:\\shop\\mug", ["mug"]),
        (".png", []),
    ],
)
def test_a_files_name_means_a_sku(name: str, skus: list[str]) -> None:
    assert list(names.skus_of(name)) == skus
