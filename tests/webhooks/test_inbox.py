"""The built-in test inbox: it believes what its endpoint's secret has signed, lately, and nothing else."""

import uuid

import pytest

from product_importer.kit import clock, database
from product_importer.webhooks import endpoints, inbox, sealed, signing
from product_importer.webhooks.inbox import InboxNotFound
from product_importer.webhooks.models import Endpoint
from tests.webhooks.makers import ACTOR

pytestmark = pytest.mark.usefixtures("started")
BODY = b'{"type":"webhook.test"}'


def _added() -> Endpoint:
    with database.transaction() as session:
        return inbox.add(session, actor=ACTOR)


def _token(endpoint: Endpoint) -> str:
    return endpoint.url.rpartition("/")[2]


def _signed(endpoint: Endpoint, *, ago: float = 0.0) -> dict[str, str]:
    at = clock.now() - clock.seconds(ago)
    secrets = sealed.secrets_of(endpoint, at=clock.now())
    return signing.headers(f"msg_{uuid.uuid4().hex}", at=at, body=BODY, secrets=secrets)


def _verdict(endpoint: Endpoint, headers: dict[str, str], body: bytes = BODY) -> str:
    with database.transaction() as session:
        return inbox.take(session, _token(endpoint), headers, body).verdict


def test_a_signature_is_believed_when_it_holds_and_refused_in_words_when_not() -> None:
    endpoint, other = _added(), _added()
    headers = _signed(endpoint)

    assert _verdict(endpoint, headers) == ""
    assert "not made with the endpoint's secret" in _verdict(endpoint, headers, BODY + b" ")
    assert "not made with the endpoint's secret" in _verdict(endpoint, _signed(other))
    assert "more than five minutes off" in _verdict(endpoint, _signed(endpoint, ago=301))
    assert "no webhook-id" in _verdict(endpoint, {"webhook-signature": headers["webhook-signature"]})
    assert "no webhook-id" in _verdict(endpoint, headers | {"webhook-timestamp": "²"})


def test_the_old_secret_counts_for_a_day_after_a_new_one() -> None:
    endpoint = _added()
    before = _signed(endpoint)
    with database.transaction() as session:
        renewed, _ = endpoints.rotate(session, endpoint.id, actor=ACTOR)

    assert _verdict(renewed, before) == _verdict(renewed, _signed(renewed)) == ""


def test_an_inbox_keeps_the_newest_and_goes_with_its_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "KEPT", 3)
    endpoint = _added()
    sent = [_signed(endpoint) for _ in range(5)]
    for headers in sent:
        _verdict(endpoint, headers)
    with database.reading() as session:
        kept = [one.message_id for one in inbox.opened(session, _token(endpoint)).messages]
    assert kept == [headers["webhook-id"] for headers in reversed(sent[2:])]

    with database.transaction() as session:
        endpoints.remove(session, endpoint.id, actor=ACTOR)
    with database.transaction() as session, pytest.raises(InboxNotFound):
        inbox.take(session, _token(endpoint), sent[0], BODY)
