"""Excel workbooks written cell by cell, so that a test decides what each of them holds and how it is stored."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
)

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Error:
    """A cell whose formula failed, such as #N/A."""

    text: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A date as sheets store it: days since 30 December 1899, the time of day as a part of one."""

    days: float


def workbook(sheets: Mapping[str, Rows] | Rows, *, hidden: Sequence[str] = (), stored: bool = False) -> bytes:
    """Write sheets by name, or one; None leaves a cell out, an empty row is none at all in the file."""
    named = sheets if isinstance(sheets, Mapping) else {"Sheet1": sheets}
    files = io.BytesIO()
    with zipfile.ZipFile(files, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _content_types(len(named)))
        archive.writestr("_rels/.rels", _relations([(f"{_DOCUMENT}/officeDocument", "xl/workbook.xml")]))
        archive.writestr("xl/workbook.xml", _book(named, hidden))
        parts = [(f"{_DOCUMENT}/worksheet", f"worksheets/sheet{at}.xml") for at in range(1, len(named) + 1)]
        archive.writestr("xl/_rels/workbook.xml.rels", _relations([*parts, (f"{_DOCUMENT}/styles", "styles.xml")]))
        archive.writestr("xl/styles.xml", _STYLES)
        for at, rows in enumerate(named.values(), 1):
            archive.writestr(f"xl/worksheets/sheet{at}.xml", _sheet(rows))
    return files.getvalue()


def _content_types(count: int) -> str:
    parts = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    parts += [(f"/xl/worksheets/sheet{at}.xml", "worksheet") for at in range(1, count + 1)]
    named = "".join(f'<Override PartName="{path}" ContentType="{_OFFICE}.{kind}+xml"/>' for path, kind in parts)
    relations = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    return f'<Types xmlns="{_PACKAGE}/content-types">{relations}{named}</Types>'


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    named = "".join(
        f'<Relationship Id="rId{at}" Type="{kind}" Target="{path}"/>' for at, (kind, path) in _from_1(targets)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{named}</Relationships>'


def _book(named: Mapping[str, Rows], hidden: Sequence[str]) -> str:
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{at}" r:id="rId{at}"{_state(name in hidden)}/>'
        for at, name in _from_1(named)
    )
    return f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>{sheets}</sheets></workbook>'


def _state(hidden: bool) -> str:
    return ' state="hidden"' if hidden else ""


def _sheet(rows: Rows) -> str:
    filled = "".join(f'<row r="{at}">{_row(at, cells)}</row>' for at, cells in _from_1(rows) if cells)
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{filled}</sheetData></worksheet>'


def _row(number: int, cells: Sequence[Any]) -> str:
    return "".join(_cell(f"{_letters(at)}{number}", cell) for at, cell in enumerate(cells) if cell is not None)


def _cell(place: str, cell: Any) -> str:
    if isinstance(cell, bool):
        return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, Error):
        return f'<c r="{place}" t="e"><v>{cell.text}</v></c>'
    if isinstance(cell, Moment):
        return f'<c r="{place}" s="1"><v>{cell.days!r}</v></c>'
    if isinstance(cell, str):
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
    return f'<c r="{place}"><v>{cell!r}</v></c>'


def _letters(at: int) -> str:
    return (_letters(at // 26 - 1) if at >= 26 else "") + chr(ord("A") + at % 26)


def _from_1(items: Any) -> Any:
    return enumerate(items, 1)
