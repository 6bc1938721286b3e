"""The mapping page's twin for programs: how a file reads, what its columns seem to be, and what is in doubt."""

import datetime as dt
import uuid
from dataclasses import dataclass

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session

from product_importer.imports import memory, queries
from product_importer.imports.checking import mapping
from product_importer.imports.checking.presets import Preset
from product_importer.imports.doubts import Doubt
from product_importer.imports.models import ImportJob
from product_importer.imports.source.dialect import Dialect
from product_importer.imports.states import Blank, Decimal, Mode
from product_importer.web.deps import Reading
from product_importer.web.roles import viewer

router = APIRouter(tags=["imports"])


@dataclass(frozen=True, slots=True)
class InspectedColumn:
    """A column: its number as `mapping` takes it, header and first values, and the field it seems to be."""

    number: str
    name: str
    samples: list[str]
    suggested: str | None
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Memory:
    """What people chose last for a file with this header, in the form of the options; nothing applies it by itself."""

    mapping: dict[str, str]
    blanks: dict[str, Blank]
    decimal: Decimal | None
    mode: Mode
    preset: Preset
    actor: str
    file_name: str
    used_at: dt.datetime


@dataclass(frozen=True, slots=True)
class InspectionOut:
    """What the beginning of a file told; `decimal` is null where it leaves the sign open, or has no prices."""

    dialect: Dialect
    columns: list[InspectedColumn]
    preset: Preset
    mapping: dict[str, str]
    blanks: dict[str, Blank]
    decimal: Decimal | None
    doubts: list[Doubt]
    memory: Memory | None


@router.get("/imports/{task_id}/inspection", dependencies=[Depends(viewer)])
def inspection(task_id: uuid.UUID, session: Reading) -> InspectionOut:
    """Return what was found in the file before any of its rows were imported."""
    job = queries.job_of(session, task_id)
    facts = job.facts
    return InspectionOut(
        dialect=facts.dialect,
        columns=_columns(job),
        preset=facts.preset or Preset.NONE,
        mapping=facts.mapping,
        blanks=facts.blanks,
        decimal=facts.decimal,
        doubts=facts.doubts,
        memory=_memory(session, job),
    )


def _columns(job: ImportJob) -> list[InspectedColumn]:
    header, samples = job.facts.header, job.facts.samples
    filled = {at for at, values in enumerate(samples) if values}
    found = mapping.suggest(header, preset=job.facts.preset, filled=filled)
    fields = {one.index: (field, one.confidence) for field, one in found.items()}
    return [
        InspectedColumn(f"#{at + 1}", name, samples[at], *fields.get(at, (None, None)))
        for at, name in enumerate(header)
    ]


def _memory(session: Session, job: ImportJob) -> Memory | None:
    kept = memory.recall(session, job.facts.header)
    if kept is None:
        return None
    numbers = {field: f"#{at + 1}" for field, at in kept.columns.items()}
    return Memory(
        numbers, kept.blanks, kept.decimal, kept.mode, kept.preset, kept.actor, kept.file_name, kept.used_at
    )  # fmt: skip
