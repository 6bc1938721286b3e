"""A shop's web server on loopback that shows pictures by path, and counts who came."""

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(slots=True)
class PictureServer:
    """What is shown by path, how often each path was asked for, and the status of what is not shown."""

    port: int = 0
    shown: dict[str, bytes] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    missing: int = 404

    def url(self, path: str) -> str:
        """Return the address of something shown here."""
        return f"http://127.0.0.1:{self.port}{path}"


@contextlib.contextmanager
def opened(shown: dict[str, bytes]) -> Iterator[PictureServer]:
    """Show these pictures until the block ends."""
    shop = PictureServer(shown=dict(shown))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shop.asked[self.path] += 1
            body = shop.shown.get(self.path)
            self.send_response(shop.missing if body is None else 200)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    shop.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()
