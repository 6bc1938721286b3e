"""Live values for other programs: keys in Redis that mirror what the database says, and may be lost at no harm."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from product_importer.kit import logs
from product_importer.kit.settings import Settings

if TYPE_CHECKING:  # loaded where there is a Redis only: it takes a tenth of a start
    import redis

EXPIRY = 24 * 3600  # seconds
_log = logs.get("kit.live")
_client: "redis.Redis | None" = None


def configure(settings: Settings) -> None:
    """Mirror into the Redis at REDIS_URL, or nowhere when there is none."""
    global _client
    _client = None
    if settings.redis_url:
        import redis  # noqa: PLC0415 - see above

        _client = redis.Redis.from_url(settings.redis_url, socket_timeout=1.0)


def is_on() -> bool:
    """Return whether anything is mirrored at all."""
    return _client is not None


def publish(values: Mapping[str, str], *, only_new: bool = False) -> None:
    """Set the keys, or `only_new` ones; a Redis that is away is logged, for the database has the truth."""
    if _client is None:
        return
    import redis  # noqa: PLC0415 - see above

    try:
        with _client.pipeline(transaction=False) as pipe:
            for key, value in values.items():
                pipe.set(key, value, ex=EXPIRY, nx=only_new)
            pipe.execute()
    except redis.RedisError as error:
        _log.warning("could not mirror to redis", error=repr(error))
