"""Runs the web server: bound as the settings say, ending within seconds even while streams are open."""

import asyncio
from types import FrameType

import uvicorn

from product_importer.kit import logs
from product_importer.kit.errors import AppError
from product_importer.kit.settings import Settings
from product_importer.web.app import create_app

DRAIN = 5  # seconds for requests at work when the server is told to stop
_log = logs.get("web.server")


class InsecureBind(AppError):
    """The server was told to listen to other machines while it has no accounts."""

    code = "INSECURE_BIND"
    title = "This server has no accounts yet, so whoever reaches it may do anything"
    action = "Keep HOST at 127.0.0.1, or set ALLOW_INSECURE_BIND=1 if something in front of it asks for a sign-in."


class Server(uvicorn.Server):
    """A uvicorn that tells open streams to end, which it would otherwise wait for."""

    closing: asyncio.Event

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Wake every stream, then stop as usual."""
        self.closing.set()
        super().handle_exit(sig, frame)


def run(settings: Settings) -> int:
    """Serve until told to stop; raises InsecureBind where that would open the catalog to a network."""
    check_bind(settings)
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


def check_bind(settings: Settings) -> None:
    """Refuse to listen beyond this machine without ALLOW_INSECURE_BIND, and say it loudly with it."""
    if settings.loopback:
        return
    if not settings.allow_insecure_bind:
        raise InsecureBind(f"HOST={settings.host} would let other machines in.")
    _log.warning("NO SIGN-IN: everybody who reaches this server may change the catalog", host=settings.host)
