"""Every page of the product by a short name: its template and made-up values."""

import dataclasses
import datetime as dt

from product_importer.imports.changes import KINDS_LISTED
from product_importer.imports.history import Page, Wanted
from product_importer.imports.models import ImportJob
from product_importer.imports.originals import Keeping
from product_importer.imports.states import State
from product_importer.web.forms.product_form import BLANK, Form
from product_importer.web.requests.product_filters import PageQuery
from tests.web import (
    account_pages,
    record_pages,
    samples,
    samples_of_feeds,
    samples_of_images,
    samples_of_metrics,
    samples_of_webhooks,
)

SHELL: dict[str, object] = {
    "most": 2 * 2**30,
    "actor": "user:local",
    "counts_in_rail": {"running": 1, "feeds_failing": 1, "products": 512_304},
}
IMPORT: dict[str, object] = {
    "nav": "imports",
    "groups": samples.GROUPS,
    "rejects": samples.REJECTS,
    "rejects_total": 3_425,
    "mends": None,
    "menders": [],
    "files": Keeping(None, None),
}
SPOTLESS: dict[str, object] = {
    **IMPORT,
    "groups": [],
    "rejects": [],
    "rejects_total": 0,
}
UNDO: dict[str, object] = {"nav": "imports", "kept": [], "preview": None}
ACTORS = ["token:nightly-sync", "user:local"]
CHANGES: dict[str, object] = {
    **IMPORT,
    "snapshot": samples.COMPLETED,
    "tab": "changes",
    "kinds": KINDS_LISTED,
    "cursor": None,
    "search": "",
    "gone": False,
}
LIST: dict[str, object] = {"nav": "products", "asked": PageQuery(), "narrow": False, "of_import": None, "jobs": []}
FORM: dict[str, object] = {"nav": "products", "product": samples.MUG, "back": "", "leave": "/admin/products"}
FRESH = {"running": 0, "feeds_failing": 0, "products": 0}

PAGES: dict[str, tuple[str, dict[str, object]]] = {
    **account_pages.PAGES,
    **record_pages.PAGES,
    **samples_of_feeds.PAGES,
    **samples_of_webhooks.PAGES,
    "dashboard": (
        "dashboard.html",
        {
            "nav": "dashboard",
            "recent": samples.RECENT,
            "running": [samples.APPLYING, samples.WAITING, samples.PAUSED],
            "first_run": False,
            **record_pages.DASHBOARD_IMAGES,
        },
    ),
    "first-run": (
        "dashboard.html",
        {"nav": "dashboard", "recent": [], "running": [], "first_run": True, "counts_in_rail": FRESH}
        | {"image_sku": "TEST-000", "image_product": None, "gallery": None},
    ),
    "metrics": ("metrics.html", samples_of_metrics.METRICS),
    "metrics-none": ("metrics.html", samples_of_metrics.NONE),
    "imports": (
        "imports.html",
        {"nav": "imports", "found": Page(samples.RECENT * 4, 240, 3, 12), "wanted": Wanted(), "actors": ACTORS},
    ),
    "imports-found": (
        "imports.html",
        {"nav": "imports", "found": Page([samples.CANCELLED], 1, 1, 1), "actors": ACTORS}
        | {"wanted": Wanted(State.CANCELLED, "token:nightly-sync", "clear", since=dt.date(2026, 11, 1))},
    ),
    "imports-not-found": (
        "imports.html",
        {"nav": "imports", "found": Page([], 0, 1, 1), "wanted": Wanted(file="x"), "actors": ACTORS},
    ),
    "imports-none": (
        "imports.html",
        {"nav": "imports", "found": Page([], 0, 1, 1), "wanted": Wanted(), "actors": []},
    ),
    "import": ("import.html", {**IMPORT, "snapshot": samples.COMPLETED, "tab": "account"}),
    "import-images": (
        "import.html",
        {**SPOTLESS, "snapshot": dataclasses.replace(samples.COMPLETED, images=samples_of_images.FETCHING.counts)}
        | {"tab": "account", "fetching": samples_of_images.FETCHING},
    ),
    "import-mended": (
        "import.html",
        {**SPOTLESS, "snapshot": samples.COMPLETED, "mends": samples.CANCELLED, "menders": [samples.COMPLETED] * 2}
        | {"tab": "account"},
    ),
    "mend": ("mend.html", {"nav": "imports", "snapshot": samples.COMPLETED, "sheet": samples.SHEET, "problem": ""}),
    "mend-wrong": (
        "mend.html",
        {"nav": "imports", "snapshot": samples.COMPLETED, "sheet": samples.SHEET}
        | {"problem": "2 rows would be rejected again. Nothing is imported yet."},
    ),
    "import-rejects": ("import.html", {**IMPORT, "snapshot": samples.COMPLETED, "tab": "rejects"}),
    "import-file": ("import.html", {**IMPORT, "snapshot": samples.COMPLETED, "tab": "file"}),
    "import-changes": ("import.html", {**CHANGES, "kind": "updated", "changes": samples.UPDATES, "cursor": "1.x"}),
    "import-changes-planned": (
        "import.html",
        {**CHANGES, "snapshot": samples.REVIEW, "kind": "created", "changes": samples.UPDATES},
    ),
    "import-changes-found": (
        "import.html",
        {**CHANGES, "kind": "updated", "changes": samples.UPDATES, "search": "mug & “pot”"},
    ),
    "import-changes-not-found": (
        "import.html",
        {**CHANGES, "kind": "updated", "changes": samples.NOTHING, "search": "x"},
    ),
    "import-file-forgotten": (
        "import.html",
        {**IMPORT, "snapshot": samples.COMPLETED, "tab": "file", "files": Keeping(samples.NOW, samples.NOW)},
    ),
    "import-superseded-forgotten": (
        "import.html",
        {**CHANGES, "kind": "superseded", "changes": samples.NOTHING, "gone": True}
        | {"files": Keeping(samples.NOW, samples.NOW)},
    ),
    "import-superseded": ("import.html", {**CHANGES, "kind": "superseded", "changes": samples.OVERRULED}),
    "import-skipped": ("import.html", {**CHANGES, "kind": "skipped", "changes": samples.LEFT_OUT}),
    "import-unchanged": ("import.html", {**CHANGES, "kind": "unchanged", "changes": samples.NOTHING}),
    "import-review": ("import.html", {**IMPORT, "snapshot": samples.REVIEW, "tab": "account"}),
    "import-moved": ("import.html", {**IMPORT, "snapshot": samples.MOVED, "tab": "account"}),
    "import-too-many-rejects": ("import.html", {**IMPORT, "snapshot": samples.TOO_MANY, "tab": "account"}),
    "import-decimal": ("import.html", {**SPOTLESS, "snapshot": samples.UNDECIDED, "tab": "account"}),
    "import-again": ("import.html", {**SPOTLESS, "snapshot": samples.AGAIN, "tab": "account"}),
    "import-reading": ("import.html", {**SPOTLESS, "snapshot": samples.READING, "tab": "account"}),
    "import-failed": ("import.html", {**SPOTLESS, "snapshot": samples.FAILED, "tab": "account"}),
    "import-waiting": ("import.html", {**SPOTLESS, "snapshot": samples.WAITING, "tab": "account"}),
    "import-cancelled": ("import.html", {**SPOTLESS, "snapshot": samples.CANCELLED, "tab": "account"}),
    "import-paused": ("import.html", {**SPOTLESS, "snapshot": samples.PAUSED, "tab": "account"}),
    "import-undoing": ("import.html", {**SPOTLESS, "snapshot": samples.UNDOING, "tab": "account"}),
    "import-undone": ("import.html", {**SPOTLESS, "snapshot": samples.UNDONE, "tab": "account"}),
    "import-undo-failed": ("import.html", {**SPOTLESS, "snapshot": samples.UNDO_FAILED, "tab": "account"}),
    "undo": ("undo.html", {**UNDO, "snapshot": samples.COMPLETED, "preview": samples.PREVIEW}),
    "undo-running": ("undo.html", {**UNDO, "snapshot": samples.UNDOING}),
    "undo-kept": ("undo.html", {**UNDO, "snapshot": samples.UNDONE, "kept": samples.KEPT}),
    "mapping": ("mapping.html", {"nav": "imports", "snapshot": samples.WAITING, **samples.MAPPING}),
    "mapping-empty": (
        "mapping.html",
        {"nav": "imports", "snapshot": samples.WAITING, **samples.MAPPING, "rows": None, "problems": {}},
    ),
    "products": ("products.html", {**LIST, "found": samples.make_found(page=2)}),
    "products-found": (
        "products.html",
        {**LIST, "found": samples.make_found(3, 10_000, exact=False), "narrow": True}
        | {"asked": PageQuery(q="mug oat", name="Stoneware", active=False, said="deleted", count=2)},
    ),
    "products-at-work": (
        "products.html",
        {**LIST, "found": samples.make_found(page=2), "jobs": [record_pages.RUNNING]},
    ),
    "products-of-import": (
        "products.html",
        {**LIST, "found": samples.make_found(3, 3), "narrow": True}
        | {"of_import": ImportJob(id=samples.COMPLETED.task_id, number=41, file_name="spring-2027.csv")},
    ),
    "products-not-found": ("products.html", {**LIST, "found": samples.make_found(0, 0), "narrow": True}),
    "products-none": ("products.html", {**LIST, "found": samples.make_found(0, 0)}),
    "product-new": ("product_form.html", {**FORM, "product": None, "form": Form(BLANK)}),
    "product-wrong": ("product_form.html", {**FORM, "form": samples.BAD_FORM}),
    "product-delete": ("products_delete.html", {**FORM}),
    "products-delete": ("products_delete.html", {"nav": "products", "ids": ["1", "2"], "back": "", "leave": "/"}),
    "error": (
        "error.html",
        {"status": 500, "title": "This page could not be made", "code": "INTERNAL_ERROR"}
        | {"detail": "The fault is ours, not in your file. Nothing was written by this request; running imports go on."}
        | {"action": "Try again in a moment.", "request_id": "req_0193a4d2c7d17a40"},
    ),
    "error-missing": (
        "error.html",
        {"status": 404, "title": "Nothing was found here", "code": "NOT_FOUND", "request_id": ""}
        | {"detail": "Nothing was found here", "action": "Check the address; what you look for may have been deleted."},
    ),
}
