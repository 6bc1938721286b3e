"""Files by key, in a local folder or an S3-compatible bucket: the one module that knows object storage."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import obstore
from obstore.store import LocalStore, ObjectStore, S3Store

from product_importer.kit import disk
from product_importer.kit.settings import Settings

if TYPE_CHECKING:
    from obstore import Attributes  # its stubs alone know it

BLOCK = 2**20  # bytes a read delivers at a time
_ATTACHMENT: "Attributes" = {"Content-Disposition": "attachment", "Content-Type": "application/octet-stream"}
_store: ObjectStore | None = None
_root: Path | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """One stored file: its key, its size in bytes, and when it was stored."""

    key: str
    size: int
    modified: dt.datetime


def configure(settings: Settings) -> None:
    """Open the store that STORAGE_URL names: `file:///folder` or `s3://bucket/prefix`."""
    global _store, _root
    url = urlsplit(settings.storage)
    if url.scheme == "file":
        _root = Path(unquote(url.path))
        _root.mkdir(parents=True, exist_ok=True)
        _store = LocalStore(_root, automatic_cleanup=True)  # an empty folder goes with its last file
    else:
        _root = None
        _store = _bucket(settings)


def put(key: str, data: bytes | bytearray | memoryview | IO[bytes], *, attachment: bool = False) -> None:
    """Store `data`, bytes or an open file, whole under `key`; on return it outlives a power cut.

    An `attachment` is what a browser that is led to it by `signed` saves and never shows. Raises OSError with ENOSPC
    when the disk is full.
    """
    store = _opened()
    if _root is not None:  # obstore's local store neither flushes nor writes in small blocks
        disk.write(_root / _inside(key), data)
    else:
        obstore.put(store, key, data, attributes=_ATTACHMENT if attachment else None)


def stream(key: str) -> Iterator[bytes]:
    """Yield the bytes under `key` in blocks of about one MiB; FileNotFoundError when nothing is there."""
    store = _opened()
    if _root is not None:  # by way of obstore, an import took half a second longer to read 67 MB
        yield from disk.read(_root / _inside(key))
    else:
        for block in obstore.get(store, key).stream(min_chunk_size=BLOCK):
            yield bytes(block)


def signed(key: str, *, seconds: float) -> str | None:
    """Return an address under which anybody may fetch the file for a short time; None where a folder has none."""
    store = _opened()
    return obstore.sign(store, "GET", key, dt.timedelta(seconds=seconds)) if isinstance(store, S3Store) else None


def listing(folder: str) -> Iterator[Kept]:
    """Yield every file below `folder`, in no order; what comes or goes meanwhile may be among them or not."""
    for found in obstore.list(_opened(), folder):
        for one in found:
            yield Kept(one["path"], one["size"], one["last_modified"])


def delete(keys: Iterable[str]) -> None:
    """Remove the files under `keys`; those that are gone already do not matter."""
    for key in keys:
        try:
            obstore.delete(_opened(), key)
        except FileNotFoundError:
            continue


def delete_under(folder: str) -> None:
    """Remove every file whose key begins with `folder` and a slash."""
    for found in obstore.list(_opened(), folder):
        delete(one["path"] for one in found)


def sweep_asides(*, before: dt.datetime) -> int:
    """Remove what was cut off while it was written to a folder before a moment; return how many files."""
    return 0 if _root is None else disk.sweep_asides(_root, before=before.timestamp())


def _opened() -> ObjectStore:
    if _store is None:
        raise RuntimeError("storage.configure() was not called in this process")
    return _store


def _bucket(settings: Settings) -> ObjectStore:
    if not settings.storage_endpoint:
        return S3Store.from_url(settings.storage)
    plain = settings.storage_endpoint.startswith("http://")
    return S3Store.from_url(
        settings.storage, config={"endpoint": settings.storage_endpoint}, client_options={"allow_http": plain}
    )


def _inside(key: str) -> str:
    """Return a key that leads nowhere out of the folder; raises ValueError for any other."""
    if any(part in ("", ".", "..") for part in key.split("/")):
        raise ValueError(f"{key!r} is no key.")
    return key
