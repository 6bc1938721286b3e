"""Files on a local disk that outlive a power cut: written aside, flushed, moved to their places, and read there."""

import contextlib
import functools
import itertools
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

BLOCK: Final = 2**20  # bytes at a time: writing eight at once took the kernel up to seven times as long
_ASIDE: Final = re.compile(r".+#\d+")  # names that obstore's listings leave out


def write(path: Path, data: bytes | bytearray | IO[bytes]) -> None:
    """Write a file whole, its folders too, in place of one that may be there; on return all of it outlives a power cut.

    An open file is read from where it stands. Raises OSError, with ENOSPC when the disk is full.
    """
    aside = path.with_name(f"{path.name}#{secrets.randbelow(10**12)}")
    fresh = list(itertools.takewhile(lambda folder: not folder.exists(), path.parents))
    try:
        with _made(aside) as file:
            for block in _blocks(data):
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    for folder in (path.parent, *(one.parent for one in fresh)):
        _flush(folder)


def read(path: Path) -> Iterator[bytes]:
    """Yield a file's bytes in blocks. Raises OSError, FileNotFoundError when nothing is there."""
    with path.open("rb", buffering=0) as file:
        while block := file.read(BLOCK):
            yield block


def sweep_asides(root: Path, *, before: float) -> int:
    """Remove what writers that were cut off left aside before a moment, in Unix time; return how many files."""
    left = [path for path in root.rglob("*#*") if _ASIDE.fullmatch(path.name) and _modified(path) < before]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _made(path: Path) -> IO[bytes]:
    """Make a file and its folders; one that was just emptied may be removed by somebody else meanwhile."""
    for _ in range(10):
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            return path.open("xb")
    return path.open("xb")


def _blocks(data: bytes | bytearray | IO[bytes]) -> Iterator[bytes | memoryview]:
    if isinstance(data, bytes | bytearray):
        view = memoryview(data)
        return (view[at : at + BLOCK] for at in range(0, len(data), BLOCK))
    return iter(functools.partial(data.read, BLOCK), b"")


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")
