"""The terminal writes products to a file that an import takes back, or writes none at all."""

import json

from tests.test_cli import Shell, shell

__all__ = ["shell"]


def test_what_is_exported_comes_back_unchanged(shell: Shell) -> None:
    shell.run("import", shell.file("s.csv", "sku,name,price", "A-1,=Mug,1.00", "B-1,Cup,2.00"))
    assert "Wrote" in shell.run("export", "all.csv").stderr
    account = json.loads(shell.run("import", shell.folder / "all.csv", "--json").stdout)
    assert (account["counts"]["unchanged"], account["counts"]["rows"]) == (2, 2)
    assert shell.run("export", "-", "--sku", "a-", "--no-guard").stdout.splitlines()[1:] == [
        '"A-1","=Mug","",1.00,true'
    ]
    assert "cannot be written" in shell.run("export", "no/where.csv", status=2).stderr
