"""The first phase: the upload is streamed once, checked row by row, and staged as it goes by."""

import hashlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from product_importer.imports import pictures, repeats, staging
from product_importer.imports.checking import families, mapping, presets, rows
from product_importer.imports.codes import REMARKS, Remark
from product_importer.imports.fields import PICTURES
from product_importer.imports.models import ImportJob
from product_importer.imports.options import Options
from product_importer.imports.report import Rejects
from product_importer.imports.snapshot import Notice
from product_importer.imports.source import opening, reader
from product_importer.imports.source.dialect import Dialect
from product_importer.imports.source.workbook import Sheet
from product_importer.imports.states import Blank, Decimal
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
    facts: dict[str, Any]
    rejects: Rejects

    @property
    def accepted(self) -> int:
        """How many records were staged."""
        return self.marks.rows_read - self.rejects.count

    def values(self) -> dict[str, Any]:
        """Save the rejects file, and return what the import row keeps from here on."""
        key = self.rejects.save(self.job.id)
        facts = {**self.job.facts, **self.facts, "repeats": repeats.earlier(self.job, self.sha256)}
        facts |= {"reject_groups": self.rejects.groups(), "rejects_file": key}
        counts = {"rows_read": self.marks.rows_read, "rejected": self.rejects.count}
        return {"bytes_read": self.job.file_bytes, "sha256": self.sha256, "facts": facts, **counts}

    def require_rows(self) -> None:
        """Raise NoValidRows when nothing of the file can be imported."""
        if not self.marks.rows_read:
            raise rows.NoRows("There is a header and no row below it.")
        if self.rejects.count == self.marks.rows_read:
            reasons = ", ".join(f"{group['count']:,} x {group['code']}" for group in self.rejects.groups()[:5])
            raise rows.NoValidRows(f"All {self.marks.rows_read:,} rows were rejected: {reasons}.")


@contextmanager
def read(
    scratch: Session, job: ImportJob, *, marks: Marks, check: Callable[[], None], manner: Manner
) -> Iterator[Read]:
    """Stage every accepted record of the job's file and collect the rejected ones.

    `check` is called between batches and raises when the reading is to end. Raises what a file as a whole is
    refused with, DecimalAmbiguous among them, and Misread where it must be read again.
    """
    options, digest = Options.model_validate(job.options), hashlib.sha256()
    sheet = Sheet(**job.facts["sheet"]) if job.facts.get("sheet") else None
    file = opening.opened(_taken(uploads.read(job.upload_id), digest, marks), sheet=sheet.name if sheet else None)
    dialect = _dialect(job, manner)
    opened = reader.open_reader(file.blocks, dialect)
    preset = presets.Preset(job.facts["preset"])
    found = mapping.placed(opened.header, job.facts["columns"], mode=options.mode, preset=preset)
    blanks = {field: Blank(policy) for field, policy in job.facts["blanks"].items()}
    checker = rows.Checker(found, blanks, manner.decimal or options.decimal, guard=options.guard)
    family = families.of(found, opened.header)
    rejects = Rejects(number=job.number, header=opened.header, delimiter=job.facts["delimiter"])
    named = pictures.Cells(found.columns[PICTURES]) if PICTURES in found.columns else None
    try:
        staging.add(scratch, _accepted(opened, checker, family, rejects, named, marks, check))
        if named is not None:
            staging.add_pictures(scratch, named.rows())
        _require_well_read(opened, checker, options, manner)
        sign = checker.settled() if "price" in found.columns else None
        warnings = [_plain(notice) for notice in (*_of_sheet(sheet), *checker.remarks.notices())]
        facts = {"encoding": dialect.encoding, "sign": sign, "warnings": warnings}
        yield Read(job, marks, digest.hexdigest(), list(found.names), facts, rejects)
    finally:
        rejects.close()
        if named is not None:
            named.close()


def _dialect(job: ImportJob, manner: Manner) -> Dialect:
    dialect = Dialect(**job.facts["dialect"])
    return replace(dialect, encoding=manner.encoding, guessed=True) if manner.encoding else dialect


def _require_well_read(opened: reader.Reader, checker: rows.Checker, options: Options, manner: Manner) -> None:
    """Raise Misread where the whole file contradicts what its head told; what a person chose is never doubted."""
    encoding = None if options.encoding or manner.encoding else opened.mistaken()
    if encoding is not None:
        raise Misread(replace(manner, encoding=encoding))
    if (sign := checker.settled()) is not (checker.decimal or sign):
        raise Misread(replace(manner, decimal=sign))


def _accepted(
    opened: reader.Reader,
    checker: rows.Checker,
    family: families.Family | None,
    rejects: Rejects,
    named: pictures.Cells | None,
    marks: Marks,
    check: Callable[[], None],
) -> Iterator[rows.Accepted]:
    """Check batch after batch; accepted rows flow on, rejected ones are collected, the marks move."""
    for batch in opened:
        check()
        failpoint("import.read.batch")
        if family is not None:
            family.fill(batch, checker.remarks)
        checked = checker.check(batch)
        rejects.add(checked.rejected)
        if named is not None:
            named.note(batch, checked.accepted)
        yield from checked.accepted
        marks.rows_read += len(checked.accepted) + len(checked.rejected)
        marks.rejected = rejects.count


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


def _plain(notice: Any) -> dict[str, Any]:
    return {"code": str(notice.code), "message": notice.message, "count": notice.count}
