"""Line breaks inside the cells of a spreadsheet stand for one character, so that each of its rows is one line."""

import re
from typing import Final

FOLD: Final = "\x1b"
_SIGNS: Final = {"\n": f"{FOLD}n", "\r": f"{FOLD}r", FOLD: f"{FOLD}e"}
_BREAKS: Final = {sign: char for char, sign in _SIGNS.items()}
_BREAK: Final = re.compile(f"[\r\n{FOLD}]")
_FOLDED: Final = re.compile(f"{FOLD}[nre]")


def folded(cell: str) -> str:
    """Write a cell without line breaks."""
    return _BREAK.sub(lambda found: _SIGNS[found[0]], cell)


def unfolded(cell: str) -> str:
    """Give the cell back as it was."""
    return _FOLDED.sub(lambda found: _BREAKS[found[0]], cell)


def flat(line: str) -> str:
    """Put a blank for each line break, where words are only compared."""
    return _FOLDED.sub(" ", line)
