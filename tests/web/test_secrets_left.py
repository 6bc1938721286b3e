"""A life with every kind of secret, in both modes: neither database, nor export, nor copy holds one in clear."""

import gzip
import json
import re
import tarfile
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import text

from product_importer import tables
from product_importer.copies import backup
from product_importer.kit import database
from tests import makers
from tests.accounts.makers import PASSWORD
from tests.safety import leaks
from tests.web.doors import Doors
from tests.webhooks.makers import make_due, work

OTHER = f"{PASSWORD} 2"


def dumped() -> str:
    """Return every row of every table as the database has it, bytes as text."""
    with database.reading() as session:
        names = [table.name for table in tables.metadata.sorted_tables]
        rows = [row for name in names for row in session.execute(text(f'SELECT * FROM "{name}"'))]
    return "\n".join(" ".join(_told(value) for value in row) for row in rows)


def _told(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def entered(door: Doors) -> str:
    """Create the first account by its link, end that session, and come in again; return the cookie."""
    link = door.post("/admin/account/first", Accept="text/html").headers["location"]
    first = door.form("/setup", token=link.partition("=")[2], email="anna@example.com", password=PASSWORD)
    door.form("/sign-out", first.headers["set-cookie"].partition(";")[0])
    door.form("/sign-in", email=PASSWORD, password="what was typed in the wrong field")
    door.form("/sign-in", email="anna@example.com", password=f"not {PASSWORD}")
    came = door.form("/sign-in", email="anna@example.com", password=PASSWORD)
    return came.headers["set-cookie"].partition(";")[0]


def sent(door: Doors, path: str, said: Any, **headers: str) -> Any:
    """Send JSON, and return what is answered."""
    return door.post(path, json.dumps(said), Content_Type="application/json", **headers).json


def lived(door: Doors) -> tuple[str, str]:
    """Use every kind of secret, rightly and wrongly; return a token and the cookie."""
    cookie = entered(door)
    wanted = {"name": "nightly", "scopes": ["admin"]}
    token = sent(door, "/tokens", wanted, Cookie=cookie, Idempotency_Key="one")["key"]
    assert sent(door, "/tokens", wanted, Cookie=cookie, Idempotency_Key="one")["key"] is None
    bearer = {"Authorization": f"Bearer {token}"}
    for wrong in (f"/products?token={token}", f"/admin/dashboard?token={token}", f"/products/{token}", f"/{token}"):
        door.get(wrong, **bearer)
    sent(door, "/tokens", {"name": "x", "scopes": [token]}, Cookie=cookie)
    sent(door, "/feeds", {"name": "x", "url": f"https://anna:{PASSWORD}@shop.example/"}, **bearer)
    sealed = {"name": "x", "url": f"https://anna:{quote(PASSWORD)}@shop.invalid/", "headers": {"X-Key": leaks.HEADER}}
    assert sent(door, "/feeds", sealed, Idempotency_Key="three", **bearer)["headers"] == ["X-Key", "Authorization"]
    hook: dict[str, Any] = {"url": "https://shop.invalid/hook", "event_types": ["product.created"]}
    hook |= {"headers": {"Authorization": leaks.HEADER}}
    added = sent(door, "/webhooks", hook, Idempotency_Key="two", **bearer)
    sent(door, "/webhooks", hook, Idempotency_Key="two", **bearer)
    sent(door, f"/webhooks/{added['id']}/rotate", {}, **bearer)
    sent(door, "/products", {"sku": "A-1", "name": "Mug"}, **bearer)
    work()
    make_due()
    work()
    page = unescape(door.form("/admin/users", cookie, email="ben@example.com", role="viewer").body.decode())
    assert re.search(r"/setup\?token=[\w-]{43}", page)
    assert door.form("/admin/account/password", cookie, password=PASSWORD, new_password=OTHER).status == 303
    return token, cookie


@pytest.mark.slow
def test_a_life_with_every_kind_of_secret_leaves_none_in_clear(either: tuple[Doors, str], tmp_path: Path) -> None:
    door, _ = either
    before = leaks.made()
    token, cookie = lived(door)
    assert leaks.made() >= before + 8  # two links and an invitation, two sessions, a token, two secrets
    left = dumped()
    assert {one for one in ("anna@example.com", token[:9], "shop.invalid", "argon2id") if one not in left} == set()
    assert leaks.found(left.encode()) == []
    assert leaks.found(door.get("/journal.csv", Cookie=cookie).body) == []
    makers.make_import(makers.csv_file("A-2,Cup,,1.00"))
    backup.backup(tmp_path / "copy.tar", say=print)
    with tarfile.open(tmp_path / "copy.tar") as copy:
        parts = {one.name: part.read() for one in copy if (part := copy.extractfile(one))}
    held = {name: gzip.decompress(data) if name.endswith(".gz") else data for name, data in parts.items()}
    assert token[:9].encode() in held["tables/tokens.jsonl.gz"]
    assert {name: found for name, data in held.items() if (found := leaks.found(data))} == {}
