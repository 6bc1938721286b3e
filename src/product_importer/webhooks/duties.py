"""How one worker at a time does a piece of work for all endpoints: by the lease of a row that stands for it."""

import datetime as dt
import uuid
from collections.abc import Callable

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from product_importer.kit import clock, database, ids, logs, tasks
from product_importer.kit.database import sets
from product_importer.kit.errors import AppError
from product_importer.kit.tasks import leases, turn
from product_importer.webhooks.models import Duty

DISPATCH, DELIVER = "dispatch", "deliver"
PAUSE = 5.0  # seconds until work that failed three times is begun again
_log = logs.get("webhooks.duties")
Work = Callable[[leases.Hold], None]  # fences what it writes; raises GivenBack when its turn is over


class WebhooksStopped(AppError):
    """Whoever dispatches or delivers was stopped three times; it is begun again after a pause."""

    status = 500
    code = "WEBHOOKS_STOPPED"
    title = "Webhooks stopped their worker three times"
    action = "The worker's log says why; nothing is lost meanwhile."


def ensure(session: Session) -> None:
    """Make both rows unless they are there; without endpoints there is nothing to do, and nobody looks."""
    for name in (DISPATCH, DELIVER):
        values = {"id": ids.new_id(), "name": name, "attempts": 0}
        sets.execute(session, sets.insert_on_conflict(session, Duty).values(values).on_conflict_do_nothing())


def waits(name: str, work: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that there is such work and nobody is at it."""
    return and_(Duty.name == name, leases.free(Duty), work)


def ring(session: Session, task: tasks.Task, name: str) -> None:
    """Let a worker look at once, after the commit."""
    duty_id = session.scalar(select(Duty.id).where(Duty.name == name))
    if duty_id is not None:
        tasks.enqueue(session, task, duty_id)


def fence(session: Session, lease: leases.Hold) -> None:
    """Raise Fenced, which rolls everything back, unless this worker still has the duty."""
    leases.fence(session, Duty, lease.row_id, lease.token)


def do(duty_id: uuid.UUID, work: Work, *, task: tasks.Task) -> None:
    """Take the duty and work; at the end of a turn, with more to do, let the next one begin."""

    def whole(held: Duty, token: uuid.UUID) -> None:
        with leases.hold(Duty, held.id, token) as lease:
            work(lease)
        _let_go(held, token)

    job = turn.Job(Duty, work=whole, fail=_rest, crashed=lambda held: WebhooksStopped(f"At: {held.name}."))
    if turn.take(job, duty_id):
        tasks.ring(task, duty_id)


def _rest(held: Duty, token: uuid.UUID, refused: AppError) -> None:
    """Let others look at it after a pause: a duty never ends."""
    _log.error("webhooks rest for a moment", duty=held.name, code=refused.code, detail=refused.detail)
    _let_go(held, token, until=clock.now() + clock.seconds(PAUSE))


def _let_go(held: Duty, token: uuid.UUID, *, until: dt.datetime | None = None) -> None:
    with database.transaction() as session:
        free = {"token": None, "lease_until": until, "attempts": 0, "rung_at": None}
        leases.fence(session, Duty, held.id, token, free)
