"""A yes to a plan: all winners are classified again, and where the catalog has moved since, it is said how."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from product_importer.catalog.models import Product
from product_importer.imports import plan, staging
from product_importer.imports.models import ImportJob
from product_importer.imports.staging import KINDS, UPDATE
from product_importer.kit import database
from product_importer.kit.database.face import Access

NAMED = 20  # differences that are told one by one
_OUTCOMES = {kind: outcome for outcome, kind in KINDS.items()}
_product: Any = Product.__table__
_row = staging.plan.c


def moved_since(job: ImportJob) -> dict[str, Any] | None:
    """Return how the catalog differs from what the plan was made of, or None when the plan still holds.

    It holds where every winner is of the same kind as before, and what is to be updated is the same product at
    the same version. The answer is `{"moved": count, "differences": [...]}` as `snapshot.Difference` has them.
    """
    fields = job.facts.mapping
    kind = plan.kind_of(job.mode, staging.plan, _product, fields)
    with database.transaction(Access.READ, scratch=job.scratch) as session:
        count = session.scalar(_moved(kind, func.count())) or 0
        if not count:
            return None
        return {"moved": count, "differences": _first(session, kind, fields)}


def _moved(kind: ColumnElement[int], *wanted: ColumnElement[Any]) -> Select[Any]:
    edited = or_(_product.c.version != _row.product_version, _product.c.id != _row.product_id)
    joined = staging.plan.outerjoin(_product, _product.c.sku_key == _row.sku_key)
    return select(*wanted).select_from(joined).where(or_(kind != _row.kind, and_(_row.kind == UPDATE, edited)))


def _first(session: Session, kind: ColumnElement[int], fields: Collection[str]) -> list[dict[str, Any]]:
    changes = database.face().change_list(plan.changes(staging.plan, _product, fields))
    named = _moved(kind, _row.line, _row.sku, _row.kind, kind, changes).order_by(_row.position).limit(NAMED)
    return [
        {"line": line, "sku": sku, "planned": _OUTCOMES[before], "now": _OUTCOMES[after], "changes": changed}
        for line, sku, before, after, changed in session.execute(named)
    ]
