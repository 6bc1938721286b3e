"""The first rejected records of an import with all their cells, as its rejects file holds them."""

import codecs
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from product_importer.imports import originals
from product_importer.imports.mending import lineage
from product_importer.imports.models import ImportJob
from product_importer.imports.rejects_file import SHOWN
from product_importer.imports.source import grammar
from product_importer.imports.source.limits import LIMITS
from product_importer.imports.states import FINAL
from product_importer.kit import storage
from product_importer.kit.errors import AppError

LONGEST = 8_192  # characters of a record that is edited in a form; twenty of them stay below the limit of a request


class NothingToMend(AppError):
    """The import has no rejected rows to be mended, or not yet."""

    status = 409
    code = "NOTHING_TO_MEND"
    title = "There are no rejected rows to fix"
    action = "Rejected rows can be fixed once their import has ended; a running one shows them as it goes."


@dataclass(frozen=True, slots=True)
class Record:
    """One rejected record: its cells under the columns of `columns_of`, or its raw text where it could not be split."""

    line: int
    code: str
    message: str
    cells: Sequence[str]
    raw: str

    @property
    def too_long(self) -> bool:
        """Whether it is mended in the file only."""
        return sum(map(len, self.cells)) + len(self.raw) > LONGEST


def require(session: Session, job: ImportJob) -> None:
    """Raise NothingToMend unless the import has ended with rejects; FileForgotten when they are not kept any more."""
    if job.state not in FINAL or not job.facts.rejects_file:
        raise NothingToMend
    originals.require(session, job)


def columns_of(job: ImportJob) -> list[str]:
    """Return the headers of the supplier's own columns."""
    header = job.facts.header
    return [header[at] for at in lineage.own(header)]


def fields_of(job: ImportJob) -> dict[str, int]:
    """Return the place of each mapped field among the columns of `columns_of`."""
    places = {at: place for place, at in enumerate(lineage.own(job.facts.header))}
    return {field: places[at] for field, at in job.facts.columns.items() if at in places}


def place_of(job: ImportJob, at: int) -> int | None:
    """Return the place among the columns of `columns_of` of the one at this place of the file's header."""
    own = lineage.own(job.facts.header)
    return own.index(at) if at in own else None


def listed(job: ImportJob, *, first: int = 0, count: int = SHOWN) -> list[Record]:
    """Return some of the first 1,000 rejected records, in the order of the file."""
    key = job.facts.rejects_file
    written = itertools.islice(_written(storage.stream(key) if key else iter(())), 1, SHOWN + 1)
    return [_record(job, text) for text in itertools.islice(written, first, first + count)]


def _written(blocks: Iterator[bytes]) -> Iterator[str]:
    """Yield row after row as text: one ends where a line does and every quote is closed."""
    row: list[str] = []
    quotes = 0
    for line in _lines(blocks):
        row.append(line)
        quotes += line.count('"')
        if quotes % 2 == 0:
            yield "".join(row)
            row, quotes = [], 0


def _record(job: ImportJob, text: str) -> Record:
    """Take a row apart as `rejects_file.Rejects` writes it; of a very long one the beginning is enough."""
    (row,) = grammar.lenient([text[: LIMITS.field]], job.facts.dialect.delimiter)
    _, line, code, message, *cells, raw = row
    if len(text) > LIMITS.field:
        return Record(int(line), code, message, [""] * len(columns_of(job)), "".join([*cells, raw]))
    return Record(int(line), code, message, cells, raw)


def _lines(blocks: Iterator[bytes]) -> Iterator[str]:
    """Decode a stored file as it streams, line by line; what no form could send back is shown as `\ufffd`."""
    decoder, rest = codecs.getincrementaldecoder("utf-8")("replace"), ""
    for block in blocks:
        *whole, rest = (rest + decoder.decode(block).replace("\0", "\ufffd")).split("\n")
        yield from (f"{line}\n" for line in whole)
    if rest:
        yield rest
