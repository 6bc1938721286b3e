"""A record that is not imported, told so that a person can mend it."""

from dataclasses import dataclass

from product_importer.imports.checking.cells import Fault
from product_importer.imports.codes import EXPLANATIONS, Code
from product_importer.imports.source.broken import Broken

VALUE_MAX = 200  # characters of a value that are reported


@dataclass(slots=True)
class Rejected:
    """A record that is not imported: where, why, what was seen, and the record for the rejects file.

    `cells` are the record's own cells; where it could not be split they are None and `raw` is its text.
    `row` is what a spreadsheet calls the line, where that is another number.
    `value` has at most 200 characters, control characters escaped; `column` is a header.
    """

    line: int
    code: Code
    column: str | None
    value: str
    message: str
    cells: list[str] | None = None
    raw: str | None = None
    row: int | None = None


def of_fault(line: int, fault: Fault, record: list[str], at: int, column: str) -> Rejected:
    """Report the cell at position `at`, under the header `column`."""
    return Rejected(line, fault.code, column, shown(record[at]), _message(fault.code, fault.detail), cells=record)


def of_broken(broken: Broken) -> Rejected:
    """Report a record that the reader could not split or decode."""
    raw = broken.raw.rstrip("\r\n")
    message = _message(broken.code, broken.detail)
    if broken.lines > 1:
        message += f" (lines {broken.line} to {broken.line + broken.lines - 1})"
    return Rejected(broken.line, broken.code, broken.column, shown(raw), message, raw=raw)


def shown(value: str) -> str:
    """Cut a value to 200 characters and escape what a terminal or a log would act on."""
    head = value[:VALUE_MAX]
    if head.isprintable():
        return head
    return "".join(char if char.isprintable() else _escaped(char) for char in head)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode()


def _message(code: Code, detail: str) -> str:
    title = EXPLANATIONS[code].title
    return f"{title}: {detail}" if detail else title
