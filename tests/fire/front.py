"""A client of a web server that may die while it answers."""

import contextlib
import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

TIMEOUT = 120.0  # seconds


@dataclass(frozen=True, slots=True)
class Front:
    """The web server on a port of this machine."""

    port: int

    def ready(self) -> bool:
        """Whether the server answers."""
        return self.ask("GET", "/livez")[0] == http.client.OK

    def upload(self, data: bytes) -> tuple[int, Any]:
        """Send a file and return status and JSON; status 0 when the connection broke."""
        return self.ask("POST", "/upload?name=spring.csv", data, {"Content-Type": "text/csv"})

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """Ask once, and return status and JSON; status 0 when nobody answered to the end."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        with contextlib.closing(connection):
            try:
                connection.request(method, path, body, headers or {})
                answer = connection.getresponse()
                return answer.status, json.loads(answer.read())
            except (OSError, http.client.HTTPException):
                return 0, None

    def begin(self, length: int, first: bytes) -> http.client.HTTPConnection:
        """Begin to send a file of so many bytes; the rest never comes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        connection.putrequest("POST", "/upload?name=cut.csv")
        connection.putheader("Content-Type", "text/csv")
        connection.putheader("Content-Length", str(length))
        connection.endheaders(first)
        return connection

    @contextlib.contextmanager
    def stream(self, import_id: str) -> Iterator[http.client.HTTPResponse]:
        """Open the stream of an import's progress."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        with contextlib.closing(connection):
            connection.request("GET", f"/upload/progress/{import_id}")
            yield connection.getresponse()
