"""Standing: how states look and what the steps of an import are called."""

import pytest

from product_importer.imports.snapshot import Progress
from product_importer.imports.states import State
from product_importer.web.views import import_view, pager
from tests.web.samples import APPLYING, COMPLETED, FAILED, READING, make_snapshot


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_look(state: State) -> None:
    assert import_view.look(state).icon


def test_the_current_step_says_the_status_itself() -> None:
    steps = import_view.steps(READING)
    assert [(step.words, step.stand) for step in steps] == [
        ("Received", "done"),
        ("Parsing CSV…", "now"),
        ("Validate", "ahead"),
        ("Import", "ahead"),
        ("Completed", "ahead"),
    ]


def test_all_steps_of_a_completed_import_are_done() -> None:
    assert {step.stand for step in import_view.steps(COMPLETED)} == {"done"}


def test_an_import_that_stopped_claims_no_later_step() -> None:
    assert [step.words for step in import_view.steps(FAILED)] == ["Received", FAILED.status]


def test_a_list_shows_the_percentage_of_what_is_running_and_the_words_of_the_rest() -> None:
    assert import_view.brief(APPLYING) == "Importing, 72%"
    assert import_view.brief(FAILED) == "Failed: no column of this file holds the SKU"
    fresh = make_snapshot(state=State.QUEUED, progress=Progress(0, 0, None, None, None))
    assert import_view.brief(fresh) == "Waiting"


def test_progress_is_read_aloud_with_what_is_known() -> None:
    assert import_view.aloud(APPLYING) == "216,000 of 500,000 rows, about 5 s left"
    assert import_view.aloud(READING) == "62,000 rows read so far"


def test_a_finished_import_tells_how_long_it_took() -> None:
    assert import_view.took(COMPLETED) == "9.4 s"


@pytest.mark.parametrize(
    ("page", "pages", "shown"),
    [
        (1, 1, [1]),
        (1, 3, [1, 2, 3]),
        (3, 12, [1, 2, 3, 4, None, 12]),
        (6, 12, [1, None, 5, 6, 7, None, 12]),
        (10, 12, [1, None, 9, 10, 11, 12]),
        (4, 12, [1, 2, 3, 4, 5, None, 12]),
    ],
)
def test_a_pager_leaves_out_what_is_far_and_never_a_single_page(page: int, pages: int, shown: list[int | None]) -> None:
    assert pager.window(page, pages) == shown
