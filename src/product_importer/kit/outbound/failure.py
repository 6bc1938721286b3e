"""Why a call brought no answer: one reason for programs, one sentence for people."""

from enum import StrEnum


class Reason(StrEnum):
    """What kept a call from being answered."""

    REFUSED = "refused"  # by us: it may not be called, or what it is called with is lost
    NAME = "name"  # the host's name leads nowhere
    UNREACHABLE = "unreachable"  # nobody listens there
    CERTIFICATE = "certificate"
    TIMEOUT = "timeout"
    CUT = "cut"  # the connection ended in the middle
    NOT_HTTP = "not_http"
    TOO_LARGE = "too_large"
    REDIRECTS = "redirects"


class CallFailed(Exception):
    """A call brought no answer; its text is for people, `reason` for programs."""

    def __init__(self, reason: Reason, words: str) -> None:
        super().__init__(words)
        self.reason = reason
