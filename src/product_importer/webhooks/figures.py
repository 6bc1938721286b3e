"""How webhooks are doing, right now and by day: what waits, who fails, and how long answers took."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from product_importer.kit import clock
from product_importer.webhooks.models import Attempt, Delivery, DeliveryState, Endpoint

WINDOW = 300.0  # seconds that "right now" looks back
MOST = 5_000  # attempts that are looked at, the newest
MOST_BY_DAY = 200_000  # and of a span of days


@dataclass(frozen=True, slots=True)
class Sending:
    """Deliveries that wait, endpoints that fail, and the attempts of the last five minutes with their times in seconds.

    An attempt `failed` when no answer with a status of 2xx came.
    """

    waiting: int
    failing: int
    attempts: int
    failed: int
    mean_seconds: float
    longest_seconds: float


@dataclass(frozen=True, slots=True)
class Day:
    """The attempts of one day (UTC): how many, how many without success, and their mean time in milliseconds."""

    date: dt.date
    attempts: int = 0
    failed: int = 0
    milliseconds: int = 0


def sending(session: Session) -> Sending:
    """Return how webhooks are doing."""
    pending = select(func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.PENDING)
    failing = select(func.count()).select_from(Endpoint).where(Endpoint.enabled, Endpoint.failures > 0)
    newest = select(Attempt.at, Attempt.milliseconds, Attempt.status).order_by(Attempt.id.desc()).limit(MOST)
    since = clock.now() - clock.seconds(WINDOW)
    recent = [one for one in session.execute(newest) if one.at > since]
    times = [one.milliseconds / 1000 for one in recent]
    return Sending(
        session.scalar(pending) or 0,
        session.scalar(failing) or 0,
        len(recent),
        sum(not 200 <= (one.status or 0) < 300 for one in recent),
        sum(times) / len(times) if times else 0.0,
        max(times, default=0.0),
    )


def days(session: Session, count: int) -> list[Day]:
    """Return the last days with their attempts, oldest first, as far as attempts are kept and the newest reach."""
    today = clock.now().date()
    dates = [today - dt.timedelta(days=back) for back in range(count)]
    newest = select(Attempt.at, Attempt.milliseconds, Attempt.status).order_by(Attempt.id.desc()).limit(MOST_BY_DAY)
    one = newest.subquery()
    begins = [dt.datetime.combine(date, dt.time(), dt.UTC) for date in dates]
    back = case(*((one.c.at >= begin, number) for number, begin in enumerate(begins)))
    failed = func.sum(case((one.c.status.between(200, 299), 0), else_=1))
    wanted = select(back, func.count(), failed, func.avg(one.c.milliseconds)).where(one.c.at >= begins[-1])
    found = {row[0]: row for row in session.execute(wanted.group_by(back))}
    told = (found.get(number, (number, 0, 0, 0.0)) for number in range(count))
    seen = [Day(date, int(row[1]), int(row[2]), round(row[3])) for date, row in zip(dates, told, strict=True)]
    return seen[::-1]
