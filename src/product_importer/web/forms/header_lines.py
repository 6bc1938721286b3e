"""Further headers as a person writes them: one a line, as in X-Api-Key: secret."""

import re
from typing import Final

_LINE: Final = re.compile(r"\s*([^:\s]+)\s*:\s*(.*?)\s*")


class HeaderLine(ValueError):
    """A line of the headers is none; `words` are for the person."""

    def __init__(self, line: str) -> None:
        self.words = f"“{line.strip()[:40]}” is not a valid header. Write one per line, as in X-Api-Key: secret."
        super().__init__(self.words)


def understood(text: str) -> dict[str, str]:
    """Read the headers. Raises HeaderLine."""
    found = {}
    for line in filter(str.strip, text.splitlines()):
        if (parts := _LINE.fullmatch(line)) is None:
            raise HeaderLine(line)
        found[parts[1]] = parts[2]
    return found
