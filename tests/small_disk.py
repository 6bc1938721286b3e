"""A real file system of a few thousand kilobytes, to see what happens when it is full."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.servers import presence


@contextlib.contextmanager
def mounted(folder: Path, *, kilobytes: int) -> Iterator[Path]:
    """Mount one at `folder`, which is made; only root can do that, see `presence.missing`."""
    folder.mkdir()
    if os.geteuid() != 0 or _mount(folder, f"size={kilobytes}k"):
        presence.missing("a small disk", "run the tests as root, who may mount one")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def enlarge(folder: Path, *, kilobytes: int) -> None:
    """Give the file system that is mounted there another size."""
    assert _mount(folder, f"remount,size={kilobytes}k") == 0


def _mount(folder: Path, options: str) -> int:
    return subprocess.run(["mount", "-t", "tmpfs", "-o", options, "small", folder], check=False).returncode
