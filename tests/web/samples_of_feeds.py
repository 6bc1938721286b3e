"""Made-up feeds: imported, unchanged, failing, and one that is only pushed to."""

import datetime as dt
import uuid
from typing import Any

from product_importer.feeds.models import FeedOutcome
from product_importer.feeds.schemas import FeedFault, FeedSeen
from product_importer.imports.options import Options
from product_importer.web.forms import feed_form
from product_importer.web.forms.feed_form import Form
from product_importer.web.views.journal_entries import ImportNamed
from tests.web import samples

NOW = samples.NOW
SPRING = samples.COMPLETED.task_id


def make_feed(number: int, name: str, outcome: FeedOutcome | None, **facts: Any) -> FeedSeen:
    """Make one feed, looked at some hours ago."""
    plain: dict[str, Any] = {
        "id": uuid.UUID(int=number),
        "name": name,
        "url": f"https://{name.split()[0].lower()}.example/export/prices.csv",
        "headers": [],
        "every_minutes": 360,
        "enabled": True,
        "options": Options(),
        "version": 3,
        "created_at": NOW,
        "next_at": NOW + dt.timedelta(hours=4),
        "outcome": outcome,
        "looked_at": NOW - dt.timedelta(hours=2),
        "import_id": SPRING,
        "failures": 0,
        "error": None,
    }
    return FeedSeen(**plain | facts)


FAULT = FeedFault(
    code="FEED_UNFETCHED",
    message="The server answered with status 503.",
    action="Open the address in a browser; the feed is tried again at its next time, or at once with “Check now”.",
)
OAK = make_feed(
    1,
    "Oakmill stoneware",
    FeedOutcome.IMPORTED,
    headers=["Authorization"],
    options=Options(mapping={"sku": "Art. no."}),
)
LOST = make_feed(5, "Thornbury glass", FeedOutcome.UNCHANGED).model_copy(update={"headers": None})
FEEDS = [
    OAK,
    make_feed(2, "Larkspur lamps", FeedOutcome.UNCHANGED, every_minutes=1440),
    make_feed(3, "Brightwater textiles", FeedOutcome.FAILED, failures=3, error=FAULT),
    LOST,
    make_feed(4, "Till in the shop", None, url="", import_id=None, next_at=None, looked_at=None),
]
NAMES = {SPRING: ImportNamed(id=SPRING, number=41, file="prices.csv")}
PAGES: dict[str, tuple[str, dict[str, object]]] = {
    "feeds": ("feeds.html", {"nav": "feeds", "feeds": FEEDS, "imports": NAMES}),
    "feeds-none": ("feeds.html", {"nav": "feeds", "feeds": [], "imports": {}}),
    "feed": ("feed.html", {"nav": "feeds", "feed": OAK, "form": feed_form.of(OAK)}),
    "feed-lost": ("feed.html", {"nav": "feeds", "feed": LOST, "form": feed_form.of(LOST)}),
    "feed-wrong": (
        "feed.html",
        {"nav": "feeds", "feed": None}
        | {"form": Form(feed_form.BLANK | {"url": "ftp://x"}, {"name": "Say a name.", "url": "It begins with ftp."})},
    ),
}
