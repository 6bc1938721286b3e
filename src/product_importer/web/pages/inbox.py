"""The built-in test inbox: takes what is sent to it, and shows it with what its signature is worth."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, PlainTextResponse

from product_importer.kit import database
from product_importer.web import templating
from product_importer.web.deps import Actor, Reading
from product_importer.web.pages import rail
from product_importer.web.roles import anyone, viewer
from product_importer.webhooks import inbox, queries

router = APIRouter(prefix="/inbox")


@router.post("/{token}", dependencies=[Depends(anyone)])
async def take(request: Request, token: str) -> PlainTextResponse:
    """Take a request as any receiver should: 200 where the signature holds, 400 with the reason where not."""
    verdict = await run_in_threadpool(_taken, token, request.headers, await request.body())
    return PlainTextResponse(verdict or "The signature is valid.", 400 if verdict else 200)


@router.get("/{token}", dependencies=[Depends(viewer)])
def show(request: Request, token: str, session: Reading, actor: Actor) -> HTMLResponse:
    """Show what has arrived, the newest first."""
    found = inbox.opened(session, token)
    context: dict[str, Any] = {"endpoint": queries.seen(session, found.endpoint.id), "messages": found.messages}
    return templating.render(request, "inbox.html", **rail.context(session, "webhooks", actor), **context)


def _taken(token: str, headers: Mapping[str, str], body: bytes) -> str:
    with database.transaction() as session:
        return inbox.take(session, token, headers, body).verdict
