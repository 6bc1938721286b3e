"""How an import ends badly: its own fault at once, anybody else's after three attempts without progress."""

import errno

from product_importer.imports.models import ImportJob
from product_importer.imports.states import State
from product_importer.kit import clock, database
from product_importer.kit.errors import AppError
from product_importer.kit.tasks import leases

ATTEMPTS = 3  # crashes without progress until an import is given up


class Crashed(AppError):
    """The import stopped its worker again and again at the same place."""

    status = 500
    code = "IMPORT_CRASHED"
    title = "The import stopped three times at the same place"
    action = "Try again; if it stops there once more, the log of the worker says why."


class DiskFull(AppError):
    """There is no room left for the import's data."""

    status = 507
    code = "DISK_FULL"
    title = "The disk is full"
    action = "Make room, then try again: the import goes on where it stopped."


def refusal(error: BaseException) -> AppError | None:
    """Return what the import itself ends with, or None when another attempt may succeed."""
    if isinstance(error, AppError):
        return error
    if (isinstance(error, OSError) and error.errno == errno.ENOSPC) or database.is_full(error):
        return DiskFull("There was no room on the disk for the next rows.")
    return None


def told(error: AppError) -> dict[str, str]:
    """Return what a row keeps of the refusal that ended its job."""
    return {"code": error.code, "message": error.detail, "action": error.action}


def end(job: ImportJob, error: AppError) -> None:
    """Mark the import as failed, with words for a person; the caller holds it and commits."""
    job.state = State.FAILED
    job.error = told(error)
    job.finished_at, job.version = clock.now(), job.version + 1
    for name, value in leases.FREE.items():
        setattr(job, name, value)
