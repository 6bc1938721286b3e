"""What was sent to an endpoint, for people: the log with its filters, one delivery, a test, sent once more."""

import datetime as dt
import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from product_importer.kit import clock
from product_importer.web import templating
from product_importer.web.actions import webhook_trial
from product_importer.web.deps import Actor, Reading, Sent, Writing
from product_importer.web.pages import rail
from product_importer.web.roles import editor, viewer
from product_importer.webhooks import endpoints, inbox, queries, resending
from product_importer.webhooks.models import DeliveryState
from product_importer.webhooks.queries import DeliveriesWanted

router = APIRouter(prefix="/admin/webhooks")
PER_PAGE = 25
DAY = dt.timedelta(days=1)
HOURS_MAX = 24 * 365  # of failures that are sent once more


@router.get("/{endpoint_id}", dependencies=[Depends(viewer)])
def log(
    request: Request,
    endpoint_id: uuid.UUID,
    session: Reading,
    actor: Actor,
    state: DeliveryState | Literal[""] = "",
    type_: Annotated[str, Query(alias="type", max_length=40)] = "",
    cursor: Annotated[str | None, Query(max_length=80)] = None,
    test: uuid.UUID | None = None,
    said: str = "",
) -> HTMLResponse:
    """Show one endpoint with what was sent to it, and what came of the last test."""
    wanted = DeliveriesWanted(state or None, type_)
    one = queries.seen(session, endpoint_id)
    context: dict[str, Any] = {
        "endpoint": one,
        "page": queries.deliveries(session, endpoint_id, wanted, cursor=cursor, limit=PER_PAGE),
        "wanted": wanted,
        "cursor": cursor,
        "failed": queries.failed(session, endpoint_id, since=clock.now() - DAY),
        "tried": webhook_trial.outcome_in(session, test, of=endpoint_id) if test else None,
        "inbox": inbox.path_of(one.url),
        "said": said,
    }
    return templating.render(request, "webhook.html", **rail.context(session, "webhooks", actor), **context)


@router.get("/{endpoint_id}/deliveries/{delivery_id}", dependencies=[Depends(viewer)])
def delivery(
    request: Request, endpoint_id: uuid.UUID, delivery_id: uuid.UUID, session: Reading, actor: Actor
) -> HTMLResponse:
    """Show one delivery: the very bytes that are sent, and every attempt."""
    context: dict[str, Any] = {
        "endpoint": queries.seen(session, endpoint_id),
        "whole": queries.delivery(session, delivery_id, of=endpoint_id),
    }
    return templating.render(request, "delivery.html", **rail.context(session, "webhooks", actor), **context)


@router.post("/{endpoint_id}/test", dependencies=[Depends(editor)])
async def test(endpoint_id: uuid.UUID) -> RedirectResponse:
    """Send a test, wait for what comes of it, and show that."""
    told = await webhook_trial.tried(endpoint_id)
    return RedirectResponse(f"/admin/webhooks/{endpoint_id}?test={told.delivery_id}#test-h", 303)


@router.post("/{endpoint_id}/deliveries/{delivery_id}/resend", dependencies=[Depends(editor)])
def resend(endpoint_id: uuid.UUID, delivery_id: uuid.UUID, session: Writing) -> RedirectResponse:
    """Send one delivery once more."""
    resending.resend(session, delivery_id, of=endpoint_id)
    return _to(endpoint_id, "resent")


@router.post("/{endpoint_id}/resend", dependencies=[Depends(editor)])
def resend_failed(endpoint_id: uuid.UUID, sent: Sent, session: Writing) -> RedirectResponse:
    """Send once more what failed for good within the last `hours`."""
    resending.resend_failed(session, endpoint_id, since=clock.now() - _span(sent.get("hours", "")))
    return _to(endpoint_id, "resent")


@router.post("/{endpoint_id}/discard", dependencies=[Depends(editor)])
def discard(endpoint_id: uuid.UUID, session: Writing) -> RedirectResponse:
    """Give up what waits."""
    endpoints.discard_held(session, endpoint_id)
    return _to(endpoint_id, "discarded")


def _span(hours: str) -> dt.timedelta:
    if not (hours.isascii() and hours.isdigit()):
        return DAY
    return dt.timedelta(hours=min(int(hours[:9]), HOURS_MAX))  # Python reads no number of more than 4,300 digits


def _to(endpoint_id: uuid.UUID, said: str) -> RedirectResponse:
    return RedirectResponse(f"/admin/webhooks/{endpoint_id}?said={said}", 303)
