"""Bandit over the source: what it finds is either mended or listed here with its reason."""

import json
import subprocess
import sys

from tests.source import ROOT

# Every subprocess is our own argv and never a shell, as ruff's S603 is told too.
SKIPPED = "B404,B603"
REASONS = {
    ("B104", "cli/listening.py"): "an address is compared, not bound",
    ("B311", "imports/mock_file.py"): "a made-up file is to be the same again, not secret",
    ("B405", "imports/source/sheet.py"): "read in a bounded process of its own",
    ("B314", "imports/source/sheet.py"): "the same",
    ("B608", "kit/database/sqlite.py"): "the name of a table of ours",
    ("B608", "kit/database/sqlite_scratch.py"): "the same",
    ("B608", "migrations/versions/20261127_2240_journal_by_batches.py"): "the same, and a constant of the file",
    ("B302", "kit/sqlite/load.py"): "between a process and its own child, through a pipe",
    ("B105", "kit/tasks/leases.py"): "the annotation of a column called token",
    ("B105", "webhooks/duties.py"): "a column called token, compared with nothing",
    ("B311", "webhooks/schedule.py"): "retries are spread by chance, which nobody gains by guessing",
    ("B107", "web/pages/entrance.py"): "the default of a query parameter called token",
}


def test_what_bandit_finds_has_a_reason() -> None:
    words = [sys.executable, "-m", "bandit", "-q", "-r", "src", "-f", "json", "--skip", SKIPPED]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    told = json.loads(done.stdout)
    found = {(one["test_id"], one["filename"].removeprefix("src/product_importer/")) for one in told["results"]}
    assert told["errors"] == []
    assert found - REASONS.keys() == set()
    assert found
