"""Every page of the product by a short name: its template and made-up values."""

from tests.web import samples

SHELL: dict[str, object] = {"actor": "user:local", "counts_in_rail": {"running": 1, "products": 512_304}}
IMPORT: dict[str, object] = {
    "nav": "imports",
    "groups": samples.GROUPS,
    "rejects": samples.REJECTS,
    "rejects_total": 3_425,
}
SPOTLESS: dict[str, object] = {"nav": "imports", "groups": [], "rejects": [], "rejects_total": 0}
FRESH = {"running": 0, "products": 0}

PAGES: dict[str, tuple[str, dict[str, object]]] = {
    "dashboard": (
        "dashboard.html",
        {"nav": "dashboard", "recent": samples.RECENT, "running": [samples.APPLYING], "first_run": False},
    ),
    "first-run": (
        "dashboard.html",
        {"nav": "dashboard", "recent": [], "running": [], "first_run": True, "counts_in_rail": FRESH},
    ),
    "imports": (
        "imports.html",
        {"nav": "imports", "imports": samples.RECENT * 4, "page": 3, "pages": 12, "total": 240},
    ),
    "imports-none": ("imports.html", {"nav": "imports", "imports": [], "page": 1, "pages": 1, "total": 0}),
    "import": ("import.html", {**IMPORT, "snapshot": samples.COMPLETED, "tab": "account"}),
    "import-rejects": ("import.html", {**IMPORT, "snapshot": samples.COMPLETED, "tab": "rejects"}),
    "import-file": ("import.html", {**IMPORT, "snapshot": samples.COMPLETED, "tab": "file"}),
    "import-reading": ("import.html", {**SPOTLESS, "snapshot": samples.READING, "tab": "account"}),
    "import-failed": ("import.html", {**SPOTLESS, "snapshot": samples.FAILED, "tab": "account"}),
    "import-waiting": ("import.html", {**SPOTLESS, "snapshot": samples.WAITING, "tab": "account"}),
    "import-cancelled": ("import.html", {**SPOTLESS, "snapshot": samples.CANCELLED, "tab": "account"}),
    "mapping": ("mapping.html", {"nav": "imports", "snapshot": samples.WAITING, **samples.MAPPING}),
    "mapping-empty": (
        "mapping.html",
        {"nav": "imports", "snapshot": samples.WAITING, **samples.MAPPING, "rows": None, "problems": {}},
    ),
    "products": (
        "products.html",
        {"nav": "products", "items": samples.make_products(), "page": 2, "pages": 25_616, "total": 512_304}
        | {"per_page": 20},
    ),
    "products-none": (
        "products.html",
        {"nav": "products", "items": [], "page": 1, "pages": 1, "total": 0, "per_page": 20},
    ),
    "error": (
        "error.html",
        {"status": 500, "title": "This page could not be made", "code": "INTERNAL_ERROR"}
        | {"detail": "The fault is ours, not in your file. Nothing was written by this request; running imports go on."}
        | {"action": "Try again in a moment.", "request_id": "req_0193a4d2c7d17a40"},
    ),
    "error-missing": (
        "error.html",
        {"status": 404, "title": "Nothing is here", "code": "NOT_FOUND", "request_id": ""}
        | {"detail": "Nothing is here", "action": "Check the address; what you look for may have been deleted."},
    ),
}
