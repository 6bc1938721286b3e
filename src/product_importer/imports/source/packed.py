"""A gzip file is read as what is in it, block by block, and a bomb is refused before it bursts."""

import itertools
import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from product_importer.imports.source import kinds
from product_importer.imports.source.kinds import FileNotCsv, Kind
from product_importer.kit.errors import AppError

UNPACKED_MAX: Final = 8 * 1024**3  # bytes
RATIO_MAX: Final = 250  # unpacked by packed bytes; CSV packs 3 to 20 times, a bomb 1,000
_FREE: Final = 64 * 1024**2  # bytes that may come of anything
_STEP: Final = 256 * 1024  # bytes unpacked at once
_TAKEN: Final = 16 * 1024  # bytes given to zlib at once: it copies what is behind each member, which may be 20 bytes
_EMPTY_MAX: Final = 1_000  # joined files in a row with nothing in them; a tool that joins ends with one
_GZIP: Final = 16 + zlib.MAX_WBITS


class UnpackedTooLarge(AppError):
    """A compressed file holds more than it may."""

    status = 413
    code = "FILE_TOO_LARGE"
    title = "The file is too large when unpacked"
    action = "Split the file, or upload it unpacked."


def opened(blocks: Iterable[bytes], *, most: int = UNPACKED_MAX) -> Iterator[bytes]:
    """Give a file's bytes, unpacked if they are gzip, in blocks of at most 256 KiB then.

    Raises FileNotCsv for an archive that is damaged, cut or nothing but empty parts, UnpackedTooLarge beyond
    `most` bytes or an expansion of 250 times.
    """
    source = iter(blocks)
    first = next(source, b"")
    whole = itertools.chain([first], source)
    return _unpacked(whole, most) if is_packed(first) else whole


def is_packed(head: bytes) -> bool:
    """Tell whether a file is gzip by its first bytes."""
    return head.startswith(kinds.GZIP)


def _unpacked(blocks: Iterable[bytes], most: int) -> Iterator[bytes]:
    packed = unpacked = empty = 0
    inflate, begun = zlib.decompressobj(_GZIP), False
    for rest in _cut(blocks):
        packed += len(rest)
        while rest:
            if inflate.eof:  # gzip files may be joined
                inflate, begun, rest = zlib.decompressobj(_GZIP), False, rest.lstrip(b"\0")
            piece = _inflated(inflate, rest)
            begun = begun or bool(rest)
            rest = inflate.unconsumed_tail or inflate.unused_data
            unpacked += len(piece)
            empty = 0 if piece else empty + inflate.eof
            if unpacked > most or unpacked > max(_FREE, RATIO_MAX * packed):
                raise UnpackedTooLarge(f"{packed:,} bytes unpack to more than {unpacked:,}.", packed=packed)
            if empty > _EMPTY_MAX:
                raise FileNotCsv("The gzip file is made of parts with nothing in them.", found=Kind.GZIP)
            if piece:
                yield piece
    if begun and not inflate.eof:
        raise FileNotCsv("The gzip file ends in the middle; the upload or the export was cut.", found=Kind.GZIP)


def _cut(blocks: Iterable[bytes]) -> Iterator[bytes]:
    for block in blocks:
        for start in range(0, len(block), _TAKEN):
            yield block[start : start + _TAKEN]


def _inflated(inflate: "zlib._Decompress", data: bytes) -> bytes:
    try:
        return inflate.decompress(data, _STEP)
    except zlib.error as error:
        raise FileNotCsv("The gzip file is damaged and cannot be unpacked.", found=Kind.GZIP) from error
