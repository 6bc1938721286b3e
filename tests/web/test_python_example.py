"""The Python of docs/api.md, run as it stands there."""

import os
import re
import subprocess
import sys
import uuid
from pathlib import Path

from tests.makers import csv_file, run_import_to_end
from tests.patience import PATIENCE, until
from tests.source import ROOT
from tests.web.doors import Doors


def test_the_program_of_the_api_page_imports_a_file_and_names_its_rejects(served: Doors, tmp_path: Path) -> None:
    (program,) = re.findall(r"```python\n(\"\"\"import_file.*?)```", (ROOT / "docs/api.md").read_text(), re.DOTALL)
    (file := tmp_path / "spring.csv").write_bytes(csv_file("A-1,Mug,,1.00", "A-2,,,2.00"))
    environment = {**os.environ, "SERVER": f"http://127.0.0.1:{served.port}"}
    command = [sys.executable, "-c", program, str(file)]
    child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    until(lambda: served.get("/imports").json["items"])
    (started,) = served.get("/imports").json["items"]
    run_import_to_end(uuid.UUID(started["task_id"]))
    said, _ = child.communicate(timeout=PATIENCE)
    assert child.returncode == 0
    assert said.startswith("Completed {'rows': 2, 'created': 1,")
    assert "3 NAME_BLANK" in said
