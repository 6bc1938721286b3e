"""Files on a local disk: whole or not there, whatever happens while they are written."""

import io
import os
import time
from pathlib import Path

import pytest

from product_importer.kit import disk, storage
from product_importer.kit.settings import Settings


class Breaking(io.BytesIO):
    """A file whose source fails after its first block."""

    def read(self, size: int | None = -1) -> bytes:
        """Give a block, once."""
        if self.tell():
            raise OSError("gone")
        return super().read(size)


def test_a_write_that_fails_leaves_the_file_before_it_and_nothing_else(tmp_path: Path) -> None:
    disk.write(tmp_path / "a" / "b" / "file", b"old")
    with pytest.raises(OSError, match="gone"):
        disk.write(tmp_path / "a" / "b" / "file", Breaking(b"x" * 3 * disk.BLOCK))
    assert [path.name for path in tmp_path.rglob("*")] == ["a", "b", "file"]
    assert (tmp_path / "a" / "b" / "file").read_bytes() == b"old"


def test_what_a_killed_writer_left_aside_is_in_no_listing_and_goes_in_time(tmp_path: Path) -> None:
    storage.configure(Settings(data_dir=tmp_path))
    storage.put("a/whole#1st", b"x")
    left, fresh = (tmp_path / "files" / "a" / f"file#{number}" for number in (12, 13))
    for path in (left, fresh):
        path.write_bytes(b"half of it")
    os.utime(left, (0, 0))
    assert [kept.key for kept in storage.listing("a")] == ["a/whole#1st"]
    assert disk.sweep_asides(tmp_path, before=time.time() - 60) == 1
    assert (left.exists(), fresh.exists()) == (False, True)
