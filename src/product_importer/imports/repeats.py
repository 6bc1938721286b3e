"""The same file again: an earlier import of the same bytes in the same way, told and never refused."""

from typing import Any

from sqlalchemy import select

from product_importer.imports.models import ImportJob
from product_importer.imports.snapshot import Repeat
from product_importer.imports.states import State
from product_importer.kit import database

LOOKED_AT = 20  # earlier imports of the same bytes
ASIDE = {"interactive", "review", "max_rejects"}  # options that change what is asked, not what comes of the rows


def earlier(job: ImportJob, sha256: str) -> Repeat | None:
    """Return the newest completed import of these bytes with this mapping and these options."""
    same = select(ImportJob).where(
        ImportJob.sha256 == sha256, ImportJob.state == State.COMPLETED, ImportJob.number < job.number
    )
    with database.reading() as session:
        found = session.scalars(same.order_by(ImportJob.number.desc()).limit(LOOKED_AT)).all()
    for other in found:
        if _way(other) == _way(job) and other.finished_at is not None:
            return Repeat(other.id, other.number, other.finished_at)
    return None


def _way(job: ImportJob) -> tuple[Any, ...]:
    """Return what, beside the bytes, decides on the outcome of every row."""
    options = {name: value for name, value in job.options.items() if name not in ASIDE | {"mapping"}}
    return job.mode, job.facts.mapping, options
