"""Walks a new user's path from an empty folder and says how many seconds each step takes; needs nothing but Python.

`python benchmarks/walk.py FILE.csv [MAPPING]` clones this repository into a temporary folder, says `make run` there
(`./dev run` without make), with an empty home and no cache of pip's, and imports the file. MAPPING is JSON, as for
`POST /upload`.
"""

import contextlib
import datetime as dt
import http.client
import json
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
WORKING = ("queued", "reading", "checking", "applying")
PATIENCE = 900.0  # seconds until a step is given up
LOOK = 0.1  # seconds between two looks


def main() -> None:
    """Take the steps and print what each took."""
    file, mapping = Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "{}"
    today, python = dt.datetime.now(dt.UTC).date(), platform.python_version()
    print(f"{today}, {os.cpu_count()} processors, Python {python}, {file.name}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with _step("git clone"):
            _clone(folder / "product-importer")
        with contextlib.ExitStack() as stack:
            with _step("make run, to the first page: everything installed, nothing cached"):
                port = stack.enter_context(_running(folder))
                _wait_for_page(port)
            _import(port, file, json.loads(mapping))
            with _step("the page of products"):
                _ask(port, "GET", "/admin/products")
        with contextlib.ExitStack() as stack, _step("make run a second time, to the first page"):
            _wait_for_page(stack.enter_context(_running(folder)))


@contextlib.contextmanager
def _step(words: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    print(f"{time.monotonic() - began:7.1f} s  {words}", flush=True)


def _clone(place: Path) -> None:
    subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(place)], check=True)


@contextlib.contextmanager
def _running(folder: Path) -> Iterator[int]:
    """Say `make run` with an empty home, and end it by a signal to its whole family."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    hidden = ("PYTHONPATH", "VIRTUAL_ENV", "DATABASE_URL", "DATA_DIR")
    plain = {name: value for name, value in os.environ.items() if name not in hidden}
    here = {"HOME": str(home), "PIP_NO_CACHE_DIR": "1", "UV_NO_CACHE": "1", "PORT": str(port), "LOG_LEVEL": "error"}
    command = ["make", "run"] if shutil.which("make") else ["./dev", "run"]
    place = folder / "product-importer"
    process = subprocess.Popen(command, cwd=place, env={**plain, **here}, stdout=2, start_new_session=True)
    try:
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=60)


def _wait_for_page(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            if b"drop" in _ask(port, "GET", "/admin/dashboard"):
                return
        time.sleep(LOOK)
    raise SystemExit("no page came")


def _import(port: int, file: Path, mapping: dict[str, str]) -> None:
    options = urlencode({"name": file.name, **({"mapping": json.dumps(mapping)} if mapping else {})})
    with _step(f"{file.stat().st_size / 1e6:,.0f} MB imported, from the first byte to the last product"):
        with file.open("rb") as body:
            seen = json.loads(_ask(port, "POST", f"/upload?{options}", body))
        while seen["state"] in WORKING:
            time.sleep(LOOK)
            seen = json.loads(_ask(port, "GET", f"/upload/status/{seen['task_id']}"))
    print(f"           {seen['state']}: {seen['counts']}")
    if seen["state"] != "completed":
        raise SystemExit(f"the import is {seen['state']}: {seen['error']}")


def _ask(port: int, method: str, path: str, body: IO[bytes] | None = None) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with contextlib.closing(connection):
        headers: dict[str, Any] = {"Content-Type": "text/csv"} if body else {}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        said = answer.read()
        if answer.status >= 400:
            raise SystemExit(f"{method} {path}: {answer.status} {said[:500].decode()}")
        return said


if __name__ == "__main__":
    main()
