"""Whether a server of the tests is here: where its program is, what was used, and what to do when it is missing."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import pytest

used: dict[str, str] = {}  # server -> its version and where it came from, printed in the summary


def program(*names: str, also_in: Iterable[Path] = ()) -> Path | None:
    """Return the first of these programs that is installed, on PATH or in the folders given."""
    for name in names:
        if found := shutil.which(name):
            return Path(found)
        for folder in also_in:
            if os.access(folder / name, os.X_OK):
                return folder / name
    return None


def missing(what: str, remedy: str) -> NoReturn:
    """Skip the test and say what would provide the server; fail where CI=true, since there nothing may be left out."""
    words = f"{what} is not here: {remedy}"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(words, pytrace=False)
    pytest.skip(words)
