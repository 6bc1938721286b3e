"""What a user may do, and the part of it that a token may do."""

from collections.abc import Collection
from enum import StrEnum


class Role(StrEnum):
    """What somebody may do, each including the ones before; a user is never merely `anyone`."""

    ANYONE = "anyone"
    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"

    def includes(self, other: "Role") -> bool:
        """Return whether this role may do all that the other may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


USERS = (Role.VIEWER, Role.EDITOR, Role.ADMIN)


class Scope(StrEnum):
    """A part of what its owner may do that a token may do too; writing includes reading the same area."""

    READ = "read"
    IMPORTS = "imports:write"
    PRODUCTS = "products:write"
    WEBHOOKS = "webhooks:write"
    ADMIN = "admin"


def grants(scopes: Collection[Scope], needed: Role, area: Collection[Scope]) -> bool:
    """Return whether a token of these scopes may use a route that needs `needed` and lies in `area`.

    Whoever it belongs to must be allowed to as well. What only an admin may do takes the scope `admin`, but for
    webhooks, which have a scope of their own.
    """
    if Scope.ADMIN in scopes or needed is Role.ANYONE:
        return True
    if needed is Role.ADMIN:
        return Scope.WEBHOOKS in scopes and Scope.WEBHOOKS in area
    return any(scope in area for scope in scopes) or (needed is Role.VIEWER and Scope.READ in scopes)
