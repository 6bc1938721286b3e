"""A bare client of tus 1.0, as polite or as rude as a test needs."""

import base64
import uuid
from dataclasses import dataclass

from tests.web.doors import Answer, Doors

STREAM = "application/offset+octet-stream"


@dataclass(frozen=True, slots=True)
class Tus:
    """One client of one server."""

    doors: Doors

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """Ask as the protocol wants it; a header given as "" is left out."""
        told = {"Tus_Resumable": "1.0.0", **headers}
        return self.doors.ask(method, path, body, **{name: value for name, value in told.items() if value})

    def create(self, length: int | None, body: bytes = b"", **headers: str) -> Answer:
        """Announce a file of so many bytes; with a body, its first ones come along."""
        size = {"Upload_Defer_Length": "1"} if length is None else {"Upload_Length": str(length)}
        kind = {"Content_Type": STREAM} if body else {}
        return self.ask("POST", "/uploads", body, **size, **kind, **headers)

    def opened(self, length: int | None, **metadata: str) -> str:
        """Announce a file, and return the upload's address."""
        answer = self.create(length, Upload_Metadata=pairs(**metadata)) if metadata else self.create(length)
        assert answer.status == 201, answer.body
        return answer.headers["location"]

    def patch(self, place: str, start: int, body: bytes, **headers: str) -> Answer:
        """Send a piece."""
        told = {"Upload_Offset": str(start), "Content_Type": STREAM, **headers}
        return self.ask("PATCH", place, body, **told)

    def offset(self, place: str) -> int:
        """Ask how far the upload is."""
        answer = self.ask("HEAD", place)
        assert answer.status == 200, answer.status
        return int(answer.headers["upload-offset"])

    def sent(self, data: bytes, **metadata: str) -> str:
        """Send a file, and return the upload's address."""
        place = self.opened(len(data), **metadata)
        assert self.patch(place, 0, data).status == 204
        return place


def pairs(**metadata: str) -> str:
    """Write Upload-Metadata."""
    return ",".join(f"{key} {encoded(value.encode())}" for key, value in metadata.items())


def encoded(raw: bytes) -> str:
    """Write bytes as Base64."""
    return base64.b64encode(raw).decode()


def id_of(place: str) -> uuid.UUID:
    """Return the id of the upload at an address."""
    return uuid.UUID(place.rpartition("/")[2])
