"""An archive: one tar with every table as lines of JSON, every stored file, and last a manifest that sums them up."""

import gzip
import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from product_importer.copies.rows import Sum
from product_importer.kit.errors import AppError

MANIFEST, TABLES, FILES = "manifest.json", "tables/", "files/"
FORM = 1  # of what is inside; rises when it changes


class CopyExists(AppError):
    """There is a file already where the archive should go."""

    status = 409
    code = "COPY_EXISTS"
    title = "A file with that name already exists"
    action = "Choose another name, or move the file away: a copy never overwrites another."


class CopyUnreadable(AppError):
    """The file is no archive, or not a whole one."""

    status = 422
    code = "COPY_UNREADABLE"
    title = "The archive is incomplete"
    action = "Use an archive that `backup` finished writing; the manifest comes last in it."


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive holds: the sums of its tables by name, and of its files."""

    form: int
    version: str  # of the program
    revision: str  # of the schema
    made_at: str
    tables: dict[str, str]
    files: str


class Writer:
    """An archive on its way; it takes its name when it is whole."""

    def __init__(self, path: Path) -> None:
        if path.exists():
            raise CopyExists(f"{path} already exists.")
        self._path, self._partial = path, path.with_name(f"{path.name}.partial")
        self._tar = tarfile.TarFile(self._partial, "w", copybufsize=2**20)

    def table(self, name: str, lines: Iterable[bytes]) -> None:
        """Add a table; its lines are gathered in a file beside the archive first, since a tar asks for sizes."""
        with tempfile.TemporaryFile(dir=self._path.parent) as file:
            with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1, mtime=0) as packed:
                packed.writelines(line + b"\n" for line in lines)
            size = file.tell()
            file.seek(0)
            self._add(f"{TABLES}{name}.jsonl.gz", file, size)

    def file(self, key: str, blocks: Iterable[bytes], *, size: int, total: Sum) -> None:
        """Add a stored file of `size` bytes."""
        source = _Hashed(blocks)
        self._add(f"{FILES}{key}", source, size)
        total.add(fingerprint(key, source.digest.hexdigest()))

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest, and give the archive its name once it is on the disk."""
        told = json.dumps(asdict(manifest), indent=1).encode()
        self._add(MANIFEST, io.BytesIO(told), len(told))
        self._tar.close()
        handle = os.open(self._partial, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
        self._partial.rename(self._path)

    def _add(self, name: str, source: Any, size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size = size
        info.mode = 0o600
        self._tar.addfile(info, source)


class Reader:
    """An archive that is whole."""

    def __init__(self, path: Path) -> None:
        try:
            self._tar = tarfile.open(path, "r:")  # noqa: SIM115 - read until the process ends
            self._members = {member.name: member for member in self._tar.getmembers()}
            self.manifest = Manifest(**json.load(self._open(MANIFEST)))
        except (OSError, KeyError, ValueError, TypeError, tarfile.TarError) as error:
            raise CopyUnreadable(f"{path}: {error}.") from error

    def table(self, name: str) -> Iterator[bytes]:
        """Yield the lines of a table."""
        with gzip.GzipFile(fileobj=self._open(f"{TABLES}{name}.jsonl.gz")) as lines:
            yield from lines

    def files(self) -> Iterator[tuple[str, int]]:
        """Yield the key and the size of every stored file."""
        for name, member in self._members.items():
            if name.startswith(FILES):
                yield name.removeprefix(FILES), member.size

    def file(self, key: str) -> IO[bytes]:
        """Open a stored file."""
        return self._open(f"{FILES}{key}")

    def _open(self, name: str) -> IO[bytes]:
        source = self._tar.extractfile(self._members[name])
        if source is None:
            raise KeyError(name)
        return source


def fingerprint(key: str, digest: str) -> bytes:
    """Return the line by which a file is summed up."""
    return f"{key} {digest}".encode()


class _Hashed(io.RawIOBase):
    """Blocks as a file that can be read once, hashed on their way."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks, self._left = iter(blocks), b""
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """Return exactly so many bytes, fewer at the end."""
        while len(self._left) < size and (block := next(self._blocks, None)) is not None:
            self._left += block
        some, self._left = self._left[:size], self._left[size:]
        self.digest.update(some)
        return some
