"""How PostgreSQL writes and reads JSON."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Numeric,
    Text,
    case,
    cast,
    func,
    literal,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from product_importer.kit.database.face import Pairs
from product_importer.kit.database.types import Moment, Money


def change_list(pairs: Pairs) -> ColumnElement[Any]:
    """Build the object with every pair, those that are equal as null, and strip the nulls."""
    parts: list[ColumnElement[Any]] = []
    for field, (before, after) in pairs.items():
        both = func.jsonb_build_array(_plain(before), _plain(after))
        parts += [literal(field, Text()), case((before.is_distinct_from(after), both))]
    return func.jsonb_strip_nulls(func.jsonb_build_object(*parts), type_=JSONB())


def json_object(values: Mapping[str, ColumnElement[Any]]) -> ColumnElement[str]:
    """Build JSON, not JSONB, which would sort the keys."""
    parts: list[Any] = []
    for name, value in values.items():
        moment = func.to_char(func.timezone("UTC", value), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        parts += [literal(name, Text()), moment if isinstance(value.type, Moment) else _plain(value)]
    return cast(func.json_build_object(*parts), Text())


def json_has(details: ColumnElement[Any], field: str) -> ColumnElement[bool]:
    """Ask whether there is anything at that key, be it JSON's null."""
    return func.jsonb_extract_path(details, literal(field, Text())).is_not(None)


def json_item(details: ColumnElement[Any], field: str, place: int, type_: TypeEngine[Any]) -> ColumnElement[Any]:
    """Take the item as text, JSON's null as none, and cast it."""
    text_ = func.jsonb_extract_path_text(details, literal(field, Text()), literal(str(place), Text()), type_=Text())
    return cast(text_, type_)


def amount(value: ColumnElement[Any]) -> ColumnElement[str | None]:
    """Cast it: NUMERIC(12,2) keeps both places."""
    return cast(value, Text())


def _plain(value: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(value, Text()) if isinstance(value.type, Money | Numeric) else value
