"""Server processes as direct children of the tests: started in a folder of their own, waited for, ended."""

import contextlib
import itertools
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.patience import PATIENCE


def free_port() -> int:
    """Return a loopback port that nobody uses, nor will before its server takes it.

    It lies below the ports that the kernel gives to connections, in a stretch that is this test process's own: two
    that counted through the same one met, and the tests of one asked the server of the other.
    """
    while True:
        port = next(_ports)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def stretch(worker: str, count: int, run: str) -> range:
    """Return the ports of one of `count` processes of a run, `gw0` and so on; another run begins elsewhere.

    As many more are kept for those that take the place of one that crashed.
    """
    last = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    size = last // 2 // (2 * count + 1)
    begin = last // 2 + random.Random(run).randrange(size)
    return range(begin, begin + 2 * count * size)[int(worker.removeprefix("gw")) * size :][:size]


def _counted() -> Iterator[int]:
    told = os.environ.get
    run = told("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    mine = stretch(told("PYTEST_XDIST_WORKER", "gw0"), int(told("PYTEST_XDIST_WORKER_COUNT", "1")), run)
    return itertools.cycle(mine)


_ports = _counted()


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


def wait_until(
    ready: Callable[[], bool], *, child: subprocess.Popen[bytes], folder: Path, seconds: float = PATIENCE
) -> None:
    """Wait for a server that was just started; raise RuntimeError with its log when it dies or stays silent."""
    deadline = time.monotonic() + seconds
    while not ready():
        if child.poll() is not None or time.monotonic() > deadline:
            log = (folder / "log").read_text(errors="replace")[-2000:]
            raise RuntimeError(f"{child.args!r} did not come up:\n{log}")
        time.sleep(0.02)


def of(pid: int) -> list[int]:
    """Return the processes that the main thread of a process has started and that have not been waited for."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def end(child: subprocess.Popen[bytes], sign: signal.Signals) -> None:
    """Send the signal and wait for the end."""
    child.send_signal(sign)
    child.wait(timeout=PATIENCE)


def _unprivileged() -> pwd.struct_passwd | None:
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None
