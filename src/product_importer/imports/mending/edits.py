"""What people changed in rejected records: checked as the import would check it, and made a small file of its own."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from product_importer.imports.checking import mapping, rejected, rows
from product_importer.imports.checking.presets import Preset
from product_importer.imports.checking.rejected import Rejected
from product_importer.imports.codes import Code
from product_importer.imports.mending import lineage, records
from product_importer.imports.mending.records import Record
from product_importer.imports.models import ImportJob
from product_importer.imports.options import Options
from product_importer.imports.source import broken, reader
from product_importer.imports.source.reader import Batch
from product_importer.imports.states import Decimal
from product_importer.kit import csv_text
from product_importer.kit.errors import AppError


class StillRejected(AppError):
    """Some of the mended rows would be rejected again."""

    status = 422
    code = "STILL_REJECTED"
    title = "Some rows would be rejected again"
    action = "Fix the cells named, or leave these rows out; nothing was imported."


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to stand in a rejected record: new cells by their place in `records.columns_of`, or a new raw line."""

    cells: Mapping[int, str] = field(default_factory=dict)
    raw: str | None = None


@dataclass(frozen=True, slots=True)
class Mended:
    """The records as they were edited, those that split with their cells, and why others would be rejected again."""

    rows: Mapping[int, list[str]]
    wrong: Mapping[int, Rejected]


def check(job: ImportJob, found: Sequence[Record], edits: Mapping[int, Edit]) -> Mended:
    """Check edited records, known by their lines, under the import's own mapping, policies and decimal sign."""
    ready: dict[int, list[str]] = {}
    wrong: dict[int, Rejected] = {}
    for record in found:
        if (edit := edits.get(record.line)) is None:
            continue
        cells = _split(job, record.line, edit.raw) if edit.raw is not None else _replaced(record, edit)
        if isinstance(cells, Rejected):
            wrong[record.line] = cells
        else:
            ready[record.line] = cells
    batch = Batch(list(ready), list(ready.values()), [], 0)
    again = _checker(job).check(batch).rejected
    return Mended(ready, wrong | {one.line: one for one in again})


def file_of(job: ImportJob, mended: Mended) -> tuple[str, bytes, Options]:
    """Make a rejects file of the mended rows: its name, its bytes, and how it is to be read.

    Raises StillRejected with the rows that would be rejected again.
    """
    if mended.wrong:
        first = min(mended.wrong.values(), key=lambda one: one.line)
        raise StillRejected(
            f"Line {first.line:,}: {first.message}.", rows=[_told(one) for one in mended.wrong.values()]
        )
    made, sign = io.StringIO(newline=""), job.facts.dialect.delimiter
    written = csv_text.writer(made, delimiter=sign)
    written.writerow((lineage.PARENT, "_line", *records.columns_of(job)))
    written.writerows((job.number, line, *cells) for line, cells in mended.rows.items())
    how = Options(encoding="utf-8", delimiter=sign, header_line=1)
    name = job.file_name + (".csv" if job.facts.sheet else "")
    return f"fixed-rows-of-{name}", made.getvalue().encode("utf-8", "replace"), how


def _checker(job: ImportJob) -> rows.Checker:
    places = records.fields_of(job)
    found = mapping.placed(records.columns_of(job), places, mode=job.mode, preset=Preset.NONE)
    sign, guard = job.facts.sign or Decimal.POINT, Options.model_validate(job.options).guard
    return rows.Checker(found, job.facts.blanks, sign, guard=guard)


def _replaced(record: Record, edit: Edit) -> list[str]:
    return [edit.cells.get(at, cell) for at, cell in enumerate(record.cells)]


def _split(job: ImportJob, line: int, raw: str) -> list[str] | Rejected:
    """Split a mended raw line by the rules of its file; exactly one record is expected."""
    header = job.facts.header
    dialect = replace(job.facts.dialect, encoding="utf-8", guessed=False, header_line=1, folded=False)
    text = io.StringIO(newline="")
    csv_text.writer(text, delimiter=dialect.delimiter).writerow(header)
    whole = f"{text.getvalue()}{raw}\n".encode("utf-8", "replace")
    found = list(reader.read([whole], dialect))
    split = [record for batch in found for record in batch.records]
    if faults := [one for batch in found for one in batch.broken]:
        return rejected.of_broken(replace(faults[0], line=line, raw=raw, lines=1))
    if len(split) != 1:
        detail = f"{len(split)} rows where one is expected"
        return rejected.of_broken(broken.Broken(line, Code.ROW_RAGGED, raw, detail))
    return [split[0][at] for at in lineage.own(header)]


def _told(one: Rejected) -> dict[str, object]:
    return {"line": one.line, "column": one.column, "code": one.code, "value": one.value, "message": one.message}
