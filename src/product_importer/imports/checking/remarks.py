"""What was noticed in a file and rejected nothing: counted, each kind with its first example."""

from dataclasses import dataclass, field

from product_importer.imports.codes import REMARKS, Remark
from product_importer.imports.snapshot import Notice
from product_importer.imports.source.reader import Batch

LISTED = 20  # lines named


@dataclass(slots=True)
class Tally:
    """How often, the first lines, and what the first one was."""

    count: int = 0
    lines: list[int] = field(default_factory=list)
    example: str = ""


class Remarks:
    """The tallies of one file."""

    def __init__(self) -> None:
        self.tallies: dict[Remark, Tally] = {}

    def note(self, remark: Remark, line: int, example: str = "") -> None:
        """Count one case."""
        tally = self.tallies.setdefault(remark, Tally(example=example))
        tally.count += 1
        if len(tally.lines) < LISTED:
            tally.lines.append(line)

    def of_batch(self, batch: Batch) -> None:
        """Count what the reader noticed."""
        for line in batch.recoded:
            self.note(Remark.LINE_RECODED, line)
        for line in batch.repeated:
            self.note(Remark.HEADER_REPEATED, line)
        for line, header in batch.tables:
            self.note(Remark.TABLE_LEFT_OUT, line, f"“{', '.join(header)[:80]}”")
        if batch.left_out:
            self.tallies[Remark.TABLE_LEFT_OUT].count += batch.left_out

    def notices(self) -> list[Notice]:
        """Put the tallies in words."""
        return [Notice(remark, _words(remark, tally), tally.count) for remark, tally in sorted(self.tallies.items())]


def _words(remark: Remark, tally: Tally) -> str:
    lines = ", ".join(f"{line:,}" for line in tally.lines)
    more = ", …" if tally.count > len(tally.lines) else ""
    example = f"; for example {tally.example}" if tally.example else ""
    return f"{REMARKS[remark]} (line {lines}{more}{example})"
