"""Where the web server listens: address and port as said, and not taken."""

import os
import socket

from product_importer.cli import terminal
from product_importer.kit import settings
from product_importer.kit.settings import Settings


def chosen(*, host: str | None, port: int | None) -> Settings:
    """Read the settings; what the command line says goes before the environment, for children too."""
    said = {"HOST": host, "PORT": port}
    os.environ.update({name: str(value) for name, value in said.items() if value is not None})
    return settings.current()


def try_port(settings: Settings) -> None:
    """Try whether the port can be had, or refuse in words."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as claimed:
            claimed.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            claimed.bind((settings.host, settings.port))
    except OSError as error:
        terminal.refuse(
            f"Port {settings.port} on {settings.host} cannot be used: {error.strerror}.",
            f"Product Importer may already be running: see {url(settings)}. "
            f"Otherwise choose another port, for example PORT={settings.port % 65535 + 1}.",
        )


def url(settings: Settings) -> str:
    """Return the address at which this machine reaches the server."""
    host = reachable(settings.host)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def reachable(host: str) -> str:
    """Return the host to ask when the server listens on every address."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
