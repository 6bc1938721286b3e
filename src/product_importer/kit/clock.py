"""The application's clock: every time that is stored or compared comes from here, never from a database."""

import datetime as dt


def now() -> dt.datetime:
    """Return the current moment, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def seconds(value: float) -> dt.timedelta:
    """Return a span of `value` seconds."""
    return dt.timedelta(seconds=value)
