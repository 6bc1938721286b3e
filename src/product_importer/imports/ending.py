"""How an import ends badly; what is the same for every job stands in `kit.tasks.failure`."""

from product_importer.imports.models import ImportJob
from product_importer.imports.states import State
from product_importer.kit import clock
from product_importer.kit.errors import AppError
from product_importer.kit.tasks import leases
from product_importer.kit.tasks.failure import told


class Crashed(AppError):
    """The import stopped its worker again and again at the same place."""

    status = 500
    code = "IMPORT_CRASHED"
    title = "The import stopped three times in the same place"
    action = "Try again; if it stops there again, the worker's log says why."


def end(job: ImportJob, error: AppError) -> None:
    """Mark the import as failed, with words for a person; the caller holds it and commits."""
    job.state = State.FAILED
    job.error = told(error)
    job.finished_at, job.version = clock.now(), job.version + 1
    count_listed(job)
    leases.release(job)


def count_listed(job: ImportJob) -> None:
    """Count the rejected records that can be looked at: a reading that was cut off saw some that nobody listed."""
    job.rejected = sum(group.count for group in job.facts.reject_groups)
