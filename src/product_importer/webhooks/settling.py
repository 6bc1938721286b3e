"""Records attempts: what becomes of each delivery, and what they say about the endpoint's health."""

import datetime as dt
import statistics
import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from product_importer.journal import record
from product_importer.kit import clock, database
from product_importer.kit.failpoints import failpoint
from product_importer.kit.outbound.failure import Reason
from product_importer.kit.secrets import Unreadable
from product_importer.webhooks import schedule, sealed, waiting
from product_importer.webhooks.models import Attempt, Delivery, DeliveryState, Disabled, Endpoint
from product_importer.webhooks.sending import GONE, Outcome

deliveries: Any = Delivery.__table__
attempts: Any = Attempt.__table__
RECENT = 24  # answers that are kept with an endpoint
_ATTEMPT = ("delivery_id", "at", "milliseconds", "status", "error", "words", "excerpt")
_WORDS = {Disabled.GONE: "It answered 410: the receiver is gone.", Disabled.FAILING: "It failed for five days."}


def settle(session: Session, outcomes: Sequence[Outcome]) -> None:
    """Write down some attempts in the order in which they ended; an endpoint that is gone by now is passed over."""
    told: dict[uuid.UUID, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        told[outcome.delivery.endpoint_id].append(outcome)
    held = select(Endpoint).where(Endpoint.id.in_(told)).order_by(Endpoint.id).with_for_update()
    endpoints = {endpoint.id: endpoint for endpoint in session.scalars(held)}
    database.face().insert(session.connection(), attempts, _ATTEMPT, map(_attempt, outcomes))
    failpoint("webhook.settle.recorded", session)
    succeeded: dict[int | None, list[uuid.UUID]] = defaultdict(list)
    failed: list[dict[str, Any]] = []
    for endpoint_id, some in told.items():
        endpoint = endpoints.get(endpoint_id)
        for outcome in some:
            counts = endpoint is None or outcome.is_test or _judge(session, endpoint, outcome)
            if outcome.succeeded:
                succeeded[outcome.status].append(outcome.delivery.id)
            else:
                failed.append(_failed(outcome, counts=counts))
        if endpoint is not None:
            _show(endpoint, some)
    _write(session, succeeded, failed)


def set_aside(session: Session, endpoint_id: uuid.UUID) -> Unreadable | None:
    """Let an endpoint rest for a minute if its secrets cannot be read, and say what is lost.

    What waits for it waits on; whoever waits for a test learns at once why none is sent.
    """
    endpoint = session.get(Endpoint, endpoint_id, with_for_update=True)
    if endpoint is None or (lost := sealed.unreadable(endpoint)) is None:
        return None
    now, due = clock.now(), waiting.tests(session, endpoint)
    if unsent := [Outcome(one, now, 0.0, reason=Reason.REFUSED, words=lost.message) for one in due]:
        settle(session, unsent)
    endpoint.rests_until = max(now + clock.seconds(schedule.UNREADABLE), endpoint.rests_until or now)
    return lost


def _judge(session: Session, endpoint: Endpoint, outcome: Outcome) -> bool:
    """Let an endpoint's health follow, and return whether a failure counts against its delivery too.

    While it fails again and again it is only probed, and a probe must not use up a delivery's attempts.
    """
    if outcome.succeeded:
        if endpoint.failures:
            endpoint.failures, endpoint.failing_since, endpoint.rests_until = 0, None, None
        return True
    began_before = endpoint.rests_until is not None and outcome.at < endpoint.rests_until
    was_probe = endpoint.failures >= schedule.RESTS_AFTER and not began_before
    if not began_before:
        endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or outcome.at
    pause = max(schedule.rest(endpoint.failures) or 0.0, outcome.asked or 0.0)
    if pause and not began_before:
        endpoint.rests_until = clock.now() + clock.seconds(pause)
    if outcome.status == GONE:
        _disable(session, endpoint, Disabled.GONE)
    elif outcome.at - endpoint.failing_since > clock.seconds(schedule.GIVEN_UP):
        _disable(session, endpoint, Disabled.FAILING)
    return not was_probe


def _show(endpoint: Endpoint, outcomes: Sequence[Outcome]) -> None:
    """Let people see the last answer, and how long the latest took."""
    last = outcomes[-1]
    endpoint.last_status, endpoint.last_error = last.status, last.reason
    endpoint.last_response_time, endpoint.last_at = round(last.milliseconds, 1), last.at
    took = statistics.median(outcome.milliseconds for outcome in outcomes)
    good = all(outcome.succeeded for outcome in outcomes)
    endpoint.recent = [*endpoint.recent, [round(took, 1), int(good)]][-RECENT:]


def _disable(session: Session, endpoint: Endpoint, reason: Disabled) -> None:
    if not endpoint.enabled:
        return
    endpoint.enabled, endpoint.disabled_reason, endpoint.disabled_at = False, reason, clock.now()
    endpoint.version += 1
    facts = {"url": endpoint.url, "reason": reason.value, "message": _WORDS[reason]}
    record.add(
        session,
        "endpoint.disabled",
        actor="system",
        subject_id=endpoint.id,
        version=endpoint.version,
        details=facts,
    )


def _attempt(outcome: Outcome) -> tuple[Any, ...]:
    said = (outcome.reason, outcome.words, outcome.excerpt)
    return outcome.delivery.id, outcome.at, round(outcome.milliseconds, 1), outcome.status, *said


def _failed(outcome: Outcome, *, counts: bool) -> dict[str, Any]:
    """Say what becomes of a delivery whose attempt failed: the next attempt's time, or that it has failed for good."""
    tries = outcome.delivery.tries + counts
    now, pause = clock.now(), 0.0
    if counts:
        later = schedule.next_try(tries, crowded=outcome.crowded, asked=outcome.asked)
        given_up = later is None or outcome.is_test or outcome.status == GONE
        pause = later or 0.0
    else:
        given_up = False
    state, done = (DeliveryState.FAILED, now) if given_up else (DeliveryState.PENDING, None)
    told = {"status": outcome.status, "error": outcome.reason, "tries": tries}
    next_at: dt.datetime = now + clock.seconds(pause)
    return {"b_id": outcome.delivery.id, **told, "state": state, "done_at": done, "next_at": next_at}


def _write(session: Session, succeeded: dict[int | None, list[uuid.UUID]], failed: Sequence[dict[str, Any]]) -> None:
    """Write what became of the deliveries; those that arrived with one statement for each status.

    A failure says nothing of one that was given up by hand while it was on its way; a success does.
    """
    arrived = {"state": DeliveryState.DELIVERED, "done_at": clock.now(), "error": None, "tries": Delivery.tries + 1}
    for status, some in succeeded.items():
        many = update(Delivery).where(database.face().is_one_of(Delivery.id, some)).values(status=status, **arrived)
        session.execute(many.execution_options(synchronize_session=False))
    if failed:
        pending = deliveries.c.state == DeliveryState.PENDING
        one = update(deliveries).where(deliveries.c.id == bindparam("b_id"), pending)
        session.connection().execute(one, list(failed))
