"""Who gets through which door: every route, as every kind of caller, against the declared policy."""

import asyncio
import re
import uuid
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from product_importer.accounts import users
from product_importer.accounts.roles import Role, Scope
from product_importer.kit import database, runtime
from product_importer.kit.settings import Settings
from product_importer.web.app import create_app
from product_importer.web.errors import is_page
from product_importer.web.roles import Allows
from tests.accounts.makers import make_session, make_token, make_user
from tests.servers import databases
from tests.web import asgi

pytestmark = pytest.mark.slow

SAFE = {"GET", "HEAD", "OPTIONS"}
REFUSALS = {
    "CROSS_SITE",
    "HOST_UNKNOWN",
    "RATE_LIMITED",
    "ROLE_MISSING",
    "SCOPE_MISSING",
    "SERVER_LOCKED",
    "SIGN_IN_NEEDED",
    "TOKEN_INVALID",
}
PLACES = {  # which first words of an address a scope may write below, and so read
    Scope.READ: set(),
    Scope.IMPORTS: {"upload", "uploads", "imports"},
    Scope.PRODUCTS: {"products", "images", "jobs", "uploads"},
    Scope.WEBHOOKS: {"webhooks", "deliveries"},
}
TWINS = {"nobody", "viewer", "imports:write"}
Route = tuple[str, str, Role]


def routes(app: FastAPI) -> list[Route]:
    """List method, path and declared role of everything that answers, but for static files."""
    found = []
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)
        roles = (
            [call.call.role for call in dependant.dependencies if isinstance(call.call, Allows)] if dependant else []
        )
        found += [(method, str(route.path), role) for role in roles for method in sorted(route.methods or ())]
    return found


def filled(path: str) -> str:
    """Give an address with ids of nothing."""
    named = {"sha256": "0" * 64, "name": "256.webp"}
    return re.sub(r"{(\w+)(?::\w+)?}", lambda name: named.get(name[1], str(uuid.UUID(int=7))), path)


def expected(caller: str, method: str, path: str, role: Role) -> str:
    """Say which refusal the policy has for a caller, or "" where it lets them through."""
    if role is Role.ANYONE:
        return ""
    if caller == "nobody":
        return "SIGN_IN_NEEDED"
    if caller in ("revoked token", "token of somebody disabled"):
        return "TOKEN_INVALID"
    if caller in ("viewer", "editor", "admin"):
        return "" if list(Role).index(Role(caller)) >= list(Role).index(role) else "ROLE_MISSING"
    role = Role.VIEWER if path == "/metrics" else role  # an admin's, but what scrapes it needs no more than to read
    if caller == "admin's token of a viewer":
        return "" if role is Role.VIEWER else "ROLE_MISSING"
    scope = Scope(caller)
    place = path.removeprefix("/api/v1").split("/")[1]
    if scope is Scope.ADMIN:
        return ""
    if place in PLACES[scope]:
        return "SCOPE_MISSING" if role is Role.ADMIN and scope is not Scope.WEBHOOKS else ""
    reads = scope is Scope.READ and role is Role.VIEWER and method in SAFE
    return "" if reads else "SCOPE_MISSING"


def credentials() -> dict[str, dict[str, str]]:
    """Make every kind of caller and return what each sends."""
    people = {
        role.value: make_user(f"{role.value}@example.com", role) for role in (Role.ADMIN, Role.EDITOR, Role.VIEWER)
    }
    callers = {name: {"cookie": f"session={make_session(user)}"} for name, user in people.items()}
    gone = make_user("gone@example.com", Role.ADMIN)
    tokens = {scope.value: make_token(people["admin"], [scope]) for scope in Scope if scope is not Scope.ADMIN}
    tokens["admin:token"] = make_token(people["admin"], [Scope.ADMIN])
    tokens["admin's token of a viewer"] = make_token(people["viewer"], [Scope.ADMIN])
    tokens["token of somebody disabled"] = make_token(gone, [Scope.ADMIN])
    with database.transaction() as session:
        users.disable(session, gone.id, actor="system")
    return callers | {name: {"authorization": f"Bearer {key}"} for name, key in tokens.items()}


def test_every_route_keeps_its_policy_for_every_kind_of_caller(app: FastAPI) -> None:
    every = routes(app)
    callers: dict[str, dict[str, str]] = {"nobody": {}} | credentials()
    admin = callers["admin"]

    async def walk() -> dict[str, str]:
        wrong, asked = {}, 0
        for method, path, role in every:
            for caller, shown in callers.items():
                if (path == "/sign-out" and "cookie" in shown) or (path.startswith("/api/v1") and caller not in TWINS):
                    continue  # that door lets them go; and a second address of a door needs no second walk
                answer = await asgi.ask(app, method, filled(path), client=f"10.0.{asked >> 6}.1", **shown)
                want = expected(caller.removesuffix(":token"), method, path, role) if caller != "admin:token" else ""
                got = answer.code if answer.code in REFUSALS else ""
                asked += 1
                if got != want:
                    wrong[f"{method} {path} ({role}) as {caller}"] = f"{answer.status} {got!r}, not {want!r}"
            other = await asgi.ask(app, method, filled(path), **admin, Origin="http://evil.example")
            foreign = await asgi.ask(app, method, filled(path), **admin, Host="evil.example")
            if (other.code == "CROSS_SITE") is not (method not in SAFE):
                wrong[f"{method} {path} from another origin"] = other.code
            if foreign.code != "HOST_UNKNOWN":
                wrong[f"{method} {path} under another name"] = foreign.code
        assert asked > 1_000
        return wrong

    assert asyncio.run(walk()) == {}
    assert len(every) > 140


def test_without_an_account_only_the_person_at_this_machine_gets_in(
    database_maker: databases.Databases, tmp_path: Path
) -> None:
    with database_maker.fresh(databases.SQLITE, folder=tmp_path) as url:
        settings = Settings(data_dir=tmp_path, database_url=url)
        runtime.start(settings)
        near, wide = create_app(settings), create_app(settings.model_copy(update={"host": "0.0.0.0"}))

        async def walk() -> tuple[set[str], dict[str, str]]:
            passed, wrong = set(), {}
            for method, path, role in routes(near):
                if role is Role.ANYONE:
                    continue
                told = [await asgi.ask(wide, method, filled(path))]
                told += (
                    []
                    if path.startswith("/api/v1")
                    else [
                        await asgi.ask(near, method, filled(path), client="192.0.2.7"),
                        await asgi.ask(near, method, filled(path), X_Forwarded_For="127.0.0.1"),
                        await asgi.ask(near, method, filled(path), Via="1.1 proxy"),
                        await asgi.ask(near, method, filled(path), Forwarded="for=127.0.0.1"),
                    ]
                )
                if {answer.code for answer in told} != {"SERVER_LOCKED"}:
                    wrong[f"{method} {path}"] = str([answer.code for answer in told])
                if method == "GET" and path in ("/products", "/admin/dashboard", "/admin/account", "/admin/users"):
                    passed.add(f"{path} {(await asgi.ask(near, method, path)).status}")
            return passed, wrong

        passed, wrong = asyncio.run(walk())
        database.engine().dispose()
    assert wrong == {}
    assert passed == {"/products 200", "/admin/dashboard 200", "/admin/account 200", "/admin/users 200"}


def test_every_door_of_the_api_refuses_a_parameter_that_it_does_not_declare_by_name(app: FastAPI) -> None:
    admin = {"cookie": f"session={make_session(make_user('names@example.com', Role.ADMIN))}"}
    reads = {path for method, path, role in routes(app) if method == "GET" and role is not Role.ANYONE}
    doors = sorted(path for path in reads if not is_page(path))

    async def walk() -> dict[str, str]:
        wrong = {}
        for path in doors:
            answer = await asgi.ask(app, "GET", f"{filled(path)}?activ=false", **admin)
            named = answer.code == "VALIDATION_FAILED" and "activ" in answer.json["detail"]
            if answer.status != 422 or not named:
                wrong[path] = f"{answer.status} {answer.code}"
        return wrong

    assert asyncio.run(walk()) == {}
    assert len(doors) > 60
