"""Whose rejected rows a file holds: a mended rejects file is read as the import that rejected them was."""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from product_importer.imports import aliases, inspection, queries
from product_importer.imports.inspection import Inspection
from product_importer.imports.models import ImportJob
from product_importer.imports.options import Options
from product_importer.imports.snapshot import Snapshot
from product_importer.kit import database

PARENT = "_import"  # the column that holds the number of the import
LISTED = 20  # imports that mend one
_NUMBER = re.compile(r"[0-9]{1,9}").fullmatch


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that arrived: how it is read, what its head tells, and the import whose rejects it holds."""

    options: Options
    found: Inspection
    parent_id: uuid.UUID | None


def inspect(upload_id: uuid.UUID, options: Options) -> Arrival:
    """Look at an upload's head; what the upload itself does not ask for is taken over from the import it mends.

    Raises what `inspection.inspect` refuses.
    """
    found = inspection.inspect(upload_id, options.model_copy(update={"interactive": True}))
    parent = _parent(found)
    if parent is not None:
        options = taken_over(parent, options, found.header)
        return Arrival(options, inspection.inspect(upload_id, options), parent.id)
    if found.refusal is not None and not options.asks:
        raise found.refusal
    return Arrival(options, found, None)


def taken_over(parent: ImportJob, options: Options, header: Sequence[str]) -> Options:
    """Complete options by those that the parent was read with, its columns by their places in this header.

    No preset comes along: what variants take over from their product stands in the rejected rows already.
    """
    said = {name: getattr(options, name) for name in options.model_fields_set}
    said = {name: value for name, value in said.items() if value not in (None, {})}
    known = parent.facts
    places = dict(zip(own(known.header), own(header), strict=True))
    taken: dict[str, Any] = {"mode": parent.mode, "decimal": known.sign}
    taken["guard"] = parent.options.get("guard", True)
    if not {"mapping", "preset"} & said.keys():
        taken["mapping"] = {field: f"#{places[at] + 1}" for field, at in known.columns.items()}
    if said.get("mode", parent.mode) == parent.mode:
        usual = {field: policy for field, policy in known.blanks.items() if field in known.columns}
        said["blanks"] = usual | said.get("blanks", {})
    return Options.model_validate({name: value for name, value in (taken | said).items() if value is not None})


def own(header: Sequence[str]) -> list[int]:
    """Give the places of the columns that are none our rejects file adds."""
    return [at for at, name in enumerate(header) if name.strip() not in aliases.REJECTS_COLUMNS]


def mended_by(session: Session, job: ImportJob) -> Snapshot | None:
    """Return the import whose rejected rows this one holds."""
    parent = session.get(ImportJob, job.parent_id) if job.parent_id else None
    return queries.snapshots_of(session, [parent])[0] if parent else None


def menders(session: Session, import_id: uuid.UUID) -> list[Snapshot]:
    """Return the imports of rows that this one rejected, the oldest first, at most 20."""
    wanted = select(ImportJob).where(ImportJob.parent_id == import_id).order_by(ImportJob.number).limit(LISTED)
    return queries.snapshots_of(session, session.scalars(wanted).all())


def _parent(found: Inspection) -> ImportJob | None:
    """Find the import whose number all first rows name, if it rejected rows and has these very columns."""
    names = [name.strip() for name in found.header]
    at = names.index(PARENT) if names.count(PARENT) == 1 else None
    numbers = {record[at].strip() for record in found.head.records} - {""} if at is not None else set()
    if len(numbers) != 1 or not _NUMBER(number := numbers.pop()):
        return None
    with database.reading() as session:
        parent = session.scalar(select(ImportJob).where(ImportJob.number == int(number)))
    return parent if parent is not None and parent.rejected and _is_like(parent, found.header) else None


def _is_like(parent: ImportJob, header: Sequence[str]) -> bool:
    """Tell a rejects file of this catalog from one of another that counts its imports as well."""
    known, seen = ([aliases.plain(names[at]) for at in own(names)] for names in (parent.facts.header, header))
    return bool(parent.facts.columns) and known == seen
