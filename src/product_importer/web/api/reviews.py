"""A waiting import for programs: what it would change, what it sets aside, and the answer to its question."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from product_importer.imports import asides, changes, changes_file, originals, queries
from product_importer.imports.snapshot import Snapshot
from product_importer.imports.states import Outcome
from product_importer.kit import database
from product_importer.kit.errors import NotFound
from product_importer.web import downloads, schemas
from product_importer.web.actions import answering
from product_importer.web.roles import editor, viewer

router = APIRouter(tags=["imports"], prefix="/imports/{task_id}")
WRITTEN: tuple[changes.Kind, ...] = (Outcome.UPDATED, Outcome.CREATED)


class NothingSetAside(NotFound):
    """The import has no such records."""

    code = "NOTHING_SET_ASIDE"
    title = "There is no such file"
    action = "An import has one once its plan is made, if any of its rows were superseded or skipped."


@router.post("/answer", status_code=202, dependencies=[Depends(editor)])
def answer(task_id: uuid.UUID, said: answering.Answer) -> Snapshot:
    """Answer what the import asks: `apply`, `go_on`, `discard`, or an object with `mapping` or `decimal`."""
    answering.take(task_id, said)
    return queries.seen(task_id)


@router.get("/changes", dependencies=[Depends(viewer)])
def list_changes(
    task_id: uuid.UUID,
    kind: changes.Kind = Outcome.UPDATED,
    cursor: Annotated[str | None, Query(max_length=80)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    search: Annotated[str, Query(max_length=200, description="A part of SKU or name, in any case.")] = "",
) -> schemas.ChangeList:
    """List what the import changes, before and after: from its plan during the review, from the journal after that."""
    with database.reading() as session:
        job, snapshot = queries.job_of(session, task_id), queries.snapshot(session, task_id)
        if kind in asides.OUTCOMES:
            originals.require(session, job)
    page = changes.page(job, kind, cursor=cursor, limit=limit, search=search)
    total = int(getattr(queries.account_shown(snapshot), kind))
    return schemas.ChangeList(items=list(page.items), total=total, next_cursor=page.next_cursor)


@router.get("/changes.csv", dependencies=[Depends(viewer)], response_class=StreamingResponse)
def changes_csv(task_id: uuid.UUID, kind: Annotated[list[changes.Kind] | None, Query()] = None) -> StreamingResponse:
    """Download the changes, one product a line; without `kind` the updated and the created ones."""
    return downloads.csv_file(changes_file.written(task_id, kind or WRITTEN), f"changes-of-{task_id}.csv")


@router.get("/superseded.csv", dependencies=[Depends(viewer)], response_class=StreamingResponse)
def superseded_csv(task_id: uuid.UUID) -> StreamingResponse:
    """Download every record that a later line overrules, with the line that wins."""
    return _aside(task_id, Outcome.SUPERSEDED)


@router.get("/skipped.csv", dependencies=[Depends(viewer)], response_class=StreamingResponse)
def skipped_csv(task_id: uuid.UUID) -> StreamingResponse:
    """Download every record that the mode leaves out, with the reason."""
    return _aside(task_id, Outcome.SKIPPED)


def _aside(task_id: uuid.UUID, outcome: Outcome) -> StreamingResponse:
    with database.reading() as session:
        job = queries.job_of(session, task_id)
        if not asides.are_there(session, job, outcome):
            raise NothingSetAside
        originals.require(session, job)
    return downloads.csv_file(asides.lines(job, outcome), f"{outcome}-of-import-{job.number}.csv")
