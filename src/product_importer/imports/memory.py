"""What people chose for files of one kind, known by their header: it fills the form the next time, and nothing else."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Mapped, Session, mapped_column

from product_importer.imports.checking import mapping
from product_importer.imports.checking.presets import Preset
from product_importer.imports.inspection import Inspection
from product_importer.imports.options import Options
from product_importer.imports.states import Blank, Decimal, Mode
from product_importer.kit import clock
from product_importer.kit.database import sets
from product_importer.kit.database.types import Base, Json, Moment


class MappingMemory(Base):
    """The last answer for one header; columns are counted among the supplier's own, so our rejects file has them too.

    The import need not exist any more: its number and file are words for people.
    """

    __tablename__ = "mapping_memories"

    signature: Mapped[str] = mapped_column(primary_key=True)
    mapping: Mapped[dict[str, int]] = mapped_column(Json)
    blanks: Mapped[dict[str, str]] = mapped_column(Json)
    decimal: Mapped[Decimal | None]
    mode: Mapped[Mode]
    preset: Mapped[Preset]
    actor: Mapped[str]
    file_name: Mapped[str]
    used_at: Mapped[dt.datetime] = mapped_column(Moment)


@dataclass(frozen=True, slots=True)
class Remembered:
    """An earlier answer for this very header: fields by their place in it, and when, by whom and for which file."""

    columns: dict[str, int]
    blanks: dict[str, Blank]
    decimal: Decimal | None
    mode: Mode
    preset: Preset
    actor: str
    file_name: str
    used_at: dt.datetime


def recall(session: Session, header: Sequence[str]) -> Remembered | None:
    """Return what was chosen last for a header that reads the same."""
    kept = session.get(MappingMemory, mapping.signature(header))
    places = mapping.suppliers(header)
    if kept is None or any(at >= len(places) for at in kept.mapping.values()):
        return None
    columns = {field: places[at] for field, at in kept.mapping.items()}
    blanks = {field: Blank(policy) for field, policy in kept.blanks.items()}
    return Remembered(
        columns, blanks, kept.decimal, kept.mode, kept.preset, kept.actor, kept.file_name, kept.used_at
    )  # fmt: skip


def remember(session: Session, found: Inspection, *, options: Options, actor: str, file_name: str) -> None:
    """Keep an answer for files with the same header; columns without a name cannot be known again and are left out."""
    if found.mapping is None:
        return
    places = mapping.suppliers(found.header)
    columns = {field: places.index(at) for field, at in found.mapping.columns.items() if at in places}
    blanks = {str(field): str(policy) for field, policy in options.blanks.items()}
    values: dict[str, Any] = {"mapping": columns, "blanks": blanks, "decimal": options.decimal, "mode": options.mode}
    values |= {"preset": found.mapping.preset, "actor": actor, "file_name": file_name, "used_at": clock.now()}
    kept = sets.insert_on_conflict(session, MappingMemory).values(signature=mapping.signature(found.header), **values)
    session.execute(kept.on_conflict_do_update(index_elements=["signature"], set_=values))
