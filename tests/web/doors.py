"""The real web server on a real socket, and a client that may be as rude as a test needs."""

import contextlib
import http.client
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from product_importer.kit.settings import Settings
from product_importer.web import server
from tests.patience import PATIENCE, until

BOUNDARY = "a-boundary"
URLENCODED = "application/x-www-form-urlencoded"
FORM = f"multipart/form-data; boundary={BOUNDARY}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of a problem document, or ""."""
        told = self.headers.get("content-type", "") == "application/problem+json"
        return str(self.json["code"]) if told else ""


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event."""

    id: str
    kind: str
    data: str


@dataclass(frozen=True, slots=True)
class Doors:
    """A client of one running server."""

    port: int
    server: server.Server

    def get(self, path: str, **headers: str) -> Answer:
        """Ask with GET; `Accept_Language` as a keyword is the header Accept-Language."""
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = b"", **headers: str) -> Answer:
        """Ask with POST; an iterable body is sent chunked."""
        return self.ask("POST", path, body, **headers)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Ask once, on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return Answer(answer.status, dict(lowered(answer.getheaders())), answer.read())

    def form(self, path: str, cookie: str = "", /, **fields: str) -> Answer:
        """Send a form as a browser does."""
        return self.post(path, urlencode(fields), Content_Type=URLENCODED, Accept="text/html", Cookie=cookie)

    def upload(self, data: bytes, *, name: str = "spring.csv", path: str = "/upload", **options: str) -> Answer:
        """Send a file as a form, its options before it."""
        parts = [field(option, value) for option, value in options.items()]
        return self.post(path, form(*parts, file(data, name)), Content_Type=FORM, Accept="application/json")

    def connect(self) -> socket.socket:
        """Open a bare connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def say(self, *head: str, body: bytes = b"") -> bytes:
        """Send these very lines on a connection of their own, and return all that comes back."""
        with self.connect() as line:
            line.sendall(written(*head, "Connection: close") + body)
            return b"".join(iter(lambda: line.recv(65536), b""))

    @contextlib.contextmanager
    def stream(self, path: str, **headers: str) -> Iterator[Iterator[Event]]:
        """Listen to a stream of events, which ends when the server ends it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            assert answer.status == 200, answer.read()
            yield events(answer)


def written(*head: str) -> bytes:
    """Write the head of a request."""
    return "\r\n".join((*head, "", "")).encode("latin-1")


def lowered(headers: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Give header names in small letters."""
    return ((name.lower(), value) for name, value in headers)


def events(lines: Iterator[bytes]) -> Iterator[Event]:
    """Read events as HTML's standard says; comments are passed over."""
    seen: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name:
            seen.setdefault(name, []).append(value)
        elif "data" in seen:
            yield Event(seen.get("id", [""])[0], seen.get("event", [""])[0], "\n".join(seen["data"]))
            seen = {}


def field(name: str, value: str) -> bytes:
    """Write one field of a form."""
    return f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()


def file(data: bytes, name: str = "spring.csv") -> bytes:
    """Write the file of a form."""
    disposition = f'Content-Disposition: form-data; name="file"; filename="{name}"'
    return f"{disposition}\r\nContent-Type: text/csv\r\n\r\n".encode() + data


def form(*parts: bytes) -> bytes:
    """Join fields and files to the body of a form."""
    mark = f"--{BOUNDARY}".encode()
    return b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"


@contextlib.contextmanager
def serving(settings: Settings) -> Iterator[Doors]:
    """Run the web server in a thread of this process."""
    running = server.make(settings)
    thread = threading.Thread(target=running.run, name="web")
    thread.start()
    try:
        until(lambda: running.started or not thread.is_alive())
        assert running.started, "the server did not start"
        yield Doors(settings.port, running)
    finally:
        running.closing.set()  # as a signal does: no stream that a page left open holds the end up
        running.should_exit = True
        thread.join(PATIENCE)
