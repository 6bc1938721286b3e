"""The API's two addresses: the same routes stand bare, as the seeds have them, and under a version."""

from starlette.requests import Request

V1 = "/api/v1"


def bare(path: str) -> str:
    """Return the path without its version."""
    return path.removeprefix(V1)


def alike(request: Request, place: str) -> str:
    """Return a bare path of the API under the version by which the request came."""
    return V1 + place if request.url.path.startswith(f"{V1}/") else place
