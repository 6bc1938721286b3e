"""Static files under addresses that name what all of them hold, so that browsers keep them for good.

The version stands before the path: what a script imports, and what a style draws on, is asked for by the same one.
"""

import functools
import hashlib
import re
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"
PREFIX = "/static"
FOR_GOOD = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"  # a page of another release asks by its own version, and gets what is here now
VERSION = re.compile("[0-9a-f]{12}")


@functools.cache
def version() -> str:
    """Digest the paths and contents of all static files (short SHA-256)."""
    whole = hashlib.sha256()
    for file in sorted(path for path in FOLDER.rglob("*") if path.is_file()):
        content = hashlib.sha256(file.read_bytes())
        whole.update(f"{file.relative_to(FOLDER).as_posix()} {content.hexdigest()}\n".encode())
    return whole.hexdigest()[:12]


@functools.cache
def static(path: str) -> str:
    """Give the address of a static file; it changes when any of them does. Raises FileNotFoundError for none."""
    (FOLDER / path).stat()
    return f"{PREFIX}/{version()}/{path}"


class Assets(StaticFiles):
    """Serves the folder; mount it at PREFIX."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer a file, immutable when it was asked for by the version that is here."""
        named, _, rest = Path(path).as_posix().partition("/")
        response = await super().get_response(rest if VERSION.fullmatch(named) else path, scope)
        known = response.status_code in (200, 304) and named == version()
        response.headers["Cache-Control"] = FOR_GOOD if known else ASK_FIRST
        return response
