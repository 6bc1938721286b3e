"""The two modes under fire, and which of them meets which fault."""

import itertools

import pytest

from tests.fire import places
from tests.fire.places import Cell

EMBEDDED, CELERY = "embedded", "celery"
# With the marks of their tests
_MODES: dict[str, list[pytest.MarkDecorator]] = {EMBEDDED: [], CELERY: [pytest.mark.server]}

in_both = pytest.mark.parametrize("mode", [pytest.param(mode, marks=marks) for mode, marks in _MODES.items()])


def meets(cells: list[Cell]) -> pytest.MarkDecorator:
    """Let a test meet each of these cells: in both modes if FIRE=all, else the modes take turns."""
    if places.ALL:
        pairs = list(itertools.product(_MODES, cells))
    else:
        first = sum(cells[0].place.partition(".")[0].encode())  # in another scene another mode begins
        pairs = [(list(_MODES)[(first + number) % len(_MODES)], cell) for number, cell in enumerate(cells)]
    told = [pytest.param(mode, cell, id=f"{cell}-{mode}", marks=_MODES[mode]) for mode, cell in pairs]
    return pytest.mark.parametrize(("mode", "cell"), told)
