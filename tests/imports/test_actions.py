"""What people ask of an import: start, answer, cancel, retry, and what each is refused with."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from product_importer.imports import actions, answers, ending, inspection, preparation, queries
from product_importer.imports.checking.mapping import ColumnMissing
from product_importer.imports.options import Options
from product_importer.imports.snapshot import Counts
from product_importer.imports.states import Question, State
from product_importer.kit import database
from product_importer.kit.tasks.failure import DiskFull
from product_importer.uploads.models import Upload
from tests.makers import (
    csv_file,
    import_file,
    job_of,
    make_import,
    run_import_to_end,
    seen_import,
    stored_products,
)

pytestmark = pytest.mark.usefixtures("started")

GOOD = csv_file("A-1,Mug,,1.00", "B-2,Lamp,,2.00")
STRANGE = csv_file("A-1,Mug,1.00", header="article,title of it,cost")


def cancel(import_id: uuid.UUID) -> None:
    with database.transaction() as session:
        actions.cancel(session, import_id)


def retry(import_id: uuid.UUID) -> None:
    with database.transaction() as session:
        actions.retry(session, import_id)


def answer(import_id: uuid.UUID, mapping: dict[str, str]) -> None:
    options = Options.model_validate({"mapping": mapping, "interactive": True})
    found = inspection.inspect(job_of(import_id).upload_id, options)
    with database.transaction() as session:
        answers.set_mapping(session, import_id, options=options, found=found)


def fail(import_id: uuid.UUID) -> None:
    with database.transaction() as session:
        ending.end(queries.job_of(session, import_id, lock=True), DiskFull("No room."))


def test_imports_are_numbered_without_gaps_even_when_many_start_at_once() -> None:
    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(lambda _: make_import(GOOD), range(8)))
    assert sorted(job_of(import_id).number for import_id in ids) == list(range(1, 9))


def test_a_start_that_is_rolled_back_leaves_no_gap() -> None:
    make_import(GOOD)
    upload_id = job_of(make_import(GOOD)).upload_id
    found = inspection.inspect(upload_id, Options())
    with pytest.raises(KeyError), database.transaction() as session:
        upload = Upload(id=upload_id, name="x.csv", received=1)
        actions.start(session, upload=upload, actor="user:test", options=Options(), found=found)
        raise KeyError
    assert job_of(make_import(GOOD)).number == 3


def test_unclear_columns_are_refused_where_nobody_can_be_asked() -> None:
    with pytest.raises(ColumnMissing):
        make_import(STRANGE)


def test_a_person_is_asked_for_unclear_columns_and_the_answer_lets_the_import_go_on() -> None:
    import_id = make_import(STRANGE, interactive=True)
    seen = run_import_to_end(import_id)
    assert (seen.state, seen.question, seen.status) == (State.WAITING, Question.MAPPING, "Which column is which?")
    answer(import_id, {"sku": "article", "name": "title of it", "price": "cost"})
    assert run_import_to_end(import_id).counts == Counts(rows=1, created=1)
    assert stored_products()["a-1"].name == "Mug"


def test_an_answer_that_nobody_asked_for_is_refused() -> None:
    import_id = make_import(GOOD)
    with pytest.raises(answers.NothingAsked):
        answer(import_id, {"sku": "sku", "name": "name"})


def test_a_waiting_import_is_cancelled_at_once() -> None:
    import_id = make_import(STRANGE, interactive=True)
    cancel(import_id)
    assert (seen_import(import_id).state, seen_import(import_id).question) == (State.CANCELLED, None)
    assert seen_import(import_id).finished_at is not None


def test_a_queued_import_is_cancelled_before_anything_is_read() -> None:
    import_id = make_import(GOOD)
    cancel(import_id)
    seen = run_import_to_end(import_id)
    assert (seen.state, seen.status, seen.counts) == (State.CANCELLED, "Cancelled", Counts())
    assert stored_products() == {}


@pytest.mark.parametrize("ask", [cancel, retry])
def test_what_has_ended_well_cannot_be_cancelled_or_tried_again(ask: object) -> None:
    import_id = import_file(GOOD).task_id
    with pytest.raises((actions.ImportOver, actions.NotFailed), match="completed"):
        ask(import_id)  # type: ignore[operator]


def test_an_import_at_work_cannot_be_tried_again() -> None:
    import_id = make_import(GOOD)
    with pytest.raises(actions.NotFailed):
        retry(import_id)


def test_a_failed_import_is_tried_again_from_its_file() -> None:
    import_id = make_import(GOOD)
    fail(import_id)
    assert seen_import(import_id).status == "Failed: No room."
    retry(import_id)
    seen = run_import_to_end(import_id)
    assert (seen.state, seen.error, seen.counts) == (State.COMPLETED, None, Counts(rows=2, created=2))


def test_who_tries_again_no_longer_wants_it_cancelled() -> None:
    import_id = make_import(GOOD)
    cancel(import_id)
    fail(import_id)
    retry(import_id)
    assert run_import_to_end(import_id).state is State.COMPLETED


def test_every_request_is_seen_as_a_newer_version() -> None:
    import_id = make_import(GOOD)
    versions = [seen_import(import_id).version]
    assert preparation.prepare(import_id)
    versions.append(seen_import(import_id).version)
    cancel(import_id)
    versions.append(seen_import(import_id).version)
    versions.append(run_import_to_end(import_id).version)
    assert versions == sorted(set(versions))
