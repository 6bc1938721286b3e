"""What an import knows of its file: told by the head, then by the whole of it, then the files that were made of it."""

from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import Dialect as Database
from sqlalchemy.types import TypeDecorator

from product_importer.imports.checking.presets import Preset
from product_importer.imports.doubts import Doubt
from product_importer.imports.snapshot import Notice, RejectGroup, Repeat
from product_importer.imports.source.dialect import Dialect
from product_importer.imports.source.workbook import Sheet
from product_importer.imports.states import Blank, Decimal
from product_importer.kit.database.types import Json

USUAL: Final = Dialect("utf-8", ",", 1)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that was found out, and a default for what is not known yet.

    `samples` are the first values of each column, `columns` the places of the mapped fields, `mapping` their headers.
    `encoding` is the one the whole file was read in, `dialect` has that of the head; so have `sign` and `decimal`.
    """

    header: list[str] = field(default_factory=list)
    samples: list[list[str]] = field(default_factory=list)
    encoding: str | None = None
    delimiter: str | None = None
    header_line: int | None = None
    dialect: Dialect = USUAL
    doubts: list[Doubt] = field(default_factory=list)
    decimal: Decimal | None = None
    blanks: dict[str, Blank] = field(default_factory=dict)
    sheet: Sheet | None = None  # of a workbook
    mapping: dict[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    columns: dict[str, int] = field(default_factory=dict)
    preset: Preset | None = None  # None while a person must say which columns are meant

    sign: Decimal | None = None  # None without prices
    warnings: list[Notice] = field(default_factory=list)
    reject_groups: list[RejectGroup] = field(default_factory=list)
    repeats: Repeat | None = None

    rejects_file: str | None = None
    superseded_file: str | None = None
    skipped_file: str | None = None


class Kept(TypeDecorator[Facts]):
    """Facts as the JSON of an import's row; keys that this version does not know are left out when it is read."""

    impl = Json
    cache_ok = True

    def process_bind_param(self, value: Facts | None, dialect: Database) -> Any:  # noqa: ARG002
        """Write every fact, known or not."""
        return None if value is None else _FORM.dump_python(value, mode="json")

    def process_result_value(self, value: Any, dialect: Database) -> Facts | None:  # noqa: ARG002
        """Read what this or an earlier version wrote."""
        return None if value is None else _FORM.validate_python(value)


_FORM = TypeAdapter(Facts)
