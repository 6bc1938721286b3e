"""Bytes become whole lines, and what is no text is marked, never guessed at in silence."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from product_importer.imports.source import decoding
from product_importer.imports.source.lines import Lines


def decode(
    data: bytes, encoding: str = "utf-8", *, guessed: bool = False, block: int = 1 << 20, longest: int = 1 << 23
) -> list[decoding.Chunk]:
    blocks = [data[at : at + block] for at in range(0, len(data), block)]
    return list(decoding.chunks(blocks, encoding, guessed=guessed, longest=longest))


def text_of(chunks: Iterable[decoding.Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


@given(text=st.text(max_size=200), encoding=st.sampled_from(["utf-8", "utf-16-le", "utf-16-be", "utf-32-le"]))
def test_text_in_any_unicode_encoding_comes_back_for_blocks_of_any_size(text: str, encoding: str) -> None:
    whole = text.removeprefix("\ufeff")
    for block in (1, 7, 1 << 20):
        assert text_of(decode(("\ufeff" + whole).encode(encoding), encoding, block=block)) == whole


@given(data=st.binary(max_size=300), block=st.integers(1, 40))
def test_lines_are_whole_and_none_is_lost_whatever_the_bytes(data: bytes, block: int) -> None:
    chunks = decode(data, block=block)
    lines = [line for chunk in chunks for line in Lines(chunk.text)]
    expected = data.removeprefix(b"\xef\xbb\xbf").splitlines(keepends=True)
    assert len(lines) == len(expected)
    assert all(line.endswith(("\n", "\r")) for line in lines[:-1])


def test_lines_alone_that_are_not_utf8_are_read_as_cp1252_and_named() -> None:
    (chunk,) = decode("é\n".encode() + "café 5 €\n".encode("cp1252") + b"x\n")
    assert chunk.text == "é\ncafé 5 €\nx\n"
    assert (chunk.recoded, chunk.flawed) == ([1], False)


def test_bytes_that_are_text_nowhere_are_marked() -> None:
    (chunk,) = decode(b"ok\n\x81bad\xff\n")
    assert chunk.flawed
    assert decoding.UNDECODABLE.search(chunk.text)


def test_a_guess_never_spoils_a_line_that_is_utf8() -> None:
    (chunk,) = decode("é".encode("cp1252") + b"\n" + "ü€\n".encode(), "cp1252", guessed=True)
    assert chunk.text == "é\nü€\n"
    assert chunk.recoded == []


def test_a_persons_encoding_is_taken_at_its_word() -> None:
    assert text_of(decode("ü\n".encode(), "cp1252")) == "Ã¼\n"
    assert text_of(decode("Насос\n".encode("cp1251"), "cp1251")) == "Насос\n"


@pytest.mark.parametrize("data", [b"a\0b\0\x00\xd8x\0\n\0", "ab\n".encode("utf-16-le") + b"x"])
def test_utf16_that_is_damaged_or_cut_is_marked(data: bytes) -> None:
    assert any(chunk.flawed for chunk in decode(data, "utf-16-le"))


def test_a_line_beyond_the_limit_is_cut_out_and_the_next_is_whole() -> None:
    for ending in (b"\n", b"\r\n", b"\r"):
        for block in (1, 3, 64):
            chunks = decode(b"a" + ending + b"b" * 500 + ending + b"c" + ending, block=block, longest=100)
            texts = [(chunk.text.strip()[:1], chunk.overlong) for chunk in chunks if chunk.text.strip()]
            assert texts == [("a", False), ("b", True), ("c", False)]


def test_bytes_are_counted_as_they_stand_in_the_file() -> None:
    data = "é,ü\n".encode("utf-16-le") * 1_000
    assert decode(data, "utf-16-le")[-1].bytes_read == len(data)
