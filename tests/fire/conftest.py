"""Fleets of real workers: the embedded one on SQLite, and Celery with PostgreSQL and Redis."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import delete

from product_importer import tables
from product_importer.kit import database, runtime, tasks
from product_importer.kit.settings import Settings
from tests.fire import workers
from tests.fire.modes import CELERY, EMBEDDED
from tests.fire.workers import Fleet
from tests.servers import databases

Fleets = Callable[[str], Fleet]


@pytest.fixture(scope="module")
def fleets(
    request: pytest.FixtureRequest, database_maker: databases.Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fleets]:
    """Give the fleet of a mode, started at its first use and kept for the file's tests, with the file's EXTRA."""
    extra = getattr(request.module, "EXTRA", {})
    with ExitStack() as kept:
        standing: dict[str, Fleet] = {}

        def fleet(mode: str) -> Fleet:
            if mode not in standing:
                folder = tmp_path_factory.mktemp(mode)
                settings = kept.enter_context(_settings(mode, folder, request, database_maker))
                standing[mode] = kept.enter_context(workers.at_work(Fleet(settings, folder, extra=extra)))
            return standing[mode]

        yield fleet


@pytest.fixture
def fleet(mode: str, fleets: Fleets) -> Iterator[Fleet]:
    """The fleet of the test's `mode`, on an empty catalog, with this process connected as a web server would be."""
    standing = fleets(mode)
    runtime.start(standing.settings)
    wipe()
    yield standing
    standing.disarm()
    standing.end_frozen()
    standing.tend()
    database.engine().dispose()
    tasks.use(None)


def wipe() -> None:
    """Empty every table."""
    with database.transaction() as session:
        for table in reversed(tables.metadata.sorted_tables):
            session.execute(delete(table))


def _settings(
    mode: str, folder: Path, request: pytest.FixtureRequest, maker: databases.Databases
) -> AbstractContextManager[Settings]:
    @contextmanager
    def embedded() -> Iterator[Settings]:
        with maker.fresh(databases.SQLITE, folder=folder) as url:
            yield Settings(data_dir=folder, database_url=url)

    @contextmanager
    def celery() -> Iterator[Settings]:
        redis = request.getfixturevalue("redis_server").fresh()
        with maker.fresh(databases.POSTGRESQL, folder=folder) as url:
            yield Settings(data_dir=folder, database_url=url, redis_url=redis, celery_broker_url=redis)

    return {EMBEDDED: embedded, CELERY: celery}[mode]()
