"""What tus' headers say: https://tus.io/protocols/resumable-upload, version 1.0.0."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from product_importer.kit.errors import AppError
from product_importer.kit.settings import Settings
from product_importer.uploads import resumable
from product_importer.uploads.models import Upload
from product_importer.uploads.resumable import Announcement
from product_importer.web.actions import receive

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,creation-defer-length,checksum,expiration,termination"
ALGORITHMS = {"md5": 16, "sha1": 20, "sha256": 32}  # bytes of a digest
STREAM = "application/offset+octet-stream"
METADATA_MAX = 8 * 2**10  # bytes
EXPOSED = (
    "Location, Tus-Checksum-Algorithm, Tus-Extension, Tus-Max-Size, Tus-Resumable, Tus-Version, Upload-Defer-Length,"
    " Upload-Expires, Upload-Length, Upload-Metadata, Upload-Offset, X-Request-ID"
)
TAKEN = (
    "Content-Type, Tus-Resumable, Upload-Checksum, Upload-Defer-Length, Upload-Length, Upload-Metadata, Upload-Offset,"
    " X-HTTP-Method-Override, X-Requested-With"
)
COMMON = {"Tus-Resumable": VERSION, "Access-Control-Expose-Headers": EXPOSED, "Cache-Control": "no-store"}
_COUNT = re.compile(r"[0-9]{1,18}")
_MD5 = re.compile(r"[0-9a-fA-F]{32}")
_KEY = re.compile(r"[!-+\--~]+")  # visible ASCII without the comma


class TusVersion(AppError):
    """The client speaks another version of the protocol, or none."""

    status = 412
    code = "TUS_VERSION"
    title = "This is not tus 1.0.0"
    action = "Send `Tus-Resumable: 1.0.0`."


class BadTusHeader(AppError):
    """A header of the protocol is missing or says nothing that can be used."""

    status = 400
    code = "BAD_TUS_HEADER"
    title = "A header of the upload is missing or wrong"
    action = "See the detail; the protocol is described at tus.io."


class NotOffsetStream(AppError):
    """The body does not say that it is a piece of an upload."""

    status = 415
    code = "NOT_OFFSET_STREAM"
    title = "The body is not marked as a piece of an upload"
    action = f"Send `Content-Type: {STREAM}`."


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the digest of one request's body must be."""

    algorithm: str
    digest: bytes

    def hasher(self) -> Any:
        """Return a fresh hash object of the algorithm."""
        return hashlib.new(self.algorithm, usedforsecurity=False)


def require_version(headers: Mapping[str, str]) -> None:
    """Refuse a client of another protocol."""
    if headers.get("tus-resumable") != VERSION:
        raise TusVersion(f"Tus-Resumable is {headers.get('tus-resumable', 'missing')}.")


def require_stream(headers: Mapping[str, str]) -> None:
    """Refuse a body of another type before a byte of it is read."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() != STREAM:
        raise NotOffsetStream


def announcement(headers: Mapping[str, str]) -> Announcement:
    """Read what a new upload will be; its size is known, or said to be told later."""
    length, deferred = count(headers, "upload-length"), headers.get("upload-defer-length")
    if (length is None) == (deferred is None) or deferred not in (None, "1"):
        raise BadTusHeader("Send either Upload-Length with the size in bytes, or Upload-Defer-Length: 1.")
    text = headers.get("upload-metadata", "")
    told = metadata(text)
    name = (told.get("filename") or told.get("name") or b"").decode("utf-8", "replace")
    md5 = told.get("md5", b"").decode("utf-8", "replace")
    if md5 and not _MD5.fullmatch(md5):
        raise BadTusHeader("The md5 in Upload-Metadata is not 32 hexadecimal digits.")
    name = receive.shown(name.replace("\\", "/").rpartition("/")[2]) or "upload"
    return Announcement(name, length, text, md5.lower() or None)


def metadata(text: str) -> dict[str, bytes]:
    """Read pairs of key and Base64; a key may stand alone, and there may be none at all."""
    if len(text) > METADATA_MAX:
        raise BadTusHeader(f"Upload-Metadata has more than {METADATA_MAX:,} bytes.")
    told: dict[str, bytes] = {}
    for pair in filter(None, (pair.strip() for pair in text.split(","))):
        key, _, value = pair.partition(" ")
        if not _KEY.fullmatch(key) or key in told:
            raise BadTusHeader(f"The key “{key[:40]}” of Upload-Metadata is repeated or not plain ASCII.")
        told[key] = _decoded(value.strip(), f"The value of “{key[:40]}” in Upload-Metadata")
    return told


def checksum(headers: Mapping[str, str]) -> Checksum | None:
    """Read what the digest of the body must be, if the client says that."""
    said = headers.get("upload-checksum")
    if said is None:
        return None
    algorithm, _, encoded = said.partition(" ")
    digest = _decoded(encoded.strip(), "The digest in Upload-Checksum")
    if len(digest) != ALGORITHMS.get(algorithm):
        raise BadTusHeader(f"Upload-Checksum takes {', '.join(ALGORITHMS)} and the digest in Base64.")
    return Checksum(algorithm, digest)


def count(headers: Mapping[str, str], name: str) -> int | None:
    """Read a header that is a number of bytes."""
    said = headers.get(name)
    if said is None:
        return None
    if not _COUNT.fullmatch(said):
        raise BadTusHeader(f"{name.title()} is not a number of bytes.")
    return int(said)


def offset(headers: Mapping[str, str]) -> int:
    """Read where the body belongs."""
    said = count(headers, "upload-offset")
    if said is None:
        raise BadTusHeader("Upload-Offset is missing.")
    return said


def standing(upload: Upload) -> dict[str, str]:
    """Say where an upload stands and until when it may be gone on with."""
    told = {"Upload-Offset": str(upload.received)}
    if upload.length is None:
        told["Upload-Defer-Length"] = "1"
    else:
        told["Upload-Length"] = str(upload.length)
    if upload.announced:
        told["Upload-Metadata"] = upload.announced
    return told | expiry(upload)


def expiry(upload: Upload) -> dict[str, str]:
    """Say until when an upload may be gone on with; one that was used does not expire."""
    return {} if upload.completed_at else {"Upload-Expires": http_date(resumable.expires_at(upload))}


def http_date(moment: datetime) -> str:
    """Write a moment as HTTP does (RFC 9110, section 5.6.7)."""
    return format_datetime(moment, usegmt=True)


def abilities(settings: Settings) -> dict[str, str]:
    """Say what this server can do."""
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
        "Tus-Max-Size": str(settings.max_upload_bytes),
        "Access-Control-Allow-Methods": "DELETE, GET, HEAD, OPTIONS, PATCH, POST",
        "Access-Control-Allow-Headers": TAKEN,
        "Access-Control-Max-Age": "86400",
    }


def _decoded(value: str, what: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise BadTusHeader(f"{what} is not Base64.") from None
