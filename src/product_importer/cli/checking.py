"""The command `check`: looks whether settings, database, storage and broker are in place."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rich.markup import escape
from sqlalchemy import Connection, text

from product_importer import migrations
from product_importer.cli import terminal
from product_importer.kit import database, ids, settings, storage
from product_importer.kit.settings import Settings

OLDEST_POSTGRESQL = 15
PATIENCE = 3  # seconds for a server to answer


class Amiss(Exception):
    """Something is not in place; the first argument says what was found, the second what to do."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; an `action` means that it failed."""

    what: str
    fact: str
    action: str = ""


def check() -> None:
    """Look whether settings, database, storage and broker are in place; exit status 1 when something is not."""
    chosen = settings.current()
    failed = 0
    for finding in findings(chosen):
        failed += bool(finding.action)
        mark = "[bold red]failed[/]" if finding.action else "[bold green]ok[/]    "
        terminal.results.print(f"{mark}  {finding.what:<10} {escape(finding.fact)}")
        if finding.action:
            terminal.results.print(f"        {'':<10} [bold]What to do:[/] {escape(finding.action)}")
    raise SystemExit(1 if failed else 0)


def findings(chosen: Settings) -> Iterator[Finding]:
    """Yield what was found, one place after the other."""
    yield Finding("Settings", f"readable; {'server mode' if chosen.server_mode else 'embedded'}")
    reached = _tried(
        "Database", _database, chosen, "Check DATABASE_URL, and that the server is running and lets you in."
    )
    yield reached
    if not reached.action:
        yield _tried("Schema", _schema, chosen, "Run `product-importer migrate`.")
    yield _tried("Storage", _storage, chosen, "Check STORAGE_URL or DATA_DIR, its permissions and the free space.")
    if chosen.redis_url:
        yield _tried("Redis", _redis, chosen, "Check REDIS_URL, and that the server is running.")
    if chosen.server_mode:
        yield _tried("Broker", _broker, chosen, "Check CELERY_BROKER_URL, and that the broker is running.")
    yield _tried("Secret", _secret, chosen, "Set SECRET_KEY to 32 or more random characters.")


def _tried(what: str, look: Callable[[Settings], str], settings: Settings, action: str) -> Finding:
    try:
        return Finding(what, look(settings))
    except Amiss as amiss:
        return Finding(what, *amiss.args)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the place is the finding
        return Finding(what, " ".join(str(getattr(error, "orig", error)).split()), action)


def _database(settings: Settings) -> str:
    with database.connect(settings.database).connect() as connection:
        if connection.dialect.name == "postgresql":
            return _postgresql(connection)
        return f"SQLite {connection.scalar(text('SELECT sqlite_version()'))} at {connection.engine.url.database}"


def _postgresql(connection: Connection) -> str:
    version = int(connection.scalar(text("SHOW server_version_num"))) // 10_000
    ctype = connection.scalar(text("SELECT datctype FROM pg_database WHERE datname = current_database()"))
    if version < OLDEST_POSTGRESQL:
        raise Amiss(f"PostgreSQL {version}", f"Use PostgreSQL {OLDEST_POSTGRESQL} or later.")
    if not connection.scalar(text("SELECT lower('ÉØЯ') = 'éøя'")):
        raise Amiss(
            f"its character type is {ctype}, which does not fold letters beyond ASCII",
            "Recreate the database: CREATE DATABASE … LOCALE 'C.UTF-8' TEMPLATE template0.",
        )
    return f"PostgreSQL {version}, character type {ctype}"


def _schema(settings: Settings) -> str:
    if migrations.pending(database.connect(settings.database)):
        raise Amiss("not up to date", "Run `product-importer migrate`; `serve` does so by itself.")
    return "up to date"


def _storage(settings: Settings) -> str:
    storage.configure(settings)
    key, written = f"check/{ids.new_id()}", b"written by product-importer check"
    storage.put(key, written)
    read = b"".join(storage.stream(key))
    storage.delete([key])
    if read != written:
        raise Amiss(f"{settings.storage} returned different bytes from those written", "Use another place.")
    return f"{settings.storage} can be written and read"


def _redis(settings: Settings) -> str:
    import redis

    client = redis.Redis.from_url(settings.redis_url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
    try:
        return f"Redis {client.info('server')['redis_version']}"
    finally:
        client.close()


def _broker(settings: Settings) -> str:
    from product_importer.kit.tasks import on_celery

    with on_celery.make_app(settings).connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, timeout=PATIENCE)
        return f"{connection.transport_cls} answers"


def _secret(settings: Settings) -> str:
    if settings.secret_key.get_secret_value():
        return "SECRET_KEY is set"
    if settings.loopback:
        return "not set, and not needed while only this machine is served"
    raise Amiss("SECRET_KEY is not set", "Set SECRET_KEY to 32 or more random characters.")
