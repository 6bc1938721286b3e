"""The made-up file keeps its word: read by another reader, it comes to exactly the numbers that were promised."""

import csv
import io
import tracemalloc
from collections import Counter
from pathlib import Path

import pytest

from product_importer.imports import mock_file
from product_importer.imports.codes import Code


def fault(cells: list[str]) -> Code | None:
    """Judge a record by its own few rules, apart from the product's."""
    if len(cells) != 4:
        return Code.ROW_RAGGED
    sku, name, _, price = cells
    for found, code in (
        (not sku.strip(), Code.SKU_BLANK),
        ("E+" in sku, Code.SKU_SPOILT),
        (not name.strip(), Code.NAME_BLANK),
        (not price, Code.PRICE_BLANK),
        (price.startswith("-"), Code.PRICE_NEGATIVE),
        (not price.replace(".", "").isdigit(), Code.PRICE_INVALID),
    ):
        if found:
            return code
    return None


def judged(text: str) -> tuple[mock_file.Made, dict[str, list[str]]]:
    """Count a file anew; give the account and the winners by SKU."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert next(reader) == list(mock_file.HEADER)
    rows, superseded, line = 0, 0, reader.line_num
    winners: dict[str, list[str]] = {}
    rejected: Counter[Code] = Counter()
    first_lines: dict[Code, int] = {}
    for cells in reader:
        rows, line, start = rows + 1, reader.line_num, line + 1
        if code := fault(cells):
            rejected[code] += 1
            first_lines.setdefault(code, start)
            continue
        key = cells[0].strip().casefold()
        superseded += key in winners
        winners[key] = cells
    return mock_file.Made(rows, len(winners), superseded, dict(rejected), first_lines), winners


def made(**wishes: int) -> tuple[mock_file.Made, str]:
    text = io.StringIO(newline="")
    account = mock_file.generate(text, **wishes)
    return account, text.getvalue()


@pytest.mark.parametrize("rows", [0, 1, 3, 4, 5, 100, 10_000])
@pytest.mark.parametrize("seed", [1, 2, 77])
def test_the_account_is_what_another_reader_counts(rows: int, seed: int) -> None:
    account, text = made(rows=rows, seed=seed)
    counted, _ = judged(text)
    assert account == counted
    assert account.rows == rows == account.distinct + account.superseded + account.rejected


def test_the_usual_file_serves_the_demonstration() -> None:
    account, text = made()
    assert account.distinct - len(mock_file.FIRST_SKUS) > 9_000
    assert set(account.rejected_by_code) == {
        "SKU_BLANK", "SKU_SPOILT", "NAME_BLANK", "PRICE_BLANK", "PRICE_NEGATIVE", "PRICE_INVALID", "ROW_RAGGED",
    }  # fmt: skip
    assert "prod-00" in text


def test_the_first_skus_are_there_and_the_last_line_repeats_the_first() -> None:
    _, text = made(rows=50)
    _, winners = judged(text)
    assert {sku.casefold() for sku in mock_file.FIRST_SKUS} <= winners.keys()
    assert winners["prod-00001"] == next(csv.reader(text.splitlines()[-1:]))


def test_texts_run_over_lines_and_leave_ascii() -> None:
    _, text = made()
    _, winners = judged(text)
    assert any("\n" in cells[2] for cells in winners.values())
    assert any(not cells[1].isascii() for cells in winners.values())


def test_a_seed_makes_the_same_bytes_again(tmp_path: Path) -> None:
    first, again, other = (tmp_path / name for name in ("first.csv", "again.csv", "other.csv"))
    assert mock_file.generate(first, rows=500, seed=7) == mock_file.generate(again, rows=500, seed=7)
    mock_file.generate(other, rows=500, seed=8)
    assert first.read_bytes() == again.read_bytes() != other.read_bytes()


def test_memory_stays_flat_however_long_the_file(tmp_path: Path) -> None:
    peaks = []
    for rows in (2_000, 40_000):
        tracemalloc.start()
        mock_file.generate(tmp_path / "made.csv", rows=rows)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 100_000  # bytes
