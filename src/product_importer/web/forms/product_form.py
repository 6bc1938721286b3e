"""A product's form: what it says, what is wrong with it, and what to show when somebody else was faster."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from product_importer.catalog.actions import SkuTaken, Stale
from product_importer.catalog.models import Product
from product_importer.catalog.schemas import ProductIn, ProductPatch
from product_importer.web.requests import broken_rules

FIELDS: Final = ("sku", "name", "description", "price", "active")
BLANK: Final = {"sku": "", "name": "", "description": "", "price": "", "active": "true"}


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the fields, each as text, and beside them.

    `problems` are words by field; `taken` is the product that has the SKU; `changes` are (now, wanted) by field
    after a conflict, and `who` caused it.
    """

    values: Mapping[str, str]
    version: int | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
    taken: Mapping[str, Any] | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    who: str | None = None


def of(product: Product) -> Form:
    """Fill the form with a product."""
    price = "" if product.price is None else f"{product.price:.2f}"
    texts = {"sku": product.sku, "name": product.name, "description": product.description or "", "price": price}
    return Form({**texts, "active": _flag(product.active)}, product.version)


def said(form: Mapping[str, Any]) -> dict[str, str]:
    """Return those fields of a product that a form has; of a box and its hidden twin, the last one counts."""
    return {name: form[name] for name in FIELDS if isinstance(form.get(name), str)}


def with_lines_of(stored: str | None, values: Mapping[str, str]) -> dict[str, str]:
    """Return the values with lines as they are stored: a browser ends each by CR LF, which is no change of the text."""
    text = values.get("description", "").replace("\r\n", "\n")
    same = stored is not None and stored.replace("\r\n", "\n") == text
    return {**values, "description": stored if same and stored else text} if "description" in values else dict(values)


def version(form: Mapping[str, Any]) -> int | None:
    """Return the version that the form was made for; None when it says none."""
    text = form.get("version")
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 10 else None


def creation(values: Mapping[str, str]) -> ProductIn:
    """Understand a form for a new product; raises pydantic.ValidationError."""
    return ProductIn.model_validate(dict(values))


def patch(values: Mapping[str, str]) -> ProductPatch:
    """Understand a form that changes a product; raises pydantic.ValidationError."""
    return ProductPatch.model_validate(dict(values))


def problems(error: ValidationError | SkuTaken) -> dict[str, str]:
    """Return what is wrong, in words beside each field."""
    if isinstance(error, SkuTaken):
        return {"sku": error.detail}
    return broken_rules.beside(error)


def refused(form: Form, values: Mapping[str, str], error: ValidationError | SkuTaken) -> Form:
    """Keep what was typed, with what is wrong beside it."""
    taken: Any = error.facts.get("product") if isinstance(error, SkuTaken) else None
    return Form({**form.values, **values}, form.version, problems(error), taken)


def conflict(form: Form, values: Mapping[str, str], error: Stale, who: str | None) -> Form:
    """Keep what was typed over the product as it is now, and show both sides of each field; it may be sent again."""
    changes: Any = error.facts["changes"]
    return Form({**form.values, **values}, form.version, changes=changes, who=who)


def _flag(value: bool) -> str:
    return "true" if value else "false"
