"""How far an import is: its status in words, its percentage, its speed, and the time that is left."""

import datetime as dt

from product_importer.imports.models import ImportJob
from product_importer.imports.snapshot import Counts, Progress, Undoing
from product_importer.imports.states import FINAL, WORKING, Question, State, UndoState
from product_importer.kit import clock

READING_SHARE, CHECKING_SHARE = 40.0, 10.0  # percent of the whole; applying takes the rest
STATUS = {
    State.QUEUED: "Waiting",
    State.READING: "Parsing CSV…",
    State.CHECKING: "Validating…",
    State.APPLYING: "Importing…",
    State.PAUSED: "Paused",
    State.COMPLETED: "Completed",
    State.CANCELLED: "Cancelled",
    State.UNDONE: "Undone",
}
ASKED = {
    Question.MAPPING: "Which column is which?",
    Question.DECIMAL: "Which sign separates the cents?",
    Question.REJECTS: "Continue despite the rejected rows?",
    Question.REVIEW: "Waiting for your review",
}


def status_of(job: ImportJob, undo: Undoing | None) -> str:
    """Say where an import stands, as API and pages show it: Importing…, or Failed with the reason."""
    if undo is not None and undo.state is UndoState.RUNNING:
        return "Undoing…"
    if job.pause_requested and job.state in WORKING:
        return "Pausing…"
    if job.state is State.FAILED:
        return f"Failed: {(job.error or {}).get('message', 'unknown')}"
    if job.state is State.WAITING and job.question is not None:
        return ASKED[job.question]
    return STATUS[job.state]


def progress_of(job: ImportJob, counts: Counts, settled: int) -> Progress:
    """Return how far an import is; `settled` are the positions of its plan that slices have written."""
    percent = _percent(job, settled)
    total = job.rows_read if job.winners is not None else None
    end = job.finished_at or job.paused_at or clock.now()
    elapsed = max(0.0, (end - job.started_at).total_seconds() - job.paused_seconds) if job.started_at else 0.0
    done = counts.rows if job.winners is not None else job.rows_read
    left = elapsed * (100 - percent) / percent if percent >= 1 and job.state in WORKING else None
    return Progress(
        percent=percent,
        rows_done=counts.rows,
        rows_total=total,
        rows_per_second=_rate(job, done, end, spent=elapsed),
        eta_seconds=round(left, 1) if left is not None else None,
        rows_read=job.rows_read,
        elapsed_seconds=round(elapsed, 1) if job.started_at else None,
    )


def _rate(job: ImportJob, done: int, end: dt.datetime, *, spent: float) -> int | None:
    """Rows a second of the phase at work, or of the whole when it is over."""
    if job.state in (State.APPLYING, State.PAUSED) and job.applying_at:
        spent = (end - job.applying_at).total_seconds()
    return round(done / spent) if spent >= 0.1 else None


def _percent(job: ImportJob, settled: int) -> float:
    if job.state in FINAL and job.state is not State.FAILED and job.state is not State.CANCELLED:
        return 100.0
    if job.winners is not None:
        share = settled / job.winners if job.winners else 1.0
        return round(READING_SHARE + CHECKING_SHARE + (100 - READING_SHARE - CHECKING_SHARE) * share, 1)
    return round(READING_SHARE * min(1.0, job.bytes_read / max(1, job.file_bytes)), 1)
