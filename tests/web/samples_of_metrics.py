"""Made-up days for the metrics page."""

import datetime as dt

from product_importer.imports.figures import Day, Fault, Pace
from product_importer.kit.tasks.figures import Load
from product_importer.webhooks import figures as webhooks
from product_importer.webhooks.figures import Sending

TODAY = dt.datetime.now(dt.UTC).date()


def make_day(back: int) -> Day:
    """Make a day so many days ago; Sundays are quiet."""
    day = Day(TODAY - dt.timedelta(days=back))
    if day.date.weekday() != 6:
        day.imports, day.failed, day.seconds = 2 + back % 4, int(back % 9 == 0), 9.0 + back % 5
        size = 90_000 + 37_000 * (back * 7 % 5)
        day.rows.update(created=size // (1 + back % 3), updated=size, unchanged=size // 2, superseded=size // 9)
        day.rows.update(skipped=size // 20 * (back % 2), rejected=size // 30)
    return day


def make_hooks(back: int) -> webhooks.Day:
    """Make the webhooks of a day so many days ago; they are kept for a fortnight."""
    date = TODAY - dt.timedelta(days=back)
    return webhooks.Day(date, 900 + 70 * back, back % 5, 80 + 13 * (back * 5 % 9)) if back < 14 else webhooks.Day(date)


DAYS = [make_day(back) for back in reversed(range(30))]
METRICS: dict[str, object] = {
    "nav": "metrics",
    "span": 30,
    "days": DAYS,
    "faults": [Fault("PRICE_NEGATIVE", 2_104, 11), Fault("NAME_BLANK", 840, 9), Fault("COLUMN_MISSING", 2, 2)],
    "pace": Pace(61_250.0, 38, 0.31, 0.52),
    "sending": Sending(1_204, 1, 412, 9, 0.18, 15.0),
    "hooks_by_day": [make_hooks(back) for back in reversed(range(30))],
    "loads": [
        Load("catalog.bulk_run.run_bulk", "default", 0, 0.0, 0),
        Load("imports.run.run_import", "imports", 2, 12.4, 1),
        Load("media.processing.develop_image", "images", 128, 95.0, 2),
    ],
}
NONE = (
    METRICS
    | {"days": [Day(day.date) for day in DAYS], "faults": [], "pace": Pace(0.0, 0, 0.0, 0.0)}
    | {"sending": Sending(0, 0, 0, 0, 0.0, 0.0), "hooks_by_day": [webhooks.Day(day.date) for day in DAYS]}
)
