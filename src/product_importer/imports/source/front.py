"""The front of a file: its header, read line by line over as many chunks as it takes, within the bounds of a record."""

import csv
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Final

from product_importer.imports.source import decoding, folding, grammar
from product_importer.imports.source.decoding import Chunk
from product_importer.imports.source.dialect import Dialect
from product_importer.imports.source.headers import HeaderMissing
from product_importer.imports.source.limits import Limits
from product_importer.imports.source.lines import Lines

_SHOWN = 200  # characters of a line
_ODD: Final = re.compile(r'(?<!")"(?:"")*(?!")')  # quotes of which one opens or closes a cell; a pair is a letter


class HeaderBroken(HeaderMissing):
    """The header stands where it should, but its quotes leave open where it ends."""

    title = "The header cannot be read"
    action = "Close or remove the quote in that line, or name another header line."


class Front:
    """The first chunks of a file, and in `behind` those that nobody asked for yet."""

    def __init__(self, chunks: Iterator[Chunk], limits: Limits) -> None:
        self.behind = chunks
        self._limits = limits
        self._taken: list[Chunk] = []

    def header(self, dialect: Dialect) -> tuple[list[str], int]:
        """Read the header; give its names and the position behind it, no names where there is no such line.

        Raises HeaderBroken for one that the grammar fails in, or that goes on beyond the limits.
        """
        start = dialect.header_line - 1
        wanted = itertools.islice(self._lines(), start, None)
        reader = grammar.strict(map(dialect.mended, wanted), dialect.delimiter)
        try:
            header = next(reader, [])
        except csv.Error as error:
            lines = list(map(dialect.mended, Lines(self.chunk().text)[start:]))
            raise HeaderBroken(_trouble(lines, dialect.header_line, str(error)), line=dialect.header_line) from error
        names = map(folding.unfolded, header) if dialect.folded else header
        return [decoding.legible(name.strip()) for name in names], start + reader.line_num

    def chunk(self) -> Chunk:
        """Give what was asked for as one chunk."""
        taken = self._taken or [Chunk("", 0)]
        starts = itertools.accumulate((len(Lines(one.text)) for one in taken), initial=0)
        return Chunk(
            "".join(one.text for one in taken),
            taken[-1].bytes_read,
            quoted=any(one.quoted for one in taken),
            nul=any(one.nul for one in taken),
            recoded=[start + at for start, one in zip(starts, taken, strict=False) for at in one.recoded],
            flawed=any(one.flawed for one in taken),
            overlong=taken[-1].overlong,
        )

    def _lines(self) -> Iterator[str]:
        """Take chunks as long as lines are asked for, up to the length of a record or to a line that is too long."""
        size = 0
        for chunk in self.behind:
            if chunk.overlong and self._taken:
                self.behind = itertools.chain([chunk], self.behind)
                return
            self._taken.append(chunk)
            yield from Lines(chunk.text)
            size += len(chunk.text)
            if chunk.overlong or size > self._limits.record:
                return


def _trouble(lines: Sequence[str], first: int, error: str) -> str:
    """Say what is wrong with the header that begins with the first of the lines, and where."""
    if "expected after" in error:
        return f"The header in line {first} has a quote that is out of place: {lines[0][:_SHOWN]!r}."
    opened = next((at for at in reversed(range(len(lines))) if _ODD.search(lines[at])), None)
    if opened is None:
        return f"A name in the header in line {first} is too long: {lines[0][:_SHOWN]!r}."
    return f"The quote in line {first + opened} is never closed: {lines[opened][:_SHOWN]!r}."
