"""Bytes of pictures as they leave: sizes for browsers to show and keep, originals only to be saved."""

import re
from collections.abc import Mapping
from typing import Final

from fastapi import Response

from product_importer.kit import storage
from product_importer.media import places
from product_importer.media.images import ImageNotFound
from product_importer.media.models import Image, ProductImage
from product_importer.media.queries import File
from product_importer.web import downloads

SHORT = 60.0  # seconds for which the address of an original can be used
ALONE: Final = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
KEPT: Final = "private, max-age=31536000, immutable"
_RANGE: Final = re.compile(r"bytes=(\d{0,9})-(\d{0,9})")


def variant(file: File, asked: Mapping[str, str]) -> Response:
    """Answer a size: 304 to whoever has it, 206 for one range (RFC 9110, section 14), else all of it."""
    tag = f'"{file.sha256}"'
    told = {**ALONE, "Cache-Control": KEPT, "ETag": tag, "Accept-Ranges": "bytes"}
    if _has(asked.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=told)
    try:
        data = b"".join(storage.stream(file.key))
    except FileNotFoundError:
        raise ImageNotFound from None
    wanted = asked.get("range", "") if asked.get("if-range", tag) == tag else ""
    match = _RANGE.fullmatch(wanted)
    if match is None or match.group(1, 2) == ("", ""):
        return Response(data, 200, told, "image/webp")
    return _part(data, match[1], match[2], told)


def signed(image: Image) -> str | None:
    """Return a short-lived address of the original in a bucket, None where files lie in a folder."""
    return storage.signed(places.original(image), seconds=SHORT)


def original(image: Image, link: ProductImage) -> Response:
    """Answer the file as it was sent, under its name, as what no browser shows."""
    return downloads.original(storage.stream(places.original(image)), link.name, size=image.bytes, headers=ALONE)


def _has(tags: str, tag: str) -> bool:
    return tags.strip() == "*" or tag in {one.strip().removeprefix("W/") for one in tags.split(",")}


def _part(data: bytes, first: str, last: str, told: Mapping[str, str]) -> Response:
    size = len(data)
    if first:
        start, end = int(first), min(int(last) if last else size - 1, size - 1)
    else:  # the last so many bytes
        start, end = max(0, size - int(last)), size - 1
    if start > end:
        return Response(status_code=416, headers={**told, "Content-Range": f"bytes */{size}"})
    named = {**told, "Content-Range": f"bytes {start}-{end}/{size}"}
    return Response(data[start : end + 1], 206, named, "image/webp")
