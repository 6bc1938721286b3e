"""How one worker at a time does a piece of work for all endpoints: by the lease of a row that stands for it."""

import uuid
from collections.abc import Callable

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from product_importer.kit import clock, database, ids, logs, tasks
from product_importer.kit.database import sets
from product_importer.kit.tasks import leases
from product_importer.webhooks.models import Duty

DISPATCH, DELIVER = "dispatch", "deliver"
PAUSE = 5.0  # seconds until work that failed is begun again
_log = logs.get("webhooks.duties")
Work = Callable[[leases.Hold], None]  # fences what it writes; raises GivenBack when its turn is over


def ensure(session: Session) -> None:
    """Make both rows unless they are there; without endpoints there is nothing to do, and nobody looks."""
    postgres = session.connection().dialect.name == "postgresql"
    for name in (DISPATCH, DELIVER):
        values = {"id": ids.new_id(), "name": name, "attempts": 0}
        sets.execute(session, (postgresql if postgres else sqlite).insert(Duty).values(values).on_conflict_do_nothing())


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
    """Take the duty and work; a worker that lost the lease leaves quietly, at a turn's end it rings for the next."""
    with database.transaction() as session:
        held = leases.claim(session, Duty, Duty.id == duty_id)
    if held is None or held.token is None:
        return
    try:
        with leases.hold(Duty, held.id, held.token) as lease:
            work(lease)
        _let_go(held, held.token)
    except leases.Fenced as lost:
        _log.info("taken over by another worker", row=str(lost))
    except leases.GivenBack:
        _let_go(held, held.token)
        tasks.ring(task, duty_id)
    except Exception:
        _let_go(held, held.token, pause=PAUSE)
        raise


def _let_go(held: Duty, token: uuid.UUID, *, pause: float | None = None) -> None:
    """Free the row for whoever looks next, or for whoever looks after a pause."""
    until = clock.now() + clock.seconds(pause) if pause else None
    with database.transaction() as session:
        free = {"token": None, "lease_until": until, "rung_at": None}
        leases.fence(session, Duty, held.id, token, free)
