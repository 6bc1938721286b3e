"""Physical lines of a text, split only when somebody asks for one of them."""

import io
from collections.abc import Iterator, Sequence
from typing import overload

_FOREIGN = "\v\f\x1c\x1d\x1e\x85\u2028\u2029"  # what str.splitlines, four times as fast, takes for breaks too


class Lines(Sequence[str]):
    """The lines of a text with their ends: LF, CR or CRLF, and nothing else that Unicode knows as a break."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.has_cr = "\r" in text
        self._split: list[str] | None = None

    def __iter__(self) -> Iterator[str]:
        return iter(self._list())

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
            foreign = any(map(self.text.__contains__, _FOREIGN))
            self._split = io.StringIO(self.text, newline="").readlines() if foreign else self.text.splitlines(True)
        return self._split
