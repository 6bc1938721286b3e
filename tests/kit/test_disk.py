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


def test_bytes_are_flushed_before_the_file_has_its_name_and_every_new_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, flushed, flush = tmp_path / "a" / "b" / "file", list[tuple[Path, int, bool]](), os.fsync

    def noting(handle: int) -> None:
        flush(handle)
        flushed.append((Path(f"/proc/self/fd/{handle}").readlink(), os.fstat(handle).st_size, file.exists()))

    monkeypatch.setattr(os, "fsync", noting)
    disk.write(file, b"x" * 3_000_000)
    (aside, size, was_there), *folders = flushed
    assert (aside.parent, size, was_there) == (file.parent, 3_000_000, False)
    assert [(path, there) for path, _, there in folders][:3] == [
        (file.parent, True), (file.parent.parent, True), (tmp_path, True)
    ]  # fmt: skip


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
