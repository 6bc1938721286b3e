"""One worker's turn at a job's row: claimed, worked at, and at last ended, given back, or left to whoever took over."""

import math
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement

from product_importer.kit import database, logs, tasks
from product_importer.kit.errors import AppError
from product_importer.kit.tasks import failure, leases

TURN = 60.0  # seconds that a worker gives to one job before others get their turn
_log = logs.get("kit.tasks.turn")
L = TypeVar("L", bound=leases.Leased)


@dataclass(frozen=True, slots=True)
class Job(Generic[L]):
    """What is particular to the jobs of one table.

    `work` does some or all of it, fencing what it writes by the token, and raises leases.GivenBack when it wants to
    go on in another turn. `fail` writes what the job ends with, under the same fence. `crashed` says how far a job
    came that stopped its worker again and again.
    """

    model: type[L]
    work: Callable[[L, uuid.UUID], None]
    fail: Callable[[L, uuid.UUID, AppError], None]
    crashed: Callable[[L], AppError]


def take(job: Job[L], row_id: uuid.UUID, *wanted: ColumnElement[bool]) -> bool:
    """Take a turn at the row if it is free and `wanted`; True when it was given back with more to do.

    A worker that lost its lease leaves quietly, and so does one whose job ended by a fault of its own, which `fail`
    has written. Anything else counts as an attempt and is raised, the third time after `fail`.
    """
    with database.transaction() as session:
        held = leases.claim(session, job.model, job.model.id == row_id, *wanted)
    if held is None or held.token is None:
        return False
    try:
        if held.attempts > failure.ATTEMPTS:
            raise job.crashed(held)
        job.work(held, held.token)
    except leases.Fenced as lost:
        _log.info("taken over by another worker", row=str(lost))
    except leases.GivenBack:
        _give_back(job, held, held.token, failed=False)
        return True
    except Exception as error:
        _settle(job, held, held.token, error)
        if failure.refusal(error) is None:
            raise
    return False


def check(lease: leases.Hold, *, until: float = math.inf) -> None:
    """Raise what the lease was lost by, or GivenBack when the worker ends or it is `until`, by time.monotonic()."""
    lease.check()
    if time.monotonic() > until or tasks.stopping.is_set():
        raise leases.GivenBack


def _settle(job: Job[L], held: L, token: uuid.UUID, error: Exception) -> None:
    """End the job where the error is its own or came for the third time, else give it back for another attempt."""
    refused = failure.refusal(error)
    if refused is None and (seen := _seen(job, held)).attempts >= failure.ATTEMPTS:
        refused = error if isinstance(error, AppError) else job.crashed(seen)
    if refused is None:
        _give_back(job, held, token, failed=True)
        return
    job.fail(held, token, refused)
    _log.info("ended", job=job.model.__tablename__, row=str(held.id), code=refused.code)


def _seen(job: Job[L], held: L) -> L:
    with database.reading() as session:
        return session.get_one(job.model, held.id)


def _give_back(job: Job[L], held: L, token: uuid.UUID, *, failed: bool) -> None:
    with database.transaction() as session:
        leases.give_back(session, job.model, held.id, token, failed=failed)
