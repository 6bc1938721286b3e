"""A bulk job in words, and the products that it would change as an address names them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from product_importer.catalog.bulk_models import BulkKind, BulkState
from product_importer.catalog.bulk_queries import BulkSeen
from product_importer.web.requests.product_filters import ProductQuery, written
from product_importer.web.views import words
from product_importer.web.views.import_view import TURNING, Look

FIELDS = ("q", "sku", "name", "description", "active", "import")
TITLES = {BulkKind.DELETE: "Delete", BulkKind.ACTIVATE: "Activate", BulkKind.DEACTIVATE: "Deactivate"}
DOING = {BulkKind.DELETE: "Deleting", BulkKind.ACTIVATE: "Activating", BulkKind.DEACTIVATE: "Deactivating"}
DID = {BulkKind.DELETE: "Deleted", BulkKind.ACTIVATE: "Activated", BulkKind.DEACTIVATE: "Deactivated"}
LOOKS = {
    BulkState.QUEUED: Look("clock"),
    BulkState.RUNNING: TURNING,
    BulkState.COMPLETED: Look("check"),
    BulkState.FAILED: Look("alert-triangle", "is-rejected"),
    BulkState.CANCELLED: Look("minus"),
}


def query(asked: ProductQuery, **more: Any) -> str:
    """Return the filters as the query of an address, "" when there are none."""
    values = asked.model_dump(mode="json", by_alias=True, include=set(ProductQuery.model_fields), exclude_none=True)
    named = {name: written(value) for name, value in (values | more).items()}
    return f"?{urlencode(named)}" if named else ""


def narrowed(filters: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name what narrows the products down: ("Name contains", "lamp")."""
    return [(_label(name), _shown(name, value)) for name, value in filters.items() if value is not None]


def agrees(typed: str, count: int) -> bool:
    """Tell whether what was typed is the number, as people write one: 512304, 512,304 or 512 304."""
    return count > 0 and "".join(letter for letter in typed if letter not in ",. '\u00a0\u202f") == str(count)


def title(job: BulkSeen) -> str:
    """Name the job: Delete products."""
    return f"{TITLES[job.kind]} products"


def done(job: BulkSeen) -> str:
    """Say what the job did: Deleted 512,304 products in 9.4 s."""
    took = (job.finished_at - job.started_at).total_seconds() if job.finished_at and job.started_at else None
    time = f" in {words.duration(took)}" if took is not None and job.state is BulkState.COMPLETED else ""
    return f"{DID[job.kind]} {words.products(job.progress.done)}{time}"


def products_link(job: BulkSeen) -> str:
    """Return the address of the list that the job went through, whether active or not by now."""
    named = {name.removesuffix("_id"): value for name, value in job.filters.items() if name != "active"}
    return f"/admin/products?{urlencode(named)}" if named and job.kind is not BulkKind.DELETE else "/admin/products"


def rows(job: BulkSeen) -> str:
    """Say how far the job is: 216,000 of 512,304 products."""
    if job.progress.total is None:
        return "Counting"
    return f"{words.number(job.progress.done)} of {words.products(job.progress.total)}"


def _label(name: str) -> str:
    labels = {"q": "Search", "active": "Status", "import_id": "Created or updated by import"}
    return labels.get(name) or f"{'SKU' if name == 'sku' else name.capitalize()} contains"


def _shown(name: str, value: Any) -> str:
    return ("active" if value else "inactive") if name == "active" else str(value)
