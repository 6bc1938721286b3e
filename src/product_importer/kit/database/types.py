"""Column types that mean the same on both databases: moments in UTC, exact money, JSON, ids."""

import datetime as dt
import enum
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Enum, Integer, MetaData, Numeric, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine


class Base(DeclarativeBase):
    """The base of every table; constraints are named by convention so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        enum.StrEnum: Enum(enum.StrEnum, native_enum=False, length=16, values_callable=lambda e: [m.value for m in e]),
    }


class Moment(TypeDecorator[dt.datetime]):
    """An aware moment in UTC; SQLite keeps it without the zone, so only aware values are taken."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Refuse a naive moment; strip the zone where the database keeps none."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no zone")  # else SQLite and PostgreSQL would each assume one
        return value.astimezone(dt.UTC).replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        """Give the zone back."""
        return value if value is None or value.tzinfo else value.replace(tzinfo=dt.UTC)


class Money(TypeDecorator[Decimal]):
    """An amount with two places: NUMERIC(12,2), and whole cents on SQLite, whose NUMERIC is floating point."""

    impl = Numeric(12, 2)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose whole cents on SQLite."""
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else Numeric(12, 2))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Turn an amount into cents on SQLite."""
        return int(value * 100) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Turn cents back into an amount."""
        return Decimal(value).scaleb(-2) if value is not None and dialect.name == "sqlite" else value


SerialInteger = BigInteger().with_variant(Integer(), "sqlite")
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
KeyText = Text().with_variant(Text(collation="C"), "postgresql")
