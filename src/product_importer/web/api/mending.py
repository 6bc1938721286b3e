"""Mending rejected rows, for programs: new cells or a new raw line for some of the first thousand."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from product_importer.imports import queries
from product_importer.imports.checking import mapping
from product_importer.imports.mending import records
from product_importer.imports.mending.edits import Edit
from product_importer.imports.mending.records import Record
from product_importer.imports.models import ImportJob
from product_importer.imports.snapshot import Snapshot
from product_importer.web import errors
from product_importer.web.actions import mending
from product_importer.web.deps import Actor
from product_importer.web.requests import idempotent
from product_importer.web.requests.idempotent import Keyed
from product_importer.web.roles import editor

router = APIRouter(prefix="/imports/{task_id}", tags=["imports"])


class MendedRow(BaseModel):
    """A rejected row by its line: new cells by header or number (`#3`), or a new line where it could not be split."""

    model_config = ConfigDict(extra="forbid")

    line: int
    cells: dict[str, str] = Field(default_factory=dict)
    raw: str | None = None


class MendedRows(BaseModel):
    """The rows that are imported; all others are left as they are."""

    model_config = ConfigDict(extra="forbid")

    rows: Annotated[list[MendedRow], Field(min_length=1, max_length=1_000)]


@router.post("/mend", status_code=202, dependencies=[Depends(editor)])
def mend(
    request: Request, task_id: uuid.UUID, said: MendedRows, actor: Actor, response: Response, key: idempotent.Key = None
) -> Snapshot:
    """Import some rejected rows as they are fixed here; the answer is the new import, linked to this one."""
    job = mending.mendable(task_id)
    found = records.listed(job)
    keyed = Keyed.of(request, key, actor=actor, said=said.model_dump_json())
    started = mending.start(job, found, _edits(job, found, said.rows), actor=actor, keyed=keyed)
    if started.replayed:
        response.headers.update(idempotent.REPLAYED)
    return queries.seen(started.import_id)


def _edits(job: ImportJob, found: list[Record], rows: list[MendedRow]) -> dict[int, Edit]:
    """Name every row and cell that the import does not have, all at once."""
    known = {record.line: record for record in found}
    header, wrong = records.columns_of(job), list[dict[str, Any]]()
    changed: dict[int, Edit] = {}
    for at, row in enumerate(rows):
        record, cells = known.get(row.line), {name: _place(job, header, name) for name in row.cells}
        if record is None or row.line in changed:
            wrong.append(_wrong(at, "line", "names none of the first 1,000 rejected rows, or one twice"))
        elif bool(record.raw) is (row.raw is None) or (record.raw and cells):
            wrong.append(_wrong(at, "raw" if record.raw else "cells", _form(record)))
        elif missing := [name for name, place in cells.items() if place is None]:
            wrong += [
                _wrong(at, "cells", f"“{name}” is not a column of the file, or names several") for name in missing
            ]
        else:
            changed[row.line] = Edit({p: row.cells[n] for n, p in cells.items() if p is not None}, row.raw)
    if wrong:
        raise errors.invalid(wrong)
    return changed


def _place(job: ImportJob, header: list[str], name: str) -> int | None:
    """Find a column by its number in the file, or by its header if no other has it."""
    if (place := mapping.numbered(name)) is not None:
        return records.place_of(job, place)
    places = [at for at, known in enumerate(header) if known == name.strip()]
    return places[0] if len(places) == 1 else None


def _form(record: Record) -> str:
    return "could not be split: send its whole line as raw" if record.raw else "was split: send its cells"


def _wrong(at: int, part: str, words: str) -> dict[str, Any]:
    return {"loc": ("rows", at, part), "type": "not_to_be_mended", "msg": words}
