"""Files with known defects and the account they must give: a generator and its oracle."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from product_importer.imports.checking import mapping, rows
from product_importer.imports.checking.rejected import Rejected
from product_importer.imports.codes import Code
from product_importer.imports.source import dialect, reader
from product_importer.imports.states import Mode

HEADER = ("sku", "name", "description", "price", "vendor")
WORDS = ["pump", "valve", "gasket", "hose", "ring", "bolt", "steel", "brass", "Größe", "café", "naïve", "Ångström"]


@dataclass(slots=True)
class File:
    """The bytes, and by line what is accepted (its cells) and what is rejected (the codes that may be given)."""

    data: bytes = b""
    accepted: dict[int, Sequence[str]] = field(default_factory=dict)
    rejected: dict[int, set[Code]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Style:
    """How a file is written."""

    delimiter: str = ","
    ending: str = "\n"
    encoding: str = "utf-8"
    quote_all: bool = False
    width: int = 5
    appendix: bool = False  # whether a table of other columns stands below


def generate(seed: int, *, rows: int, defects: Sequence[str], share: float, style: Style) -> File:
    """Write `rows` records, a `share` of them with one of the named defects."""
    chance = random.Random(seed)
    file, line = File(), 1
    parts = [_write(list(HEADER[: style.width]), style)]
    line += 1
    for number in range(rows):
        cells = _cells(chance, number)[: style.width]
        name = chance.choice(defects) if defects and chance.random() < share else ""
        if not name:
            text = _write(cells, style)
            file.accepted[line] = cells
        else:
            text = DEFECTS[name](chance, cells, style, file, line)
        parts.append(text)
        line += _physical(text)
    if style.appendix:
        parts += _appendix(chance, style)
    file.data = _encode("".join(parts), style.encoding)
    return file


def differences(file: File, *, block: int) -> Iterator[str]:
    """Read and check a file in blocks of so many bytes; tell every record lost, corrupt, invented or misreported."""
    accepted, rejected = _account(file.data, block)
    for line, cells in file.accepted.items():
        row = accepted.pop(line, None)
        if row is None:
            yield f"line {line} was lost; it was reported as {[found.code for found in rejected.pop(line, [])]}"
        elif row[2:5] != (cells[0], cells[1], cells[2] or None) or (len(cells) > 3 and row[5] != cells[3]):
            yield f"line {line} was changed to {row} from {cells}"
    for line, codes in file.rejected.items():
        reports = rejected.pop(line, [])
        if [report.code in codes for report in reports] != [True]:
            yield f"line {line} should be {codes}, reported were {reports}"
    yield from (f"line {line} was invented: {row}" for line, row in accepted.items())
    yield from (f"line {line} was reported without need: {reports}" for line, reports in rejected.items())


def _account(data: bytes, block: int) -> tuple[dict[int, rows.Accepted], dict[int, list[Rejected]]]:
    found = dialect.sniff(data[: dialect.HEAD], whole=len(data) <= dialect.HEAD)
    opened = reader.open_reader((data[at : at + block] for at in range(0, len(data), block)), found)
    checker = rows.Checker(mapping.resolve(opened.header, explicit=None, mode=Mode.UPSERT), {}, None)
    accepted: dict[int, rows.Accepted] = {}
    rejected: dict[int, list[Rejected]] = {}
    for checked in map(checker.check, opened):
        accepted |= {row[0]: row for row in checked.accepted}
        for report in checked.rejected:
            rejected.setdefault(report.line, []).append(report)
    return accepted, rejected


def _appendix(chance: random.Random, style: Style) -> Iterator[str]:
    """Write another table below a blank line, of which nothing may come."""
    yield chance.choice((style.ending, style.delimiter * (style.width - 1) + style.ending))
    width = chance.choice((2, style.width))
    yield _write(["Title", "Item no.", "Cost", "Remark", "Place"][:width], style)
    for number in range(chance.randint(0, 9)):
        yield _write(["Not for sale", f"XX-{number}", "1.00", "x", "y"][:width], style)


def _encode(text: str, encoding: str) -> bytes:
    if encoding == "utf-8":
        return text.encode("utf-8", errors="surrogateescape")
    return text.encode(encoding)


def _physical(text: str) -> int:
    return text.replace("\r\n", "\n").replace("\r", "\n").count("\n")


def _cells(chance: random.Random, number: int) -> list[str]:
    description = " ".join(chance.choices(WORDS, k=chance.randint(1, 9)))
    if chance.random() < 0.3:
        description += f", {chance.choice(WORDS)}, and {chance.choice(WORDS)}"
    if chance.random() < 0.1:
        description += f'\n{chance.choice(WORDS)} "{chance.choice(WORDS)}"\n\n{chance.choice(WORDS)}; the end'
    price = f"{chance.randint(0, 99_999)}.{chance.randint(0, 99):02d}"
    name, vendor = " ".join(chance.choices(WORDS, k=2)), chance.choice(("ACME", "Umbra"))
    return [f"SKU-{number:05d}", name, description, price, vendor]


def _write(cells: Sequence[str], style: Style) -> str:
    return style.delimiter.join(_cell(cell, style) for cell in cells) + style.ending


def _cell(cell: str, style: Style) -> str:
    if style.quote_all or any(sign in cell for sign in (style.delimiter, '"', "\n", "\r")):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _flat(cells: list[str]) -> list[str]:
    """Give the record on one line, without quotes and delimiters: what a defect is planted in."""
    return [" ".join(cell.translate(str.maketrans("", "", '",;|')).split()) for cell in cells]


def _unclosed(chance: random.Random, cells: list[str], style: Style, file: File, line: int) -> str:
    file.rejected[line] = {Code.QUOTE_UNBALANCED}
    flat = _flat(cells)
    at = chance.randrange(1, len(flat))
    return style.delimiter.join('"' + cell if index == at else cell for index, cell in enumerate(flat)) + style.ending


def _inner_quote(chance: random.Random, cells: list[str], style: Style, file: File, line: int) -> str:
    file.rejected[line] = {Code.QUOTE_UNBALANCED}
    flat = _flat(cells)
    flat[2] = f'"{flat[2]} 5" wide"'
    return style.delimiter.join(flat) + style.ending


def _closer(chance: random.Random, cells: list[str], style: Style, file: File, line: int) -> str:
    """A quote inside an unquoted cell is text; behind an unclosed one it would close that."""
    flat = _flat(cells)
    flat[1] += '"'
    file.accepted[line] = flat
    return style.delimiter.join(flat) + style.ending


def _broken_text(chance: random.Random, cells: list[str], style: Style, file: File, line: int) -> str:
    """Text over several lines with quotes that are not doubled: one report, and none of its lines a product."""
    file.rejected[line] = {Code.QUOTE_UNBALANCED}
    flat = _flat(cells)
    flat[2] = f'"{flat[2]}{style.ending}a "fine" thing{style.ending}to have"'
    return style.delimiter.join(flat) + style.ending


def _short(chance: random.Random, cells: list[str], style: Style, file: File, line: int) -> str:
    file.rejected[line] = {Code.ROW_RAGGED}
    return _write(_flat(cells)[:-1], style)


def _long(chance: random.Random, cells: list[str], style: Style, file: File, line: int) -> str:
    file.rejected[line] = {Code.ROW_RAGGED}
    flat = _flat(cells)
    flat.insert(chance.randrange(len(flat) + 1), "extra")
    return _write(flat, style)


def _nul(chance: random.Random, cells: list[str], style: Style, file: File, line: int) -> str:
    file.rejected[line] = {Code.NUL_BYTE}
    at = chance.randrange(len(cells))
    return _write([cell + "\0x" if index == at else cell for index, cell in enumerate(cells)], style)


def _undecodable(chance: random.Random, cells: list[str], style: Style, file: File, line: int) -> str:
    file.rejected[line] = {Code.ROW_UNDECODABLE}
    return _write([cells[0], cells[1] + "\udc81", *cells[2:]], style)


def _cp1252(chance: random.Random, cells: list[str], style: Style, file: File, line: int) -> str:
    flat = _flat(cells)
    foreign = [flat[0], "caf\udce9 \udc80", *["".join(char for char in cell if char.isascii()) for cell in flat[2:]]]
    file.accepted[line] = [foreign[0], "café €", *foreign[2:]]
    return _write(foreign, style)


def _blank_name(chance: random.Random, cells: list[str], style: Style, file: File, line: int) -> str:
    file.rejected[line] = {Code.NAME_BLANK}
    return _write([cells[0], chance.choice(("", " ", "\u00a0")), *cells[2:]], style)


def _blank_line(chance: random.Random, cells: list[str], style: Style, file: File, line: int) -> str:
    return style.ending


def _delimiters(chance: random.Random, cells: list[str], style: Style, file: File, line: int) -> str:
    return style.delimiter * chance.randint(1, len(cells) + 1) + style.ending


def _repeated_header(chance: random.Random, cells: list[str], style: Style, file: File, line: int) -> str:
    return _write(HEADER[: style.width], style)


DEFECTS: dict[str, Callable[[random.Random, list[str], Style, File, int], str]] = {
    "unclosed": _unclosed,
    "inner_quote": _inner_quote,
    "closer": _closer,
    "broken_text": _broken_text,
    "short": _short,
    "long": _long,
    "nul": _nul,
    "undecodable": _undecodable,
    "cp1252": _cp1252,
    "blank_name": _blank_name,
    "blank_line": _blank_line,
    "delimiters": _delimiters,
    "repeated_header": _repeated_header,
}
BYTES_ONLY = ("undecodable", "cp1252")  # defects of a file in UTF-8
