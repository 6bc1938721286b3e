"""The journal for people: who did what, when, to which product, through which import and line."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from product_importer.imports import history
from product_importer.journal import queries
from product_importer.web import templating
from product_importer.web.deps import Actor, Reading
from product_importer.web.pages import rail
from product_importer.web.requests import journal_query
from product_importer.web.requests.journal_query import JournalPage
from product_importer.web.roles import viewer
from product_importer.web.views import journal_entries

router = APIRouter(prefix="/admin/journal")


@router.get("", dependencies=[Depends(viewer)])
def journal(request: Request, asked: Annotated[JournalPage, Query()], session: Reading, actor: Actor) -> HTMLResponse:
    """List what happened, newest first."""
    wanted = asked.wanted(session)
    page = journal_entries.page_of(session, queries.page(session, wanted, cursor=asked.cursor, limit=asked.limit))
    names = history.names(session, [asked.import_id]) if asked.import_id else {}
    context: dict[str, Any] = {
        "page": page,
        "asked": asked,
        "narrow": wanted.narrow,
        "query": journal_query.query(asked),
        "of_import": next(iter(names.values()), None),
        "actors": queries.actors(session),
        "types": queries.types(session),
    }
    return templating.render(request, "journal.html", **rail.context(session, "journal", actor), **context)
