"""The commands that keep running: `serve`, `web` and `worker`."""

import os
import subprocess
import sys
import threading
import time

from rich.markup import escape

from product_importer.cli import health, listening, terminal
from product_importer.kit import loading, logs, supervisor
from product_importer.kit.settings import Settings

PROBE = 0.2  # seconds between two questions whether the web server answers yet


def serve(*, host: str | None, port: int | None) -> None:
    """Bring the database up to date, then run web server and worker until asked to end."""
    settings = listening.chosen(host=host, port=port)
    logs.configure(settings)
    listening.try_port(settings)
    # In a process of its own: what migrations load would stay in the supervisor's memory.
    if status := subprocess.run(_argv("migrate", "--quiet"), check=False).returncode:
        raise SystemExit(status)
    threading.Thread(target=_announce, args=(settings,), daemon=True).start()
    children = [supervisor.Child(word, _argv(word), os.environ) for word in ("web", "worker")]
    raise SystemExit(supervisor.supervise(children))


def web(*, host: str | None, port: int | None) -> None:
    """Run the web server in this process."""
    settings = listening.chosen(host=host, port=port)
    listening.try_port(settings)
    with loading.staying():
        from product_importer.cli import accounts
        from product_importer.web import server

    accounts.greet(settings)
    server.run(settings)


def work() -> None:
    """Run a worker in this process."""
    with loading.staying():
        from product_importer import worker

    raise SystemExit(worker.work(listening.chosen(host=None, port=None)))


def _argv(*words: str) -> list[str]:
    return [sys.executable, "-m", "product_importer", *words]


def _announce(settings: Settings) -> None:
    """Say where the server is, once it answers."""
    while not health.answers(settings, "/livez"):
        time.sleep(PROBE)
    terminal.results.print(f"Product Importer is ready at [bold]{escape(listening.url(settings))}[/]")
