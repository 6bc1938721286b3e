"""An Excel workbook is read as the CSV that a process of its own makes of one sheet, and every end of that is told."""

import itertools
import json
import os
import selectors
import signal
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Final, cast

from product_importer.imports.source.kinds import FileNotCsv
from product_importer.kit.errors import AppError
from product_importer.kit.sandbox import program

FILE_MAX = 100 * 1024**2  # bytes
MEMORY = 1024**3  # bytes of address space
CPU = 300  # seconds of processor time
SILENCE = 180.0  # seconds without a byte, after which nothing more is expected
PROGRAM: Final = "product_importer.imports.source.sheet"
_TOO_LARGE, _UNKNOWN = 4, 5  # as the program ends; every other failure means that it cannot be read
_BLOCK: Final = 256 * 1024  # bytes
_REASON: Final = 500  # characters
_NAMED: Final = 5  # sheets


class WorkbookUnreadable(FileNotCsv):
    """The bytes look like a workbook and are none, or a damaged one."""

    title = "The workbook cannot be read"
    action = "Open it in a spreadsheet, save it again as .xlsx or as CSV (UTF-8), and upload that file."


class WorkbookTooLarge(AppError):
    """Reading the workbook takes more than it may."""

    status = 413
    code = "FILE_TOO_LARGE"
    title = "The workbook is too large"
    action = (
        "Save the sheet as CSV (UTF-8), which may have any number of rows; or delete cells far away from the table."
    )


class SheetUnknown(AppError):
    """The sheet that was asked for is not in the workbook."""

    status = 422
    code = "SHEET_UNKNOWN"
    title = "The workbook has no such sheet"
    action = "Name one of its sheets, or leave it out."


class ReaderStopped(AppError):
    """The process that reads workbooks was killed, or said nothing more; another attempt may succeed."""

    status = 503
    code = "READER_STOPPED"
    title = "Reading the workbook was cut off"
    action = "Try again; if it happens again, save the sheet as CSV (UTF-8) and upload that."
    passing = True


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet that is read, the sheets to choose from, and which of the others seem to hold products too."""

    name: str
    names: Sequence[str] = field(default_factory=list)
    others: Sequence[str] = field(default_factory=list)

    @property
    def told(self) -> str:
        """Say which other sheets might be meant."""
        named = ", ".join(f"“{name}”" for name in self.others[:_NAMED])
        more = f" and {len(self.others) - _NAMED} more" if len(self.others) > _NAMED else ""
        return f"{named}{more} {'holds' if len(self.others) == 1 else 'hold'} a table too"


def opened(blocks: Iterable[bytes], *, wanted: str | None = None) -> tuple[Sheet, Iterator[bytes]]:
    """Give the sheet `wanted`, or the likeliest, and its rows as CSV in UTF-8: a row is a line, its breaks folded.

    Raises WorkbookUnreadable, WorkbookTooLarge, SheetUnknown, and here or while the bytes are taken ReaderStopped.
    """
    output, head = _output(blocks, wanted or ""), b""
    for block in output:
        head += block
        if b"\n" in head:
            break
    facts, _, rest = head.partition(b"\n")
    return Sheet(**json.loads(facts)), itertools.chain([rest], output)


def _output(blocks: Iterable[bytes], wanted: str) -> Iterator[bytes]:
    """Run the program over a file's bytes and give what it writes; it never outlives the one who asks."""
    with tempfile.TemporaryFile() as file:
        _copy(blocks, file)
        with program.running(PROGRAM, wanted, MEMORY, CPU, given=file) as reader:
            yield from _said(reader)
            _require_whole(reader)


def _copy(blocks: Iterable[bytes], file: IO[bytes]) -> None:
    size = 0
    for block in blocks:
        size += len(block)
        if size > FILE_MAX:
            raise WorkbookTooLarge(f"A workbook may have at most {FILE_MAX:,} bytes.")
        file.write(block)
    file.seek(0)


def _said(reader: program.Program) -> Iterator[bytes]:
    """Give the output as it comes."""
    output = cast("IO[bytes]", reader.output)
    with selectors.DefaultSelector() as ready:
        ready.register(output, selectors.EVENT_READ)
        while ready.select(SILENCE):
            block = os.read(output.fileno(), _BLOCK)
            if not block:
                return
            yield block
    raise _silent()


def _silent() -> ReaderStopped:
    return ReaderStopped(f"It made no progress for {SILENCE:.0f} seconds.")


def _require_whole(reader: program.Program) -> None:
    """Raise unless the program came to its end: what it wrote before is then no whole sheet."""
    try:
        status = reader.status(within=SILENCE)
    except program.Silent:
        raise _silent() from None
    if status == 0:
        return
    reason = reader.reason(most=_REASON)
    if status == _UNKNOWN:
        raise SheetUnknown(f"Its sheets are {reason}.")
    if status == _TOO_LARGE:
        raise WorkbookTooLarge(f"The workbook cannot be read: {reason}.")
    if status > 0:
        found = reason.splitlines()[-1].removesuffix(".") if reason else f"status {status}"
        raise WorkbookUnreadable(f"It looks like an Excel workbook, but cannot be read as one: {found}.")
    if status == -signal.SIGXCPU:
        raise WorkbookTooLarge(f"Reading it takes more than {CPU} seconds of processor time.")
    if status == -signal.SIGABRT:
        raise WorkbookTooLarge(f"Reading it takes more than {MEMORY:,} bytes of memory.")
    raise ReaderStopped(f"The process that read it ended with status {status}.")
