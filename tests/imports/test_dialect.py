"""Encoding, delimiter, header line and quoting are told from the first bytes, and a person's word wins."""

import gzip
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from product_importer.imports.source import dialect, encodings
from product_importer.imports.source.dialect import DelimiterUnknown, FileEmpty
from product_importer.imports.source.headers import HeaderMissing
from product_importer.imports.source.kinds import FileNotCsv


def sniff(data: str | bytes, **options: Any) -> dialect.Dialect:
    head = data.encode() if isinstance(data, str) else data
    return dialect.sniff(head, whole=True, **options)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("header", [["sku", "name", "price"], ["Stock", "What", "Much"]])
def test_the_delimiter_is_seen(delimiter: str, header: list[str]) -> None:
    rows = [header, ["A1", "one, two", "1;5"], ["A2", "x", "2"], ["A3", "y", "3"]]
    data = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    assert sniff(data).delimiter == delimiter


def test_decimal_commas_do_not_make_a_comma_the_delimiter() -> None:
    assert sniff("sku;name;price\nA;Pump;1,50\nB;Hose;2,50\nC;Ring;3,00\n").delimiter == ";"


@pytest.mark.parametrize(
    ("data", "line", "delimiter"),
    [
        ("sku,name\nA,1\n", 1, ","),
        ("\n\nsku,name\nA,1\n", 3, ","),
        ("Price list, spring 2026\nACME GmbH\n\nsku;name;price\nA;Pump;1\n", 4, ";"),
        ("sep=;\nsku;name\nA;1\n", 2, ";"),
        ('"sep=|"\nsku|name\nA|1\n', 2, "|"),
        ("\ufeffsep=\t\r\nsku\tname\r\n", 2, "\t"),
        ("Stock,What,Much\nA1,x,1\nA,y,2\nA,z\n", 1, ","),
        ("Stock,What,Much\nA1,x\nA,y,2\nA,z,7\n", 1, ","),
        ('"A note\nover two lines"\nsku,name\nA,1\n', 3, ","),
    ],
)
def test_the_header_is_found_below_notes_and_blank_lines(data: str | bytes, line: int, delimiter: str) -> None:
    found = sniff(data)
    assert (found.header_line, found.delimiter) == (line, delimiter)


def test_columns_that_a_mapping_names_tell_the_header() -> None:
    data = "Report,2026\nkind,amount\nStockNo,What\nA,1\n"
    assert sniff(data, wanted=["StockNo", "What"]).header_line == 3


@pytest.mark.parametrize("data", ["A-1,Pump,12.50\nA-2,Hose,3.00\n", "1,2,3\n4,5,6\n", "x,x,x\n"])
def test_a_file_that_begins_with_data_has_no_header(data: str | bytes) -> None:
    with pytest.raises(HeaderMissing, match="the first reads"):
        sniff(data)


@pytest.mark.parametrize("data", [b"", b"\n\r\n ", b"\xef\xbb\xbf", b"\xff\xfe", b"\0\0\0"])
def test_an_empty_file_is_refused(data: str | bytes) -> None:
    with pytest.raises(FileEmpty):
        sniff(data)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%PDF-1.7\n", "a PDF"),
        (b"PK\x03\x04" + b"x" * 50, "a ZIP archive"),
        (b"PK\x03\x04......[Content_Types].xml", "an Excel workbook"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"\xff\xd8\xff\xe0", "a JPEG image"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b'{"sku": "A"}', "JSON"),
        (b'[\n  {"sku": "A"}]', "JSON"),
        (b"<?xml version='1.0'?>", "an XML document"),
        (gzip.compress(b"sku,name\n", mtime=0), "a gzip archive"),
        (bytes(range(1, 32)) * 100, "binary data"),
    ],
)
def test_a_file_that_is_no_csv_is_refused_by_what_it_is(data: str | bytes, name: str) -> None:
    with pytest.raises(FileNotCsv, match=name):
        sniff(data)


def test_what_is_given_wins_over_what_is_seen() -> None:
    data = "sku;name\nA;1\nSKU,Name;x\n".encode("cp1251")
    found = sniff(data, encoding="windows-1251", delimiter=",", header_line=3)
    assert (found.encoding, found.delimiter, found.header_line, found.guessed) == ("cp1251", ",", 3, False)


@pytest.mark.parametrize("delimiter", ["", "ab", '"', "a", "\n"])
def test_a_delimiter_that_cannot_separate_is_refused(delimiter: str) -> None:
    with pytest.raises(DelimiterUnknown):
        sniff("sku,name\n", delimiter=delimiter)


@pytest.mark.parametrize("encoding", ["klingon", "base64", "utf-7", "idna"])
def test_an_encoding_of_no_text_file_is_refused(encoding: str) -> None:
    with pytest.raises(encodings.EncodingUnknown):
        sniff("sku,name\n", encoding=encoding)


def test_a_header_line_outside_of_the_file_is_refused() -> None:
    with pytest.raises(HeaderMissing, match="no line 9"):
        sniff("sku,name\nA,1\n", header_line=9)


TABLE = "sku,name\n" + "".join(f"A{number},Größe für Tür {number}\n" for number in range(20))


@pytest.mark.parametrize(
    ("data", "encoding", "guessed"),
    [
        (TABLE.encode(), "utf-8", False),
        (TABLE.encode("utf-8-sig"), "utf-8", False),
        (TABLE.encode("utf-16"), "utf-16-le", False),
        (b"\xfe\xff" + TABLE.encode("utf-16-be"), "utf-16-be", False),
        (TABLE.encode("utf-16-le"), "utf-16-le", True),
        (TABLE.encode("utf-16-be"), "utf-16-be", True),
        (TABLE.encode("utf-32"), "utf-32-le", False),
        (TABLE.encode("cp1252"), "cp1252", True),
        (TABLE.encode() + "A99,één regel\n".encode("cp1252"), "utf-8", False),
        (b"sku,name\nA,1\n", "utf-8", False),
    ],
)
def test_the_encoding_is_told_by_mark_by_strictness_and_only_then_guessed(
    data: str | bytes, encoding: str, guessed: bool
) -> None:
    found = sniff(data)
    assert (found.encoding, found.guessed) == (encoding, guessed)


CYRILLIC = "sku,name\n" + "".join(f"A{number},Насос стальной большой {number}\n" for number in range(30))
POLISH = "sku,name\n" + "".join(f"A{number},Źródło łącznik żółć przewód gumowy {number}\n" for number in range(30))


@pytest.mark.parametrize(("text", "encoding"), [(CYRILLIC, "cp1251"), (POLISH, "cp1250")])
def test_other_eight_bit_encodings_are_guessed(text: str, encoding: str) -> None:
    found = sniff(text.encode(encoding))
    assert (found.encoding, found.guessed) == (encoding, True)


def test_a_character_cut_at_the_end_of_the_head_is_no_damage() -> None:
    head = TABLE.encode()
    cut = head[: head.rindex("ü".encode()) + 1]
    assert dialect.sniff(cut, whole=False).encoding == "utf-8"


def test_escaped_quotes_and_blanks_around_quotes_are_noticed() -> None:
    assert sniff('sku,name\nA,"5\\" pipe"\nB,"6\\" pipe"\n').escaped
    assert sniff('sku , name\n"A" , "x, y"\n"B" , "z, y"\n').spaced
    assert sniff('sku,name\nA,"C:\\"\nB,"D:\\"\n').plain


@pytest.mark.parametrize(("size", "block"), [(0, 10), (100, 7), (dialect.HEAD, 1000), (dialect.HEAD + 1, 1 << 20)])
def test_the_head_of_a_file_is_looked_at_without_losing_it(size: int, block: int) -> None:
    data = bytes(number % 251 for number in range(size))
    head, whole, blocks = dialect.head_of(data[at : at + block] for at in range(0, size, block))
    assert (head, whole) == (data[: dialect.HEAD], size <= dialect.HEAD)
    assert b"".join(blocks) == data


@given(st.binary(max_size=300))
def test_any_bytes_are_sniffed_or_refused_in_words(data: bytes) -> None:
    words = ""
    try:
        line = dialect.sniff(data, whole=True).header_line
    except (FileEmpty, FileNotCsv, HeaderMissing) as refusal:
        line, words = 0, refusal.detail
    assert line or words


def test_of_two_tables_the_first_is_read_however_short_it_is() -> None:
    other = "".join(f"Not for sale,X-{number}\n" for number in range(30))
    assert sniff("sku,name,description,price\nA,Lamp,,1\n\nTitle,Item no.\n" + other).header_line == 1
