"""Clears away what ended imports left behind, and makes anew the scratch areas that waiting ones have lost."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select, update

from product_importer.catalog import old_wishes
from product_importer.imports import staging
from product_importer.imports.models import ImportJob
from product_importer.imports.originals import ended_long_ago
from product_importer.imports.run import run_import
from product_importer.imports.states import FINAL, Question, State
from product_importer.kit import clock, database, tasks
from product_importer.kit.tasks import chores

SETTLED = 60.0  # seconds after its end until nobody can be at work on an import any more


@chores.every(60)
def remake_lost_plans() -> int:
    """Read the file of a reviewed import again where its plan is gone, and ask anew."""
    waiting = (ImportJob.state == State.WAITING, ImportJob.question == Question.REVIEW)
    with database.reading() as session:
        jobs = session.scalars(select(ImportJob).where(*waiting).order_by(ImportJob.number).limit(100)).all()
    lost = [job for job in jobs if not staging.intact(job.scratch, job.winners or 0)]
    for job in lost:
        with database.transaction() as session:
            again = update(ImportJob).where(ImportJob.id == job.id, *waiting, ImportJob.version == job.version)
            session.execute(again.values(state=State.QUEUED, question=None, version=job.version + 1))
            tasks.enqueue(session, run_import, job.id)
    return len(lost)


@chores.every(60)
def drop_scratch() -> int:
    """Remove the scratch areas of ended imports: a worker may have been cut off before it did so itself."""
    ended = (ImportJob.state.in_(FINAL), ImportJob.finished_at < clock.now() - clock.seconds(SETTLED))
    with database.reading() as session:
        wanted = select(ImportJob).where(*ended, ImportJob.scratch.is_not(None)).order_by(ImportJob.number).limit(100)
        jobs = session.scalars(wanted).all()
    for job in jobs:
        staging.drop(job)
        with database.transaction() as session:
            session.execute(update(ImportJob).where(ImportJob.id == job.id, *ended).values(scratch=None))
    return len(jobs)


@chores.every(600)
def forget_wishes() -> int:
    """Forget which addresses gave the products of long ended imports no picture, a transaction for some of them."""
    done = 0
    while some := database.retried(_forget_some_wishes):
        done += some
    return done


@chores.every(3600)
def forget_addresses() -> int:
    """Forget addresses that outlived their last wish, because somebody was fetching them at that moment."""
    with database.reading() as session:
        alone = old_wishes.alone(session)
    return database.retried(lambda: _forget_addresses(alone)) if alone else 0


def _forget_some_wishes() -> int:
    with database.transaction() as session:
        return old_wishes.forget(session, select(ImportJob.id).where(*ended_long_ago()))


def _forget_addresses(some: Sequence[uuid.UUID]) -> int:
    with database.transaction() as session:
        return old_wishes.forget_addresses(session, some)
