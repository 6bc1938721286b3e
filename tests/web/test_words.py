"""Words: counts, sizes, times and lines as people read them."""

import datetime as dt

import pytest

from product_importer import worker
from product_importer.web.views import words

NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("part", "total", "written"),
    [(0, 10, "none"), (0, 0, "none"), (1, 500_000, "below 0.01%"), (3_118, 500_000, "0.62%"), (5, 5, "100.00%")],
)
def test_a_share_never_hides_a_row(part: int, total: int, written: str) -> None:
    assert words.share(part, total) == written


@pytest.mark.parametrize(
    ("count", "written"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1_000, "1.0 KB"),
        (999_960, "1.0 MB"),
        (71_300_211, "71.3 MB"),
        (2 * 1024**3, "2.1 GB"),
        (5_000_000_000_000, "5,000.0 GB"),
    ],
)
def test_a_size_has_one_decimal_and_the_fitting_unit(count: int, written: str) -> None:
    assert words.size(count) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0.04, "0.0 s"), (9.4, "9.4 s"), (9.97, "10 s"), (59.6, "1 min"), (125, "2 min 5 s"), (3_780, "1 h 3 min")],
)
def test_a_duration_is_as_exact_as_it_is_short(seconds: float, written: str) -> None:
    assert words.duration(seconds) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(None, "not yet known"), (0, "about 1 s"), (4.6, "about 5 s"), (59.7, "about 1 min"), (4_000, "about 1 h 7 min")],
)
def test_an_estimate_is_rounded(seconds: float | None, written: str) -> None:
    assert words.about(seconds) == written


@pytest.mark.parametrize(
    ("past", "written"),
    [
        (dt.timedelta(seconds=1), "now"),
        (dt.timedelta(seconds=4), "4 s ago"),
        (dt.timedelta(minutes=18), "18 min ago"),
        (dt.timedelta(hours=2), "2 h ago"),
        (dt.timedelta(hours=30), "yesterday"),
        (dt.timedelta(days=3), "19 Nov"),
        (dt.timedelta(days=365), "22 Nov 2025"),
        (-dt.timedelta(seconds=5), "now"),
    ],
)
def test_a_moment_is_told_from_now_until_its_date_says_more(past: dt.timedelta, written: str) -> None:
    assert words.ago(NOON - past, NOON) == written


def test_a_moment_in_full_names_its_zone() -> None:
    cet = dt.timezone(dt.timedelta(hours=1))
    assert words.when(dt.datetime(2026, 11, 22, 8, 56, tzinfo=cet)) == "22 Nov 2026, 07:56 UTC"


@pytest.mark.parametrize(
    ("actor", "written"),
    [("user:local", "you"), ("user:ana@shop", "ana@shop"), ("token:nightly", "token nightly"), ("system", "system")],
)
def test_an_actor_is_named_without_its_kind_when_it_is_a_person(actor: str, written: str) -> None:
    assert words.who(actor) == written


@pytest.mark.parametrize(
    ("numbers", "count", "written"),
    [
        ([7], 1, "Line 7"),
        ([7, 8], 2, "Lines 7, 8"),
        ([7, 19, 30, 31, 32, 1_042], 1_205, "Lines 7, 19, 30 to 32, 1,042 and 1,199 more"),
        ([1, 3, 5, 7, 9, 11], 6, "Lines 1, 3, 5, 7, 9 and 1 more"),
    ],
)
def test_lines_are_named_until_they_are_many(numbers: list[int], count: int, written: str) -> None:
    assert words.lines(numbers, count) == written


@pytest.mark.parametrize(
    ("count", "written"), [(2 * 2**30, "2 GiB"), (300 * 2**20, "300 MiB"), (1_572_864, "1.5 MiB"), (900, "900 bytes")]
)
def test_limits_are_written_as_they_are_set(count: int, written: str) -> None:
    assert words.capacity(count) == written


def test_every_task_has_words_for_people() -> None:
    assert {task.name.rpartition(".")[2] for task in worker.gather()} == set(words.WORK)
    assert words.work("imports.run.run_import") == "Imports"
