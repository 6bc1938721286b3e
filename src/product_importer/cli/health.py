"""The command `health`, by which a container asks its own web server whether it can work."""

import http.client

from product_importer.cli import listening, terminal
from product_importer.kit import settings
from product_importer.kit.settings import Settings

PATIENCE = 4  # seconds for an answer


def health() -> None:
    """Ask `/readyz` of the web server that these settings describe; exit status 1 when it is not ready."""
    ready = answers(settings.current(), "/readyz")
    terminal.results.print("ready" if ready else "not ready")
    raise SystemExit(0 if ready else 1)


def answers(settings: Settings, path: str) -> bool:
    """Return whether the web server answers 200 at `path`."""
    connection = http.client.HTTPConnection(listening.reachable(settings.host), settings.port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
