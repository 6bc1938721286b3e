"""Takes a copy of everything while the servers run, and puts one back where nothing is yet."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, Engine, Table, exists, select, text

from product_importer import __version__, migrations, tables
from product_importer.copies import archive, rows
from product_importer.copies.archive import Manifest
from product_importer.copies.files import Files
from product_importer.copies.rows import Sum
from product_importer.kit import clock, database, storage
from product_importer.kit.database.face import Face
from product_importer.kit.errors import AppError

ROUNDS = 2  # of taking files before the database is read: little comes during the second one, which is short
MOMENTS = 5  # of the database that are tried until each file of one could be taken
NUMBERS = "counters"  # the one table in which a fresh database may have rows
Say = Callable[[str], None]


class NotEmpty(AppError):
    """The place for the copy is not empty."""

    status = 409
    code = "TARGET_NOT_EMPTY"
    title = "The place for the copy is not empty"
    action = "Name an empty database and an empty place for files: a copy never overwrites anything."


class OfAnotherVersion(AppError):
    """The copy has another schema than this program."""

    status = 409
    code = "COPY_OF_ANOTHER_VERSION"
    title = "The copy was made with another database schema"
    action = "Restore it with the version it names, then install the newer one and run `product-importer migrate`."


class FilesGone(AppError):
    """Files went between the moment of the copy and their turn, each time that it was tried."""

    status = 503
    code = "COPY_WITHOUT_FILES"
    title = "Some files were removed before they could be copied"
    action = "The archive can be restored, without these files. Make another one while less is uploaded."


class Differs(AppError):
    """What was written is not what was read."""

    status = 500
    code = "COPY_DIFFERS"
    title = "What was written is not what was read"
    action = "Nothing was kept. Check the disk and the file, then try again."


def backup(path: Path, *, say: Say) -> Manifest:
    """Write everything to a new archive; raises CopyExists, and FilesGone when it is whole but for some files.

    The servers remove files meanwhile. So they are taken before the database is read as it stands at one moment, and
    at that moment those that have come since; one that no row knows any more does no harm.
    """
    writer = archive.Writer(path)
    files = Files(writer)
    for _ in range(ROUNDS):
        files.take(storage.listing(""))
    say(f"{files.total.rows:,} files")
    sums, gone = _at_a_calm_moment(writer, files, say)
    made = Manifest(archive.FORM, __version__, migrations.newest(), clock.now().isoformat(), sums, str(files.total))
    writer.finish(made)
    if gone:
        raise FilesGone(f"{path} lacks some files, {len(gone):,} in all: {', '.join(gone[:5])}.")
    return made


def restore(path: Path, *, say: Say) -> Manifest:
    """Put an archive back into an empty database and an empty place for files.

    Files first, the database in one transaction last, so that a restore that was cut can be begun again. Raises
    CopyUnreadable, OfAnotherVersion, NotEmpty, and Differs when what stands in the end is not what the manifest says.
    """
    source = archive.Reader(path)
    if source.manifest.revision != migrations.newest() or source.manifest.form != archive.FORM:
        schemas = f"its schema is {source.manifest.revision}, this one's {migrations.newest()}"
        raise OfAnotherVersion(f"It was made by version {source.manifest.version}, this is {__version__}; {schemas}.")
    migrations.upgrade(database.engine())
    refuse_unless_empty(database.engine())
    _put_files(source)
    say(f"{source.manifest.files.partition(':')[0]} files")
    with database.transaction() as session:
        for table in tables.metadata.sorted_tables:
            told = rows.of_lines(table, source.table(table.name))
            fill(session.connection(), database.face(), table, told, expected=source.manifest.tables[table.name])
            say(f"{table.name}: {source.manifest.tables[table.name].partition(':')[0]} rows")
    return source.manifest


def refuse_unless_empty(engine: Engine) -> None:
    """Raise NotEmpty where a table has rows."""
    with engine.connect() as connection:
        used = [table.name for table in tables.metadata.sorted_tables if _has_rows(connection, table)]
    if used:
        raise NotEmpty(f"{engine.url.render_as_string()} has rows in {', '.join(used[:5])}.")


def fill(connection: Connection, face: Face, table: Table, told: Iterator[rows.Row], *, expected: str) -> None:
    """Fill an empty table, read it again, and raise Differs unless it sums up to what is expected."""
    connection.execute(table.delete())
    face.append(connection, rows.as_stored(table), told)
    if (found := str(rows.sum_of(connection, table))) != expected:
        raise Differs(f"{table.name} sums up to {found} instead of {expected}.")


def _at_a_calm_moment(writer: archive.Writer, files: Files, say: Say) -> tuple[dict[str, str], list[str]]:
    """Write the tables of a moment at which no file went; return their sums, and which were gone at the last one."""
    for left in reversed(range(MOMENTS)):
        before = list(storage.listing(""))
        with database.reading() as session:
            connection = _at_one_moment(session.connection())
            gone = files.take([*before, *storage.listing("")])
            if not gone or not left:
                return _tables(writer, connection, say), gone
    raise AssertionError("the last moment is always taken")


def _tables(writer: archive.Writer, connection: Connection, say: Say) -> dict[str, str]:
    sums = {}
    for table in tables.metadata.sorted_tables:
        total = Sum()
        writer.table(table.name, rows.lines(rows.read(connection, table), total))
        sums[table.name] = str(total)
        say(f"{table.name}: {total.rows:,} rows")
    return sums


def _at_one_moment(connection: Connection) -> Connection:
    """Let the whole transaction see the state of now, however long files are copied in it."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    # The first look fixes the moment, on both databases
    connection.scalar(select(exists().select_from(tables.metadata.tables[NUMBERS])))
    return connection


def _has_rows(connection: Connection, table: Table) -> bool:
    return table.name != NUMBERS and bool(connection.scalar(select(exists().select_from(table))))


def _put_files(source: archive.Reader) -> None:
    """Store each file unless it is there from an earlier attempt; raises NotEmpty where another one is."""
    there, total = {kept.key: kept.size for kept in storage.listing("")}, Sum()
    for key, size in source.files():
        if there.get(key, size) != size:
            raise NotEmpty(f"Another file is stored as {key}.")
        with source.file(key) as content:
            if key not in there:
                storage.put(key, content)
                content.seek(0)
            total.add(archive.fingerprint(key, _digest(content)))
    if str(total) != source.manifest.files:
        raise Differs(f"The files sum up to {total} instead of {source.manifest.files}.")


def _digest(content: IO[bytes]) -> str:
    return hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
