"""Two libraries of the field accept what is sent, with both secrets while one is renewed, and nothing else."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import standardwebhooks
import svix
import time_machine

from product_importer.kit import clock, database
from product_importer.kit.settings import Settings
from product_importer.webhooks import endpoints
from tests import makers
from tests.webhooks.makers import ACTOR, make_endpoint, work
from tests.webhooks.receiver import Receiver, Request

Verify = Callable[[str, bytes, Mapping[str, str]], Any]
VERIFIERS: dict[str, Verify] = {
    "standardwebhooks": lambda secret, body, headers: standardwebhooks.Webhook(secret).verify(body, dict(headers)),
    "svix": lambda secret, body, headers: svix.Webhook(secret).verify(body, dict(headers)),
}
REFUSED = (standardwebhooks.WebhookVerificationError, svix.WebhookVerificationError)

pytestmark = pytest.mark.parametrize("verify", VERIFIERS.values(), ids=VERIFIERS)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough: nothing here depends on which."""
    return sqlite_url


def captured(inbox: Receiver) -> Request:
    makers.make_product("Ø-1")
    makers.edit_product("ø-1", name="Größe „L“")
    work()
    return inbox.seen[-1]


def test_what_is_sent_is_verified_and_what_was_tampered_with_is_refused(
    started: Settings, inbox: Receiver, verify: Verify
) -> None:
    _, secret = make_endpoint(inbox.url)
    request = captured(inbox)
    verify(secret, request.body, request.headers)
    late = str(int((clock.now() - dt.timedelta(seconds=301)).timestamp()))
    tampered = [
        (request.body.replace(b"L", b"M"), {}),
        (request.body, {"webhook-id": "evt_1_other"}),
        (request.body, {"webhook-timestamp": late}),
    ]
    for body, headers in tampered:
        with pytest.raises(REFUSED):
            verify(secret, body, {**request.headers, **headers})


def test_a_renewed_secret_signs_beside_the_old_one_for_a_day(
    started: Settings, inbox: Receiver, verify: Verify
) -> None:
    endpoint_id, old = make_endpoint(inbox.url)
    with database.transaction() as session:
        _, new = endpoints.rotate(session, endpoint_id, actor=ACTOR)
    request = captured(inbox)
    for secret in (old, new):
        verify(secret, request.body, request.headers)
    with time_machine.travel(clock.now() + dt.timedelta(hours=25)):
        later = captured_again(inbox)
        verify(new, later.body, later.headers)
        with pytest.raises(REFUSED):
            verify(old, later.body, later.headers)


def captured_again(inbox: Receiver) -> Request:
    makers.edit_product("ø-1", name="Another")
    work()
    return inbox.seen[-1]
