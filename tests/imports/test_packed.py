"""Gzip files are unpacked as they stream by."""

import gzip
import zlib
from types import SimpleNamespace

import pytest

from product_importer.imports.source import packed
from product_importer.imports.source.kinds import FileNotCsv

TEXT = b"".join(b"SKU-%d,pump,%d.50\n" % (number, number) for number in range(50_000))


def in_blocks(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1_000, 1 << 20])
def test_a_gzip_file_is_read_as_what_is_in_it(size: int) -> None:
    assert b"".join(packed.opened(in_blocks(gzip.compress(TEXT), size))) == TEXT


def test_joined_gzip_files_are_read_one_after_the_other() -> None:
    joined = gzip.compress(TEXT) + gzip.compress(b"more\n")
    assert b"".join(packed.opened(in_blocks(joined, 4_096))) == TEXT + b"more\n"


def test_joined_empty_files_are_given_up_before_much_is_read() -> None:
    blocks = iter([gzip.compress(b"") * 10_000] * 10)
    with pytest.raises(FileNotCsv, match="parts with nothing in them"):
        list(packed.opened(blocks))
    assert len(list(blocks)) == 9


def test_an_empty_file_here_and_there_among_joined_ones_does_no_harm() -> None:
    joined = (gzip.compress(b"A,1\n") + gzip.compress(b"")) * 1_500
    assert b"".join(packed.opened(in_blocks(joined, 1 << 20))) == b"A,1\n" * 1_500


def test_what_stands_behind_a_small_member_is_not_copied_with_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """The more is given to zlib at once, the more it copies behind each member: 1 MiB, and the work is a square."""
    given: list[int] = []

    class Counted:
        def __init__(self, wbits: int) -> None:
            self._inflate = zlib.decompressobj(wbits)

        def decompress(self, data: bytes, most: int) -> bytes:
            given.append(len(data))
            return self._inflate.decompress(data, most)

        def __getattr__(self, name: str) -> object:
            return getattr(self._inflate, name)

    monkeypatch.setattr(packed, "zlib", SimpleNamespace(decompressobj=Counted, error=zlib.error))
    joined = gzip.compress(b"x") * 10_000
    assert sum(map(len, packed.opened([joined]))) == 10_000
    assert max(given) <= 16 * 1024


def test_other_files_pass_as_they_are() -> None:
    assert list(packed.opened([b"sku,", b"name\n"])) == [b"sku,", b"name\n"]
    assert b"".join(packed.opened([])) == b""


def test_a_gzip_file_that_was_cut_is_refused() -> None:
    with pytest.raises(FileNotCsv, match="cut"):
        list(packed.opened([gzip.compress(TEXT)[:-50]]))


def test_a_damaged_gzip_file_is_refused() -> None:
    with pytest.raises(FileNotCsv, match="damaged"):
        list(packed.opened([gzip.compress(TEXT)[:100] + b"\xff" * 200]))


def test_a_bomb_is_refused_before_it_bursts() -> None:
    bomb = gzip.compress(bytes(200_000_000), compresslevel=9)
    blocks = map(len, packed.opened(in_blocks(bomb, 65_536)))
    with pytest.raises(packed.UnpackedTooLarge, match=r"unpack to more than 67,\d{3},\d{3}"):
        sum(blocks)
