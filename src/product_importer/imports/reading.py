"""The first phase: the upload is streamed once, checked row by row, and staged as it goes by."""

import hashlib
import itertools
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from product_importer.imports import pictures, repeats, staging
from product_importer.imports.checking import families, mapping, rows
from product_importer.imports.checking.mapping import Mapping
from product_importer.imports.checking.presets import Preset
from product_importer.imports.codes import REMARKS, Remark
from product_importer.imports.facts import Facts
from product_importer.imports.fields import PICTURES
from product_importer.imports.models import ImportJob
from product_importer.imports.options import Options
from product_importer.imports.rejects_file import Rejects
from product_importer.imports.snapshot import Notice
from product_importer.imports.source import opening, reader
from product_importer.imports.source.dialect import Dialect
from product_importer.imports.source.workbook import Sheet
from product_importer.imports.states import Decimal
from product_importer.kit.failpoints import failpoint
from product_importer.uploads import actions as uploads


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file is to be read where its first bytes told it wrong: the decimal sign, the encoding."""

    decimal: Decimal | None = None
    encoding: str | None = None


class Misread(Exception):
    """The whole file shows another decimal sign or encoding than its head did: it is to be read again in `manner`."""

    def __init__(self, manner: Manner) -> None:
        super().__init__(str(manner))
        self.manner = manner


@dataclass(slots=True)
class Marks:
    """How far a reading has come; the heartbeat tells it on."""

    bytes_read: int = 0
    rows_read: int = 0
    rejected: int = 0

    def restart(self) -> None:
        """Begin anew: what was shown of an earlier reading stays shown until this one has passed it."""
        self.bytes_read = self.rows_read = self.rejected = 0


@dataclass(frozen=True, slots=True)
class Read:
    """What a reading found out."""

    job: ImportJob
    marks: Marks
    sha256: str
    fields: Collection[str]
    facts: Facts
    rejects: Rejects

    @property
    def accepted(self) -> int:
        """How many records were staged."""
        return self.marks.rows_read - self.rejects.count

    def values(self) -> dict[str, Any]:
        """Save the rejects file, and return what the import row keeps from here on."""
        facts = replace(
            self.facts,
            repeats=repeats.earlier(self.job, self.sha256),
            reject_groups=self.rejects.groups(),
            rejects_file=self.rejects.save(self.job.id),
        )
        counts = {"rows_read": self.marks.rows_read, "rejected": self.rejects.count}
        return {"bytes_read": self.job.file_bytes, "sha256": self.sha256, "facts": facts, **counts}

    def require_rows(self) -> None:
        """Raise NoValidRows when nothing of the file can be imported."""
        if not self.marks.rows_read:
            raise rows.NoRows("There is a header but no row below it.")
        if self.rejects.count == self.marks.rows_read:
            reasons = ", ".join(f"{group.count:,} x {group.code}" for group in self.rejects.groups()[:5])
            all_rows = f"All {self.rejects.count:,} rows were" if self.rejects.count > 1 else "The only row was"
            raise rows.NoValidRows(f"{all_rows} rejected: {reasons}.")


@contextmanager
def read(
    scratch: Session, job: ImportJob, *, marks: Marks, check: Callable[[], None], manner: Manner
) -> Iterator[Read]:
    """Stage every accepted record of the job's file and collect the rejected ones.

    `check` is called between batches and raises when the reading is to end. Raises what a file as a whole is
    refused with, DecimalAmbiguous among them, and Misread where it must be read again.
    """
    options, digest = Options.model_validate(job.options), hashlib.sha256()
    sheet = job.facts.sheet
    file = opening.opened(_taken(uploads.read(job.upload_id), digest, marks), sheet=sheet.name if sheet else None)
    dialect = _dialect(job, manner)
    pipeline = _pipeline(job, options, manner, reader.open_reader(file.blocks, dialect))
    try:
        staging.add(scratch, itertools.chain.from_iterable(pipeline.accepted(marks, check)))
        if pipeline.addresses is not None:
            staging.add_pictures(scratch, pipeline.addresses.rows())
        _require_well_read(pipeline, options, manner)
        facts = _facts(job, pipeline, dialect)
        yield Read(job, marks, digest.hexdigest(), list(pipeline.mapping.names), facts, pipeline.rejects)
    finally:
        pipeline.close()


@dataclass(frozen=True, slots=True)
class _Pipeline:
    """What the batches of one file go through; `addresses` are of pictures, where a column of them is mapped."""

    source: reader.Reader
    mapping: Mapping
    checker: rows.Checker
    family: families.Family | None
    rejects: Rejects
    addresses: pictures.Cells | None

    def accepted(self, marks: Marks, check: Callable[[], None]) -> Iterator[Sequence[rows.Accepted]]:
        """Check batch after batch; what is accepted flows on, what is rejected is collected, the marks move."""
        for batch in self.source:
            check()
            failpoint("import.read.batch")
            if self.family is not None:
                self.family.fill(batch, self.checker.remarks)
            checked = self.checker.check(batch)
            self.rejects.add(checked.rejected)
            if self.addresses is not None:
                self.addresses.note(batch, checked.accepted)
            yield checked.accepted
            marks.rows_read += len(checked.accepted) + len(checked.rejected)
            marks.rejected = self.rejects.count

    def close(self) -> None:
        """Let go of the temporary files."""
        self.rejects.close()
        if self.addresses is not None:
            self.addresses.close()


def _pipeline(job: ImportJob, options: Options, manner: Manner, opened: reader.Reader) -> _Pipeline:
    """Set up the reading as the inspection of the file's head settled it."""
    known = job.facts
    preset = known.preset or Preset.NONE
    found = mapping.placed(opened.header, known.columns, mode=options.mode, preset=preset)
    return _Pipeline(
        source=opened,
        mapping=found,
        checker=rows.Checker(found, known.blanks, manner.decimal or options.decimal, guard=options.guard),
        family=families.of(found, opened.header),
        rejects=Rejects(number=job.number, header=opened.header, delimiter=known.dialect.delimiter),
        addresses=pictures.Cells(found.columns[PICTURES]) if PICTURES in found.columns else None,
    )


def _dialect(job: ImportJob, manner: Manner) -> Dialect:
    dialect = job.facts.dialect
    return replace(dialect, encoding=manner.encoding, guessed=True) if manner.encoding else dialect


def _require_well_read(pipeline: _Pipeline, options: Options, manner: Manner) -> None:
    """Raise Misread where the whole file contradicts what its head told; what a person chose is never doubted."""
    encoding = None if options.encoding or manner.encoding else pipeline.source.mistaken()
    if encoding is not None:
        raise Misread(replace(manner, encoding=encoding))
    checker = pipeline.checker
    if (sign := checker.settled()) is not (checker.decimal or sign):
        raise Misread(replace(manner, decimal=sign))


def _facts(job: ImportJob, pipeline: _Pipeline, dialect: Dialect) -> Facts:
    """Add the encoding that was right in the end, the decimal sign, and what the file is warned of."""
    sign = pipeline.checker.settled() if "price" in pipeline.mapping.columns else None
    notices = [*_of_sheet(job.facts.sheet), *pipeline.checker.remarks.notices()]
    return replace(job.facts, encoding=dialect.encoding, sign=sign, warnings=notices)


def _taken(blocks: Iterator[bytes], digest: Any, marks: Marks) -> Iterator[bytes]:
    """Digest and count the file's bytes as they are, packed or not."""
    for block in blocks:
        digest.update(block)
        yield block
        marks.bytes_read += len(block)


def _of_sheet(sheet: Sheet | None) -> list[Notice]:
    """Warn that another sheet may have been meant."""
    if sheet is None or not sheet.others:
        return []
    words = f"{REMARKS[Remark.SHEET_CHOSEN]}: “{sheet.name}” was read; {sheet.told}"
    return [Notice(Remark.SHEET_CHOSEN, words, len(sheet.others))]
