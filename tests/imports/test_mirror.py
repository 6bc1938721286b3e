"""The seed's keys in Redis: what an import is, from its first moment, whoever changed it last."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from product_importer.imports import actions, answers, mirror
from product_importer.kit import database, live, runtime
from product_importer.kit.settings import Settings
from tests.makers import csv_file, import_file, make_import, run_import_to_end

Mirrored = Callable[[uuid.UUID], list[Any]]
FILE = csv_file("A-1,Mug,,1.00", ",No SKU,,1.00")


@pytest.fixture
def mirrored(tmp_path: Path, sqlite_url: str, redis_url: str) -> Iterator[Mirrored]:
    """This process with a Redis, and what that says of an import: percent, status, error."""
    runtime.start(Settings(data_dir=tmp_path, database_url=sqlite_url, redis_url=redis_url))
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        yield lambda task: [client.get(f"upload:{task}:{name}") for name in ("progress", "status", "error")]
    database.engine().dispose()
    live.configure(Settings(data_dir=tmp_path))


def test_an_import_is_mirrored_from_its_first_moment_to_its_end(mirrored: Mirrored) -> None:
    import_id = make_import(FILE)
    assert mirrored(import_id) == ["0.0", "Waiting", ""]
    run_import_to_end(import_id)
    assert mirrored(import_id) == ["100.0", "Completed", ""]
    failed = import_file(csv_file("A-1,,,1.00")).task_id
    assert mirrored(failed)[2].startswith("NO_VALID_ROWS: The only row was rejected")


def test_what_a_worker_wrote_is_not_taken_back_by_who_began_the_import(mirrored: Mirrored) -> None:
    import_id = make_import(FILE)
    run_import_to_end(import_id)
    with database.transaction() as session:
        mirror.begin(session, import_id)
    assert mirrored(import_id)[1] == "Completed"


@pytest.mark.parametrize("ended", [answers.discard, actions.cancel])
def test_what_people_end_while_no_worker_is_at_it_is_mirrored(mirrored: Mirrored, ended: Callable[..., None]) -> None:
    import_id = import_file(FILE, review=True, max_rejects=0.1).task_id
    assert mirrored(import_id)[1] == "Continue despite the rejected rows?"
    with database.transaction() as session:
        answers.accept_rejects(session, import_id)
    assert mirrored(import_id)[1] == "Waiting for your review"
    with database.transaction() as session:
        ended(session, import_id)
    assert mirrored(import_id)[1] == "Cancelled"
