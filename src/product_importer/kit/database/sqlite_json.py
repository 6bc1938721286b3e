"""How SQLite writes and reads JSON."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ColumnElement,
    Text,
    case,
    cast,
    func,
    literal,
    type_coerce,
)
from sqlalchemy.types import TypeEngine

from product_importer.kit.database.face import Pairs
from product_importer.kit.database.types import Moment, Money


def change_list(pairs: Pairs) -> ColumnElement[Any]:
    """Join the text of those that differ, each behind a comma: half the time of SQLite's own functions for objects."""
    parts: ColumnElement[str] = literal("", Text())
    for field, (before, after) in pairs.items():
        both = literal(f',"{field}":', Text()).concat(func.json_array(_plain(before), _plain(after)))
        parts = parts.concat(case((before.is_distinct_from(after), both), else_=""))
    return type_coerce(literal("{", Text()).concat(func.substr(parts, 2)).concat("}"), JSON())


def json_object(values: Mapping[str, ColumnElement[Any]]) -> ColumnElement[str]:
    """Take the object's text as SQLite writes it; a moment is kept without the zone, which is UTC."""
    parts: list[Any] = []
    for name, value in values.items():
        moment = func.replace(type_coerce(value, Text()), " ", "T").concat("Z")
        parts += [literal(name, Text()), moment if isinstance(value.type, Moment) else _plain(value)]
    return func.json_object(*parts, type_=Text())


def json_has(details: ColumnElement[Any], field: str) -> ColumnElement[bool]:
    """Ask for the type of what is at that key, which JSON's null has too."""
    return func.json_type(details, f"$.{field}").is_not(None)


def json_item(details: ColumnElement[Any], field: str, place: int, type_: TypeEngine[Any]) -> ColumnElement[Any]:
    """Take the item as SQLite's own value; an amount, always with two places, becomes cents without its point."""
    item = func.json_extract(details, f"$.{field}[{place}]")
    return type_coerce(cast(func.replace(item, ".", ""), BigInteger()) if isinstance(type_, Money) else item, type_)


def amount(value: ColumnElement[Any]) -> ColumnElement[str | None]:
    """Put the point into the cents."""
    return type_coerce(_plain(value), Text())


def _plain(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """Show cents as an amount and a flag as JSON's true or false."""
    if isinstance(value.type, Money):
        cents = type_coerce(value, BigInteger())
        return case((value.is_not(None), func.printf("%d.%02d", cents // 100, cents % 100)))
    if isinstance(value.type, Boolean):
        return case((value.is_(True), func.json("true")), (value.is_(False), func.json("false")))
    return value
