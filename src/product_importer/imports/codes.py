"""The closed list of what can be wrong with one row, each code with its words; docs/errors.md says more."""

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """Why a row was rejected or skipped; stable, programs may depend on it."""

    SKU_BLANK = "SKU_BLANK"
    SKU_SPOILT = "SKU_SPOILT"
    SKU_TOO_LONG = "SKU_TOO_LONG"
    NAME_BLANK = "NAME_BLANK"
    NAME_TOO_LONG = "NAME_TOO_LONG"
    DESCRIPTION_BLANK = "DESCRIPTION_BLANK"
    PRICE_BLANK = "PRICE_BLANK"
    PRICE_INVALID = "PRICE_INVALID"
    PRICE_NEGATIVE = "PRICE_NEGATIVE"
    PRICE_TOO_LARGE = "PRICE_TOO_LARGE"
    ACTIVE_INVALID = "ACTIVE_INVALID"
    ROW_RAGGED = "ROW_RAGGED"
    ROW_UNDECODABLE = "ROW_UNDECODABLE"
    QUOTE_UNBALANCED = "QUOTE_UNBALANCED"
    FIELD_TOO_LONG = "FIELD_TOO_LONG"
    RECORD_TOO_LONG = "RECORD_TOO_LONG"
    NUL_BYTE = "NUL_BYTE"
    EXISTS = "EXISTS"
    NO_MATCH = "NO_MATCH"


class Remark(StrEnum):
    """What was noticed and counted without rejecting anything."""

    PRICE_ROUNDED = "PRICE_ROUNDED"
    GUARD_REMOVED = "GUARD_REMOVED"
    LINE_RECODED = "LINE_RECODED"
    HEADER_REPEATED = "HEADER_REPEATED"
    TAKEN_OVER = "TAKEN_OVER"
    SHEET_CHOSEN = "SHEET_CHOSEN"
    TABLE_LEFT_OUT = "TABLE_LEFT_OUT"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was found, what is expected there, what a person can do."""

    title: str
    expected: str
    action: str


_WORDS: dict[Code, tuple[str, str, str]] = {
    Code.SKU_BLANK: ("SKU is empty", "every product has a SKU", "Fill in the SKU, or delete the line."),
    Code.SKU_SPOILT: (
        "SKU was spoilt by a spreadsheet",
        "the SKU as the supplier writes it, not 1.23457E+11, ##### or #N/A",
        "Format the column as text in the spreadsheet and enter the SKU again.",
    ),
    Code.SKU_TOO_LONG: ("SKU is too long", "at most 255 characters", "Shorten it; check the mapping."),
    Code.NAME_BLANK: ("Name is empty", "every product has a name", "Fill in the name."),
    Code.NAME_TOO_LONG: ("Name is too long", "at most 500 characters", "Shorten it; longer text fits the description."),
    Code.DESCRIPTION_BLANK: (
        "Description is empty",
        "a description, because this import refuses blank ones",
        "Fill it in, or choose another policy for blank descriptions.",
    ),
    Code.PRICE_BLANK: (
        "Price is empty",
        "a price; 0 is one",
        "Fill in the price, or choose to keep or clear prices where the cell is blank.",
    ),
    Code.PRICE_INVALID: (
        "Price is not a number",
        "a number such as 12.50, with one currency sign or code at most",
        "Write the price in digits; check the decimal sign chosen for the file.",
    ),
    Code.PRICE_NEGATIVE: ("Price is below zero", "a price of 0 or more", "Correct the sign, or leave the line out."),
    Code.PRICE_TOO_LARGE: ("Price is too large", "at most 9,999,999,999.99", "Check the decimal sign and the digits."),
    Code.ACTIVE_INVALID: ("Active is neither yes nor no", "yes, no, true, false, 1 or 0", "Use one of these words."),
    Code.ROW_RAGGED: (
        "Row has the wrong number of cells",
        "as many cells as the header has",
        "Put text that contains the delimiter in quotes; add or remove the cells in question.",
    ),
    Code.ROW_UNDECODABLE: (
        "Row contains bytes that are not text",
        "text in the file's encoding",
        "Save the file as UTF-8, or choose its encoding.",
    ),
    Code.QUOTE_UNBALANCED: (
        "A quotation mark is out of place",
        "quotes around whole cells, and quotes inside a cell doubled",
        'Close the quote, or double it: "5"" pipe".',
    ),
    Code.FIELD_TOO_LONG: ("Cell is too long", "at most 1 MiB in one cell", "Shorten the text of that cell."),
    Code.RECORD_TOO_LONG: ("Row is too long", "at most 8 MiB in one row", "Look for a missing line break or quote."),
    Code.NUL_BYTE: ("Row contains a NUL byte", "text without NUL bytes", "Remove it; the file may be damaged here."),
    Code.EXISTS: (
        "Product already exists",
        "only new products, because this import creates and never updates",
        "Nothing to do; or choose to update existing products.",
    ),
    Code.NO_MATCH: (
        "No product has this SKU",
        "only existing products, because this import updates and never creates",
        "Nothing to do; or choose to create new products.",
    ),
}

EXPLANATIONS: dict[Code, Explanation] = {code: Explanation(*words) for code, words in _WORDS.items()}

REMARKS: dict[Remark, str] = {
    Remark.PRICE_ROUNDED: "Prices with more than two places were rounded to the cent, half to even",
    Remark.GUARD_REMOVED: "A ' that guards spreadsheets against formulas was removed from the start of cells",
    Remark.LINE_RECODED: "Lines that are not in the file's encoding were read as Windows-1252",
    Remark.HEADER_REPEATED: "Lines that repeat the header were left out",
    Remark.TABLE_LEFT_OUT: "Another table with other columns begins below a blank line and was left out with its rows",
    Remark.SHEET_CHOSEN: "Several sheets of the workbook hold a table",
    Remark.TAKEN_OVER: "Variant rows took the name or description from the first row of their product",
}
