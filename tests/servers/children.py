"""Server processes as direct children of the tests: started in a folder of their own, waited for, ended."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def private_folder(name: str) -> Iterator[Path]:
    """Give a temporary folder that servers which refuse to run as root may use too."""
    # Not below pytest's tmp_path: its parents are closed to other accounts.
    folder = Path(tempfile.mkdtemp(prefix=f"product-importer-{name}-"))
    if account := _unprivileged():
        os.chown(folder, account.pw_uid, account.pw_gid)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def spawn(command: Sequence[str], *, folder: Path) -> subprocess.Popen[bytes]:
    """Start a server in `folder`, its output in `folder/log`; as `nobody` where we are root."""
    account = _unprivileged()
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )


def wait_until(ready: Callable[[], bool], *, child: subprocess.Popen[bytes], folder: Path, seconds: float = 60) -> None:
    """Wait for a server that was just started; raise RuntimeError with its log when it dies or stays silent."""
    deadline = time.monotonic() + seconds
    while not ready():
        if child.poll() is not None or time.monotonic() > deadline:
            log = (folder / "log").read_text(errors="replace")[-2000:]
            raise RuntimeError(f"{child.args!r} did not come up:\n{log}")
        time.sleep(0.02)


def end(child: subprocess.Popen[bytes], sign: signal.Signals) -> None:
    """Send the signal and wait for the end."""
    child.send_signal(sign)
    child.wait(timeout=60)


def _unprivileged() -> pwd.struct_passwd | None:
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None
