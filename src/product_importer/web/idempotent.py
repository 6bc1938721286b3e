"""The header Idempotency-Key, on POSTs that create."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Annotated

from fastapi import Header, Request, Response
from sqlalchemy.orm import Session

from product_importer.kit import idempotency

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

    Where the JSON holds a secret, `kept` is what is kept and answered another time.
    """

    status: int
    headers: Mapping[str, str]
    body: str
    kept: str = ""


def once(
    session: Session, request: Request, key: str | None, *, actor: str, said: str, make: Callable[[], Made]
) -> Response:
    """Carry out the request, which says `said`, unless its key tells that it was: then answer the same again."""
    if key is None:
        return _answer(make())
    path = request.url.path.removeprefix("/api/v1")
    fingerprint = idempotency.fingerprint(actor, request.method, path, said)
    known = idempotency.claim(session, actor=actor, key=key, fingerprint=fingerprint)
    if known is not None:
        made = Made(**known)
        return _answer(Made(made.status, {**made.headers, "Idempotency-Replayed": "true"}, made.body))
    made = make()
    idempotency.keep(session, actor=actor, key=key, answer=asdict(replace(made, body=made.kept or made.body, kept="")))
    return _answer(made)


def _answer(made: Made) -> Response:
    return Response(made.body, made.status, made.headers, media_type="application/json")
