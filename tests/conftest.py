"""Fixtures for all tests: fresh databases of both kinds, Redis, S3, Chromium and settings that point at them."""

import gc
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from product_importer.kit import database, runtime, tasks
from product_importer.kit.settings import Settings
from tests.gate import Gate
from tests.safety import leaks
from tests.servers import chromium, databases, postgres, presence, redis, s3, statements
from tests.webhooks import receiver

HEAVY = {"slow": 10, "fire": 10, "kill": 10, "browser": 3, "server": 1}  # seconds of such a test, about

# How long examples take says nothing where many tests share a processor, and the same code must have the same
# outcome: examples are the same ones each time, unless EXPLORE asks for new ones.
hypothesis.settings.register_profile(
    "patient",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    derandomize=not os.environ.get("EXPLORE"),
)
hypothesis.settings.load_profile("patient")

# Tests decide every setting: what the developer's shell says must not reach them.
for name in Settings.model_fields:
    os.environ.pop(name.upper(), None)
# Hundreds of processes start here, each in half the time when the first one may keep what it compiled.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# Nothing becomes garbage while tests are collected: to look for it took as long as all the rest.
gc.disable()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Postgres]:
    """The PostgreSQL that all tests share; a test that kills one takes `private_postgres`."""
    with postgres.running() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[redis.Redis]:
    """The Redis that all tests share; a test that kills one takes `private_redis`."""
    with redis.running() as server:
        yield server


@pytest.fixture
def private_postgres() -> Iterator[postgres.PrivatePostgres]:
    """A PostgreSQL for one test, with `kill`, `stop`, `start` and `restart`."""
    with postgres.private() as server:
        yield server


@pytest.fixture
def private_redis() -> Iterator[redis.PrivateRedis]:
    """A Redis for one test, with `kill`, `stop`, `start` and `restart`."""
    with redis.private() as server:
        yield server


@pytest.fixture(scope="session")
def database_maker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> databases.Databases:
    """Makes migrated databases, for fixtures of a wider scope than one test."""
    folder = tmp_path_factory.mktemp("templates")
    return databases.Databases(folder, lambda: request.getfixturevalue("postgres_server"))


@pytest.fixture
def sqlite_url(database_maker: databases.Databases, tmp_path: Path) -> Iterator[str]:
    """A migrated SQLite database without rows."""
    with database_maker.fresh(databases.SQLITE, folder=tmp_path) as url:
        yield url


@pytest.fixture
def postgres_url(database_maker: databases.Databases, tmp_path: Path) -> Iterator[str]:
    """A migrated PostgreSQL database without rows."""
    with database_maker.fresh(databases.POSTGRESQL, folder=tmp_path) as url:
        yield url


@pytest.fixture(params=[databases.SQLITE, pytest.param(databases.POSTGRESQL, marks=pytest.mark.server)])
def database_url(request: pytest.FixtureRequest, database_maker: databases.Databases, tmp_path: Path) -> Iterator[str]:
    """Each test runs once on SQLite and once on PostgreSQL."""
    with database_maker.fresh(request.param, folder=tmp_path) as url:
        yield url


@pytest.fixture(params=[databases.SQLITE, pytest.param(databases.POSTGRESQL, marks=pytest.mark.server)])
def empty_database_url(
    request: pytest.FixtureRequest, database_maker: databases.Databases, tmp_path: Path
) -> Iterator[str]:
    """A database of each kind in which no migration has run."""
    with database_maker.empty(request.param, folder=tmp_path) as url:
        yield url


@pytest.fixture
def redis_url(redis_server: redis.Redis) -> str:
    """An empty numbered database of the shared Redis."""
    return redis_server.fresh()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Embedded settings that point at the test's own folder and database."""
    return Settings(data_dir=tmp_path, database_url=database_url)


@pytest.fixture
def started(settings: Settings) -> Iterator[Settings]:
    """This process, ready to serve or to work as `settings` say, and disconnected afterwards."""
    runtime.start(settings)
    yield settings
    database.engine().dispose()
    tasks.use(None)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of an S3 server."""
    with s3.running() as endpoint:
        yield endpoint


@pytest.fixture
def s3_bucket(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> s3.Bucket:
    """An empty bucket, with its keys in the environment."""
    for name, value in s3.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    return s3.make_bucket(s3_server)


# Not for the session: while Playwright runs, no test of this thread could call `asyncio.run`.
@pytest.fixture(scope="module")
def browser() -> Iterator[chromium.Browser]:
    """A headless Chromium."""
    with chromium.running() as running:
        yield running


@pytest.fixture
def page(browser: chromium.Browser) -> Iterator[chromium.Page]:
    """A page in a context of its own, without cookies or storage of other tests."""
    with chromium.page(browser) as page:
        yield page


@pytest.fixture
def plain_page(browser: chromium.Browser) -> Iterator[chromium.Page]:
    """A page of a browser without JavaScript."""
    with chromium.page(browser, scripts=False) as page:
        yield page


@pytest.fixture
def complaints(page: chromium.Page) -> list[str]:
    """What the page's browser complains of, and what it asks of anybody but this machine."""
    return chromium.heard(page)


@pytest.fixture
def inbox() -> Iterator[receiver.Receiver]:
    """A receiver of webhooks that answers 200."""
    with receiver.listening() as listening:
        yield listening


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """A gate for this process and those that it starts."""
    gate = Gate(tmp_path / "gate")
    monkeypatch.setenv("FAILPOINTS", gate.setting)
    yield gate
    gate.open()


def pytest_configure(config: pytest.Config) -> None:
    """Remember every secret that is made, and look for them in all that the run leaves behind."""
    leaks.listen()
    statements.share()
    config.pluginmanager.register(leaks.Search(), "leaks")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Among parallel workers begin with the heavy files: each goes to one worker whole, and none must come last."""
    if not hasattr(config, "workerinput"):
        return
    heavy: Counter[Path] = Counter()
    for item in items:
        heavy[item.path] += max((HEAVY.get(mark.name, 0) for mark in item.iter_markers()), default=0)
    items.sort(key=lambda item: -heavy[item.path])


def pytest_collection_finish(session: pytest.Session) -> None:
    """Look for garbage from now on, and only in what tests make: what was collected stays until the end."""
    gc.freeze()
    gc.enable()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Send what a parallel worker used to the process that prints the summary."""
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["servers"] = presence.used


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    """Take what a parallel worker used."""
    presence.used.update(getattr(node, "workeroutput", {}).get("servers", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which servers the tests ran against."""
    for server, version in sorted(presence.used.items()):
        terminalreporter.write_line(f"tested with {server} {version}")
