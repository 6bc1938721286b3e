"""Static files under addresses that name their content, so that browsers keep them for good."""

import functools
import hashlib
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"
PREFIX = "/static"
FOR_GOOD = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"  # a script's relative import carries no version: the ETag answers it


@functools.cache
def version(path: str) -> str:
    """Digest the content of one static file (short SHA-256); raises FileNotFoundError for one that is not there."""
    return hashlib.sha256((FOLDER / path).read_bytes()).hexdigest()[:12]


def static(path: str) -> str:
    """Give the address of a static file; it changes when the file does."""
    return f"{PREFIX}/{path}?v={version(path)}"


class Assets(StaticFiles):
    """Serves the folder; mount it at PREFIX."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer a file, immutable when it was asked for by its version."""
        response = await super().get_response(path, scope)
        named = scope["query_string"].decode("latin-1").removeprefix("v=")
        known = response.status_code in (200, 304) and named == version(path)
        response.headers["Cache-Control"] = FOR_GOOD if known else ASK_FIRST
        return response
