"""A program of its own, bounded and without network: reads one sheet of the workbook at its input, writes it as CSV.

The first line of its output is JSON with the sheet taken, the names of all, and those that hold a table too.
"""

import csv
import datetime as dt
import io
import json
import math
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import BinaryIO, Final
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from product_importer.imports.source import folding, headers
from product_importer.kit.sandbox import bounds

REFUSED, TOO_LARGE, UNKNOWN = 3, 4, 5  # exit status; the reason stands on standard error
UNPACKED_MAX: Final = 2 * 1024**3  # bytes of all parts, as the archive declares them
REASON_MAX: Final = 2**20  # bytes: the only file that it writes, for its rows go through a pipe
EXACT: Final = 10**15  # spreadsheets keep fifteen digits: of a greater number the last ones are lost

Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta
Errors = Mapping[int, Mapping[int, str]]  # texts of cells whose formula failed, by row and column from 0

_ERROR: Final = re.compile(
    rb'<(?:\w+:)?c\s(?=[^>]*\bt="e")[^>]*\br="([A-Z]+)([0-9]+)"[^>]*(?<!/)>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<',
    re.DOTALL,
)
_STEP: Final = 2**20  # bytes
_LONGEST: Final = 64 * 1024  # bytes of one cell's markup that may lie across two steps
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def main(wanted: str, memory: int, seconds: int) -> None:
    """Bound this process, and write the sheet called `wanted`, or the one that seems to be meant."""
    bounds.bind(memory=memory, seconds=seconds, written=REASON_MAX)
    file = sys.stdin.buffer
    try:
        parts = _parts(file)
        file.seek(0)
        book = CalamineWorkbook.from_filelike(file)
        name, facts = _taken(book, wanted)
        _write(book.get_sheet_by_name(name), parts.errors(name), facts)
    except KeyError:  # a part that every workbook has; Word's files and others look alike from outside
        bounds.end(REFUSED, "it has no sheets")
    except (CalamineError, zipfile.BadZipFile, zlib.error, ElementTree.ParseError, RuntimeError, EOFError) as error:
        bounds.end(REFUSED, str(error))
    except MemoryError:
        bounds.end(TOO_LARGE, f"reading it takes more than {memory:,} bytes of memory")


class _Parts:
    """The parts of a workbook as they lie in its archive."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def errors(self, sheet: str) -> Errors:
        """Find the cells that hold an error, which calamine gives as blank ones."""
        found: dict[int, dict[int, str]] = {}
        for letters, number, text in self._matches(self._path(sheet)):
            found.setdefault(int(number) - 1, {})[_column(letters.decode())] = text.decode()
        return found

    def _matches(self, path: str) -> Iterator[tuple[bytes, bytes, bytes]]:
        held = b""
        with self._archive.open(path) as part:
            while block := part.read(_STEP):
                held += block
                end = 0
                for match in _ERROR.finditer(held) if b't="e"' in held else ():
                    end = match.end()
                    yield match[1], match[2], match[3]
                held = held[max(end, len(held) - _LONGEST) :]

    def _path(self, sheet: str) -> str:
        book, relations = map(self._tree, ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"))
        targets = {one.get("Id"): one.get("Target", "") for one in relations}
        wanted = next(one for one in book.iter() if one.tag.endswith("}sheet") and one.get("name") == sheet)
        target = targets[wanted.get(_RELATION)]
        return target.lstrip("/") if target.startswith("/") else f"xl/{target}"

    def _tree(self, path: str) -> ElementTree.Element:
        return ElementTree.fromstring(self._archive.read(path))  # noqa: S314 - a bomb only ends this process


def _parts(file: BinaryIO) -> _Parts:
    archive = zipfile.ZipFile(file)
    if (size := sum(part.file_size for part in archive.infolist())) > UNPACKED_MAX:
        bounds.end(TOO_LARGE, f"it unpacks to {size:,} bytes")
    return _Parts(archive)


def _taken(book: CalamineWorkbook, wanted: str) -> tuple[str, dict[str, object]]:
    """Choose the sheet: the one asked for, else the first that has a header we know, else the first."""
    tables = [one for one in book.sheets_metadata if one.typ is SheetTypeEnum.WorkSheet]
    names = [one.name for one in tables if one.visible is SheetVisibleEnum.Visible] or [one.name for one in tables]
    if not names:
        bounds.end(REFUSED, "it has no sheet with cells")
    if wanted:
        if wanted not in [one.name for one in tables]:
            bounds.end(UNKNOWN, ", ".join(f"“{name}”" for name in names))
        return wanted, {"name": wanted, "names": names, "others": []}
    likely = [name for name in names if _has_header(book.get_sheet_by_name(name))] if len(names) > 1 else []
    name = (likely or names)[0]
    return name, {"name": name, "names": names, "others": [other for other in likely if other != name]}


def _has_header(sheet: CalamineSheet) -> bool:
    first = zip(range(headers.WITHIN), sheet.iter_rows(), strict=False)
    return any(headers.names_fields([str(cell) for cell in row]) for _, row in first)


def _write(sheet: CalamineSheet, errors: Errors, facts: Mapping[str, object]) -> None:
    """Write the sheet from its first row on, so that line and row are the same number.

    calamine gives the blank rows above the table, and leaves out the blank columns before it.
    """
    left = sheet.start[1] if sheet.start else 0
    output = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="surrogatepass", newline="")
    output.write(json.dumps(facts) + "\n")
    written = csv.writer(output, lineterminator="\n")
    for at, row in enumerate(sheet.iter_rows()):
        cells = [""] * left + [cell if cell.__class__ is str and cell.isprintable() else text_of(cell) for cell in row]
        for column, text in errors.get(at, {}).items():
            cells[column] = text
        written.writerow(cells if any(cells) else [])
    output.flush()


def text_of(cell: Cell) -> str:
    """Give the text of a cell: numbers exactly, without an exponent where none is needed; dates by ISO 8601."""
    if isinstance(cell, str):
        return folding.folded(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return _number(cell)
    return str(cell) if isinstance(cell, dt.timedelta) else cell.isoformat()


def _number(value: float) -> str:
    if math.isfinite(value) and value == int(value) and abs(value) < EXACT:
        return str(int(value))
    shown = f"{value:.15g}"
    return shown.upper() if abs(value) >= EXACT else f"{Decimal(shown):f}"


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
