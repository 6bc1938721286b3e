"""A real file system of a few thousand kilobytes, to see what happens when it is full."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def mounted(folder: Path, *, kilobytes: int) -> Iterator[Path]:
    """Mount one at `folder`, which is made; the test is skipped where only root could do that."""
    folder.mkdir()
    if os.geteuid() != 0 or _mount(folder, f"size={kilobytes}k"):
        pytest.skip("only root can mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def enlarge(folder: Path, *, kilobytes: int) -> None:
    """Give the file system that is mounted there another size."""
    assert _mount(folder, f"remount,size={kilobytes}k") == 0


def _mount(folder: Path, options: str) -> int:
    return subprocess.run(["mount", "-t", "tmpfs", "-o", options, "small", folder], check=False).returncode
