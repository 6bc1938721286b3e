"""The header Idempotency-Key, on POSTs that create."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import Header, Request, Response
from sqlalchemy.orm import Session

from product_importer.kit import idempotency
from product_importer.web.requests import versions

REPLAYED = {"Idempotency-Replayed": "true"}
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=idempotency.KEY_MAX,
        pattern="^[\\x21-\\x7e]+$",
        description="Any text of your own: the same request sent again with it within a day gets the same answer.",
    ),
]


@dataclass(frozen=True, slots=True)
class Made:
    """What is answered to a request that created something: status, headers and JSON, whose very bytes are kept.

    `kept` is what a replay is answered in their place, where they hold a secret.
    """

    status: int
    headers: Mapping[str, str]
    body: str
    kept: str | None = None


@dataclass(frozen=True, slots=True)
class Keyed:
    """A request that is carried out once, however often it comes with its key, and what tells it from another."""

    actor: str
    key: str
    fingerprint: str

    @classmethod
    def of(cls, request: Request, key: str | None, *, actor: str, said: str) -> "Keyed | None":
        """Return the request, which says `said`, under its key; None where it has none."""
        if key is None:
            return None
        path = versions.bare(request.url.path)
        return cls(actor, key, idempotency.fingerprint(actor, request.method, path, said))

    def answered(self, session: Session) -> dict[str, Any] | None:
        """Return what was kept when it came before, or take its key; raises KeyReused."""
        return idempotency.claim(session, actor=self.actor, key=self.key, fingerprint=self.fingerprint)

    def keep(self, session: Session, answer: dict[str, Any]) -> None:
        """Keep the answer in the transaction that took the key."""
        idempotency.keep(session, actor=self.actor, key=self.key, answer=answer)


def once(
    session: Session, request: Request, key: str | None, *, actor: str, said: str, make: Callable[[], Made]
) -> Response:
    """Carry out the request, which says `said`, unless its key tells that it was: then answer the same again."""
    keyed = Keyed.of(request, key, actor=actor, said=said)
    if keyed is None:
        return _answer(make())
    if (known := keyed.answered(session)) is not None:
        made = Made(**known)
        return _answer(Made(made.status, {**made.headers, **REPLAYED}, made.body))
    made = make()
    kept = made.body if made.kept is None else made.kept
    keyed.keep(session, asdict(Made(made.status, made.headers, kept)))
    return _answer(made)


def _answer(made: Made) -> Response:
    return Response(made.body, made.status, made.headers, media_type="application/json")
