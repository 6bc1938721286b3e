"""Runs the web server: bound as the settings say, ending within seconds even while streams are open."""

import asyncio
from types import FrameType

import uvicorn

from product_importer.kit.settings import Settings
from product_importer.web.app import create_app

DRAIN = 5  # seconds for requests at work when the server is told to stop


class Server(uvicorn.Server):
    """A uvicorn that tells open streams to end, which it would otherwise wait for."""

    closing: asyncio.Event

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Wake every stream, then stop as usual."""
        self.closing.set()
        super().handle_exit(sig, frame)


def run(settings: Settings) -> int:
    """Serve until told to stop."""
    server = make(settings)
    server.run()
    return 0 if server.started else 1


def make(settings: Settings) -> Server:
    """Make the server that `run` runs."""
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        timeout_graceful_shutdown=DRAIN,
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="warning",
    )
    server = Server(config)
    server.closing = app.state.watch.closing
    return server
