"""Records that the plan sets aside: those a later line overrules and those the mode leaves out, each kind as a file."""

import csv
import heapq
import itertools
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import Session

from product_importer.imports import staging
from product_importer.imports.codes import EXPLANATIONS, Code
from product_importer.imports.models import ImportJob, LateSkip
from product_importer.imports.plan import Plan
from product_importer.imports.snapshot import Change
from product_importer.imports.staging import SKIP, plan, staged
from product_importer.imports.states import Outcome
from product_importer.kit import csv_text, database, storage

SHOWN = 1_000  # records of a kind that the page shows; the file has all
BLOCK = 5_000  # rows fetched at a time
WRITTEN = 500  # rows written at a time: so few are freed before Python looks for garbage among them
FEW = 20_000  # rows fetched at once: for a cursor, PostgreSQL would plan as if the first tenth were all
SUPERSEDED = ("line", "winning_line", "sku")
SKIPPED = ("line", "code", "column", "value", "message", "action")
OUTCOMES = frozenset({Outcome.SUPERSEDED, Outcome.SKIPPED})


def save_superseded(job: ImportJob, area: str, count: int) -> str | None:
    """Store the records that later ones overrule; returns the file's key, or None where there are none."""
    if not count:
        return None
    with staging.filling(area) as session:
        rows = _fetched(session, _superseded(), count)
        return _stored(job, "superseded", SUPERSEDED, rows)


def save_skipped(job: ImportJob, area: str, made: Plan) -> str | None:
    """Store the records that the mode leaves out, as `save_superseded` does."""
    count = made.kinds.get(SKIP, 0)
    if not count:
        return None
    with staging.filling(area) as session:
        rows = _fetched(session, _skipped(), count)
        told = (_told(job, line, sku, known=product is not None) for line, sku, product in rows)
        return _stored(job, "skipped", SKIPPED, told)


def are_there(session: Session, job: ImportJob, outcome: Outcome) -> bool:
    """Return whether the import set records of this kind aside."""
    noted = select(exists().where(LateSkip.import_id == job.id))
    return bool(_key(job, outcome)) or (outcome is Outcome.SKIPPED and bool(session.scalar(noted)))


def first(job: ImportJob, outcome: Outcome) -> list[Change]:
    """Return the first 1,000 superseded or skipped records, in the order of the file."""
    return list(itertools.islice(records(job, outcome), SHOWN))


def records(job: ImportJob, outcome: Outcome) -> Iterator[Change]:
    """Yield all superseded or skipped records, in the order of the file."""
    rows = _rows(job, outcome)
    header = next(rows)
    return (_shown(outcome, dict(zip(header, row, strict=True))) for row in rows)


def lines(job: ImportJob, outcome: Outcome) -> Iterator[str]:
    """Yield the file of all superseded or skipped records, those of a catalog that moved in their places."""
    rows = _rows(job, outcome)
    while block := list(itertools.islice(rows, BLOCK)):
        yield csv_text.lines(map(csv_text.guarded, row) for row in block)


def _rows(job: ImportJob, outcome: Outcome) -> Iterator[Sequence[str]]:
    """Yield the header, then the records of the file and those that were skipped later, by their lines."""
    yield SUPERSEDED if outcome is Outcome.SUPERSEDED else SKIPPED
    key = _key(job, outcome)
    planned = csv.reader(_lines(storage.stream(key))) if key else iter(())
    next(planned, None)
    yield from heapq.merge(planned, _late(job) if outcome is Outcome.SKIPPED else (), key=lambda row: int(row[0]))


def _key(job: ImportJob, outcome: Outcome) -> str | None:
    return job.facts.superseded_file if outcome is Outcome.SUPERSEDED else job.facts.skipped_file


def _late(job: ImportJob) -> list[list[str]]:
    wanted = select(LateSkip).where(LateSkip.import_id == job.id).order_by(LateSkip.line)
    with database.reading() as session:
        noted = session.scalars(wanted).all()
    told = (_told(job, one.line, one.sku, known=one.code == Code.EXISTS) for one in noted)
    return [[str(cell) for cell in row] for row in told]


def _fetched(session: Session, rows: Select[Any], count: int) -> Iterable[Sequence[Any]]:
    return session.execute(rows, execution_options={} if count <= FEW else {"yield_per": BLOCK})


def _superseded() -> Select[Any]:
    """Pair the records of each key with its winner, unless that is known to be alone."""
    winner, line = plan.alias("winner"), staged.c.line
    paired = and_(winner.c.sku_key == staged.c.sku_key, winner.c.records.is_distinct_from(1))
    overruled = func.coalesce(winner.c.line, line) != line
    rows = select(line, winner.c.line, staged.c.sku).select_from(database.face().join_few(staged, winner, paired))
    return rows.where(overruled).order_by(line)


def _skipped() -> Select[Any]:
    return select(plan.c.line, plan.c.sku, plan.c.product_id).where(plan.c.kind == SKIP).order_by(plan.c.line)


def _told(job: ImportJob, line: int, sku: str, *, known: bool) -> tuple[Any, ...]:
    code = Code.EXISTS if known else Code.NO_MATCH
    words = EXPLANATIONS[code]
    return line, code, job.facts.mapping["sku"], sku, words.title, words.action


def _stored(job: ImportJob, kind: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Write the rows to a file of its own, so that an attempt that is cut off leaves no half of one."""
    key = f"{kind}/{job.id}/{uuid.uuid4().hex[:8]}.csv"
    source = itertools.chain([header], rows)
    with tempfile.TemporaryFile() as file:
        while block := list(itertools.islice(source, WRITTEN)):
            file.write(csv_text.lines(block).encode())
        file.seek(0)
        storage.put(key, file)
    return key


def _lines(blocks: Iterator[bytes]) -> Iterator[str]:
    """Cut a stored file into lines as it streams; a SKU never holds a line break."""
    rest = b""
    for block in blocks:
        *whole, rest = (rest + block).split(b"\n")
        yield from (line.decode() for line in whole)


def _shown(outcome: Outcome, row: dict[str, str]) -> Change:
    if outcome is Outcome.SUPERSEDED:
        return Change(outcome, int(row["line"]), row["sku"], winning_line=int(row["winning_line"]))
    words = f"{row['message']}. {row['action']}"
    return Change(outcome, int(row["line"]), row["value"], code=row["code"], column=row["column"], message=words)
