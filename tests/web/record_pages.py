"""Pages of bulk jobs, of one product and of the journal, with made-up values."""

import dataclasses
import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

from product_importer.catalog.bulk import Matching
from product_importer.catalog.bulk_models import BulkKind, BulkState
from product_importer.catalog.bulk_queries import BulkFailure, BulkProgress, BulkSeen
from product_importer.catalog.models import Product
from product_importer.media.queries import Gallery
from product_importer.web.forms import product_form
from product_importer.web.forms.product_form import Form
from product_importer.web.requests.journal_query import JournalPage
from product_importer.web.requests.product_filters import ProductQuery
from product_importer.web.views import bulk_view
from product_importer.web.views.journal_entries import ImportNamed, Told, ToldPage
from tests.web import samples, samples_of_images
from tests.web.samples import NOW

ID = uuid.UUID(int=0x0193A4C2_7D1E_7A40_8000_000000000001)
SPRING = ImportNamed(id=uuid.UUID(int=41), number=41, file="spring-2027.csv")
NAMES = {
    BulkState.QUEUED: "Waiting",
    BulkState.RUNNING: "Deleting…",
    BulkState.COMPLETED: "Completed",
    BulkState.FAILED: "Failed: It stopped after 216,000 products. What it had done stays done.",
    BulkState.CANCELLED: "Cancelled",
}


def make_job(state: BulkState, done: int = 216_000, kind: BulkKind = BulkKind.DELETE, **filters: Any) -> BulkSeen:
    """Make a bulk job over half a million products."""
    return BulkSeen(
        id=ID,
        kind=kind,
        state=state,
        status=NAMES[state],
        version=7,
        filters=filters,
        progress=BulkProgress(round(100 * done / 512_304, 1), done, 512_304),
        cancelling=False,
        actor="user:local",
        error=None,
        created_at=NOW - dt.timedelta(seconds=30),
        started_at=NOW - dt.timedelta(seconds=29),
        finished_at=None if state in (BulkState.QUEUED, BulkState.RUNNING) else NOW - dt.timedelta(seconds=19),
        links={},
    )


def make_told(type_: str, hours: int, **facts: Any) -> Told:
    """Make an entry of the journal some hours ago."""
    plain = {"actor": "user:local", "subject_id": ID, "sku": "MUG-1103", "version": 7, "line": None, "changes": None}
    return Told(at=NOW - dt.timedelta(hours=hours), type=type_, **{"by_import": None, **plain, **facts})


RUNNING = make_job(BulkState.RUNNING)
FAILED = dataclasses.replace(
    make_job(BulkState.FAILED),
    error=BulkFailure("JOB_CRASHED", "It stopped after 216,000 products.", "Start it again: what is done stays done."),
)
PRODUCT = Product(
    id=ID,
    sku="MUG-1103",
    sku_key="mug-1103",
    name="Stoneware mug 350 ml, oat",
    description="Hand-thrown stoneware with a clear inner glaze.\nHolds 350 ml. Safe in dishwasher and microwave.",
    price=Decimal("14.50"),
    active=True,
    version=7,
    created_at=NOW - dt.timedelta(days=80),
    updated_at=NOW - dt.timedelta(hours=2),
)
LAST = Product(sku="ZIP-9911", name="Zip pouch A5")
BARE = Product(
    id=ID,
    sku="A-RATHER-LONG-SKU-" * 8,
    sku_key="a",
    name="An inactive product with a name that is so long that it runs over the line " * 2,
    active=False,
    version=1,
    created_at=NOW,
    updated_at=NOW,
)
PRICED = make_told(
    "product.updated", 2, actor="import:41", by_import=SPRING, line=3_517, changes={"price": ["12.90", "14.50"]}
)
EVENTS = [
    PRICED,
    make_told(
        "product.updated",
        30,
        actor="user:pricing@shop",
        changes={"name": ["Stoneware mug oat", "Stoneware mug 350 ml, oat"], "description": ["Unglazed " * 12, None]},
    ),
    make_told("product.updated", 60, by_import=SPRING, changes={"active": [False, True]}),
    make_told("product.created", 2_000, actor="import:12", by_import=SPRING, line=88_020),
]
ALL = [
    *EVENTS,
    make_told("upload.completed", 2, actor="import:41", by_import=SPRING, sku=None, changes={"counts": {}}),
    make_told("product.deleted", 70, sku="A-RATHER-LONG-SKU-" * 6),
]

DASHBOARD_IMAGES: dict[str, object] = {
    "image_sku": PRODUCT.sku,
    "image_product": PRODUCT,
    "gallery": samples_of_images.SOUND,
}


def _confirming(count: int, step: int, typed: str | None = None, **asked: Any) -> tuple[str, dict[str, object]]:
    query = ProductQuery(**asked)
    found = Matching(count, PRODUCT if count else None, LAST if count else None)
    narrowed = bulk_view.narrowed(asked)
    context = {"found": found, "asked": query, "narrowed": narrowed, "step": step, "typed": typed}
    return ("delete_all.html", {"nav": "products", **context})


def _product(
    product: Product | None,
    *events: Told,
    cursor: str | None = None,
    shown: Gallery = samples_of_images.NONE,
    form: Form | None = None,
) -> tuple[str, dict[str, object]]:
    history = ToldPage(items=list(events), next_cursor="1.x" if events else None)
    form = form or (product_form.of(product) if product else None)
    context = {"product": product, "history": history, "cursor": cursor, "gallery": shown, "form": form}
    return (
        "product.html",
        {"nav": "products", "said": "saved" if shown is samples_of_images.NONE else None, **context},
    )


def _journal(*events: Told, **asked: Any) -> tuple[str, dict[str, object]]:
    context = {"page": ToldPage(items=list(events), next_cursor="1.x" if events else None), "narrow": bool(asked)}
    more = {"query": "type=x" if asked else "", "of_import": (41, "spring-2027.csv") if asked else None}
    known = {"actors": ["user:local"], "types": ["product.updated", "upload.completed"]}
    return ("journal.html", {"nav": "journal", "asked": JournalPage(**asked), **context, **more, **known})


PAGES: dict[str, tuple[str, dict[str, object]]] = {
    "delete-all": _confirming(512_304, 1, q="lamp", active=False),
    "delete-all-typed": _confirming(512_304, 2, "512"),
    "job": ("job.html", {"nav": "products", "job": RUNNING}),
    "job-over": ("job.html", {"nav": "products", "job": make_job(BulkState.COMPLETED, 512_304, q="lamp")}),
    "job-failed": ("job.html", {"nav": "products", "job": FAILED}),
    "product": _product(PRODUCT, *EVENTS, shown=samples_of_images.GALLERY),
    "product-bare": _product(BARE),
    "product-conflict": _product(PRODUCT, *EVENTS, form=samples.CONFLICT),
    "product-deleted": _product(None, make_told("product.deleted", 1), *EVENTS, cursor="1.x"),
    "images": ("images.html", {"nav": "products"}),
    "journal": _journal(*ALL),
    "journal-found": _journal(PRICED, type="product.updated", sku="MUG-1103"),
    "journal-none": _journal(),
}
