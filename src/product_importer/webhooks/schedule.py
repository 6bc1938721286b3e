"""When to try again: the pauses between attempts, what a receiver asks for, and how long a failing one rests."""

import datetime as dt
import email.utils
import random
from collections.abc import Mapping
from typing import Final

from product_importer.kit import clock

# Seconds before the second, third … attempt; after the last one a delivery has failed (Svix's schedule, 27 hours).
RETRIES: Final = (5, 300, 1_800, 7_200, 18_000, 36_000, 36_000)
SPREAD: Final = 0.2  # each pause is up to so much shorter or longer, so that a receiver is not met by all at once
CROWDED: Final = 60.0  # seconds at least after 429, 502, 504 and a time-out
LONGEST: Final = 36_000.0  # seconds that a receiver may ask for
RESTS_AFTER: Final = 10  # failures in a row
RESTS: Final = (30, 60, 300, 900, 1_800, 3_600)  # seconds between two probes, the last one again and again
UNREADABLE: Final = 60.0  # seconds between two looks whether an endpoint's secrets can be read again
GIVEN_UP: Final = 5 * 24 * 3600.0  # seconds of nothing but failures until an endpoint is disabled
_CROWDED_STATUS: Final = (429, 502, 504)
_ASKING_STATUS: Final = (429, 503)


def next_try(tries: int, *, crowded: bool, asked: float | None) -> float | None:
    """Return the seconds until the next attempt after so many that failed, None when there is none.

    `crowded` says that the receiver could not keep up (`is_crowded`); `asked` is what `retry_after` found.
    """
    if tries > len(RETRIES):
        return None
    return max(_spread(RETRIES[tries - 1]), CROWDED if crowded else 0.0, asked or 0.0)


def is_crowded(status: int | None, *, timed_out: bool) -> bool:
    """Return whether an answer, or that none came, says that the receiver has too much to do."""
    return timed_out or status in _CROWDED_STATUS


def rest(failures: int) -> float | None:
    """Return the seconds for which an endpoint rests after so many failures in a row, None when it need not."""
    if failures < RESTS_AFTER:
        return None
    return _spread(RESTS[min(failures - RESTS_AFTER, len(RESTS) - 1)])


def retry_after(status: int, headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a 429 or 503 asks for (RFC 9110, section 10.2.3), at most ten hours; None for nothing."""
    said = headers.get("Retry-After", "").strip()
    if status not in _ASKING_STATUS or not said:
        return None
    if said.isascii() and said.isdigit():
        return min(float(said[:9]), LONGEST)
    try:
        until = email.utils.parsedate_to_datetime(said)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=dt.UTC)
    return min(max(0.0, (until - clock.now()).total_seconds()), LONGEST)


def _spread(seconds: float) -> float:
    return seconds * random.uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311 - scatter, no secret
