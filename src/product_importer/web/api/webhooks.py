"""Webhooks for programs: endpoints, their secrets, a test, and what was sent to them."""

import dataclasses
import datetime as dt
import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from product_importer.web import schemas
from product_importer.web.actions import webhook_trial
from product_importer.web.actions.webhook_trial import Tried
from product_importer.web.deps import Actor, Reading, Writing
from product_importer.web.requests import idempotent, versions
from product_importer.web.requests.idempotent import Made
from product_importer.web.roles import admin, editor, viewer
from product_importer.webhooks import endpoints, queries, resending
from product_importer.webhooks.models import DeliveryState
from product_importer.webhooks.queries import (
    DeliveriesWanted,
    DeliveryPage,
    DeliverySeen,
    DeliveryWhole,
    EndpointSeen,
)
from product_importer.webhooks.schemas import EndpointIn, EndpointPatch

router = APIRouter(tags=["webhooks"])
MISSING: schemas.Responses = {404: schemas.problem("WEBHOOK_NOT_FOUND or DELIVERY_NOT_FOUND")}
REFUSED: schemas.Responses = {422: schemas.problem("URL_REFUSED or VALIDATION_FAILED")}
LATER: schemas.Responses = {202: {"description": "No worker sent it within 20 seconds."}}


@dataclasses.dataclass(frozen=True, slots=True)
class EndpointAdded(EndpointSeen):
    """An endpoint with its secret, which is shown this once: a replay under the same Idempotency-Key has null."""

    secret: str | None


def _in_utc(moment: dt.datetime) -> dt.datetime:
    """Take a moment without a zone for one in UTC; refuse one that is in no year from 1 to 9999 there."""
    try:
        return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    except OverflowError:
        raise ValueError("in UTC this is before the year 1 or after the year 9999") from None


InUtc = Annotated[dt.datetime, AfterValidator(_in_utc)]


class EndpointList(BaseModel):
    """Every endpoint, the oldest first."""

    items: list[EndpointSeen]


class DeliveriesQuery(BaseModel):
    """Which deliveries are looked for, and from where on."""

    model_config = ConfigDict(extra="forbid")

    state: DeliveryState | None = None
    type: str = Field(
        "", max_length=40, pattern="^[a-z.]*$", description="Such as `product.updated`, `batch`, `webhook.test`."
    )
    since: InUtc | None = Field(None, description="Created at this time or later.")
    until: InUtc | None = None
    cursor: str | None = Field(None, max_length=80)
    limit: int = Field(50, ge=1, le=500)

    def wanted(self) -> DeliveriesWanted:
        """Return what a delivery must meet."""
        return DeliveriesWanted(self.state, self.type, self.since, self.until)


class Since(BaseModel):
    """From when on what failed is sent again."""

    since: InUtc


class Count(BaseModel):
    """How many deliveries that were."""

    count: int


_added = TypeAdapter(EndpointAdded)


@router.get("/webhooks", dependencies=[Depends(viewer)])
def listed(session: Reading) -> EndpointList:
    """List the endpoints with their health."""
    return EndpointList(items=queries.seen_all(session))


@router.post(
    "/webhooks", status_code=201, response_model=EndpointAdded, responses=REFUSED, dependencies=[Depends(admin)]
)
def add(request: Request, wanted: EndpointIn, session: Writing, actor: Actor, key: idempotent.Key = None) -> Response:
    """Add an endpoint; the answer has its secret, which cannot be read again."""

    def make() -> Made:
        endpoint, secret = endpoints.add(session, wanted, actor=actor)
        told = _with_secret(queries.seen_of(session, endpoint), secret)
        kept = _added.dump_json(dataclasses.replace(told, secret=None)).decode()
        return Made(201, {"Location": f"{request.url.path}/{endpoint.id}"}, _added.dump_json(told).decode(), kept)

    said = wanted.model_dump_json(exclude_unset=True)
    return idempotent.once(session, request, key, actor=actor, said=said, make=make)


@router.get("/webhooks/{endpoint_id}", responses=MISSING, dependencies=[Depends(viewer)])
def shown(endpoint_id: uuid.UUID, session: Reading) -> EndpointSeen:
    """Return one endpoint."""
    return queries.seen(session, endpoint_id)


@router.put("/webhooks/{endpoint_id}", responses=MISSING | REFUSED, dependencies=[Depends(admin)])
@router.patch("/webhooks/{endpoint_id}", responses=MISSING | REFUSED, dependencies=[Depends(admin)])
def change(endpoint_id: uuid.UUID, wanted: EndpointPatch, session: Writing, actor: Actor) -> EndpointSeen:
    """Change the fields that are sent; PUT and PATCH are the same, since what is sealed cannot be sent back."""
    return queries.seen_of(session, endpoints.change(session, endpoint_id, wanted, actor=actor))


@router.delete("/webhooks/{endpoint_id}", status_code=204, responses=MISSING, dependencies=[Depends(admin)])
def remove(endpoint_id: uuid.UUID, session: Writing, actor: Actor) -> None:
    """Remove an endpoint with its log."""
    endpoints.remove(session, endpoint_id, actor=actor)


@router.post("/webhooks/test/{endpoint_id}", responses=MISSING | LATER, dependencies=[Depends(editor)])
async def test(request: Request, endpoint_id: uuid.UUID, response: Response) -> Tried:
    """Send a test now, and return the answer's status, response time and beginning; disabled endpoints too."""
    told = await webhook_trial.tried(endpoint_id)
    if told.state is DeliveryState.PENDING:
        response.status_code = 202
        response.headers["Location"] = versions.alike(request, f"/deliveries/{told.delivery_id}")
    return told


@router.post("/webhooks/{endpoint_id}/rotate", responses=MISSING, dependencies=[Depends(admin)])
def rotate(endpoint_id: uuid.UUID, session: Writing, actor: Actor) -> EndpointAdded:
    """Give the endpoint a new secret; for 24 hours each request is signed with the old one too."""
    endpoint, secret = endpoints.rotate(session, endpoint_id, actor=actor)
    return _with_secret(queries.seen_of(session, endpoint), secret)


@router.get("/webhooks/{endpoint_id}/deliveries", responses=MISSING, dependencies=[Depends(viewer)])
def deliveries(endpoint_id: uuid.UUID, asked: Annotated[DeliveriesQuery, Query()], session: Reading) -> DeliveryPage:
    """List what was or will be sent to an endpoint, the newest first."""
    return queries.deliveries(session, endpoint_id, asked.wanted(), cursor=asked.cursor, limit=asked.limit)


@router.post("/webhooks/{endpoint_id}/resend", status_code=202, responses=MISSING, dependencies=[Depends(editor)])
def resend_failed(endpoint_id: uuid.UUID, wanted: Since, session: Writing) -> Count:
    """Send again what failed for good since a given time, at most 10,000 deliveries."""
    return Count(count=resending.resend_failed(session, endpoint_id, since=wanted.since))


@router.post("/webhooks/{endpoint_id}/discard", responses=MISSING, dependencies=[Depends(editor)])
def discard(endpoint_id: uuid.UUID, session: Writing) -> Count:
    """Drop what is waiting for an endpoint, such as what was held while it was disabled."""
    return Count(count=endpoints.discard_held(session, endpoint_id))


@router.get("/deliveries/{delivery_id}", responses=MISSING, dependencies=[Depends(viewer)])
def delivery(delivery_id: uuid.UUID, session: Reading) -> DeliveryWhole:
    """Return one delivery with its body and its attempts."""
    return queries.delivery(session, delivery_id)


@router.post("/deliveries/{delivery_id}/resend", status_code=202, responses=MISSING, dependencies=[Depends(editor)])
def resend(delivery_id: uuid.UUID, session: Writing) -> DeliverySeen:
    """Send a delivery again, under the same id and with the same bytes."""
    resending.resend(session, delivery_id)
    return queries.delivery(session, delivery_id).delivery


def _with_secret(told: EndpointSeen, secret: str) -> EndpointAdded:
    return EndpointAdded(**{name.name: getattr(told, name.name) for name in dataclasses.fields(told)}, secret=secret)
