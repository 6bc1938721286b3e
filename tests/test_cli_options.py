"""Every option of an import can be said in the terminal, and arrives as it was said."""

import contextlib
import inspect
import json
import sqlite3
from typing import Any

from product_importer import cli
from product_importer.imports.options import Options
from tests.test_cli import Shell, shell

__all__ = ["shell"]

# option -> the words, what the import keeps of them
SAID: dict[str, tuple[list[str], Any]] = {
    "mapping": (
        ["-m", "sku=Item, no.", "-m", "name=Text,price=Cost"],
        {"sku": "Item, no.", "name": "Text", "price": "Cost"},
    ),
    "preset": (["--preset", "none"], "none"),
    "blanks": (["--blanks", "price=keep,description=clear"], {"price": "keep", "description": "clear"}),
    "decimal": (["--decimal", ","], ","),
    "mode": (["--mode", "create_only"], "create_only"),
    "encoding": (["--encoding", "cp1252"], "cp1252"),
    "delimiter": (["--delimiter", "tab"], "tab"),
    "header_line": (["--header-line", "2"], 2),
    "sheet": (["--sheet", "Prices"], "Prices"),
    "guard": (["--no-guard"], False),
    "interactive": (["--interactive"], True),
    "check_columns": (["--check-columns"], True),
    "review": (["--review"], True),
    "max_rejects": (["--max-rejects", "0.5"], 0.5),
}


def test_every_option_of_an_import_is_a_switch() -> None:
    switches = set(inspect.signature(cli.import_file).parameters) - {"file", "json"}
    assert switches == set(SAID) == set(Options.model_fields)


def test_what_was_said_is_what_the_import_goes_by(shell: Shell) -> None:
    file = shell.file("prices.tsv", "Prices", "Item, no.\tText\tCost\tNote", "A-1\tLamp\t1,50\tx")
    words = [word for said, _ in SAID.values() for word in said]
    told = shell.run("import", file, *words, status=1).stderr
    assert "/mapping" in told
    with contextlib.closing(sqlite3.connect(shell.folder / "product-importer.db")) as database:
        kept = json.loads(database.execute("SELECT options FROM imports").fetchone()[0])
    assert kept == {option: value for option, (_, value) in SAID.items()}


def test_a_policy_that_is_none_is_refused_with_an_example(shell: Shell) -> None:
    file = shell.file("a.csv", "sku,name", "A-1,Lamp")
    told = shell.run("import", file, "--blanks", "price=forget", status=2).stderr
    assert "--blanks cannot be read at 'price=forget'" in told
    assert "price=keep,description=clear" in told
