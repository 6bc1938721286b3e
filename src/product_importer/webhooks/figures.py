"""How webhooks are doing right now: what waits, who fails, and how long answers took."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from product_importer.kit import clock
from product_importer.webhooks.models import Attempt, Delivery, DeliveryState, Endpoint

WINDOW = 300.0  # seconds that "right now" looks back
MOST = 5_000  # attempts that are looked at, the newest


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
