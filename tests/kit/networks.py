"""Whether this system lets a process leave its network: containers often do not."""

import subprocess
import sys

LEAVE = "import ctypes; leave = ctypes.CDLL(None).unshare; raise SystemExit(leave(1 << 30) and leave(5 << 28))"


def may_be_left() -> bool:
    """Try it in a process of its own, alone and in a user namespace."""
    return sys.platform == "linux" and subprocess.run([sys.executable, "-c", LEAVE], check=False).returncode == 0
