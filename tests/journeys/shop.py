"""The whole product, running as its users run it: `serve` with its children, over a database of its own."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.gate import Gate
from tests.patience import PATIENCE, until
from tests.servers import children
from tests.source import SRC


@dataclass(slots=True)
class Shop:
    """One running product; `environment` holds the settings that tell it from others."""

    folder: Path
    environment: Mapping[str, str]
    port: int = field(default_factory=children.free_port)
    process: subprocess.Popen[bytes] | None = None
    gate: Gate = field(init=False)  # where its processes can be stopped, unless the environment has other FAILPOINTS

    def __post_init__(self) -> None:
        self.gate = Gate(self.folder / "gate")

    @property
    def base(self) -> str:
        """Where its pages begin."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def database_url(self) -> str:
        """The database behind it."""
        return self.environment.get("DATABASE_URL") or f"sqlite:///{self.folder / 'product-importer.db'}"

    def run(self, *words: str) -> str:
        """Run a word of the terminal beside the server, and return what it printed."""
        argv = [sys.executable, "-m", "product_importer", *words]
        done = subprocess.run(argv, env=self._env(), capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        """Start `serve` and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            argv = [sys.executable, "-m", "product_importer", "serve"]
            self.process = subprocess.Popen(argv, env=self._env(), stdout=log, stderr=log)
        until(self._answers)

    def stop(self) -> int:
        """Ask it to end, and return its exit status."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def kill_web(self) -> None:
        """Kill -9 the web server under the supervisor's eyes."""
        assert self.process
        for pid in map(int, Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()):
            if Path(f"/proc/{pid}/cmdline").read_bytes().endswith(b"\0web\0"):
                os.kill(pid, signal.SIGKILL)
                return
        raise AssertionError("there is no web server")

    def ask(self, path: str) -> Any:
        """Ask the API."""
        with urllib.request.urlopen(self.base + path, timeout=PATIENCE) as answer:
            return json.load(answer)

    def post(self, path: str, **values: object) -> Any:
        """Post JSON to the API."""
        asked = urllib.request.Request(
            self.base + path, json.dumps(values).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            return json.load(answer)

    def newest(self) -> dict[str, Any]:
        """Return the newest import as the API tells it."""
        newest: dict[str, Any] = self.ask("/imports?per_page=1")["items"][0]
        return newest

    def ended(self) -> dict[str, Any]:
        """Wait until the newest import is at rest, and return it."""
        until(lambda: self.newest()["finished_at"] is not None)
        return self.newest()

    def _answers(self) -> bool:
        assert self.process
        assert self.process.poll() is None, (self.folder / "log").read_text()[-3000:]
        with contextlib.suppress(OSError, urllib.error.URLError):
            return bool(self.ask("/readyz")["ready"])
        return False

    def _env(self) -> dict[str, str]:
        own = {"PYTHONPATH": str(SRC), "DATA_DIR": str(self.folder), "PORT": str(self.port)}
        return {**os.environ, **own, "FAILPOINTS": self.gate.setting, **self.environment}


@contextlib.contextmanager
def running(folder: Path, environment: Mapping[str, str]) -> Iterator[Shop]:
    """Run a shop; nothing of it is left afterwards."""
    shop = Shop(folder, environment)
    try:
        shop.start()
        yield shop
        shop.gate.open()
        assert shop.stop() == 0, (folder / "log").read_text()[-3000:]
    finally:
        if shop.process and shop.process.poll() is None:
            shop.process.kill()
            shop.process.wait()
