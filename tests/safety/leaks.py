"""What a run leaves behind, searched for secrets in clear: those that were made here, and those of a known look."""

import base64
import functools
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.accounts.makers import PASSWORD

PAGE = 4096  # bytes; databases share most of their pages with the template that they were copied from
LEFT = ("*.db", "*.db-wal", "*.log", "log", "*.dump", "*.csv", "*.json")  # databases, logs and exports
# Passwords and headers that tests give, each so odd that it stands nowhere else.
HEADER = "Bearer of a header that is kept"
LOGIN = base64.b64encode(f"anna:{PASSWORD}".encode()).decode()  # as an address with both is sent
GIVEN = (PASSWORD, HEADER, LOGIN)
BEGINNINGS = (b"pi_", b"whsec_")
LOOK = re.compile(rb"(?<![\w-])pi_[\w-]{43}(?![\w-])|whsec_[A-Za-z0-9+/]{43}=")
RUN = re.compile(rb"[\w+/-]{43,4096}")  # in which 32 random bytes may stand, in either alphabet of base64
WORD = 43  # letters that 32 bytes are written with
HEX = re.compile(rb"\\\\x((?:[0-9a-f]{2}){20,})")  # how PostgreSQL writes bytes into JSON
# A server that starts locked says its one-time link on purpose: only its terminal can tell who owns it.
SAID = re.compile(rb"/setup\?token=[\w-]{43}")

_made: set[bytes] = set()
_pages: set[int] = set()


def listen() -> None:
    """Remember every secret that this process makes, at their only source: 32 random bytes of the standard library."""
    bytes_, urlsafe = secrets.token_bytes, secrets.token_urlsafe

    @functools.wraps(bytes_)
    def token_bytes(nbytes: int | None = None) -> bytes:
        made = bytes_(nbytes)
        if nbytes == 32:
            _made.add(base64.b64encode(made)[:WORD])
        return made

    @functools.wraps(urlsafe)
    def token_urlsafe(nbytes: int | None = None) -> str:
        made = urlsafe(nbytes)
        if nbytes == 32:
            _made.add(made.encode())
        return made

    secrets.token_bytes, secrets.token_urlsafe = token_bytes, token_urlsafe


def made() -> int:
    """Return how many secrets this process has made so far."""
    return len(_made)


def found(data: bytes) -> list[str]:
    """Return the secrets that stand in clear in what was left, by their first letters."""
    data = SAID.sub(b"", data) + b"".join(bytes.fromhex(one.decode()) for one in HEX.findall(data))
    likely = any(begin in data for begin in BEGINNINGS)  # to look for these alone takes a hundredth of the time
    looks = [one.group() for one in LOOK.finditer(data)] if likely else []
    runs = (run.group() for run in RUN.finditer(data))
    words = (run[at : at + WORD] for run in runs for at in range(len(run) - WORD + 1))
    given = [one.encode() for one in GIVEN if one.encode() in data]
    return sorted({one[:12].decode() for one in (*looks, *_made.intersection(words), *given)})


def left_in(folder: Path) -> Iterator[str]:
    """Search what a run has left in a folder: yield each file in which a secret stands, with the secret's beginning."""
    for path in sorted({path for glob in LEFT for path in folder.rglob(glob)}):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            parts = _unseen(data) if path.suffix == ".db" else [data]
            for secret in sorted({one for part in parts for one in found(part)}):
                yield f"{path.relative_to(folder)}: {secret}…"


def _unseen(data: bytes) -> Iterator[bytes]:
    """Yield the pages of a database that were not searched before, in this database or another."""
    for start in range(0, len(data), PAGE):
        page = data[start : start + PAGE]
        if (mark := hash(page)) not in _pages:
            _pages.add(mark)
            yield page


class Search:
    """Pytest's own events: gathers what tests say, and searches at the end; any secret fails the run."""

    def __init__(self) -> None:
        self.leaks: list[str] = []

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Search what a test and the servers in its process said, unless another process did so already."""
        if report.when == "teardown" and not hasattr(report, "node"):  # which holds what was said before, too
            for _, text in report.sections:
                self.leaks += [f"log of {report.nodeid}: {one}…" for one in found(text.encode("utf-8", "replace"))]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Search the folders of this process's tests, and tell it to the process that prints the summary."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None or not session.config.getoption("numprocesses", None):
            factory = session.config._tmp_path_factory  # type: ignore[attr-defined]
            self.leaks += left_in(factory.getbasetemp())
        if output is not None:
            output["leaks"] = self.leaks
        elif self.leaks:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """Take what a parallel worker found."""
        self.leaks += getattr(node, "workeroutput", {}).get("leaks", [])

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name every secret that was left in clear."""
        for leak in self.leaks:
            terminalreporter.write_line(f"SECRET LEFT IN CLEAR in {leak}", red=True)
