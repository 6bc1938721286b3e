"""What comes back from a call."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

BODY: Final = 64 * 1024  # bytes of an answer that are read
NO_HEADERS: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, headers, and at most `keep` bytes of the body.

    `whole` says that the body ended within what was read; `url` is the address that answered after any redirects.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool
    url: str
