"""What stands beside every page: where the reader is, who they are, and what is worth counting."""

from typing import Any

from sqlalchemy.orm import Session

from product_importer.catalog import queries as catalog
from product_importer.feeds import actions as feeds
from product_importer.imports import queries as imports


def context(session: Session, nav: str, actor: str) -> dict[str, Any]:
    """Return the values that `base.html` shows."""
    counts = {
        "running": imports.working(session),
        "feeds_failing": feeds.failing(session),
        "products": catalog.count(session),
    }
    return {"nav": nav, "actor": actor, "counts_in_rail": counts}
