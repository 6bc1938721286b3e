"""Small values that pages show and no domain needs."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: its place (from 0), header, up to three values, and the field it seems to be."""

    index: int
    name: str
    samples: Sequence[str]
    suggested: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a product to be filled: the column chosen for it, and what is wrong with that choice."""

    name: str
    label: str
    required: bool = False
    chosen: int | None = None
    problem: str | None = None
