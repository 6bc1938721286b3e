"""Answers to idempotency keys: kept for a day, then forgotten, and the key is free again."""

from sqlalchemy import update

from product_importer.kit import clock, database, idempotency
from product_importer.kit.idempotency import IdempotentRequest
from product_importer.kit.settings import Settings


def claim(key: str, fingerprint: str) -> dict[str, str] | None:
    """Send a request under a key, and return what was kept of an earlier one."""
    with database.transaction() as session:
        known = idempotency.claim(session, actor="anna", key=key, fingerprint=fingerprint)
        if known is None:
            idempotency.keep(session, actor="anna", key=key, answer={"said": fingerprint})
    return known


def test_an_answer_is_forgotten_after_a_day_and_none_before(started: Settings) -> None:
    assert (claim("old", "first"), claim("young", "first")) == (None, None)
    with database.transaction() as session:
        long_ago = clock.now() - clock.seconds(idempotency.KEEP + 1)
        session.execute(update(IdempotentRequest).where(IdempotentRequest.key == "old").values(at=long_ago))
    assert (idempotency.forget_answers.run(), idempotency.forget_answers.run()) == (1, 0)
    assert (claim("old", "second"), claim("young", "first")) == (None, {"said": "first"})
