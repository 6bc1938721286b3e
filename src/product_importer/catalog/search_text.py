"""The text by which a product is searched: SKU, name and description in one, folded; and what a search wants of it."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, true

from product_importer.catalog.filters import TEXTS, Filters
from product_importer.catalog.models import InactiveText, ProductText
from product_importer.kit import database, folding

Texts = type[ProductText] | type[InactiveText]  # where texts are kept
GRAM: Final = 3  # characters of a trigram: shorter words are in no index
SEPARATOR: Final = "\x1f"
# Stands where a text has a space, at which PostgreSQL's trigrams would end; no folded text has this letter.
SPACE: Final = "\u01f7"  # Ƿ, of Old English
_INSTEAD: Final = "\x1e"  # stands where a name has a separator of its own


def text_of(sku: str, name: str, description: str | None) -> str:
    """Return what is searched of a product."""
    parts = (part.replace(SEPARATOR, _INSTEAD) for part in (sku, name, description or ""))
    return _searched(SEPARATOR.join(parts))


def tells(filters: Filters) -> bool:
    """Return whether the texts alone say which products the filters mean, but for whether they are active and such."""
    return filters.has_text and not any(sign in part for part in _parts(filters) for sign in (SEPARATOR, _INSTEAD))


def exact(filters: Filters, texts: Texts = ProductText) -> ColumnElement[bool]:
    """Return the condition that a text has what the filters want, each part in the field that it is wanted in."""
    words = [database.face().occurs(texts.text.expression, _searched(word)) for word in (filters.q or "").split()]
    fields = [_in_field(texts.text, place, _searched(part)) for place, part in _fields(filters)]
    return and_(true(), *words, *fields)


def matcher(filters: Filters) -> Callable[[str], bool]:
    """Return what tells whether `exact` holds of a text."""
    words = [_searched(word) for word in (filters.q or "").split()]
    wanted = [(place, _searched(part)) for place, part in _fields(filters)]

    def is_met(text: str) -> bool:
        if not all(word in text for word in words):
            return False
        fields = text.split(SEPARATOR) if wanted else ()
        return all(part in fields[place] for place, part in wanted)

    return is_met


def words(filters: Filters) -> Sequence[str]:
    """Return what an index of trigrams can be asked for."""
    return [_searched(part) for part in _parts(filters) if len(part) >= GRAM]


def pairs(filters: Filters) -> Sequence[str]:
    """Return the pairs of letters or digits that are wanted."""
    searched = (_searched(part) for part in _parts(filters) if len(part) == GRAM - 1)
    return [pair for pair in searched if pair.isalnum()]


def _searched(text: str) -> str:
    return folding.fold(text).replace(" ", SPACE)


def _parts(filters: Filters) -> Sequence[str]:
    return [part for _, part in _fields(filters)] + (filters.q or "").split()


def _fields(filters: Filters) -> Sequence[tuple[int, str]]:
    return [(place, part) for place, name in enumerate(TEXTS) if (part := getattr(filters, name))]


def _in_field(text: Any, place: int, part: str) -> ColumnElement[bool]:
    """Look for a part between the separators; that it occurs at all is seen first, and is seldom so."""
    position, rest = database.face().position, text.expression
    for _ in range(place):
        rest = func.substr(rest, position(rest, SEPARATOR) + 1)
    there = position(rest, part)
    last = place == len(TEXTS) - 1
    return and_(database.face().occurs(text, part), there > 0, true() if last else there < position(rest, SEPARATOR))
