"""The sizes of a picture are made by a process of its own, and every end of that is told."""

import json
import signal
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any, Final

from product_importer.kit.errors import AppError
from product_importer.kit.sandbox import program
from product_importer.media import darkroom

BYTES_MAX: Final = 100 * 2**20
PIXELS_MAX: Final = 50_000_000
MEMORY = 1024**3  # bytes of address space
CPU = 20  # seconds of processor time; the dearest picture of 50 megapixels takes four
WALL = 120.0  # seconds, on however busy a machine
PROGRAM: Final = "product_importer.media.darkroom"
_REASON: Final = 300  # characters


class ImageUnrecognised(AppError):
    """The bytes are no picture of a kind that is taken, whatever the file is called."""

    status = 422
    code = "IMAGE_UNRECOGNISED"
    title = "This is not an image that can be used"
    action = "Save it as JPEG, PNG, WebP, GIF or AVIF, and upload that."


class ImageTooLarge(AppError):
    """The picture has more bytes or more pixels than are taken."""

    status = 413
    code = "IMAGE_TOO_LARGE"
    title = "The image is too large"
    action = "Save it smaller: at most 100 MB and 50 megapixels, a progressive one 25."


class ImageDamaged(AppError):
    """The picture begins like one and cannot be decoded to its end."""

    status = 422
    code = "IMAGE_DAMAGED"
    title = "The image is damaged"
    action = "Check that it opens on your own machine, save it again, and upload that."


class ImageTooCostly(AppError):
    """Decoding the picture takes more than one picture may."""

    status = 422
    code = "IMAGE_TOO_COSTLY"
    title = "The image takes too much to decode"
    action = "Save it again as a plain JPEG or PNG, and upload that."


class DecoderStopped(AppError):
    """The process that decodes pictures was killed, or did not end; another attempt may succeed."""

    status = 503
    code = "DECODER_STOPPED"
    title = "Decoding was cut off"
    action = "Try again; if it happens again, save a new copy of the image and upload that."
    passing = True


@dataclass(frozen=True, slots=True)
class Made:
    """One variant: WebP that fits into a square of `box` pixels."""

    box: int
    width: int
    height: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Developed:
    """What a picture is, as one looks at it, and its variants."""

    format: str
    width: int
    height: int
    variants: Sequence[Made]


def develop(file: IO[bytes]) -> Developed:
    """Make the variants of the picture in an open file, in at most MEMORY bytes and CPU seconds.

    Raises ImageUnrecognised, ImageTooLarge, ImageDamaged, ImageTooCostly and DecoderStopped.
    """
    file.seek(0)
    with tempfile.TemporaryFile() as output:
        with program.running(PROGRAM, PIXELS_MAX, MEMORY, CPU, given=file, written=output) as decoder:
            _require_whole(decoder)
        return _read(output)


def require_kind(head: bytes) -> None:
    """Refuse at once what its first bytes tell is no picture; raises ImageUnrecognised."""
    if darkroom.kind_of(head[: darkroom.HEAD]) is None:
        found = "It is empty." if not head else "Its first bytes are not those of a JPEG, PNG, WebP, GIF or AVIF."
        raise ImageUnrecognised(found)


def require_size(size: int) -> None:
    """Refuse a file that has too many bytes; raises ImageTooLarge."""
    if size > BYTES_MAX:
        raise ImageTooLarge(f"It has {size:,} bytes; at most {BYTES_MAX:,} are accepted.")


def _require_whole(decoder: program.Program) -> None:
    """Raise unless the program came to its end."""
    try:
        status = decoder.status(within=WALL)
    except program.Silent:
        raise DecoderStopped(f"It did not finish within {WALL:.0f} seconds.") from None
    if status == 0:
        return
    reason = decoder.reason(most=_REASON)
    refusals = {
        darkroom.UNKNOWN: ImageUnrecognised(f"Not recognised: {reason}."),
        darkroom.TOO_MANY_PIXELS: ImageTooLarge(f"It has {reason}."),
        darkroom.DAMAGED: ImageDamaged(f"It cannot be decoded: {reason}."),
        darkroom.TOO_COSTLY: ImageTooCostly(f"It cannot be decoded: {reason}."),
        -signal.SIGXCPU: ImageTooCostly(f"It takes more than {CPU} seconds of processor time."),
        -signal.SIGABRT: ImageTooCostly(f"It takes more than {MEMORY:,} bytes of memory."),
        -signal.SIGTRAP: ImageTooCostly(f"It takes more than {MEMORY:,} bytes of memory."),
        -signal.SIGSEGV: ImageDamaged("The decoder crashed on it."),
    }
    raise refusals.get(status) or DecoderStopped(f"The process that decodes it ended with status {status}.")


def _read(output: IO[bytes]) -> Developed:
    output.seek(0)
    told: dict[str, Any] = json.loads(output.readline())
    variants = [Made(one["box"], one["width"], one["height"], output.read(one["bytes"])) for one in told["variants"]]
    return Developed(told["format"], told["width"], told["height"], variants)
