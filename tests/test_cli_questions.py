"""The terminal asks before it writes: at a terminal a person answers, without one the import is left waiting."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tests.test_cli import Shell, shell

__all__ = ["shell"]
ROWS = ("sku,name,price", "A-1,Mug,1.00", "B-2,Lamp,2.00", ",No SKU,1.00")


def typed(shell: Shell, answers: str, *words: str | Path) -> tuple[int, str]:
    """Run words of the terminal with these answers typed on its keyboard; give exit status and what was said."""
    keyboard, line = os.openpty()
    try:
        os.write(keyboard, answers.encode())
        command = [sys.executable, "-m", "product_importer", *map(str, words)]
        ended = subprocess.run(
            command,
            env=shell.environment,
            cwd=shell.folder,
            stdin=line,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        return ended.returncode, ended.stderr
    finally:
        os.close(keyboard)
        os.close(line)


def test_a_review_without_a_terminal_leaves_the_import_waiting(shell: Shell) -> None:
    ended = shell.run("import", shell.file("a.csv", *ROWS), "--review", status=1)
    assert "Nothing is written yet." in ended.stderr
    assert "/answer" in ended.stderr
    assert shell.states() == ["waiting"]


@pytest.mark.parametrize(("answer", "state", "status"), [("y\n", "completed", 0), ("\n", "cancelled", 1)])
def test_a_review_at_a_terminal_is_answered_there(shell: Shell, answer: str, state: str, status: int) -> None:
    code, told = typed(shell, answer, "import", shell.file("a.csv", *ROWS[:3]), "--review")
    assert "Apply this plan?" in told
    assert (code, shell.states()) == (status, [state])


def test_too_many_rejects_and_a_review_are_asked_one_after_the_other(shell: Shell) -> None:
    code, told = typed(shell, "y\ny\n", "import", shell.file("a.csv", *ROWS), "--review", "--max-rejects", "0.1")
    assert told.index("Rejected rows: 1.") < told.index("Apply this plan?")
    assert (code, shell.states()) == (1, ["completed"])


def test_a_share_of_rejects_is_between_none_and_all(shell: Shell) -> None:
    refused = shell.run("import", shell.file("a.csv", *ROWS), "--max-rejects", "1.5", status=2)
    assert "--max-rejects" in refused.stderr


def test_the_same_file_again_is_told(shell: Shell) -> None:
    file = shell.file("a.csv", *ROWS[:3])
    shell.run("import", file)
    assert "The same file was imported" in shell.run("import", file).stderr
