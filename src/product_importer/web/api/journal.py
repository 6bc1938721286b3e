"""The journal for programs: what happened to one product, everything that happened, and that as a file."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from product_importer.journal import queries
from product_importer.kit import database
from product_importer.kit.errors import NotFound
from product_importer.web import downloads, journal_file
from product_importer.web.deps import Reading
from product_importer.web.requests.journal_query import JournalPage, JournalQuery
from product_importer.web.roles import viewer
from product_importer.web.views import journal_entries
from product_importer.web.views.journal_entries import ToldPage

router = APIRouter(tags=["journal"])


@router.get("/journal", dependencies=[Depends(viewer)])
def journal(asked: Annotated[JournalPage, Query()], session: Reading) -> ToldPage:
    """List what happened, newest first: who, what, when, to which subject, through which import and line."""
    return journal_entries.page_of(
        session, queries.page(session, asked.wanted(session), cursor=asked.cursor, limit=asked.limit)
    )


@router.get("/journal.csv", dependencies=[Depends(viewer)], response_class=StreamingResponse)
def journal_csv(asked: Annotated[JournalQuery, Query()]) -> StreamingResponse:
    """Download what happened as a file, all of it or what matches the filters."""
    with database.reading() as session:
        wanted = asked.wanted(session)
    return downloads.csv_file(journal_file.written(wanted), "journal.csv")


@router.get("/products/{product_id}/history", tags=["products"], dependencies=[Depends(viewer)])
def history(
    product_id: uuid.UUID,
    session: Reading,
    cursor: Annotated[str | None, Query(max_length=80)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> ToldPage:
    """List what happened to one product, newest first; also of a deleted one."""
    page = queries.history(session, product_id, cursor=cursor, limit=limit)
    if not page.items and cursor is None:
        raise NotFound(f"Nothing is known about a product with the id {product_id}.")
    return journal_entries.page_of(session, page)
