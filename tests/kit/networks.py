"""The network of a process, and whether this system lets it leave: containers often do not."""

import subprocess
import sys
from pathlib import Path

LEAVE = "import ctypes; leave = ctypes.CDLL(None).unshare; raise SystemExit(leave(1 << 30) and leave(5 << 28))"


def may_be_left() -> bool:
    """Try it in a process of its own, alone and in a user namespace."""
    return sys.platform == "linux" and subprocess.run([sys.executable, "-c", LEAVE], check=False).returncode == 0


def own() -> str:
    """Return the name of this process's network, "" where the system has no such names."""
    place = Path("/proc/self/ns/net")
    return str(place.readlink()) if place.is_symlink() else ""
