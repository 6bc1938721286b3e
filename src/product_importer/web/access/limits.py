"""How often somebody may ask: counted in memory, and in Redis where several servers share one."""

import math
import time
from dataclasses import dataclass
from typing import Final

import limits
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter

from product_importer.accounts import keys
from product_importer.kit import logs
from product_importer.kit.errors import AppError
from product_importer.kit.settings import Settings

TRIES: Final = limits.RateLimitItemPerMinute(5, 15)  # of one email from one address: nobody else is kept out
TRIES_OF_ADDRESS: Final = limits.RateLimitItemPerMinute(60, 15)  # with whatever emails
REFUSALS: Final = limits.RateLimitItemPerMinute(120)  # requests of one address that show nothing valid
_log = logs.get("web.limits")


class TooManyTries(AppError):
    """Too many passwords were tried; `retry_after` is in seconds."""

    status = 429
    code = "SIGN_IN_THROTTLED"
    title = "Too many attempts"
    action = "Wait a while. From another network, or with a link from an admin, signing in works at once."


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a limit; `seconds` is when it is whole again."""

    quota: int
    window: int
    left: int
    seconds: int
    enough: bool = True

    @property
    def headers(self) -> dict[str, str]:
        """The headers of draft-ietf-httpapi-ratelimit-headers."""
        return {
            "ratelimit-policy": f'"requests";q={self.quota};w={self.window}',
            "ratelimit": f'"requests";r={self.left};t={self.seconds}',
        }


class TooManyRequests(AppError):
    """More requests came than are taken in a minute; `retry_after` is in seconds, `headers` tell of the limit."""

    status = 429
    code = "RATE_LIMITED"
    title = "Too many requests"
    action = "Wait as long as Retry-After says; the RateLimit headers say how much is left."

    def __init__(self, allowance: Allowance) -> None:
        super().__init__(f"{allowance.quota} are accepted in {allowance.window} s.", retry_after=allowance.seconds)
        self.headers = allowance.headers


class Limits:
    """The counters of one application."""

    def __init__(self, settings: Settings) -> None:
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._shared: MovingWindowRateLimiter | None = None
        if settings.redis_url:
            storage = RedisStorage(settings.redis_url, wrap_exceptions=True, socket_timeout=1.0)
            self._shared = MovingWindowRateLimiter(storage)
        self._requests = limits.RateLimitItemPerMinute(settings.requests_per_minute)

    def request(self, who: str) -> Allowance:
        """Count a request of a user or token; raises TooManyRequests."""
        return _enough(self._take(self._requests, who))

    def refusal(self, address: str) -> Allowance:
        """Count a request that shows nothing valid; raises TooManyRequests."""
        return _enough(self._take(REFUSALS, address))

    def sign_in(self, email: str, address: str) -> int:
        """Count a try to sign in before the password is looked at, and return how many are left.

        Raises TooManyTries, for the right password too: else the answer would tell it.
        """
        tries = [self._take(TRIES_OF_ADDRESS, address), self._take(TRIES, *_pair(email, address))]
        for allowance in tries:
            if not allowance.enough:
                raise TooManyTries(f"The next one is accepted in {allowance.seconds} s.", retry_after=allowance.seconds)
        return tries[-1].left

    def signed_in(self, email: str, address: str) -> None:
        """Forget the tries of somebody who got it right."""
        for limiter in (self._shared, self._own):
            if limiter is not None:
                _forget(limiter, *_pair(email, address))

    def _take(self, item: limits.RateLimitItem, *who: str) -> Allowance:
        if self._shared is not None:
            try:
                return _taken(self._shared, item, *who)
            except StorageError as error:
                _log.warning("counting alone, for redis does not answer", error=repr(error))
        return _taken(self._own, item, *who)


def _taken(limiter: MovingWindowRateLimiter, item: limits.RateLimitItem, *who: str) -> Allowance:
    enough = limiter.hit(item, *who)
    stats = limiter.get_window_stats(item, *who)
    wait = max(1, math.ceil(stats.reset_time - time.time()))
    return Allowance(item.amount, item.get_expiry(), max(0, stats.remaining), wait, enough)


def _forget(limiter: MovingWindowRateLimiter, *who: str) -> None:
    try:
        limiter.clear(TRIES, *who)
    except StorageError as error:
        _log.warning("tries stay counted, for redis does not answer", error=repr(error))


def _enough(allowance: Allowance) -> Allowance:
    if not allowance.enough:
        raise TooManyRequests(allowance)
    return allowance


def _pair(email: str, address: str) -> tuple[str, str]:
    return keys.digest(email.strip().casefold())[:32], address
