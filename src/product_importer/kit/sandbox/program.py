"""A bounded program as its starter sees it: what it is given, how it ended, and the reason that it left."""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from product_importer.kit import lifeline


class Silent(Exception):
    """The program did not end in time."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program at work; `output` is the end of the pipe where it writes into none of our files."""

    output: IO[bytes] | None
    _process: "subprocess.Popen[bytes]"
    _reason: IO[bytes]

    def status(self, *, within: float) -> int:
        """Wait so many seconds and return how it ended, a signal as its negative number; raises Silent."""
        try:
            return self._process.wait(within)
        except subprocess.TimeoutExpired:
            raise Silent from None

    def reason(self, *, most: int) -> str:
        """Return what it said of its end, in at most so many characters."""
        self._reason.seek(0)
        return self._reason.read(4 * most).decode("utf-8", "replace").strip()[:most]


@contextlib.contextmanager
def running(module: str, *words: object, given: IO[bytes], written: IO[bytes] | None = None) -> Iterator[Program]:
    """Run a module over an open file; it writes into another, or into a pipe, and never outlives the block."""
    with tempfile.TemporaryFile() as reason, lifeline.held() as line:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, words)],
            stdin=given,
            stdout=subprocess.PIPE if written is None else written,
            stderr=reason,
            env=_environment() | {lifeline.VARIABLE: str(line)},
            pass_fds=(line,),
        )
        try:
            yield Program(process.stdout, process, reason)
        finally:
            process.kill()
            process.communicate()


def _environment() -> dict[str, str]:
    """Give the program what Python needs to start, and none of our secrets."""
    return {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"}
