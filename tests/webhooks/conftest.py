"""Turns of the webhooks' sender that are short enough for tests."""

import pytest

from product_importer.webhooks import deliver


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a turn end as soon as nothing is left to send."""
    monkeypatch.setattr(deliver, "LINGER", 0.0)
    monkeypatch.setattr(deliver, "LOOK", 0.02)
