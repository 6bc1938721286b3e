"""The list of products as its page shows it: all of its state lies in the address, so links lead through it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from product_importer.catalog.order import Direction, Sort
from product_importer.web.requests.product_filters import SIZES, PageQuery, written
from product_importer.web.views import words

__all__ = [
    "PARTS",
    "SIZES",
    "SORTS",
    "TABS",
    "Sort",
    "all_of",
    "back",
    "back_to",
    "chips",
    "heading",
    "hidden",
    "is_turned",
    "link",
    "more",
    "notice",
]

PATH: Final = "/admin/products"
TABS: Final = ((None, "All"), (True, "Active"), (False, "Inactive"))
PARTS: Final = {"sku": "SKU", "name": "Name", "description": "Description"}
SORTS: Final = {
    Sort.SKU: "SKU",
    Sort.NAME: "name",
    Sort.PRICE: "price",
    Sort.UPDATED: "last changed",
    Sort.CREATED: "newest",
}
_NEWEST_FIRST: Final = {Sort.UPDATED, Sort.CREATED}
_SAID: Final = {
    "created": "Created {}.",
    "saved": "Saved {}.",
    "deleted": "Deleted {}.",
    "activated": "Set {} active.",
    "deactivated": "Set {} inactive.",
}
_OF_A_PLACE: Final = {"page", "cursor", "said", "count"}


@dataclass(frozen=True, slots=True)
class Heading:
    """A column that can be sorted by: its words, where a click leads, and how it is sorted now (an ARIA word)."""

    label: str
    link: str
    sorted: str | None


def link(asked: PageQuery, **changes: Any) -> str:
    """Return the address of the same list with some of its state changed; it begins at its first page."""
    return f"{PATH}{_query(_state(asked) | changes)}"


def more(asked: PageQuery) -> str:
    """Return what follows `?page=2` in the address of another page of the same list."""
    return _query(_state(asked)).replace("?", "&", 1)


def back(asked: PageQuery) -> str:
    """Return the query by which a form leads back to this place of the list."""
    return _query(_state(asked) | ({"page": asked.page} if asked.page > 1 else {}))


def back_to(query: str, **said: Any) -> str:
    """Return the address that a form's `back` leads to, and nowhere else; `said` tells what was done."""
    kept = {name: value for name, value in parse_qsl(query.removeprefix("?")) if name in _STATE}
    return f"{PATH}{_query(kept | said)}"


def all_of(query: str) -> str:
    """Return the address where something is done to all products of the list that `back` leads to."""
    path, _, state = back_to(query).partition("?")
    return f"{path}/bulk?{state}" if state else f"{path}/bulk"


def heading(asked: PageQuery, sort: Sort, label: str) -> Heading:
    """Return a column's heading: a click sorts by it, and once more turns the order round."""
    chosen = asked.sort is sort
    now = {Direction.UP: "ascending", Direction.DOWN: "descending"}[asked.direction] if chosen else None
    turned = {Direction.UP: Direction.DOWN, Direction.DOWN: Direction.UP}[asked.direction]
    return Heading(label, link(asked, sort=sort, direction=turned if chosen else _usual(sort)), now)


def is_turned(asked: PageQuery) -> bool:
    """Return whether the list stands in the less usual order: the oldest first, or Z before A."""
    return asked.direction is not _usual(asked.sort)


def _usual(sort: Sort) -> Direction:
    return Direction.DOWN if sort in _NEWEST_FIRST else Direction.UP


def chips(asked: PageQuery) -> list[tuple[str, str, str]]:
    """List what narrows the list down beside search box and tabs: label, value, and the address without it."""
    given = {name: getattr(asked, name) for name in PARTS}
    return [(PARTS[name], value, link(asked, **{name: None})) for name, value in given.items() if value]


def hidden(asked: PageQuery, *shown: str) -> dict[str, str]:
    """Return the state that a form of this list keeps besides its own fields."""
    return {name: written(value) for name, value in _state(asked).items() if name not in shown}


def notice(asked: PageQuery) -> str | None:
    """Say what was done just now."""
    if asked.said is None:
        return None
    return _SAID[asked.said].format(words.products(asked.count))


def _state(asked: PageQuery) -> dict[str, Any]:
    return asked.model_dump(by_alias=True, exclude_defaults=True, exclude=_OF_A_PLACE)


_STATE: Final = {field.alias or name for name, field in PageQuery.model_fields.items()} - {"said", "count", "cursor"}


def _query(state: Mapping[str, Any]) -> str:
    defaults = {name: field.default for name, field in PageQuery.model_fields.items()}
    given = {name: value for name, value in state.items() if value is not None and value != defaults.get(name)}
    return f"?{urlencode({name: written(value) for name, value in given.items()})}" if given else ""
