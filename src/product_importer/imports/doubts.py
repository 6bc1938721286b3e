"""What a person should look at before a file is imported, because the file alone does not settle it."""

from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from product_importer.imports.checking import mapping, price, rows
from product_importer.imports.checking.mapping import Mapping, Suggestion
from product_importer.imports.source.dialect import Dialect
from product_importer.imports.source.workbook import Sheet
from product_importer.imports.states import Decimal
from product_importer.kit.errors import AppError

SHOWN = 80  # characters of an example


class About(StrEnum):
    """What a doubt is about."""

    COLUMNS = "columns"
    ENCODING = "encoding"
    SHEET = "sheet"
    DECIMAL = "decimal"


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing to look at, in words."""

    about: About
    message: str


@dataclass(frozen=True, slots=True)
class Example:
    """A value with letters beyond ASCII, which shows whether the encoding is right, and its line."""

    value: str
    line: int


def of_encoding(dialect: Dialect, example: Example | None) -> list[Doubt]:
    """Doubt a guessed encoding."""
    if not dialect.guessed:
        return []
    look = f" Does “{example.value}” (line {example.line:,}) look right?" if example else ""
    return [Doubt(About.ENCODING, f"The encoding is a guess.{look}")]


def of_sheet(sheet: Sheet | None) -> list[Doubt]:
    """Doubt the sheet where several of a workbook hold products."""
    if sheet is None or not sheet.others:
        return []
    return [Doubt(About.SHEET, f"The sheet “{sheet.name}” would be read; {sheet.told}.")]


def of_columns(found: Mapping | None, refusal: AppError | None, proposed: Dictionary[str, Suggestion]) -> list[Doubt]:
    """Doubt columns that do not settle the mapping, and fields left out although a column seems to hold them."""
    if found is None:
        return [Doubt(About.COLUMNS, refusal.detail)] if refusal else []
    left = [(field, one) for field, one in proposed.items() if field not in found.columns and _plausible(one)]
    instead = [(field, one) for field, one in proposed.items() if one.index == found.columns.get(field)]
    return [
        *(Doubt(About.COLUMNS, f"The column “{one.column}” may be the {field}.") for field, one in left),
        *(
            Doubt(About.COLUMNS, f"The column “{one.column}” stands in for the {field}.")
            for field, one in instead
            if one.confidence < mapping.CERTAIN
        ),
    ]


def of_decimal(found: Mapping | None, records: Sequence[Sequence[str]], decimal: Decimal | None) -> list[Doubt]:
    """Doubt a decimal sign that the first prices leave open."""
    if decimal is not None or found is None or "price" not in found.columns:
        return []
    example = next((cell.strip() for cell in _prices(found, records) if _telling(cell)), "")
    return [Doubt(About.DECIMAL, f"“{example[:SHOWN]}” can be read in two ways.")]


def decimal_of(found: Mapping | None, records: Sequence[Sequence[str]]) -> Decimal | None:
    """Give the decimal sign that the first prices show; None where they leave it open, or there are none."""
    return price.decide(_prices(found, records)) if found and "price" in found.columns else None


def _prices(found: Mapping, records: Sequence[Sequence[str]]) -> list[str]:
    return [record[found.columns["price"]] for record in records[: rows.FIRST_LOOK]]


def _telling(cell: str) -> bool:
    return "," in cell or "." in cell


def _plausible(one: Suggestion) -> bool:
    return one.confidence >= mapping.LIKELY
