"""Further headers that a person adds to calls: what they may be, and how they are kept unreadable."""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AfterValidator

from product_importer.kit import secrets

MOST: Final = 20  # headers
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_VALUE: Final = re.compile(r"[\x20-\x7e]{0,4096}")
_OURS: Final = re.compile(
    r"webhook-.*|content-.*|if-.*|accept-encoding|range|host|user-agent|connection|transfer-encoding|expect|upgrade"
    r"|te|trailer",
    re.IGNORECASE,
)


def sealed(headers: Mapping[str, str], *, purpose: str) -> str | None:
    """Seal headers for the database; None when there are none."""
    return secrets.seal(json.dumps(dict(headers)), purpose=purpose) if headers else None


def unsealed(kept: str | None, *, purpose: str) -> dict[str, str]:
    """Return the headers that were sealed for this purpose. Raises SecretUnreadable."""
    return dict(json.loads(secrets.unseal(kept, purpose=purpose))) if kept else {}


def names(kept: str | None, *, purpose: str) -> list[str] | None:
    """Return the names of the headers that were sealed for this purpose; None where they cannot be read."""
    try:
        return list(unsealed(kept, purpose=purpose))
    except secrets.SecretUnreadable:
        return None


def _allowed(headers: dict[str, str]) -> dict[str, str]:
    if len(headers) > MOST:
        raise ValueError(f"at most {MOST} headers can be added")
    for name, value in headers.items():
        if not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ValueError(f"{name!r} is not a valid header: printable ASCII characters are expected")
        if _OURS.fullmatch(name):
            raise ValueError(f"{name!r} is set by the request itself")
    if len({name.lower() for name in headers}) < len(headers):
        raise ValueError("a header is given twice")
    return headers


Headers = Annotated[dict[str, str], AfterValidator(_allowed)]
