"""The version of one thing as HTTP speaks of it: ETag, and If-Match before a change."""

import re
from collections.abc import Collection
from typing import Annotated

from fastapi import Depends, Header

_STRONG = re.compile(r'(?<!W/)"(\d{1,9})"')


def etag(version: int) -> str:
    """Write a version as a strong entity tag (RFC 9110, section 8.8.3)."""
    return f'"{version}"'


def _versions(
    if_match: Annotated[
        str | None, Header(description='The ETag that was seen, such as `"3"`: a change since then refuses with 412.')
    ] = None,
) -> Collection[int] | None:
    """Read which versions may be changed; None is any. What is no tag of ours matches nothing."""
    if if_match is None or if_match.strip() == "*":
        return None
    return frozenset(int(version) for version in _STRONG.findall(if_match))


Versions = Annotated[Collection[int] | None, Depends(_versions)]
