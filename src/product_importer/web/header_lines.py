"""Further headers as a person writes them: one a line, as in X-Api-Key: secret."""

import re
from typing import Final

_LINE: Final = re.compile(r"\s*([^:\s]+)\s*:\s*(.*?)\s*")


class HeaderLine(ValueError):
    """A line of the headers is none; its text is for the person."""


def understood(text: str) -> dict[str, str]:
    """Read the headers. Raises HeaderLine."""
    found = {}
    for line in filter(str.strip, text.splitlines()):
        if (parts := _LINE.fullmatch(line)) is None:
            raise HeaderLine(f"“{line.strip()[:40]}” is no header. Write one a line, as in X-Api-Key: secret.")
        found[parts[1]] = parts[2]
    return found
