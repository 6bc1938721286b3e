"""Physical lines of a text, split only when somebody asks for one of them."""

import io
from collections.abc import Iterator, Sequence
from typing import overload


class Lines(Sequence[str]):
    """The lines of a text with their ends: LF, CR or CRLF, and nothing else that Unicode knows as a break.

    Iterating makes a line at a time and keeps none; that is all a clean file needs.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._split: list[str] | None = None

    def __iter__(self) -> Iterator[str]:
        return io.StringIO(self.text, newline="")

    def __len__(self) -> int:
        return len(self._list())

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        return self._list()[at]

    def _list(self) -> list[str]:
        if self._split is None:
            self._split = io.StringIO(self.text, newline="").readlines()
        return self._split
