"""The journal's far end: old batches go, oldest first, but for those that somebody still waits for."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import update

from product_importer.imports.undoing import undo_actions
from product_importer.journal import chores
from product_importer.journal.models import Batch
from product_importer.kit import clock, database, settings
from tests import makers

pytestmark = pytest.mark.usefixtures("started")


Keep = Callable[[int], None]


@pytest.fixture
def keep(monkeypatch: pytest.MonkeyPatch) -> Iterator[Keep]:
    """Let the journal be kept for so many days."""

    def set_to(days: int) -> None:
        monkeypatch.setenv("KEEP_JOURNAL_DAYS", str(days))
        settings.current.cache_clear()

    yield set_to
    settings.current.cache_clear()


def age(*, days: float, done: bool = True) -> None:
    """Let all that the journal holds have happened so many days ago, and be seen by whoever follows it."""
    then = clock.now() - clock.seconds(days * chores.DAY)
    seen = {"dispatched_at": then, "searched_at": then} if done else {}
    with database.transaction() as session:
        session.execute(update(Batch).values(at=then, **seen))


def test_what_is_older_than_is_kept_goes_and_the_rest_stays(keep: Keep) -> None:
    makers.import_file(makers.csv_file("A-1,Mug,,1.00", "A-2,Cup,,2.00"))
    age(days=31)
    makers.make_product("B-1")
    makers.edit_product("B-1", name="Lamp")
    keep(30)
    whole = makers.journal_lines()
    assert chores.forget_entries.run() > 0
    assert makers.journal_lines() == [line for line in whole if line[1] == "B-1"]
    assert chores.forget_entries.run() == 0


@pytest.mark.parametrize(("days", "done"), [(0, True), (30, False)])
def test_nothing_goes_for_ever_or_while_somebody_waits_for_it(keep: Keep, days: int, done: bool) -> None:
    makers.import_file(makers.csv_file("A-1,Mug,,1.00"))
    age(days=31, done=done)
    keep(days)
    before = makers.journal_lines()
    assert (chores.forget_entries.run(), makers.journal_lines()) == (0, before)


def test_an_import_whose_journal_goes_within_a_day_is_not_undone_any_more(keep: Keep) -> None:
    imported = makers.import_file(makers.csv_file("A-1,Mug,,1.00"))
    keep(1)
    with pytest.raises(undo_actions.JournalForgotten), database.transaction() as session:
        undo_actions.start(session, imported.task_id, actor="user:anna")
    keep(3)
    assert makers.undo_import(imported.task_id).state == "undone"
