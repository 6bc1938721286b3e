"""The search for secrets finds those that are planted, in whatever is left behind, and nothing else."""

import sqlite3
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from product_importer.accounts import keys
from product_importer.webhooks import signing
from tests.accounts.makers import PASSWORD
from tests.safety import leaks


def test_a_secret_that_is_planted_in_a_log_a_database_or_an_export_is_found() -> None:
    session, token, secret = keys.new(), keys.new("pi_"), signing.new_secret()
    with tempfile.TemporaryDirectory() as name:  # elsewhere than what is searched when all tests are over
        folder = Path(name)
        (folder / "web.log").write_text(f'{{"event": "signed in", "cookie": "session={session}"}}\n')
        (folder / "journal.csv").write_text(f"made,{token}\n")
        (folder / "postgresql.dump").write_text(f'{{"body": "\\\\x{secret.encode().hex()}"}}\n')
        database = sqlite3.connect(folder / "some.db")
        database.execute("CREATE TABLE users (password TEXT)")
        database.execute("INSERT INTO users VALUES (?)", [PASSWORD])
        database.commit()
        database.close()
        found = list(leaks.left_in(folder))
    assert {one.partition(":")[0] for one in found} == {"journal.csv", "postgresql.dump", "some.db", "web.log"}
    assert f"web.log: {session[:12]}…" in found


def test_a_secret_in_the_log_of_a_test_fails_the_run() -> None:
    search, token = leaks.Search(), keys.new("pi_")
    said = [("Captured stderr call", f'{{"event": "asked", "authorization": "Bearer {token}"}}')]
    search.pytest_runtest_logreport(
        cast("pytest.TestReport", SimpleNamespace(nodeid="a test", when="teardown", sections=said))
    )
    assert f"log of a test: {token[:12]}…" in search.leaks


def test_what_is_kept_of_a_secret_is_no_secret() -> None:
    token = keys.new("pi_")
    kept = f"{keys.digest(token)} {token[:9]} {signing.PREFIX} https://shop.example/setup?token={keys.new()}"
    assert leaks.found(kept.encode()) == []
    assert token[:12] in leaks.found(token.encode())
