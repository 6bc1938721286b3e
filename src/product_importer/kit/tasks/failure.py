"""How any job ends badly: its own fault at once, anybody else's after three attempts without progress."""

import errno

from product_importer.kit import database
from product_importer.kit.errors import AppError

ATTEMPTS = 3  # crashes without progress until a job is given up


class DiskFull(AppError):
    """There is no room left for what was sent, or for a job's data."""

    status = 507
    code = "DISK_FULL"
    title = "The disk is full"
    action = "Free some space, then try again: the work continues where it stopped."


def refusal(error: BaseException) -> AppError | None:
    """Return what the job itself ends with, or None when another attempt may succeed."""
    if isinstance(error, AppError):
        return None if error.passing else error
    if (isinstance(error, OSError) and error.errno == errno.ENOSPC) or database.is_full(error):
        return DiskFull("There was no room on the disk for the next rows.")
    return None


def told(error: AppError) -> dict[str, str]:
    """Return what a row keeps of the refusal that ended its job."""
    return {"code": error.code, "message": error.detail, "action": error.action}
