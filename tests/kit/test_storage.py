"""Files by key: one suite for a local folder and an S3-compatible bucket."""

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from product_importer.kit import storage
from product_importer.kit.settings import Settings
from tests.servers import s3

FOLDER, BUCKET = "folder", "bucket"


@pytest.fixture(params=[FOLDER, pytest.param(BUCKET, marks=pytest.mark.server)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The store of this process, in each kind."""
    if request.param == FOLDER:
        storage.configure(Settings(data_dir=tmp_path))
    else:
        bucket: s3.Bucket = request.getfixturevalue("s3_bucket")
        url = f"{bucket.url}/some/prefix"
        storage.configure(Settings(data_dir=tmp_path, storage_url=url, storage_endpoint=bucket.endpoint))
    yield request.param
    storage.configure(Settings(data_dir=tmp_path))


def read(key: str) -> bytes:
    return b"".join(storage.stream(key))


def test_what_was_put_comes_back(store: str) -> None:
    storage.put("a/b/c.csv", b"one")
    assert read("a/b/c.csv") == b"one"


def test_an_open_file_is_put_from_where_it_stands(store: str) -> None:
    file = io.BytesIO(b"x" * 3_000_000)
    storage.put("big", file)
    assert read("big") == b"x" * 3_000_000


def test_a_large_file_comes_in_blocks(store: str) -> None:
    data = os.urandom(5 * 2**20)
    storage.put("large", data)
    blocks = list(storage.stream("large"))
    assert b"".join(blocks) == data
    assert len(blocks) > 1


def test_a_key_put_again_holds_the_new_bytes(store: str) -> None:
    storage.put("key", b"old and long")
    storage.put("key", b"new")
    assert read("key") == b"new"


def test_what_is_not_there_is_said(store: str) -> None:
    with pytest.raises(FileNotFoundError):
        read("nowhere")


def test_deleting_removes_these_and_minds_none_that_are_gone(store: str) -> None:
    for key in ("one", "two", "three"):
        storage.put(key, b"x")
    storage.delete(["one", "gone", "two"])
    assert read("three") == b"x"
    for key in ("one", "two"):
        with pytest.raises(FileNotFoundError):
            read(key)


def test_an_empty_file_is_a_file(store: str) -> None:
    storage.put("empty", b"")
    assert read("empty") == b""


@pytest.mark.parametrize("key", ["../outside", "a/../../outside"])
def test_no_key_leads_out_of_the_folder(tmp_path: Path, key: str) -> None:
    storage.configure(Settings(data_dir=tmp_path / "inside"))
    with contextlib.suppress(Exception):
        storage.put(key, b"x")
    assert [path for path in tmp_path.rglob("outside") if tmp_path / "inside" / "files" not in path.parents] == []
