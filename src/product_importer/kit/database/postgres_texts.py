"""How PostgreSQL looks for texts: in the products themselves, and by an index of pg_trgm."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    func,
    literal,
    or_,
    true,
)

from product_importer.kit import folding

LETTERS = 120  # that may follow a pair: more are too many for pg_trgm
SHORT = 3  # characters


def contains(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """A regular expression: ILIKE folds as the database's locale does, and no two need agree."""
    wanted = folding.pattern(text, lambda sign: sign if sign.isalnum() or not sign.isascii() else f"\\{sign}")
    return column.regexp_match(literal(wanted, Text()))


def contains_all(table: type[Any], words: Sequence[str]) -> ColumnElement[bool]:
    """LIKE, which the trigram index knows."""
    return and_(*(table.text.contains(word, autoescape=True) for word in words))


def contains_pairs(table: type[Any], pairs: Sequence[str], letters: Sequence[str]) -> ColumnElement[bool]:
    """A regular expression, of which pg_trgm makes 128 trigrams at most; of the end of a text it makes none."""
    if not 0 < sum(letter.isalnum() or not letter.isascii() for letter in letters) <= LETTERS:
        return true()
    follows = "".join(letter if letter.isalnum() or not letter.isascii() else f"\\{letter}" for letter in letters)
    within = (table.text.regexp_match(literal(f"{pair}[{follows}]", Text())) for pair in pairs)
    return and_(*(or_(inside, table.text.endswith(pair)) for inside, pair in zip(within, pairs, strict=True)))


def occurs(text: ColumnElement[Any], part: str) -> ColumnElement[bool]:
    """LIKE for short parts, for which it is quicker; for long ones strpos, which looks for their end first."""
    return text.contains(part, autoescape=True) if len(part) <= SHORT else position(text, part) > 0


def position(text: ColumnElement[Any], part: str) -> ColumnElement[int]:
    """Ask strpos, which does not look at every character; position() is the same."""
    return func.strpos(text, part)
