"""The form in which rejected rows are mended: what it says, what it shows, and the import that comes of it."""

import io
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from product_importer.imports import queries
from product_importer.imports.checking.rejected import Rejected
from product_importer.imports.mending import edits, records
from product_importer.imports.mending.edits import Edit
from product_importer.imports.mending.records import Record
from product_importer.imports.models import ImportJob
from product_importer.kit import database
from product_importer.uploads import actions as uploads
from product_importer.web.actions import intake
from product_importer.web.actions.intake import Started
from product_importer.web.forms.mapping_form import LABELS
from product_importer.web.requests.idempotent import Keyed

PER_PAGE = 20  # rows
WHOLE = "The line as it stands in the file"


@dataclass(frozen=True, slots=True)
class Control:
    """One cell of a row in the form; `was` is what the file has, `wrong` marks the one at fault."""

    name: str
    label: str
    column: str
    value: str
    was: str
    wrong: bool = False
    focused: bool = False

    @property
    def is_text(self) -> bool:
        """Whether it needs more than one line."""
        return "\n" in self.value or len(self.value) > 80


@dataclass(frozen=True, slots=True)
class Row:
    """A rejected row in the form, with what is wrong with it now."""

    line: int
    code: str
    message: str
    controls: Sequence[Control]
    changed: bool
    too_long: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of the form; `carried` are the controls of changed rows on other pages."""

    rows: Sequence[Row]
    carried: Sequence[Control]
    changed: int
    page: int
    pages: int


def mendable(import_id: uuid.UUID) -> ImportJob:
    """Return an import whose rejected rows can be mended; raises what `records.require` does."""
    with database.reading() as session:
        job = queries.job_of(session, import_id)
        records.require(session, job)
        return job


def parse(job: ImportJob, found: Sequence[Record], form: Mapping[str, Any]) -> dict[int, Edit]:
    """Read which records a form changes; a cell that comes back as it was is no change."""
    said = {name: value for name, value in form.items() if isinstance(value, str)}
    changed = {record.line: _edit(job, record, said) for record in found if not record.too_long}
    return {line: edit for line, edit in changed.items() if edit.cells or edit.raw is not None}


def sheet(
    job: ImportJob,
    found: Sequence[Record],
    changed: Mapping[int, Edit],
    *,
    page: int = 1,
    wrong: Mapping[int, Rejected] | None = None,
) -> Sheet:
    """Lay out one page, the one with the first row that is still wrong if there is any."""
    pages = max(1, -(-len(found) // PER_PAGE))
    at_fault = next((at for at, record in enumerate(found) if record.line in (wrong or {})), None)
    page = min(page, pages) if at_fault is None else at_fault // PER_PAGE + 1
    shown = found[(page - 1) * PER_PAGE : page * PER_PAGE]
    lines = {record.line for record in shown}
    first = next((record.line for record in shown if record.line in (wrong or {})), shown[0].line if shown else 0)
    rows = [_row(job, record, changed.get(record.line), wrong, focused=record.line == first) for record in shown]
    others = [(record, changed[record.line]) for record in found if record.line in changed.keys() - lines]
    carried = [one for record, edit in others for one in _controls(job, record, edit) if one.value != one.was]
    return Sheet(rows, carried, len(changed), page, pages)


def start(
    job: ImportJob, found: Sequence[Record], changed: Mapping[int, Edit], *, actor: str, keyed: Keyed | None = None
) -> Started:
    """Import the changed rows alone; raises StillRejected where one of them would be rejected again."""
    name, data, options = edits.file_of(job, edits.check(job, found, changed))
    upload_id = uploads.open_upload(name=name, actor=actor)
    uploads.append_all(upload_id, io.BytesIO(data))
    return intake.start(upload_id, actor=actor, options=options, keyed=keyed)


def _edit(job: ImportJob, record: Record, said: Mapping[str, str]) -> Edit:
    controls = _controls(job, record, Edit())
    new = {one.name: said[one.name] for one in controls if not _same(said.get(one.name, one.was), one.was)}
    if record.raw:
        return Edit(raw=next(iter(new.values()), None))
    return Edit({int(name.rpartition("-")[2]): _lines(value) for name, value in new.items()})


def _same(value: str, was: str) -> bool:
    """Compare as a browser sends: it writes every line break as CRLF."""
    return _lines(value) == _lines(was)


def _lines(value: str) -> str:
    return value.replace("\r\n", "\n").replace("\r", "\n")


def _row(
    job: ImportJob, record: Record, edit: Edit | None, wrong: Mapping[int, Rejected] | None, *, focused: bool
) -> Row:
    told = (wrong or {}).get(record.line)
    code, message = (told.code.value, told.message) if told else (record.code, record.message)
    if edit is not None and told is None and wrong is not None:
        code = message = ""
    field = _field(job, record, code)
    controls = [] if record.too_long else _controls(job, record, edit or Edit(), wrong=field, focused=focused)
    return Row(record.line, code, message, controls, edit is not None, record.too_long)


def _field(job: ImportJob, record: Record, code: str) -> int | None:
    """Name the place of the cell at fault, -1 for a raw line; the code tells, for it begins with its field."""
    if record.raw:
        return -1 if code else None
    return records.fields_of(job).get(code.partition("_")[0].lower())


def _controls(
    job: ImportJob, record: Record, edit: Edit, *, wrong: int | None = None, focused: bool = False
) -> list[Control]:
    if record.raw:
        now = record.raw if edit.raw is None else edit.raw
        return [Control(f"raw-{record.line}", WHOLE, "", now, record.raw, wrong == -1, focused)]
    columns, fields = records.columns_of(job), records.fields_of(job)
    labels = {at: " and ".join(LABELS[field] for field in fields if fields[field] == at) for at in fields.values()}
    return [
        Control(
            name=f"cell-{record.line}-{at}",
            label=labels[at],
            column=columns[at],
            value=edit.cells.get(at, record.cells[at]),
            was=record.cells[at],
            wrong=at == wrong,
            focused=focused and at == wrong,
        )
        for at in sorted(labels)
    ]
