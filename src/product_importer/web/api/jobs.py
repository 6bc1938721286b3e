"""Bulk jobs for programs: deleting whatever matches, and how far a job is."""

import uuid
from collections.abc import AsyncIterable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic_core import to_jsonable_python

from product_importer.catalog import bulk, bulk_queries
from product_importer.catalog.bulk_models import BulkKind
from product_importer.catalog.bulk_queries import BulkSeen
from product_importer.web.api.imports import RETRY
from product_importer.web.deps import Actor, FollowedJob, Reading, WatchingBulk, Writing
from product_importer.web.requests import versions
from product_importer.web.requests.product_filters import ProductQuery
from product_importer.web.roles import admin, editor, viewer

router = APIRouter(tags=["products"])


@router.delete("/products", status_code=202, dependencies=[Depends(admin)])
def delete_products(
    wanted: Annotated[ProductQuery, Query()], session: Writing, actor: Actor, request: Request, response: Response
) -> BulkSeen:
    """Delete every product that matches the filters, or all of them without any, in the background."""
    job = bulk_queries.seen_of(bulk.start(session, BulkKind.DELETE, wanted.filters(), actor=actor))
    response.headers["Location"] = versions.alike(request, job.links["self"])
    return job


@router.get("/jobs/{job_id}", dependencies=[Depends(viewer)])
def job(job_id: uuid.UUID, session: Reading) -> BulkSeen:
    """Return a bulk job as it stands."""
    return bulk_queries.seen(session, job_id)


@router.get("/jobs/{job_id}/progress", response_class=EventSourceResponse, dependencies=[Depends(viewer)])
async def progress(job_id: FollowedJob, watch: WatchingBulk) -> AsyncIterable[ServerSentEvent]:
    """Stream the job at each change, at most four times a second, ending with its final state."""
    async for seen in watch.follow(job_id):
        yield ServerSentEvent(data=to_jsonable_python(seen), event="progress", id=str(seen.version), retry=RETRY)


@router.post("/jobs/{job_id}/cancel", status_code=202, dependencies=[Depends(editor)])
def cancel(job_id: uuid.UUID, session: Writing) -> BulkSeen:
    """Stop the job after the slice at work; what it has done stays done."""
    bulk.cancel(session, job_id)
    return bulk_queries.seen(session, job_id)
