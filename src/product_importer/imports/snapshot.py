"""One import as everybody sees it: the value behind the API's JSON, the SSE events, the pages and the CLI."""

import datetime as dt
import uuid
from dataclasses import dataclass, field

from product_importer.catalog.wishes import Wished
from product_importer.imports.states import WORKING, Mode, Outcome, Question, State, UndoState


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work is; `percent` (0 to 100, one decimal) never falls, `rows_done` counts settled records.

    `elapsed_seconds` is the time worked: without pauses, and without waiting for a person.
    """

    percent: float
    rows_done: int
    rows_total: int | None
    rows_per_second: int | None
    eta_seconds: float | None
    rows_read: int = 0
    elapsed_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """The account: `rows` is always the sum of the six outcomes."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    superseded: int = 0
    skipped: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of the uploaded file; the guesses are None until it was read."""

    name: str
    bytes: int
    sha256: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header_line: int | None = None
    sheet: str | None = None  # of a workbook


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an import failed: code, what was found, what to do."""

    code: str
    message: str
    action: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A counted warning, for example prices rounded to the cent."""

    code: str
    message: str
    count: int


@dataclass(frozen=True, slots=True)
class Undoing:
    """How far the undo of an import is: `done` of `total` products are deleted, restored, kept or were gone already."""

    state: UndoState
    percent: float
    done: int
    total: int
    deleted: int
    restored: int
    kept: int
    gone: int
    actor: str
    error: Failure | None
    created_at: dt.datetime
    finished_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A product that the catalog has moved on since the plan: what was planned, and what would be done now."""

    line: int
    sku: str
    planned: Outcome
    now: Outcome
    changes: dict[str, list[str | bool | None]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What belongs to the question of a waiting import.

    To `decimal`: what was found, and the example as it reads under each sign. To `review`, when an earlier yes
    met a catalog that had moved: how many products differ, and the first twenty of them.
    """

    detail: str = ""
    example: str = ""
    readings: dict[str, str] = field(default_factory=dict)
    moved: int = 0
    differences: list[Difference] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Repeat:
    """The earlier import of the same file."""

    task_id: uuid.UUID
    number: int
    finished_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One import at one version."""

    task_id: uuid.UUID
    number: int
    state: State
    status: str
    question: Question | None
    version: int
    progress: Progress
    counts: Counts
    file: FileFacts
    mapping: dict[str, str]
    ignored_columns: list[str]
    mode: Mode
    warnings: list[Notice]
    error: Failure | None
    actor: str
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None
    links: dict[str, str] = field(default_factory=dict)
    pausing: bool = False
    undo: Undoing | None = None
    plan: Counts | None = None  # the account it comes to, known once the plan is made
    asked: Asked | None = None
    repeats: Repeat | None = None
    images: Wished | None = None  # pictures that the file names; None where no column does

    @property
    def undoing(self) -> bool:
        """Whether the import is being taken back."""
        return self.undo is not None and self.undo.state is UndoState.RUNNING

    @property
    def moves(self) -> bool:
        """Whether numbers may still change without anybody's doing."""
        return self.state in WORKING or self.undoing

    @property
    def rests(self) -> bool:
        """Whether it waits for a person, or is paused."""
        return self.state in (State.WAITING, State.PAUSED)


@dataclass(frozen=True, slots=True)
class RejectGroup:
    """All rejects of one code in one column: how many, an example, the first lines."""

    code: str
    column: str | None
    count: int
    example: str
    lines: list[int]


@dataclass(frozen=True, slots=True)
class Reject:
    """One rejected record, as listed among the first 1,000.

    `line` is what an editor calls it; `row` what a spreadsheet does, null where that is the same number.
    """

    line: int
    column: str | None
    code: str
    value: str
    message: str
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What an import makes, or made, of one record.

    `changes` are `{field: [before, after]}` with amounts as text; `product_id` and `name` are None where there is
    no such product (yet, or any more). `winning_line` belongs to a superseded record, `code`, `column` and
    `message` to a skipped one.
    """

    outcome: Outcome
    line: int
    sku: str
    name: str | None = None
    product_id: uuid.UUID | None = None
    changes: dict[str, list[str | bool | None]] = field(default_factory=dict)
    winning_line: int | None = None
    code: str | None = None
    column: str | None = None
    message: str = ""
