"""The reject codes in a person's words: what is wrong with the row, and what to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """What was found, as a short statement, and the way out of it."""

    title: str
    fix: str


REASONS = {
    "SKU_BLANK": Reason("SKU is empty", "Every row needs a SKU. It is how products are matched."),
    "SKU_SPOILT": Reason(
        "SKU was changed by a spreadsheet", "Export the column as text and upload the rejected rows again."
    ),
    "SKU_TOO_LONG": Reason("SKU is longer than 255 characters", "Check that the right column is read as the SKU."),
    "NAME_BLANK": Reason("Name is empty", "Give a name and upload the rejected rows again."),
    "NAME_TOO_LONG": Reason("Name is longer than 500 characters", "Shorten it, or keep the rest as the description."),
    "PRICE_BLANK": Reason("Price is empty", "Give a price. 0 is a price too."),
    "PRICE_INVALID": Reason("Price is not a number", "Expected a number such as 12.50. Remove units and words."),
    "PRICE_NEGATIVE": Reason("Price is below zero", "Fix the sign in the file, or leave these rows out."),
    "PRICE_TOO_LARGE": Reason("Price is above 9,999,999,999.99", "Check the decimal sign of the column."),
    "ACTIVE_INVALID": Reason("Active is neither yes nor no", "Expected yes or no, true or false, 1 or 0."),
    "ROW_RAGGED": Reason(
        "Row has more or fewer cells than the header", "Put quotes around the value that holds the delimiter."
    ),
    "ROW_UNDECODABLE": Reason("Row cannot be read as text", "Save the file as UTF-8 and upload it again."),
    "QUOTE_UNBALANCED": Reason(
        "A quote is opened and never closed", "Close it, or double a quote that belongs to the value."
    ),
    "FIELD_TOO_LONG": Reason("A value is longer than 1 MiB", "Check for a quote that was never closed, or shorten it."),
    "RECORD_TOO_LONG": Reason("Row is longer than 8 MiB", "Check for a quote that was never closed."),
    "NUL_BYTE": Reason("Row holds a NUL byte", "Export the file again as plain text."),
    "EXISTS": Reason("A product with this SKU exists", "This import was asked to create only."),
    "NO_MATCH": Reason("No product has this SKU", "This import was asked to update only."),
}


def reason(code: str) -> Reason:
    """Look up a code; one without words yet stands for itself."""
    return REASONS.get(code) or Reason(code.replace("_", " ").capitalize(), "")
