"""Server mode as it is run: Celery workers on PostgreSQL, with Redis or without it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from product_importer.kit import database, runtime, tasks
from product_importer.kit.settings import Settings
from product_importer.kit.tasks import on_celery
from tests.fire.workers import Fleet, at_work

Crew = Callable[..., Fleet]


@pytest.fixture
def server(tmp_path: Path, postgres_url: str, redis_url: str) -> Iterator[Settings]:
    """Settings of server mode; this process is connected as its web server would be."""
    settings = Settings(
        data_dir=tmp_path, database_url=postgres_url, redis_url=redis_url, celery_broker_url=redis_url, worker_threads=1
    )
    runtime.start(settings)
    yield settings
    database.engine().dispose()
    tasks.use(None)


@pytest.fixture
def crew(server: Settings, tmp_path: Path) -> Iterator[Crew]:
    """Start so many Celery workers, each with one child, and wait until they listen."""
    with ExitStack() as kept:

        def start(workers: int = 1, **extra: str) -> Fleet:
            fleet = Fleet(server, tmp_path / "fleet", words=["worker"] * workers, extra=extra)
            kept.enter_context(at_work(fleet))
            control = on_celery.make_app(server).control
            fleet.until(lambda: len(control.ping(timeout=5, limit=workers) or ()) == workers)
            return fleet

        yield start
