"""Bars: the widths of the segmented bar and the account beside it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from product_importer.imports.snapshot import Counts, Progress
from product_importer.imports.states import Outcome, State
from product_importer.web.views import bars, outcomes_view
from tests.web.samples import HALF, SETTLED, make_snapshot

some_rows = st.one_of(st.just(0), st.integers(0, 20), st.integers(0, 5_000_000))
six_outcomes = st.lists(some_rows, min_size=6, max_size=6)


def counted(sizes: list[int]) -> Counts:
    return Counts(sum(sizes), *sizes)


@given(six_outcomes)
def test_what_exists_is_seen_and_the_parts_fill_the_bar(sizes: list[int]) -> None:
    parts = bars.segments(counted(sizes))
    assert [part.name for part in parts] == [outcome for outcome, size in zip(Outcome, sizes, strict=True) if size]
    assert all(part.width >= bars.LEAST for part in parts)
    assert sum(part.width for part in parts) == pytest.approx(100 if parts else 0, abs=0.1)


@given(six_outcomes)
def test_parts_stand_side_by_side(sizes: list[int]) -> None:
    parts = bars.segments(counted(sizes))
    for left, right in itertools.pairwise(parts):
        assert right.x == pytest.approx(left.x + left.width, abs=0.02)


def test_a_part_of_the_rows_takes_its_part_of_the_bar() -> None:
    parts = bars.segments(HALF, 500_000)
    assert sum(part.width for part in parts) == pytest.approx(43.2, abs=0.05)


@given(six_outcomes, st.floats(10, 100))
def test_the_progress_bar_ends_at_the_percentage_shown(sizes: list[int], percent: float) -> None:
    total = sum(sizes) + 1_000
    snapshot = make_snapshot(
        state=State.APPLYING, counts=counted(sizes), progress=Progress(percent, sum(sizes), total, None, None)
    )
    last = bars.progress(snapshot)[-1]
    assert last.x + last.width == pytest.approx(percent, abs=0.1)


def test_while_the_total_is_unknown_the_bar_shows_work_alone() -> None:
    reading = make_snapshot(
        state=State.READING, counts=Counts(3, rejected=3), progress=Progress(12.4, 900, None, None, None)
    )
    assert bars.progress(reading) == [bars.Segment("working", 0.0, 12.4)]


def test_an_account_adds_up_only_when_the_whole_file_is_settled() -> None:
    whole = make_snapshot(counts=SETTLED, progress=Progress(100, 500_000, 500_000, None, None))
    part = make_snapshot(counts=HALF, progress=Progress(71.6, 216_000, 500_000, None, None))
    wrong = make_snapshot(counts=Counts(10, created=9), progress=Progress(100, 10, 10, None, None))
    assert [outcomes_view.adds_up(each) for each in (whole, part, wrong)] == [True, False, False]


def test_an_account_reads_aloud_without_its_zeros() -> None:
    assert outcomes_view.in_words(Counts(2_202, created=2, rejected=2_200)) == "Created 2; Rejected 2,200"
