"""What the mapping page is made of: columns of the file, and guesses that can be set."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file on the mapping page: its place (from 0), header and first values, and what it becomes.

    `bars` (0 to 3) draw how sure `why` is; `ask` marks what a person should look at.
    """

    index: int
    name: str
    samples: Sequence[str]
    field: str = ""
    blank: str = ""
    why: str = "No field fits"
    bars: int = 0
    ask: bool = False
    problem: str | None = None
    blank_problem: str | None = None


@dataclass(frozen=True, slots=True)
class Chip:
    """A guess that can be set: the name of its control, its words, the choices, and whether to look at it."""

    name: str
    label: str
    value: str
    choices: Sequence[tuple[str, str]]
    ask: bool = False
    problem: str | None = None
