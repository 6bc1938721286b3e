"""Files that are made while they are sent."""

import itertools
from collections.abc import Iterator

from fastapi.responses import StreamingResponse


def csv_file(pieces: Iterator[str], name: str) -> StreamingResponse:
    """Send the pieces, the header first, as a CSV file; an error before the first lines is refused as usual.

    An error in the middle ends the connection without the last chunk, so that no client takes what it has for whole.
    """
    begin = next(pieces) + next(pieces, "")
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(itertools.chain((begin,), pieces), media_type="text/csv; charset=utf-8", headers=headers)
