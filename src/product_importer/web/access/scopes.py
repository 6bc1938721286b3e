"""Which scopes let a token write at a path of the API."""

from product_importer.accounts.roles import Scope
from product_importer.web.requests import versions

AREAS: dict[str, frozenset[Scope]] = {
    "upload": frozenset({Scope.IMPORTS}),
    "imports": frozenset({Scope.IMPORTS}),
    "uploads": frozenset({Scope.IMPORTS, Scope.PRODUCTS}),  # pieces of files and of pictures alike
    "products": frozenset({Scope.PRODUCTS}),
    "images": frozenset({Scope.PRODUCTS}),
    "jobs": frozenset({Scope.PRODUCTS}),
    "webhooks": frozenset({Scope.WEBHOOKS}),
    "deliveries": frozenset({Scope.WEBHOOKS}),
}


def scopes_of(path: str) -> frozenset[Scope]:
    """Return the scopes that let a token write at a path; none for what takes `admin`."""
    return AREAS.get(versions.bare(path).split("/")[1], frozenset())
