"""Locks on PostgreSQL: whoever tries an import again waits for the slice at work, and neither stops the other."""

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from product_importer.imports import actions, preparation, slices
from product_importer.imports.models import ImportJob
from product_importer.imports.states import State
from product_importer.kit import database, runtime
from product_importer.kit.settings import Settings
from tests import makers
from tests.gate import Gate
from tests.imports.makers import take
from tests.patience import until

pytestmark = pytest.mark.server


@pytest.fixture
def planned(tmp_path: Path, postgres_url: str) -> Iterator[uuid.UUID]:
    """An import of thirty new products that stands before its first slice."""
    runtime.start(Settings(data_dir=tmp_path, database_url=postgres_url))
    import_id = makers.make_import(makers.csv_file(*(f"N-{number:02},Mug,,1.00" for number in range(30))))
    assert preparation.prepare(import_id)
    yield import_id
    database.engine().dispose()


def test_a_slice_at_work_and_a_retry_do_not_wait_for_each_other(planned: uuid.UUID, gate: Gate) -> None:
    taken = take(planned)
    written = threading.Thread(target=slices.write, args=(taken, makers.job_of(planned)))
    gate.shut("import.slice.merged")
    written.start()
    gate.wait()
    with database.transaction() as session:
        session.get_one(ImportJob, planned).state = State.FAILED  # as another slice's worker may have left it
    tried = threading.Thread(target=retry, args=(planned,))
    tried.start()
    until(makers.somebody_waits)
    gate.open()
    for thread in (written, tried):
        thread.join()
    assert [one.done_at is not None for one in makers.slices_of(planned)] == [True]
    seen = makers.run_import_to_end(planned)
    assert (seen.state, seen.counts.created) == (State.COMPLETED, 30)


def retry(import_id: uuid.UUID) -> None:
    with database.transaction() as session:
        actions.retry(session, import_id)
