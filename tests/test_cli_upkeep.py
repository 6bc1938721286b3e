"""The words of upkeep as an operator says them: backup, restore, health."""

import os
import subprocess
import sys
from pathlib import Path

from tests.servers import children
from tests.source import SRC


def _said(*words: str | Path, folder: Path, port: int = 1) -> subprocess.CompletedProcess[str]:
    """Run one word with its data in `folder`."""
    settings = {"PYTHONPATH": str(SRC), "DATA_DIR": str(folder), "PORT": str(port), "COLUMNS": "200"}
    command = [sys.executable, "-m", "product_importer", *map(str, words)]
    return subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, timeout=120)


def test_a_copy_goes_from_one_folder_to_another_and_never_over_anything(tmp_path: Path) -> None:
    here, there, copy = tmp_path / "here", tmp_path / "there", tmp_path / "copy.tar"
    assert _said("seed", folder=here).returncode == 0
    assert "Everything is in" in _said("backup", copy, folder=here).stdout
    refused = _said("backup", copy, folder=here)
    assert (refused.returncode, "COPY_EXISTS" in refused.stderr) == (2, True)
    restored = _said("restore", copy, folder=there)
    assert (restored.returncode, "equal by checksum" in restored.stdout) == (0, True), restored.stderr
    assert "products: 4 rows" in restored.stderr
    assert _said("export", "-", folder=there).stdout == _said("export", "-", folder=here).stdout


def test_a_machine_without_a_server_is_not_healthy(tmp_path: Path) -> None:
    asked = _said("health", folder=tmp_path, port=children.free_port())
    assert (asked.returncode, asked.stdout) == (1, "not ready\n")
