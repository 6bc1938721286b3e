"""How SQLite looks for texts: in the products themselves, and by an index of FTS5."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    func,
    true,
)
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table

from product_importer.kit import folding

LETTERS = 2_000  # that may stand beside all pairs together: 30 µs each


def contains(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """GLOB, for LIKE knows the cases of ASCII only; LIKE goes first, for it is several times faster.

    What LIKE does not know is any one character to it: letters beyond ASCII, and k and s, which have cases there.
    """
    loose = "".join(f"\\{sign}" if sign in "%_\\" else sign if _told_by_like(sign) else "_" for sign in text)
    exact = folding.pattern(text, lambda sign: f"[{sign}]" if sign in "*?[" else sign)
    return and_(column.like(f"%{loose}%", escape="\\"), column.op("GLOB", is_comparison=True)(f"*{exact}*"))


def contains_all(table: type[Any], words: Sequence[str]) -> ColumnElement[bool]:
    """Ask FTS5, to which a word in quotes is a run of trigrams."""
    return _found(table, " AND ".join(map(_quoted, words)))


def contains_pairs(table: type[Any], pairs: Sequence[str], letters: Sequence[str]) -> ColumnElement[bool]:
    """Ask for each letter before a pair and each behind it: one of them is there wherever the pair stands.

    Of many pairs the first are asked for, since whoever searches for sixty would otherwise keep the server for seconds.
    """
    if not letters or not (some := pairs[: LETTERS // len(letters)]):
        return true()
    beside = ([part for letter in letters for part in (pair + letter, letter + pair)] for pair in some)
    return _found(table, " AND ".join(f"({' OR '.join(map(_quoted, parts))})" for parts in beside))


def occurs(text: ColumnElement[Any], part: str) -> ColumnElement[bool]:
    """LIKE, which takes half of the time of instr; it knows no case of what is folded."""
    return text.contains(part, autoescape=True)


def position(text: ColumnElement[Any], part: str) -> ColumnElement[int]:
    """Ask instr."""
    return func.instr(text, part)


def _found(table: type[Any], question: str) -> ColumnElement[bool]:
    """Join with what FTS5 finds, one by one, for IN would look up all of it before anything is read."""
    search = sql_table("product_search", sql_column("rowid"), sql_column("product_search"))
    asked = search.c.product_search.op("MATCH", is_comparison=True)(question)
    return and_(search.c.rowid == table.number, asked)


def _quoted(part: str) -> str:
    return '"' + part.replace('"', '""') + '"'


def _told_by_like(sign: str) -> bool:
    return sign.isascii() and folding.cases_of(sign).isascii()
