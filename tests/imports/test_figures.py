"""The figures of imports: the same as their own accounts, day by day, on both databases."""

import datetime as dt

from product_importer.imports import figures
from product_importer.imports.states import State
from product_importer.kit import database
from product_importer.kit.settings import Settings
from product_importer.kit.tasks import figures as work
from tests.makers import csv_file, import_file, make_import


def test_the_last_day_is_the_sum_of_the_accounts_of_its_imports(started: Settings) -> None:
    seen = [
        import_file(csv_file("A-1,Mug,,1.00", "A-2,,,2.00", "a-1,Mug,,1.50")),
        import_file(csv_file("A-1,Mug,,1.50", "A-3,Cup,,-3")),
    ]
    with database.reading() as session:
        days = figures.days(session, 7)
        faults = {fault.code: (fault.count, fault.imports) for fault in figures.faults(session, 7)}
        totals, states = figures.outcomes(session), figures.states(session)
        pace = figures.pace(session)
    assert [day.date for day in days] == [days[-1].date - dt.timedelta(days=back) for back in range(6, -1, -1)]
    assert [day.imports for day in days] == [0, 0, 0, 0, 0, 0, 2]
    for name in ("rows", "created", "updated", "unchanged", "superseded", "skipped", "rejected"):
        assert getattr(days[-1].counts, name) == sum(getattr(one.counts, name) for one in seen), name
    assert totals == {name: getattr(days[-1].counts, name) for name in totals}
    assert faults == {"NAME_BLANK": (1, 1), "PRICE_NEGATIVE": (1, 1)}
    assert states[State.COMPLETED] == 2
    assert pace.slices >= 1
    assert pace.longest_seconds >= pace.mean_seconds > 0


def test_what_waits_is_counted_with_its_age(started: Settings) -> None:
    make_import(csv_file("A-1,Mug,,1.00"))
    with database.reading() as session:
        loads = {load.task: load for load in work.loads(session)}
    assert loads["imports.run.run_import"].waiting == 1
    assert 0 <= loads["imports.run.run_import"].oldest_seconds < 3600
    assert loads["media.processing.develop_image"].waiting == 0
