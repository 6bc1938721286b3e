"""Moves everything from the embedded SQLite database to an empty PostgreSQL; the files stay where they are."""

from product_importer import migrations, tables
from product_importer.copies import backup, rows
from product_importer.copies.backup import Say
from product_importer.copies.rows import Sum
from product_importer.kit import database
from product_importer.kit.errors import AppError


class NotFromHere(AppError):
    """This database is no SQLite file, or the other no PostgreSQL."""

    status = 409
    code = "MOVE_NOT_POSSIBLE"
    title = "Only SQLite can be moved to PostgreSQL"
    action = (
        "Leave DATABASE_URL unset, and name the PostgreSQL database to move to: postgresql://user:secret@host/name."
    )


def move(url: str, *, say: Say) -> int:
    """Copy every row to the PostgreSQL of `url`, check each table by its sum, and return how many rows there are.

    Nobody writes to the SQLite file meanwhile, and all of it becomes visible at once. Raises NotFromHere,
    backup.NotEmpty and backup.Differs.
    """
    if not url.startswith("postgresql") or database.engine().dialect.name != "sqlite":
        raise NotFromHere
    face = database.face_of(url)
    target, moved = face.engine(url), 0
    migrations.upgrade(target)
    backup.refuse_unless_empty(target)
    with database.transaction() as session, target.begin() as connection:
        for table in tables.metadata.sorted_tables:
            total = Sum()
            connection.execute(table.delete())
            told = rows.summed(rows.read(session.connection(), table), total)
            face.append(connection, rows.as_stored(table), told)
            if (found := rows.sum_of(connection, table)) != total:
                raise backup.Differs(f"{table.name} sums up to {found} instead of {total}.")
            moved += total.rows
            say(f"{table.name}: {total.rows:,} rows, equal by checksum")
    target.dispose()
    return moved
