"""Fixtures of the webhook tests: a receiver, and turns short enough for tests."""

from collections.abc import Iterator

import pytest

from product_importer.webhooks import deliver
from tests.webhooks import receiver
from tests.webhooks.receiver import Receiver


@pytest.fixture
def inbox() -> Iterator[Receiver]:
    """A receiver that answers 200."""
    with receiver.listening() as listening:
        yield listening


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a turn end as soon as nothing is left to send."""
    monkeypatch.setattr(deliver, "LINGER", 0.0)
    monkeypatch.setattr(deliver, "LOOK", 0.02)
