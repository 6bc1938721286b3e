"""What becomes of pictures in the process that decodes them; Pillow judges what came out."""

import tempfile
from collections.abc import Callable

import pytest
from PIL import Image, ImageCms

from product_importer.kit.errors import AppError
from product_importer.media import developing
from product_importer.media.developing import (
    Developed,
    ImageDamaged,
    ImageTooCostly,
    ImageTooLarge,
    ImageUnrecognised,
)
from tests.media import pictures

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="9" height="9"/></svg>'
Maker = Callable[[], bytes]


def developed(data: bytes) -> Developed:
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        return developing.develop(file)


def sizes(data: bytes) -> list[tuple[int, int]]:
    return [pictures.opened(one.data).size for one in developed(data).variants]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_every_kind_becomes_three_sizes_of_its_own_shape(kind: str) -> None:
    made = developed(pictures.picture(1600, 1200, kind=kind))
    assert (made.format, made.width, made.height) == (kind.lower(), 1600, 1200)
    assert [(one.box, one.width, one.height) for one in made.variants] == [
        (1024, 1024, 768),
        (512, 512, 384),
        (256, 256, 192),
    ]
    for one in made.variants:
        seen = pictures.opened(one.data)
        assert (seen.format, seen.size) == ("WEBP", (one.width, one.height))
        assert seen.convert("RGB").getpixel((5, 5)) == pytest.approx((200, 30, 30), abs=4)


def test_a_small_picture_is_never_enlarged() -> None:
    assert sizes(pictures.picture(300, 40)) == [(300, 40), (300, 40), (256, 34)]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_as_its_camera_says(orientation: int) -> None:
    made = developed(pictures.turned(400, 200, orientation))
    wanted = (400, 200) if orientation < 5 else (200, 400)
    assert (made.width, made.height) == wanted
    assert pictures.opened(made.variants[0].data).size == wanted


def test_nothing_but_the_pixels_is_kept() -> None:
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    seen = pictures.opened(developed(pictures.picture(kind="JPEG", exif=exif, icc_profile=profile)).variants[0].data)
    assert "icc_profile" not in seen.info
    assert dict(seen.getexif()) == {}


@pytest.mark.parametrize(
    ("data", "mode"),
    [
        (lambda: pictures.picture(kind="JPEG", mode="CMYK", color=(0, 255, 255, 0)), "RGB"),
        (lambda: pictures.picture(mode="I;16", color=40_000), "RGB"),
        (lambda: pictures.picture(mode="L", color=90), "RGB"),
        (lambda: pictures.picture(mode="RGBA", color=(10, 200, 30, 120)), "RGBA"),
        (lambda: pictures.picture(mode="P", color=1, transparency=0), "RGBA"),
        (lambda: pictures.animated(40, 64), "RGB"),
        (lambda: pictures.animated(40, 64, kind="WEBP"), "RGB"),
        (lambda: pictures.endless_gif(5_000, 1_000), "RGB"),
        (lambda: pictures.picture(kind="JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x12\xee" * 200), "RGB"),
        (lambda: pictures.turned(40, 30, 99), "RGB"),
    ],
    ids=[
        "CMYK",
        "16 bits",
        "grey",
        "alpha",
        "palette",
        "animated GIF",
        "animated WebP",
        "endless GIF",
        "EXIF",
        "turned",
    ],
)
def test_odd_pictures_become_plain_ones(data: Maker, mode: str) -> None:
    made = developed(data())
    seen = pictures.opened(made.variants[0].data)
    assert getattr(seen, "n_frames", 1) == 1
    assert seen.mode in (mode, "RGB")


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (lambda: b"", ImageUnrecognised),
        (lambda: SVG, ImageUnrecognised),
        (lambda: b"<!doctype html><script>alert(1)</script>", ImageUnrecognised),
        (lambda: pictures.picture(kind="TIFF"), ImageUnrecognised),
        (lambda: pictures.noise()[:-2_000], ImageDamaged),
        (lambda: pictures.noise(kind="PNG")[:-2_000], ImageDamaged),
        (lambda: pictures.noise(kind="WEBP")[:-2_000], ImageDamaged),
        (lambda: b"\x89PNG\r\n\x1a\n" + SVG, ImageDamaged),
        (lambda: b"\xff\xd8\xff" + SVG, ImageDamaged),
        (lambda: pictures.endless_png(65_535, 65_535), ImageTooLarge),
        (lambda: pictures.endless_png(40_000, 10), ImageTooLarge),
        (lambda: pictures.claiming_jpeg(20_000, 20_000), ImageTooLarge),
        (lambda: pictures.claiming_jpeg(6_000, 6_000), ImageTooLarge),
    ],
)
def test_a_bad_picture_is_refused_for_what_it_is(data: Maker, refusal: type[AppError]) -> None:
    with pytest.raises(refusal) as refused:
        developed(data())
    assert refused.value.detail.endswith(".")


def test_a_picture_that_takes_too_much_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(developing, "MEMORY", 180 * 2**20)
    with pytest.raises(ImageTooCostly):
        developed(pictures.picture(5_000, 4_900, kind="JPEG", progressive=True))


def test_a_decoder_that_was_killed_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(developing, "WALL", 0.01)
    with pytest.raises(developing.DecoderStopped) as refused:
        developed(pictures.picture())
    assert refused.value.passing
