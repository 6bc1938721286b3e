"""The floors: what a database's own command-line program needs for rows that somebody has cleaned beforehand."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from benchmarks import measure, servers
from benchmarks.measure import Usage
from benchmarks.sample import Copy

CREATE_STAGING = "CREATE {} staging (line bigint, sku text, name text, description text, price {})"
COLUMNS = "id, sku, sku_key, name, description, price, active, version, created_at, updated_at"
CHANGED = "(products.name, products.description, products.price)"
SET = (
    "name = excluded.name, description = excluded.description, price = excluded.price, "
    "version = products.version + 1, updated_at = excluded.updated_at"
)
POSTGRES = f"""
    INSERT INTO products ({COLUMNS})
    SELECT gen_random_uuid(), sku, sku_key, name, description, price, true, 1, now(), now()
    FROM (SELECT DISTINCT ON (sku_key) *
          FROM (SELECT *, lower(sku) COLLATE "C" AS sku_key FROM staging) AS keyed
          ORDER BY sku_key, line DESC) AS winners
    ON CONFLICT (sku_key) DO UPDATE SET {SET}
    WHERE {CHANGED} IS DISTINCT FROM (excluded.name, excluded.description, excluded.price)
"""
SQLITE = f"""
    INSERT INTO products ({COLUMNS})
    SELECT lower(hex(randomblob(16))), sku, sku_key, name, description, price, 1, 1, now, now
    FROM (SELECT max(CAST(line AS INTEGER)), sku, lower(sku) AS sku_key, name, description,
                 CAST(round(price * 100) AS INTEGER) AS price, strftime('%Y-%m-%d %H:%M:%f', 'now') AS now
          FROM staging GROUP BY lower(sku)) AS winners
    WHERE true
    ON CONFLICT (sku_key) DO UPDATE SET {SET}
    WHERE {CHANGED} IS NOT (excluded.name, excluded.description, excluded.price)
"""


class Missing(Exception):
    """A program that the floor consists of is not installed."""


def psql(server: servers.Measured, url: str, copy: Copy) -> Usage:
    r"""Load by \copy into an unlogged staging table, then write by one INSERT ... ON CONFLICT."""
    steps = (
        CREATE_STAGING.format("UNLOGGED TABLE", "numeric(12,2)"),
        rf"\copy staging FROM '{copy.clean}' WITH (FORMAT csv, HEADER true)",
        POSTGRES,
        "DROP TABLE staging",
    )
    command = [server.psql, "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", servers.free_of_driver(url)]
    return measure.child([*command, *_each("--command", steps)])


def sqlite_cli(path: Path, copy: Copy) -> Usage:
    """Load by .import into a temporary table, then write by one INSERT ... ON CONFLICT."""
    program = shutil.which("sqlite3")
    if program is None:
        raise Missing("sqlite3 is not here: install Debian's `sqlite3`")
    steps = (
        "PRAGMA synchronous=NORMAL",
        CREATE_STAGING.format("TEMP TABLE", "numeric"),
        f".import --csv --skip 1 --schema temp '{copy.clean}' staging",
        SQLITE,
    )
    return measure.child([program, "-bail", str(path), *_each("-cmd", steps[:-1]), steps[-1]])


def version_of_cli() -> str:
    """Return the word of the sqlite3 program for its version."""
    done = subprocess.run(["sqlite3", "--version"], capture_output=True, text=True, check=True)
    return done.stdout.split()[0]


def _each(option: str, values: Sequence[str]) -> list[str]:
    return [word for value in values for word in (option, value)]
