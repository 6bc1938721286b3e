"""What runs on this machine, as far as it was started with a certain mark in its environment."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Process:
    """One living process: its id, its state as in ps(1) (T is stopped), and its command line."""

    pid: int
    state: str
    command: str


def marked(variable: str) -> Iterator[Process]:
    """Yield the processes in whose environment this `NAME=value` stands, whoever started them."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if variable.encode() in (folder / "environ").read_bytes().split(b"\0"):
                state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                yield Process(int(folder.name), state, command.strip())
