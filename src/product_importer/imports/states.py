"""The closed lists of an import: its states, questions, modes, outcomes and blank policies."""

from enum import StrEnum


class State(StrEnum):
    """Where an import stands. API, pages and database have these words; docs/api.md lists them."""

    QUEUED = "queued"
    READING = "reading"
    CHECKING = "checking"
    APPLYING = "applying"
    WAITING = "waiting"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNDONE = "undone"


WORKING = (State.QUEUED, State.READING, State.CHECKING, State.APPLYING)
FINAL = (State.COMPLETED, State.FAILED, State.CANCELLED, State.UNDONE)


class UndoState(StrEnum):
    """Where an undo stands; a failed one can be asked for again and goes on where it stopped."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


class Fate(StrEnum):
    """What became of a product since the import wrote it: an undo takes back the untouched ones only."""

    UNTOUCHED = "untouched"
    EDITED = "edited"
    DELETED = "deleted"


class Question(StrEnum):
    """What a waiting import asks a person."""

    MAPPING = "mapping"
    DECIMAL = "decimal"
    REJECTS = "rejects"
    REVIEW = "review"


class Mode(StrEnum):
    """What an import may do to the catalog."""

    UPSERT = "upsert"
    CREATE_ONLY = "create_only"
    UPDATE_ONLY = "update_only"


class Outcome(StrEnum):
    """What became of a record, in the order in which outcomes are always shown."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SUPERSEDED = "superseded"
    SKIPPED = "skipped"
    REJECTED = "rejected"


class Blank(StrEnum):
    """What an empty cell of a mapped column means."""

    REJECT = "reject"
    KEEP = "keep"
    CLEAR = "clear"


class Decimal(StrEnum):
    """Which sign separates the cents."""

    POINT = "."
    COMMA = ","
