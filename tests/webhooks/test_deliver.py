"""How deliveries end: retried on schedule, spared while an endpoint fails, given up, sent again on demand."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update
from structlog.testing import capture_logs

from product_importer.kit import clock, database, secrets
from product_importer.kit.settings import Settings
from product_importer.webhooks import endpoints, resending, schedule, waiting
from product_importer.webhooks.models import Disabled, Endpoint
from product_importer.webhooks.schemas import EndpointPatch
from tests import makers
from tests.webhooks.makers import (
    ACTOR,
    attempts,
    deliver_all,
    deliveries,
    dispatch_all,
    make_due,
    make_endpoint,
    seen,
    work,
)
from tests.webhooks.receiver import Receiver, Reply, Request

LATE = 30.0  # seconds that a busy machine may take from the request to its record


def answers(status: int, **headers: str) -> Callable[[Request], Reply]:
    return lambda _: Reply(status, b"no\0pe", {name.replace("_", "-"): value for name, value in headers.items()})


def edits(count: int) -> None:
    makers.make_product("MUG-1")
    for number in range(count):
        makers.edit_product("MUG-1", name=f"Mug {number}")


def changed(endpoint_id: uuid.UUID, **fields: object) -> None:
    with database.transaction() as session:
        endpoints.change(session, endpoint_id, EndpointPatch.model_validate(fields), actor=ACTOR)


def test_a_failed_delivery_is_tried_eight_times_with_the_same_id_and_bytes(started: Settings, inbox: Receiver) -> None:
    endpoint_id, _ = make_endpoint(inbox.url)
    inbox.reply = answers(500)
    edits(1)
    work()
    pauses = []
    for _ in range(7):
        (one,) = deliveries()
        pauses.append((one.next_at - attempts()[-1].at).total_seconds())
        make_due()
        deliver_all()
    (one,) = deliveries()
    assert (one.state, one.tries, one.status, len(attempts())) == ("failed", 8, 500, 8)
    assert all(0.8 * plan < pause < 1.2 * plan + LATE for plan, pause in zip(schedule.RETRIES, pauses, strict=True))
    assert len({(request.id, request.body) for request in inbox.seen}) == 1
    assert attempts()[0].excerpt == "no\ufffdpe"
    assert (seen(endpoint_id).last_status, seen(endpoint_id).failures) == (500, 8)
    inbox.reply = answers(200)
    with database.transaction() as session:
        assert resending.resend_failed(session, endpoint_id, since=clock.now() + clock.seconds(60)) == 0
        assert resending.resend_failed(session, endpoint_id, since=clock.now() - clock.seconds(60)) == 1
    deliver_all()
    assert (deliveries()[0].state, len({request.id for request in inbox.seen})) == ("delivered", 1)
    assert seen(endpoint_id).failures == 0


def test_an_endpoint_that_fails_again_and_again_rests_and_what_waits_is_spared(
    started: Settings, inbox: Receiver
) -> None:
    endpoint_id, _ = make_endpoint(inbox.url, max_in_flight=2)
    inbox.reply = answers(503)
    edits(40)
    work()
    assert 10 <= len(inbox.seen) <= 13  # the tenth failure, and what was under way beside it
    tries = [one.tries for one in deliveries()]
    assert (seen(endpoint_id).state, sum(tries), max(tries)) == ("resting", len(inbox.seen), 1)
    for _ in range(3):
        before = len(inbox.seen)
        make_due()
        deliver_all()
        assert len(inbox.seen) == before + 1  # one probe
    assert [one.tries for one in deliveries()] == tries
    inbox.reply = answers(200)
    for _ in range(3):
        make_due()
        deliver_all()
    assert {one.state for one in deliveries()} == {"delivered"}
    assert seen(endpoint_id).state == "active"


def test_after_five_days_of_failures_an_endpoint_is_disabled_and_the_journal_says_so(
    started: Settings, inbox: Receiver
) -> None:
    endpoint_id, _ = make_endpoint(inbox.url)
    inbox.reply = answers(500)
    edits(1)
    work()
    long_ago = clock.now() - clock.seconds(schedule.GIVEN_UP + 60)
    with database.transaction() as session:
        session.execute(update(Endpoint).values(failing_since=long_ago))
    make_due()
    deliver_all()
    assert (seen(endpoint_id).state, seen(endpoint_id).disabled_reason) == ("disabled", Disabled.FAILING)
    assert [line[0] for line in makers.journal_lines() if line[0].startswith("endpoint.")] == [
        "endpoint.added",
        "endpoint.disabled",
    ]


def test_410_disables_an_endpoint_and_enabling_it_sends_what_was_held(started: Settings, inbox: Receiver) -> None:
    endpoint_id, _ = make_endpoint(inbox.url, max_in_flight=1)
    inbox.reply = answers(410)
    edits(5)
    work()
    assert seen(endpoint_id).disabled_reason == Disabled.GONE
    held = seen(endpoint_id).waiting
    assert held >= 2
    makers.edit_product("MUG-1", name="While disabled")
    work()
    assert seen(endpoint_id).waiting == held
    sent = len(inbox.seen)
    inbox.reply = answers(200)
    changed(endpoint_id, enabled=True)
    work()
    assert (seen(endpoint_id).waiting, seen(endpoint_id).disabled_reason) == (0, None)
    assert len(inbox.seen) == sent + held


@pytest.mark.parametrize(("status", "state"), [(500, "discarded"), (200, "delivered")])
def test_what_is_given_up_while_it_is_on_its_way_stays_so_unless_it_arrives(
    started: Settings, inbox: Receiver, status: int, state: str
) -> None:
    endpoint_id, _ = make_endpoint(inbox.url)

    def reply(request: Request) -> Reply:
        with database.transaction() as session:
            assert endpoints.discard_held(session, endpoint_id) == 1
        return answers(status)(request)

    inbox.reply = reply
    edits(1)
    work()
    make_due()
    deliver_all()
    assert [(one.state, len(inbox.seen)) for one in deliveries()] == [(state, 1)]


@pytest.mark.parametrize(
    ("status", "headers", "least", "most"),
    [(429, {"Retry_After": "700"}, 700, 700), (429, {}, 60, 60), (503, {"Retry_After": "nonsense"}, 4, 6)],
    ids=str,
)
def test_a_receiver_says_when_to_come_again(
    started: Settings, inbox: Receiver, status: int, headers: dict[str, str], least: float, most: float
) -> None:
    make_endpoint(inbox.url)
    inbox.reply = answers(status, **headers)
    edits(1)
    work()
    (one,) = deliveries()
    assert least < (one.next_at - attempts()[0].at).total_seconds() < most + LATE


def test_a_test_is_sent_once_to_a_disabled_endpoint_too_and_tells_nothing_of_its_health(
    started: Settings, inbox: Receiver
) -> None:
    endpoint_id, _ = make_endpoint(inbox.url, enabled=False)
    inbox.reply = answers(500)
    with database.transaction() as session:
        resending.test(session, endpoint_id)
    deliver_all()
    (request,) = inbox.seen
    (one,) = deliveries()
    assert (request.json["type"], request.json["test"], request.json["id"]) == ("webhook.test", True, request.id)
    assert (one.state, seen(endpoint_id).failures, seen(endpoint_id).last_status) == ("failed", 0, 500)


def test_further_headers_are_sent_and_kept_sealed(started: Settings, inbox: Receiver) -> None:
    endpoint_id, secret = make_endpoint(inbox.url, headers={"X-Shop-Key": "s3cret-of-the-shop"})
    edits(1)
    work()
    assert inbox.seen[0].headers["x-shop-key"] == "s3cret-of-the-shop"
    assert seen(endpoint_id).headers == ["X-Shop-Key"]
    with database.reading() as session:
        (row,) = session.connection().exec_driver_sql("SELECT * FROM webhook_endpoints").all()
    assert not any(hidden in str(row) for hidden in ("s3cret", secret.removeprefix("whsec_")))


def test_another_server_never_hears_the_headers_of_the_one_before(started: Settings, inbox: Receiver) -> None:
    endpoint_id, _ = make_endpoint("https://before.example/hook", headers={"X-Shop-Key": "s3cret-of-the-shop"})
    changed(endpoint_id, url="https://before.example/moved")
    assert seen(endpoint_id).headers == ["X-Shop-Key"]
    changed(endpoint_id, url=inbox.url)
    edits(1)
    work()
    assert "x-shop-key" not in inbox.seen[0].headers
    changed(endpoint_id, url="https://after.example", headers={"X-New": "1"})
    assert seen(endpoint_id).headers == ["X-New"]


@pytest.fixture
def lost(started: Settings, inbox: Receiver) -> Iterator[uuid.UUID]:
    """An endpoint that something waits for, and whose secrets were sealed with a key that is known no more."""
    endpoint_id, _ = make_endpoint(inbox.url, headers={"X-Key": "1"})
    edits(1)
    dispatch_all()
    secrets.configure(started.model_copy(update={"secret_key": SecretStr("another key")}))
    yield endpoint_id
    secrets.configure(started)


def is_due() -> bool:
    """Return whether the worker that sends finds anything to do."""
    with database.reading() as session:
        return bool(session.scalar(select(waiting.any_due())))


def test_an_endpoint_whose_secrets_cannot_be_read_rests_so_that_nobody_is_at_it_again_and_again(
    lost: uuid.UUID, started: Settings, inbox: Receiver
) -> None:
    assert is_due()
    with capture_logs() as told:
        for _ in range(3):
            deliver_all()
    assert [fact["log_level"] for fact in told if fact["event"] == "an endpoint cannot be called"] == ["error"]
    assert not is_due()
    secrets.configure(started)
    make_due()
    deliver_all()
    assert inbox.types == ["product.updated"]


def test_a_test_of_an_endpoint_whose_secrets_cannot_be_read_says_so_at_once(lost: uuid.UUID) -> None:
    with database.transaction() as session:
        test_id = resending.test(session, lost).id
    deliver_all()
    (test,) = [one for one in deliveries() if one.id == test_id]
    assert (test.state, test.error) == ("failed", "refused")
    assert "cannot be read: SECRET_KEY has changed" in (attempts()[-1].words or "")
    assert not is_due()


def test_an_endpoint_that_gets_new_secrets_is_called_at_once(lost: uuid.UUID, inbox: Receiver) -> None:
    deliver_all()
    changed(lost, headers={})
    with database.transaction() as session:
        endpoints.rotate(session, lost, actor=ACTOR)
    deliver_all()
    assert inbox.types == ["product.updated"]


def test_what_people_wait_for_is_sent_before_an_import(started: Settings, inbox: Receiver) -> None:
    make_endpoint(inbox.url, "product.created", "product.updated", mode="each", max_in_flight=1)
    makers.import_file(makers.csv_file(*(f"P-{number},P {number},,1" for number in range(30))))
    makers.edit_product("P-7", name="By hand")
    dispatch_all()
    deliver_all()
    assert inbox.types.index("product.updated") <= 3
    assert len(inbox.seen) == 31
