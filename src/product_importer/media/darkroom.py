"""A program of its own, bounded and without network: makes the three sizes of the picture at its input.

Its output begins with a line of JSON: format, width and height, and of each variant its box, width, height and bytes.
The variants themselves follow in that order.
"""

import json
import os
import sys
from collections.abc import Callable
from typing import Any, Final

from product_importer.kit.sandbox import bounds

UNKNOWN, TOO_MANY_PIXELS, DAMAGED, TOO_COSTLY = 3, 4, 5, 6  # exit status; the reason stands on standard error
BOXES: Final = (1024, 512, 256)  # pixels of the longer side, the largest first: each is made of the one before
SIDE_MAX: Final = 30_000  # pixels
WHOLE_MAX: Final = 25_000_000  # pixels of what is decoded as a whole: a progressive JPEG takes 6.3 bytes for each
OUTPUT_MAX: Final = 16 * 2**20  # bytes
SOURCE: Final = "/dev/stdin"  # by path: libvips ignores `fail_on` for buffers (libvips issue 5195)
SAVED: Final = {"Q": 80, "effort": 4, "keep": "none"}  # WebP: 82 to 106 KB in 74 to 93 ms for 1024 pixels

_KINDS: Final[tuple[tuple[str, str, Callable[[bytes], bool]], ...]] = (
    ("jpeg", "jpegload", lambda head: head.startswith(b"\xff\xd8\xff")),
    ("png", "pngload", lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    ("gif", "gifload", lambda head: head.startswith((b"GIF87a", b"GIF89a"))),
    ("webp", "webpload", lambda head: head.startswith(b"RIFF") and head[8:12] == b"WEBP"),
    ("avif", "heifload", lambda head: head[4:8] == b"ftyp" and b"avif" in head[8:64]),
)
HEAD: Final = 64  # bytes by which a format is told
_SHORT: Final = ("out of memory", "insufficient memory", "creating thread")  # how libvips says that no room is left
_LOADERS: Final = ("Jpeg", "Png", "Nsgif", "Webp", "Heif")


def kind_of(head: bytes) -> tuple[str, str] | None:
    """Tell the format and its loader by the first HEAD bytes of a file; None for what is no picture that we take."""
    return next(((name, loader) for name, loader, fits in _KINDS if fits(head)), None)


def main(pixels: int, memory: int, seconds: int) -> None:
    """Bound this process, and write the variants of a picture of at most so many pixels."""
    bounds.bind(memory=memory, seconds=seconds, written=OUTPUT_MAX)
    vips = _library()
    try:
        _develop(vips, pixels)
    except vips.Error as error:
        told = next((line.strip() for line in reversed(error.detail.splitlines()) if line.strip()), error.message)
        told = told.partition(": ")[2] or told  # without the name of the loader
        bounds.end(TOO_COSTLY if any(word in told.lower() for word in _SHORT) else DAMAGED, told)
    except MemoryError:
        bounds.end(TOO_COSTLY, f"it takes more than {memory:,} bytes of memory")


def _develop(vips: Any, pixels: int) -> None:
    name, loader = _recognised()
    header = getattr(vips.Image, loader)(SOURCE, access="sequential")
    _require_bounds(header, pixels)
    picture = vips.Image.thumbnail(
        SOURCE, BOXES[0], size="down", fail_on="truncated", export_profile="srgb", intent="perceptual"
    )
    picture = picture.copy_memory()
    made = [(box, *_saved(_sized(picture, box))) for box in BOXES]
    turned = header.get("orientation") in (5, 6, 7, 8) if header.get_typeof("orientation") and name != "avif" else False
    width, height = (header.height, header.width) if turned else (header.width, header.height)
    keys = ("box", "width", "height", "bytes")
    variants = [dict(zip(keys, (box, *size, len(data)), strict=True)) for box, size, data in made]
    told = json.dumps({"format": name, "width": width, "height": height, "variants": variants})
    sys.stdout.buffer.write(b"".join((told.encode(), b"\n", *(data for *_, data in made))))
    sys.stdout.buffer.flush()


def _recognised() -> tuple[str, str]:
    kind = kind_of(os.pread(0, HEAD, 0))
    if kind is None:
        bounds.end(UNKNOWN, "its first bytes are not those of an image")
    return kind


def _require_bounds(header: Any, pixels: int) -> None:
    """Refuse by the header alone what would take too much: 65,536 x 65,536 pixels fit in half a megabyte of PNG."""
    size, whole = header.width * header.height, header.get_typeof("interlaced") != 0
    most = min(pixels, WHOLE_MAX) if whole else pixels
    if size > most or max(header.width, header.height) > SIDE_MAX:
        kind = " of a progressive image" if whole and size <= pixels else ""
        bounds.end(TOO_MANY_PIXELS, f"{header.width:,} x {header.height:,} pixels; at most {most:,}{kind} are accepted")


def _sized(picture: Any, box: int) -> Any:
    scale = box / max(picture.width, picture.height)
    return picture if scale >= 1 else picture.thumbnail_image(box, size="down")


def _saved(picture: Any) -> tuple[tuple[int, int], bytes]:
    return (picture.width, picture.height), picture.webpsave_buffer(**SAVED)


def _library() -> Any:
    """Load libvips with the few loaders that we let it have; one thread, nothing kept."""
    os.environ["VIPS_CONCURRENCY"] = "1"
    import pyvips  # noqa: PLC0415 - within the bounds, and in this process alone: libvips does not outlive a fork

    pyvips.cache_set_max(0)
    pyvips.block_untrusted_set(True)
    pyvips.operation_block_set("VipsForeignLoad", True)
    for name in _LOADERS:
        pyvips.operation_block_set(f"VipsForeignLoad{name}", False)
    return pyvips


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
