"""Who may do what: every route declares a role, and a test walks all of them."""

from fastapi import FastAPI, Request
from fastapi.routing import iter_route_contexts

from product_importer.accounts.roles import Role, grants
from product_importer.kit.errors import AppError
from product_importer.web import query_parameters
from product_importer.web.access import identity
from product_importer.web.access.identity import Identity
from product_importer.web.access.scopes import scopes_of

__all__ = ["Allows", "Role", "admin", "admin_or_token", "anyone", "current_actor", "declared", "editor", "viewer"]


class RoleMissing(AppError):
    """The user's role does not include this."""

    status = 403
    code = "ROLE_MISSING"
    title = "Your role does not allow this"
    action = "Ask an admin for another role, or to do it for you."


class ScopeMissing(AppError):
    """The token's scopes do not include this."""

    status = 403
    code = "SCOPE_MISSING"
    title = "The token's scopes do not allow this"
    action = "Use a token with a wider scope; docs/api.md lists what each of them allows."


class Allows:
    """The dependency by which a route declares its role."""

    def __init__(self, role: Role, *, token: Role | None = None) -> None:
        self.role = role  # of a person
        self.token = token or role

    def __call__(self, request: Request) -> None:
        """Let the request in and note who it is.

        Raises RoleMissing, ScopeMissing, what `identity.of` does, and what `query_parameters.only_declared` does.
        """
        if self.role is Role.ANYONE:
            return
        asking = identity.of(request)
        self._require(request, asking)
        request.state.identity = asking
        reader = getattr(request.state, "reader", None)
        if reader is not None:
            reader.role = asking.role
            reader.signed_in = asking.principal is not None and asking.principal.session_id is not None
        query_parameters.only_declared(request)

    def _require(self, request: Request, asking: Identity) -> None:
        scopes = asking.principal.scopes if asking.principal else None
        role = self.role if scopes is None else self.token
        if not asking.role.includes(role):
            raise RoleMissing(f"This needs the role {role.value}; yours is {asking.role.value}.")
        writes = request.method not in ("GET", "HEAD", "OPTIONS")
        needed = Role.EDITOR if writes and role is Role.VIEWER else role  # a reading token makes no tokens
        if scopes is not None and not grants(scopes, needed, scopes_of(request.url.path)):
            raise ScopeMissing(f"It has {', '.join(sorted(scopes)) or 'none'}.")


anyone, viewer, editor, admin = (Allows(role) for role in Role)
admin_or_token = Allows(Role.ADMIN, token=Role.VIEWER)  # what scrapes figures need not be able to delete


def current_identity(request: Request) -> Identity:
    """Return who asks, once the route's role has let them in."""
    found: Identity = request.state.identity
    return found


def current_actor(request: Request) -> str:
    """Return who acts: `user:…`, `token:…` or `system`."""
    return current_identity(request).actor


def declared(app: FastAPI) -> dict[tuple[str, str], Role]:
    """Return the role of each method and address that declares one."""
    return {
        (method, str(route.path)): one.call.role
        for route in iter_route_contexts(app.routes)
        for one in getattr(getattr(route, "dependant", None), "dependencies", ())
        if isinstance(one.call, Allows)
        for method in route.methods or ()
    }
