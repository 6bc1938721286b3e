"""The product on its own job path: upload to storage, start, a worker process that carries it out, journal on."""

import contextlib
import itertools
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import checks, measure
from benchmarks.measure import Usage
from product_importer import migrations
from product_importer.imports import queries
from product_importer.imports.options import Options
from product_importer.imports.snapshot import Counts
from product_importer.imports.states import WORKING, State
from product_importer.kit import clock, database, runtime
from product_importer.kit.settings import Settings
from product_importer.uploads import actions as uploads
from product_importer.web.actions import intake

PYTHON = sys.executable
LOOK = 0.1  # seconds between two looks at the import; its own clock gives the end
SETTLED = 1.0  # seconds in which an idle process's memory no longer moves
_LIMIT = 3_600.0  # seconds after which an import is taken for lost


@dataclass(frozen=True, slots=True)
class Home:
    """Where one installation lives; with `redis` it runs as a server does, on Celery with two processes."""

    url: str
    folder: Path
    redis: str = ""

    def enter(self) -> None:
        """Point this process at the installation, its database at its newest state."""
        named = {"database_url": self.url, "redis_url": self.redis, "celery_broker_url": self.redis}
        runtime.start(Settings.model_validate({**named, "data_dir": self.folder, "log_level": "error"}))
        migrations.upgrade(database.engine())

    def environment(self) -> dict[str, str]:
        """Return what a process of the installation finds in its environment."""
        named = {"DATABASE_URL": self.url, "REDIS_URL": self.redis, "CELERY_BROKER_URL": self.redis}
        named |= {"DATA_DIR": str(self.folder), "LOG_LEVEL": "error"}
        return {**os.environ, **named, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


@contextlib.contextmanager
def running(word: str, home: Home, **more: str) -> Iterator[int]:
    """Run `product-importer WORD` until the block ends; gives its process id once its memory has settled."""
    command = [PYTHON, "-m", "product_importer", word]
    process = subprocess.Popen(command, env={**home.environment(), **more}, cwd=home.folder, stdout=subprocess.DEVNULL)
    try:
        _settle(process)
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def run(home: Home, file: Path, *, expected: dict[str, int]) -> Usage:
    """Import `file` with a fresh worker; raises Unequal when its account differs from `expected`."""
    home.enter()
    with running("worker", home) as worker:
        idle = measure.memory_of(worker)
        measure.forget_peak(worker)
        own, others = time.process_time(), measure.cpu_of(worker)
        began, at = time.perf_counter(), clock.now()
        import_id = send(file)
        sent = time.perf_counter() - began
        phases = {"send": sent, **finish(import_id, expected=expected)}
        client = time.process_time() - own + measure.cpu_of(worker) - others
        peak = measure.peak_of(worker) - idle
    with database.reading() as session:
        job = queries.job_of(session, import_id)
    seconds = (job.finished_at - at).total_seconds() if job.finished_at else 0.0
    return Usage(seconds, client, peak, phases)


def send(file: Path) -> uuid.UUID:
    """Put the file into storage part by part, as a request would, and start its import."""
    upload_id = uploads.open_upload(name=file.name, actor="user:local")
    with file.open("rb") as source:
        uploads.append_all(upload_id, source)
    return intake.start(upload_id, actor="user:local", options=Options()).import_id


def finish(import_id: uuid.UUID, *, expected: dict[str, int]) -> dict[str, float]:
    """Wait for the end and return the seconds of its phases; raises Unequal when the account is another."""
    until = time.monotonic() + _LIMIT
    while is_working(import_id) and time.monotonic() < until:
        time.sleep(LOOK)
    time.sleep(2 * LOOK)  # the scratch area is removed after the end
    with database.reading() as session:
        job, seen = queries.job_of(session, import_id), queries.snapshot(session, import_id)
    _require(seen.state, seen.counts, expected)
    moments = {"wait": job.created_at, "read+plan": job.started_at, "apply": job.applying_at, "end": job.finished_at}
    known = [(name, moment) for name, moment in moments.items() if moment is not None]
    return {name: (after - at).total_seconds() for (name, at), (_, after) in itertools.pairwise(known)}


def is_working(import_id: uuid.UUID) -> bool:
    """Return whether the import is still on its way."""
    with database.reading() as session:
        return queries.job_of(session, import_id).state in WORKING


def _require(state: State, counts: Counts, expected: dict[str, int]) -> None:
    found = {name: getattr(counts, name) for name in expected}
    if state is not State.COMPLETED or found != expected:
        raise checks.Unequal(f"the import is {state} with {found}, expected {expected}")


def _settle(process: subprocess.Popen[bytes]) -> None:
    """Wait until the process's memory, and that of its children, has stood still for a second."""
    last, since = 0.0, time.monotonic()
    while time.monotonic() - since < SETTLED:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended at once")
        now = measure.memory_of(process.pid)
        if abs(now - last) > 0.1:
            last, since = now, time.monotonic()
        time.sleep(0.1)
