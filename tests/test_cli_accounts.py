"""Accounts in the terminal: the locked server and its link, admins made, and the first one by the environment."""

import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from product_importer.kit.settings import Settings
from product_importer.web import server
from tests.accounts.makers import PASSWORD
from tests.patience import PATIENCE, until
from tests.test_cli import Shell, answers, free_port, shell
from tests.web.doors import Doors

__all__ = ["free_port", "shell"]

JSON = "application/json"


@pytest.mark.slow
@pytest.mark.kill
@pytest.mark.parametrize("others", [{"HOST": "0.0.0.0"}, {"TRUSTED_PROXIES": "192.0.2.1"}])
def test_a_server_for_other_machines_is_locked_until_its_printed_link_is_used(
    shell: Shell, free_port: int, others: dict[str, str]
) -> None:
    shell.run("migrate")
    serving = shell.keep("web", PORT=str(free_port), **others)
    assert serving.stdout
    assert "locked until its first account is made" in serving.stdout.readline()
    link = serving.stdout.readline().strip()
    until(lambda: answers(free_port))
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"http://127.0.0.1:{free_port}/products", timeout=PATIENCE)
    assert link.startswith(f"http://127.0.0.1:{free_port}/setup?token=")
    with urllib.request.urlopen(link, timeout=PATIENCE) as page:
        assert b"Create the first account" in page.read()


def test_the_first_admin_is_made_in_the_terminal_and_made_again_where_the_password_is_lost(shell: Shell) -> None:
    assert "/setup?token=" in shell.run("admin", "setup-link").stdout
    for words in ("is an admin", "is an admin again"):
        told = shell.run("admin", "create", "Anna@Example.com", typed="seven words are easy to remember\n")
        assert f"anna@example.com {words}" in told.stderr
    assert "ALREADY_SET_UP" in shell.run("admin", "setup-link", status=2).stderr


@pytest.mark.slow
@pytest.mark.kill
def test_the_environment_names_the_first_admin_and_neither_log_nor_database_holds_what_opens_a_door(
    shell: Shell, free_port: int
) -> None:
    shell.run("migrate")
    said = {"ADMIN_EMAIL": "anna@example.com", "ADMIN_PASSWORD": PASSWORD, "PORT": str(free_port), "LOG_LEVEL": "debug"}
    with (shell.folder / "log").open("w") as log:
        serving = subprocess.Popen(
            [sys.executable, "-m", "product_importer", "web"],
            env={**shell.environment, **said},
            stdout=log,
            stderr=log,
            text=True,
        )
        shell.kept.append(serving)
        until(lambda: answers(free_port))
    door = Doors(free_port, server.make(Settings(data_dir=shell.folder)))
    wrong = door.form("/sign-in", email="anna@example.com", password=f"not {PASSWORD}")
    came = door.form("/sign-in", email="anna@example.com", password=PASSWORD)
    cookie = came.headers["set-cookie"].partition(";")[0]
    made = door.post("/tokens", b'{"name": "nightly", "scopes": ["read"]}', Cookie=cookie, Content_Type=JSON).json
    broken = door.get("/products?page=x", Authorization=f"Bearer {made['key']}")
    assert (wrong.status, came.status, broken.status) == (401, 303, 422)
    serving.terminate()
    serving.wait(PATIENCE)
    kept = b"".join(path.read_bytes() for path in shell.folder.glob("product-importer.db*"))
    kept += (shell.folder / "log").read_bytes()
    assert b"sign-in refused" in kept
    assert b"nightly" in kept
    assert [secret for secret in (PASSWORD, cookie.partition("=")[2], made["key"]) if secret.encode() in kept] == []
