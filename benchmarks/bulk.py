"""Measures deleting and exporting everything: `python benchmarks/bulk.py --help`."""

import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:1] = [str(ROOT), str(ROOT / "src")]  # so that the modules beside this file can be imported by name
runpy.run_module("benchmarks.deleting", run_name="__main__")
