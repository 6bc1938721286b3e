"""Where an import stands, as pages show it: icon and colour of its state, its steps, and what to read aloud."""

from dataclasses import dataclass

from product_importer.imports.snapshot import Snapshot
from product_importer.imports.states import FINAL, WORKING, State
from product_importer.web.views import words


@dataclass(frozen=True, slots=True)
class Look:
    """How a status is drawn: icon, colour class ("" is quiet) and whether the icon turns."""

    icon: str
    kind: str = ""
    turns: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One phase of an import: its words, and "done", "now" or "ahead"."""

    words: str
    stand: str


TURNING = Look("loader-2", "is-accent", turns=True)
ASKING = Look("clock", "is-superseded")
LOOKS = {
    State.QUEUED: Look("clock"),
    State.READING: TURNING,
    State.CHECKING: TURNING,
    State.APPLYING: TURNING,
    State.WAITING: ASKING,
    State.PAUSED: ASKING,
    State.COMPLETED: Look("check"),
    State.FAILED: Look("alert-triangle", "is-rejected"),
    State.CANCELLED: Look("minus"),
    State.UNDONE: Look("arrow-back-up"),
}
NAMES = {state.value: state.value.capitalize() for state in State}
# What a phase is called when it is over and when it is ahead; while it lasts, the status itself names it.
PHASES = (("Received", "Receive"), ("Parsed", "Parse"), ("Validated", "Validate"), ("Imported", "Import"))
PHASE_OF = {State.QUEUED: 1, State.READING: 1, State.CHECKING: 2, State.APPLYING: 3, State.PAUSED: 3}


def look(state: State) -> Look:
    """Tell how the state is drawn."""
    return LOOKS[state]


def moves(snapshot: Snapshot) -> bool:
    """Tell whether numbers may still change without anybody's doing."""
    return snapshot.state in WORKING


def ended(snapshot: Snapshot) -> bool:
    """Tell whether nothing more becomes of its rows."""
    return snapshot.state in FINAL


def steps(snapshot: Snapshot) -> list[Step]:
    """Name the phases done, the one that lasts and those ahead; an import that stopped names only where it stands."""
    if snapshot.state is State.COMPLETED:
        return [*(Step(done, "done") for done, _ in PHASES), Step(snapshot.status, "done")]
    at = PHASE_OF.get(snapshot.state)
    if at is None:
        return [Step("Received", "done"), Step(snapshot.status, "now")]
    done = [Step(done, "done") for done, _ in PHASES[:at]]
    ahead = [Step(ahead, "ahead") for _, ahead in PHASES[at + 1 :]]
    return [*done, Step(snapshot.status, "now"), *ahead, Step("Completed", "ahead")]


def brief(snapshot: Snapshot) -> str:
    """Put status and percentage into one short phrase for a list: Importing, 43 %."""
    if snapshot.state in WORKING and snapshot.progress.percent:
        return f"{snapshot.status.rstrip('…')}, {snapshot.progress.percent:.0f}%"
    return snapshot.status


def rows(snapshot: Snapshot) -> str:
    """Say how many rows were read, and once they all were, how many of them are settled."""
    now = snapshot.progress
    if now.rows_total is None:
        return f"{words.number(now.rows_read)} rows read so far"
    return f"{words.number(now.rows_done)} of {words.number(now.rows_total)} rows"


def aloud(snapshot: Snapshot) -> str:
    """Say the progress as a screen reader should: 216,000 of 500,000 rows, about 5 s left."""
    eta = snapshot.progress.eta_seconds
    return rows(snapshot) if eta is None else f"{rows(snapshot)}, {words.about(eta)} left"


def took(snapshot: Snapshot) -> str:
    """Say how long a finished import worked, "" while it has not."""
    worked = snapshot.progress.elapsed_seconds
    return "" if worked is None or snapshot.finished_at is None else words.duration(worked)
