"""Accounts in the terminal: the locked server and its link, admins made and made again, the first one by the environment."""

import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.test_cli import PATIENCE, Shell, answers, free_port, shell, until

__all__ = ["free_port", "shell"]


@pytest.mark.slow
@pytest.mark.kill
def test_a_server_for_other_machines_is_locked_until_its_printed_link_is_used(shell: Shell, free_port: int) -> None:
    shell.run("migrate")
    serving = shell.keep("web", PORT=str(free_port), HOST="0.0.0.0")
    assert serving.stdout
    assert "locked until its first account is made" in serving.stdout.readline()
    link = serving.stdout.readline().strip()
    until(lambda: answers(free_port))
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"http://127.0.0.1:{free_port}/products", timeout=PATIENCE)
    assert link.startswith(f"http://127.0.0.1:{free_port}/setup?token=")
    with urllib.request.urlopen(link, timeout=PATIENCE) as page:
        assert b"Make the first account" in page.read()


def test_the_first_admin_is_made_in_the_terminal_and_made_again_where_the_password_is_lost(shell: Shell) -> None:
    assert "/setup?token=" in shell.run("admin", "setup-link").stdout
    for words in ("is an admin", "is an admin again"):
        told = shell.run("admin", "create", "Anna@Example.com", typed="seven words are easy to remember\n")
        assert f"anna@example.com {words}" in told.stderr
    assert "ALREADY_SET_UP" in shell.run("admin", "setup-link", status=2).stderr
    assert "PASSWORD_WEAK" in shell.run("admin", "create", "b@example.com", status=2, typed="short\n").stderr
