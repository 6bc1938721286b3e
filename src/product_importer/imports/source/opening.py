"""Opens a file whatever it comes in: text as it is, gzip unpacked, of a workbook one sheet as CSV."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from product_importer.imports.source import dialect, kinds, packed, workbook
from product_importer.imports.source.kinds import Kind
from product_importer.imports.source.workbook import Sheet


@dataclass(frozen=True, slots=True)
class Opened:
    """The bytes of a table in text, and the sheet they were taken from."""

    blocks: Iterator[bytes]
    sheet: Sheet | None = None


def opened(blocks: Iterable[bytes], *, sheet: str | None = None) -> Opened:
    """Open a file; `sheet` names the one to read of a workbook and means nothing for other files.

    Raises what `kinds.kind_of`, `packed.opened` and `workbook.opened` refuse.
    """
    source, first = iter(blocks), b""
    while len(first) < len(kinds.ZIP) and (block := next(source, b"")):
        first += block
    whole = itertools.chain([first], source)
    if not first.startswith(kinds.ZIP):
        return Opened(packed.opened(whole))
    head, _, from_start = dialect.head_of(whole)
    if kinds.kind_of(head) is not Kind.XLSX:
        return Opened(from_start)
    taken, rows = workbook.opened(from_start, wanted=sheet)
    return Opened(rows, taken)
