"""What a careful reading of lines finds: whole records by position, and the broken ones with their text."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from product_importer.imports.codes import Code


@dataclass(slots=True)
class Broken:
    """A record that could not be split: its first line and how many it spans, the raw text, the code, what was seen."""

    line: int
    code: Code
    raw: str
    detail: str
    column: str | None = None
    lines: int = 1


@dataclass(slots=True)
class Found:
    """Records with the positions of their first line and behind their last; an open one waits from `rest` on."""

    starts: Sequence[int] = field(default_factory=list)
    ends: Sequence[int] = field(default_factory=list)
    records: list[list[str]] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    rest: int = 0
    open: bool = False

    def add(self, starts: list[int], records: list[list[str]]) -> None:
        """Add records; the last of `starts` is the position behind the last of them."""
        self.starts = [*self.starts, *starts[:-1]] if self.records else starts[:-1]
        self.ends = [*self.ends, *starts[1:]] if self.records else starts[1:]
        self.records = self.records + records if self.records else records


def ragged(line: int, raw: str, seen: int, width: int, lines: int = 1) -> Broken:
    """Report a record with too few or too many cells."""
    return Broken(line, Code.ROW_RAGGED, raw, f"{seen} cells where the header has {width}", lines=lines)


def placed(records: Sequence[Sequence[str]], at: int, *, has_cr: bool = True) -> tuple[list[int], list[int]]:
    """Give the positions of the records' first lines and of the line behind the last, and which span several lines.

    A line break inside a record is inside a quoted cell and stands there as it is in the file; to count them costs
    clean files nothing, while asking csv.reader for its line after each record costs a tenth of reading. `has_cr` is
    False where no cell can hold a CR: to look for it in each costs a hundredth.
    """
    texts = enumerate(map("".join, records))
    if has_cr:
        several = [index for index, text in texts if "\n" in text or "\r" in text]
    else:
        several = [index for index, text in texts if "\n" in text]
    starts: list[int] = []
    before = 0
    for index in several:
        starts.extend(range(at, at + index - before + 1))
        text = "|".join(records[index])  # a break never stands at the border of two cells
        at += index - before + 1 + text.count("\n") + text.count("\r") - text.count("\r\n")
        before = index + 1
    starts.extend(range(at, at + len(records) - before + 1))
    return starts, several
