"""Lets a program of this folder be called by its file: `python benchmarks/import.py` runs a module beside it."""

import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run(module: str) -> None:
    """Run a module of this package as the program."""
    sys.path[:1] = [str(ROOT), str(ROOT / "src")]  # so that its modules can be imported by name
    runpy.run_module(f"benchmarks.{module}", run_name="__main__")
