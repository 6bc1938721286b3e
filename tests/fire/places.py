"""The failpoints of the product, read from its source, so that a new one is under fire by itself."""

import ast
import functools
import itertools
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass

from product_importer.imports.states import State
from tests import source

FAULTS = ("kill", "error", "enospc", "dropconn")
SEED = 20261125
ALL = os.environ.get("FIRE") == "all"
_WEB = ("src/product_importer/web/", "src/product_importer/uploads/")


@dataclass(frozen=True, order=True)
class Place:
    """One failpoint: its name, whether it has a connection to drop, and whether the web server passes it."""

    name: str
    connected: bool
    web: bool

    @property
    def scene(self) -> str:
        """What must be going on for a process to pass: the first word of the name."""
        return self.name.partition(".")[0]


@dataclass(frozen=True, order=True)
class Cell:
    """One fault at one place."""

    place: str
    fault: str
    hit: int

    def __str__(self) -> str:
        return f"{self.place}={self.fault}@{self.hit}"


@functools.cache
def places() -> list[Place]:
    """Return every failpoint of the source."""
    files = [file for file in source.python("src") if "failpoint(" in file.text]
    return sorted(set(itertools.chain.from_iterable(map(_in_file, files))))


def cells(*, web: bool, scene: str = "import") -> list[Cell]:
    """Return every fault at every place of one scene that the web server passes, or that the workers pass.

    A place that is passed often is struck at its second time too.
    """
    scenes = {"import", "upload"} if web and scene == "import" else {scene}
    return [
        Cell(place.name, fault, 1 + (_often(place) and number % 2))
        for number, place in enumerate(places())
        for fault in FAULTS
        if place.web is web and place.scene in scenes and (place.connected or fault != "dropconn")
    ]


def is_asked(cell: Cell) -> bool:
    """Return whether only an import that asks a person comes by this place."""
    return cell.place.startswith(("import.waiting", "import.review."))


def sampled(found: list[Cell], of_each_fault: int) -> list[Cell]:
    """Return all cells if FIRE=all, else some of each fault, always the same ones."""
    if ALL:
        return found
    by_fault = [[cell for cell in found if cell.fault == fault] for fault in FAULTS]
    dice = random.Random(SEED)
    return [cell for some in by_fault for cell in sorted(dice.sample(some, min(of_each_fault, len(some))))]


def _often(place: Place) -> bool:
    """Return whether one job passes the place again and again: for each slice, or for each batch taken back."""
    return ".slice." in place.name or place.name.startswith("undo.batch.")


def _in_file(file: source.Source) -> Iterator[Place]:
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "failpoint":
            for name in _names(node.args[0], file):
                yield Place(name, len(node.args) > 1, file.path.startswith(_WEB))


def _names(argument: ast.expr, file: source.Source) -> list[str]:
    """Return the name as it stands; `{state.value}` in it is each state that the file's `_enter` is called with."""
    if isinstance(argument, ast.Constant):
        return [str(argument.value)]
    pattern = ast.literal_eval(ast.unparse(argument).removeprefix("f"))
    assert "{state.value}" in pattern, f"{file.path}: how is {pattern!r} to be read?"
    entered = {
        ast.unparse(node.args[2]).removeprefix("State.")
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "_enter"
    }
    return [pattern.replace("{state.value}", State[name].value) for name in sorted(entered)]
