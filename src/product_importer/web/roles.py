"""Who may do what: every route declares a role, and a test counts that none forgot."""

from enum import StrEnum

from fastapi import Request


class Role(StrEnum):
    """What an actor may do, each including the ones before."""

    ANYONE = "anyone"
    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"


class Allows:
    """The dependency by which a route declares its role.

    Until accounts exist the server is open to whoever reaches it, which `web.server` keeps to this machine.
    """

    def __init__(self, role: Role) -> None:
        self.role = role

    def __call__(self, request: Request) -> None:
        """Let the request in, and note who it is."""
        request.state.actor = "user:local"


anyone, viewer, editor, admin = (Allows(role) for role in Role)


def current_actor(request: Request) -> str:
    """Return who acts: `user:…`, `token:…` or `system`."""
    return str(getattr(request.state, "actor", "user:local"))
