"""A gate in the way of the product's processes: they stop at a failpoint until the test lets them go on."""

import itertools
from dataclasses import dataclass
from pathlib import Path

from tests.patience import until

_numbers = itertools.count()  # of all gates, for one process may stand at several in turn


@dataclass(slots=True)
class Gate:
    """Holds processes that run with FAILPOINTS=`setting`; at most one stands at the gate, others pass behind it."""

    file: Path

    @property
    def setting(self) -> str:
        """What FAILPOINTS must be in the processes."""
        return f"@{self.file}"

    def shut(self, place: str) -> None:
        """Stop whoever next passes `place`, or `place@n` the n-th time; who stands at another place goes on."""
        name, _, hit = place.partition("@")
        self._plan(f"{name}=hold{'@' if hit else ''}{hit}")

    def strike(self, fault: str) -> None:
        """Let a fault such as `place=enospc` befall whoever next passes the place, once."""
        self._plan(fault)

    def wait(self) -> None:
        """Wait until somebody stands at the gate."""
        until(self._trace.exists, words="nobody came by")

    def open(self) -> None:
        """Let everybody pass."""
        self.file.unlink(missing_ok=True)
        self._trace.unlink(missing_ok=True)

    def _plan(self, fault: str) -> None:
        # Numbered, because hits are counted by the plan's text; renamed, so that nobody reads half of it.
        written = self.file.with_suffix(".new")
        written.write_text(f"{fault};plan {next(_numbers)}")
        written.rename(self.file)
        self._trace.unlink(missing_ok=True)

    @property
    def _trace(self) -> Path:
        return Path(f"{self.file}.fired")
