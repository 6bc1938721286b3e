"""A file in the manner of a real shop's sales: the same few articles again and again, under headers of its own."""

import csv
from dataclasses import dataclass
from pathlib import Path

from tests import real_files

REAL = real_files.FOLDER / "online_retail.csv.gz"
HEADER = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
ARTICLES = 700


@dataclass(frozen=True, slots=True)
class Sales:
    """What an import of the file must come to in an empty catalog."""

    rows: int
    created: int
    superseded: int
    rejected: int
    codes: dict[str, int]


REAL_SALES = Sales(541_909, 3_848, 536_605, 1_456, {"NAME_BLANK": 1_454, "PRICE_NEGATIVE": 2})


def write(path: Path, *, rows: int = 30_000) -> Sales:
    """Write a file of so many rows; one in 97 lacks its name, two have a price below zero."""
    nameless = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        for row in range(rows):
            number = row % ARTICLES
            name = "" if row % 97 == 0 else f"ARTICLE, {number}"
            price = "-11062.06" if row in (10, 20) else f"{number / 100:.2f}"
            nameless += not name
            writer.writerow((536_365 + row // 9, f"{number:05}A", name, 6, "2010-12-01", price, "17850.0", "Norway"))
    bad = nameless + 2
    return Sales(rows, ARTICLES, rows - ARTICLES - bad, bad, {"NAME_BLANK": nameless, "PRICE_NEGATIVE": 2})
