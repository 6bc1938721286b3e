"""Blocks of bytes become numbered records, whatever their borders, line ends and quotes."""

import csv
import io
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from product_importer.imports.codes import Code
from product_importer.imports.source import reader
from product_importer.imports.source.broken import Broken
from product_importer.imports.source.dialect import Dialect
from product_importer.imports.source.headers import HeaderMissing
from product_importer.imports.source.limits import Limits

COMMA = Dialect("utf-8", ",", 1)


def read(
    data: bytes, *, dialect: Dialect = COMMA, block: int = 1 << 20, limits: Limits | None = None
) -> tuple[reader.Reader, list[tuple[int, list[str]]], list[Broken]]:
    blocks = [data[at : at + block] for at in range(0, len(data), block)]
    opened = reader.open_reader(blocks, dialect, limits=limits or Limits())
    batches = list(opened)
    records = [pair for batch in batches for pair in zip(batch.lines, batch.records, strict=True)]
    return opened, records, [broken for batch in batches for broken in batch.broken]


def test_the_header_stands_apart_and_lines_are_counted_as_an_editor_does() -> None:
    opened, records, broken = read(b'sku,name\r\nA,"one\r\ntwo"\r\nB,three\r\n')
    assert opened.header == ["sku", "name"]
    assert records == [(2, ["A", "one\r\ntwo"]), (4, ["B", "three"])]
    assert broken == []


def test_lf_crlf_and_cr_may_be_mixed_in_one_file() -> None:
    _, records, _ = read(b"sku,name\rA,1\nB,2\r\nC,3\r\rD,4")
    assert records == [(2, ["A", "1"]), (3, ["B", "2"]), (4, ["C", "3"]), (6, ["D", "4"])]


def test_breaks_on_both_sides_of_a_delimiter_are_two() -> None:
    _, records, _ = read(b'sku,name\n"A\r","\nB"\nC,1\n')
    assert records == [(2, ["A\r", "\nB"]), (5, ["C", "1"])]


def test_other_breaks_of_unicode_are_text() -> None:
    _, records, _ = read("sku,name\nA,one\u2028two\u0085three\x0bfour\nB,x\n".encode())
    assert records == [(2, ["A", "one\u2028two\u0085three\x0bfour"]), (3, ["B", "x"])]


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@given(
    table=st.lists(st.lists(cells, min_size=3, max_size=3), min_size=1, max_size=4),
    delimiter=st.sampled_from(",;\t|"),
    ending=st.sampled_from(["\n", "\r\n", "\r"]),
    block=st.integers(1, 64),
)
def test_what_python_writes_is_read_back_whole_for_blocks_of_any_size(
    table: list[list[str]], delimiter: str, ending: str, block: int
) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=ending, quoting=csv.QUOTE_ALL)
    writer.writerows([["sku", "name", "text"], *table])
    _, records, broken = read(out.getvalue().encode(), dialect=Dialect("utf-8", delimiter, 1), block=block)
    filled = [row for row in table if any(row) and any(cell.strip() for cell in row)]
    assert [record for _, record in records if any(cell.strip() for cell in record)] == filled
    assert broken == []


# Four rows, as above: where five are known, a cell that looks like two of them is doubted (`resync`).
@given(table=st.lists(st.lists(cells, min_size=2, max_size=2), min_size=1, max_size=4), block=st.integers(1, 64))
def test_a_row_is_the_number_at_which_a_spreadsheet_shows_the_record(table: list[list[str]], block: int) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([["sku", "two\nlines"], *table])
    data = out.getvalue().encode()
    opened = reader.open_reader([data[at : at + block] for at in range(0, len(data), block)], COMMA)
    pairs = [(batch.rows, pair) for batch in opened for pair in zip(batch.lines, batch.records, strict=True)]
    rows = {counted.row_of(line): record for counted, (line, record) in pairs}
    shown = dict(enumerate(csv.reader(io.StringIO(out.getvalue(), newline="")), 1))
    assert {row: record for row, record in rows.items() if any(map(str.strip, record))} == {
        row: record for row, record in shown.items() if row > 1 and any(map(str.strip, record))
    }


@given(data=st.binary(max_size=400), block=st.integers(1, 50))
def test_no_bytes_at_all_make_the_reader_fail(data: bytes, block: int) -> None:
    _, records, broken = read(b"sku,name,price\n" + data, block=block)
    lines = [line for line, _ in records] + [report.line for report in broken]
    assert len(set(lines)) == len(lines)
    assert all(len(record) == 3 for _, record in records)


def test_blank_lines_are_counted_by_nobody() -> None:
    _, records, broken = read(b"sku,name\n\n   \nA,1\n,\n\n")
    assert [line for line, record in records if any(record)] == [4]
    assert broken == []


def test_a_ragged_row_is_reported_with_its_line_and_text_and_never_shifted() -> None:
    _, records, broken = read(b"sku,name,price\nA,1\nB,2,3,4\nC,5,6\n")
    assert records == [(4, ["C", "5", "6"])]
    assert [(report.line, report.code, report.raw) for report in broken] == [
        (2, Code.ROW_RAGGED, "A,1\n"),
        (3, Code.ROW_RAGGED, "B,2,3,4\n"),
    ]


def test_a_repeated_header_is_left_out_and_named() -> None:
    opened = reader.open_reader([b"sku,name\nA,1\nsku,name\nB,2\n"], COMMA)
    (batch,) = list(opened)
    assert batch.repeated == [3]
    assert batch.records == [["A", "1"], ["B", "2"]]


def test_lines_above_the_header_are_skipped_and_counted() -> None:
    opened, records, _ = read(b"Prices 2026\n\nsku,name\nA,1\n", dialect=Dialect("utf-8", ",", 3))
    assert opened.header == ["sku", "name"]
    assert records == [(4, ["A", "1"])]


def test_an_unclosed_quote_at_the_end_costs_one_line() -> None:
    _, records, broken = read(b'sku,name\nA,1\nB,"cut\nC,3\nD,4')
    assert [line for line, _ in records] == [2, 4, 5]
    assert [(report.line, report.code) for report in broken] == [(3, Code.QUOTE_UNBALANCED)]


def test_an_unclosed_quote_does_not_swallow_half_of_a_large_file() -> None:
    rows = [b"SKU-%06d,pump %d,%d.50\n" % (number, number, number) for number in range(60_000)]
    rows[7] = b'SKU-000007,"pump,3.50\n'
    _, records, broken = read(b"sku,name,price\n" + b"".join(rows))
    assert len(records) == 59_999
    assert [report.line for report in broken] == [9]


def test_two_broken_quotes_that_close_each_other_do_not_hide_what_is_between() -> None:
    rows = [b"SKU-%d,pump,%d.50\n" % (number, number) for number in range(30)]
    rows[10], rows[20] = b'SKU-10,"pump,1.50\n', b'SKU-20,pump",1.50\n'
    _, records, broken = read(b"sku,name,price\n" + b"".join(rows))
    assert [report.line for report in broken] == [12]
    assert [line for line, _ in records] == [line for line in range(2, 32) if line != 12]


def test_text_over_many_lines_with_commas_is_one_record() -> None:
    text = "".join(f"red, green, and blue {number}\n" for number in range(50))
    _, records, broken = read(f'sku,name,description\nA-1,one,short\nA-2,two,"{text}"\nA-3,three,short\n'.encode())
    assert [line for line, _ in records] == [2, 3, 54]
    assert records[1][1][2] == text
    assert broken == []


def test_a_cell_over_many_lines_that_is_too_long_is_one_report() -> None:
    text = b"a line of prose, and another\n" * 2_000
    data = b'sku,name,price\nA-1,one,1\nA-2,"' + text + b'",2\nA-3,three,3\n'
    _, records, broken = read(data, limits=Limits(field=10_000))
    assert [record[0] for _, record in records] == ["A-1", "A-3"]
    assert [(report.line, report.code, report.column, report.lines) for report in broken] == [
        (3, Code.FIELD_TOO_LONG, "name", 2_001)
    ]


def test_a_line_longer_than_a_record_may_be_is_one_report() -> None:
    data = b"sku,name\nA,1\nB," + b"x" * 300_000 + b"\nC,3\n"
    _, records, broken = read(data, block=1_000, limits=Limits(record=100_000))
    assert records == [(2, ["A", "1"]), (4, ["C", "3"])]
    assert [(report.line, report.code) for report in broken] == [(3, Code.RECORD_TOO_LONG)]


def test_a_nul_byte_costs_its_own_record() -> None:
    _, records, broken = read(b"sku,name\nA,1\nB,2\0\nC,3\n")
    assert [line for line, _ in records] == [2, 4]
    assert [(report.line, report.code, report.column) for report in broken] == [(3, Code.NUL_BYTE, "name")]


def test_bytes_consumed_grow_to_the_size_of_the_file() -> None:
    data = b"sku,name\n" + b"A,some text\n" * 20_000
    read_so_far = [batch.bytes_read for batch in reader.open_reader([data], COMMA)]
    assert read_so_far == sorted(read_so_far)
    assert read_so_far[-1] == len(data)


@pytest.mark.parametrize("data", [b"", b"\n\n", b",,,\n1,2,3,4\n", b'"sku,name\nA,1\n'])
def test_a_file_whose_header_line_holds_none_is_refused(data: bytes) -> None:
    with pytest.raises(HeaderMissing):
        read(data)


@pytest.mark.parametrize(
    ("front", "line"), [(b'sku,"name,price\n', 1), (b'sku,"the\nname","price\n', 2), (b'sku,"6"" pipe","name\n', 1)]
)
def test_a_quote_left_open_in_the_header_is_named_by_its_line_before_much_is_read(front: bytes, line: int) -> None:
    rows = itertools.repeat(b"A-1,Lamp,5.00\n" * 5_000, 100)
    with pytest.raises(HeaderMissing, match=f"The quote in line {line} is never closed"):
        reader.open_reader(itertools.chain([front], rows), COMMA)
    assert sum(1 for _ in rows) > 80  # blocks that nobody asked for, of 70 KB each


def test_a_header_that_never_ends_is_read_no_further_than_a_record() -> None:
    cells = itertools.repeat(b'one\nname","' * 100, 1_000)
    with pytest.raises(HeaderMissing, match="never closed"):
        reader.open_reader(itertools.chain([b'sku,"'], cells), COMMA, limits=Limits(record=100_000))
    assert sum(1 for _ in cells) > 900


def test_a_header_over_many_blocks_is_read_whole() -> None:
    name = "a long\nname " * 50_000
    opened, records, _ = read(f'sku,"{name}",price\nA,1,2\n'.encode())
    assert opened.header == ["sku", name.strip(), "price"]
    assert records == [(50_002, ["A", "1", "2"])]


def test_quotes_out_of_place_in_the_header_are_told_from_open_ones() -> None:
    with pytest.raises(HeaderMissing, match="line 1 has a quote that is out of place"):
        read(b'sku,"na"me",price\nA,1,2\n')


def test_a_name_longer_than_a_cell_may_be_is_not_blamed_on_a_quote() -> None:
    with pytest.raises(HeaderMissing, match="A name in the header in line 1 is too long"):
        read(b"sku," + b"n" * 2_000 + b"\nA,1\n", limits=Limits(field=1_000))


def test_a_header_wider_than_the_limit_is_refused() -> None:
    with pytest.raises(reader.TooManyColumns):
        read(b",".join(b"c%d" % number for number in range(2_001)) + b"\n")


def test_two_thousand_columns_are_read() -> None:
    wide = b",".join(b"c%d" % number for number in range(2_000)) + b"\n"
    opened, records, _ = read(wide * 3)
    assert len(opened.header) == 2_000
    assert records == []  # both rows repeat the header


@pytest.mark.parametrize(
    ("words", "encoding"), [("Насос стальной большой", "cp1251"), ("Źródło łącznik żółć przewód gumowy", "cp1250")]
)
def test_an_encoding_that_shows_only_late_in_the_file_is_told_at_the_end(words: str, encoding: str) -> None:
    rows = [f"A{number},{words} {number}\n" for number in range(50)]
    opened = reader.open_reader([b"sku,name\n" + b"B,ascii\n" * 50_000, "".join(rows).encode(encoding)], COMMA)
    assert sum(len(batch.recoded) + len(batch.broken) for batch in opened) == 50
    assert opened.mistaken() == encoding


@pytest.mark.parametrize("last", ["A,ü\n".encode(), b"A,1\n"])
def test_a_file_with_single_lines_in_windows_1252_is_not_mistaken(last: bytes) -> None:
    opened = reader.open_reader([b"sku,name\n" + "B,Größe für Tür\n".encode("cp1252") + last], COMMA)
    assert [batch.recoded for batch in opened] == [[2]]
    assert opened.mistaken() is None


def test_escaped_quotes_and_blanks_around_quotes_are_read_as_the_dialect_says() -> None:
    _, escaped, _ = read(b'sku,name\nA,"5\\" pipe, \\\\x"\n', dialect=Dialect("utf-8", ",", 1, escaped=True))
    _, spaced, _ = read(b'sku , name\n"A" , "one, ""two"" , x"\n', dialect=Dialect("utf-8", ",", 1, spaced=True))
    assert escaped == [(2, ["A", '5" pipe, \\x'])]
    assert spaced == [(2, ["A", 'one, "two" , x'])]


@pytest.mark.parametrize("between", [b"\n", b",,\n", b"\n,,\n \n"])
@pytest.mark.parametrize("block", [1 << 20, 9])
def test_another_table_below_blank_lines_is_named_and_left_out_until_the_first_goes_on(
    between: bytes, block: int
) -> None:
    first, other = b"sku,name,price\nA-1,Lamp,1\n", b"Price,SKU,Title\n9,Z-1,Zebra\n9,Z-2\n\n"
    data = first + between + other + b'8,Z-3,"Zoo\n' + first + b"A-2,Mug,2\n"
    opened = reader.open_reader([data[at : at + block] for at in range(0, len(data), block)], COMMA)
    batches = list(opened)
    begins = 3 + between.count(b"\n")
    assert [record for batch in batches for record in batch.records] == [
        ["A-1", "Lamp", "1"], ["A-1", "Lamp", "1"], ["A-2", "Mug", "2"],
    ]  # fmt: skip
    assert [table for batch in batches for table in batch.tables] == [(begins, ["Price", "SKU", "Title"])]
    assert [line for batch in batches for line in batch.repeated] == [begins + 5]
    assert sum(batch.left_out for batch in batches) == 3
    assert [broken for batch in batches for broken in batch.broken] == []


def test_words_like_those_of_a_header_are_a_row_without_a_blank_line_above() -> None:
    _, records, broken = read(b"sku,name\nA,Lamp\nprice,title\n\nB,title\n")
    assert [record[0] for _, record in records] == ["A", "price", "B"]
    assert broken == []


def test_a_blank_line_behind_a_broken_record_parts_two_tables_too() -> None:
    rows = b"".join(b"A-%d,Lamp,%d\n" % (at, at) for at in range(6))
    data = b"sku,name,price\n" + rows + b'A-9,"Mug,9\n\nPrice,SKU,Title\n9,Z-1,Zebra\n'
    batches = list(reader.open_reader([data], COMMA))
    assert [record[0] for batch in batches for record in batch.records] == [f"A-{at}" for at in range(6)]
    assert [broken.line for batch in batches for broken in batch.broken] == [8]
    assert [line for batch in batches for line, _ in batch.tables] == [10]
