"""Fixtures of the web tests: a running server over an empty catalog of each kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from product_importer.kit import database, runtime, tasks
from product_importer.kit.settings import Settings
from product_importer.web.app import create_app
from tests.servers import children, databases
from tests.web import doors


@pytest.fixture
def here(tmp_path: Path, sqlite_url: str) -> Settings:
    """Embedded settings over SQLite, with a free port."""
    return Settings(data_dir=tmp_path, database_url=sqlite_url, port=children.free_port())


@pytest.fixture(scope="module")
def app(database_maker: databases.Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """The application over an empty SQLite database, without limits that thousands of requests would meet."""
    folder = tmp_path_factory.mktemp("app")
    with database_maker.fresh(databases.SQLITE, folder=folder) as url:
        settings = Settings(data_dir=folder, database_url=url, requests_per_minute=10**6)
        runtime.start(settings)
        yield create_app(settings)
        database.engine().dispose()


@pytest.fixture
def served(here: Settings) -> Iterator[doors.Doors]:
    """The server over SQLite; this process shares its database, so that a test may be the worker."""
    with doors.serving(here) as running:
        yield running
    database.engine().dispose()


@pytest.fixture(params=[databases.SQLITE, pytest.param(databases.POSTGRESQL, marks=pytest.mark.server)])
def served_twice(
    request: pytest.FixtureRequest, database_maker: databases.Databases, tmp_path: Path
) -> Iterator[doors.Doors]:
    """The server once over SQLite and once over PostgreSQL."""
    with database_maker.fresh(request.param, folder=tmp_path) as url:
        with doors.serving(Settings(data_dir=tmp_path, database_url=url, port=children.free_port())) as running:
            yield running
        database.engine().dispose()


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.server)])
def doors_of_both(
    request: pytest.FixtureRequest, database_maker: databases.Databases, tmp_path: Path
) -> Iterator[doors.Doors]:
    """The server embedded, and as it runs on several machines."""
    kept = {}
    if request.param == "bucket":
        bucket = request.getfixturevalue("s3_bucket")
        kept = {"storage_url": bucket.url, "storage_endpoint": bucket.endpoint}
    kind = databases.POSTGRESQL if kept else databases.SQLITE
    with database_maker.fresh(kind, folder=tmp_path) as url:
        values = {"data_dir": tmp_path, "database_url": url, "port": children.free_port(), **kept}
        with doors.serving(Settings.model_validate(values)) as running:
            yield running
        database.engine().dispose()


@pytest.fixture(params=["embedded", pytest.param("server", marks=pytest.mark.server)])
def either(
    request: pytest.FixtureRequest, database_maker: databases.Databases, tmp_path: Path
) -> Iterator[tuple[doors.Doors, str]]:
    """The web server of each mode, with the mode's name."""
    mode, told = str(request.param), {"data_dir": tmp_path, "port": children.free_port()}
    kind = databases.SQLITE
    if mode == "server":
        url = request.getfixturevalue("redis_url")
        kind, told = databases.POSTGRESQL, told | {"redis_url": url, "celery_broker_url": url}
    with database_maker.fresh(kind, folder=tmp_path) as where:
        with doors.serving(Settings.model_validate({**told, "database_url": where})) as running:
            yield running, mode
        database.engine().dispose()
        tasks.use(None)
