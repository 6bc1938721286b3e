"""The pages of accounts by short names, with made-up people."""

import datetime as dt
import uuid

from product_importer.accounts.models import Link, LinkKind, SignIn, Token, User
from product_importer.accounts.principal import Principal
from product_importer.accounts.roles import USERS, Role, Scope
from product_importer.web.api_reference import Answer, Field, Group, Operation
from tests.web import samples

LONG_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36"
EARLIER = samples.NOW - dt.timedelta(hours=3)
ANNA = User(id=uuid.UUID(int=1), email="anna@example.com", role=Role.ADMIN, created_at=EARLIER)
BEN = User(
    id=uuid.UUID(int=2),
    email="benjamin.with.a.very.long.name@subsidiary.example.com",
    role=Role.VIEWER,
    created_at=EARLIER,
    disabled_at=samples.NOW,
)
HERE = SignIn(id=uuid.UUID(int=3), address="203.0.113.7", agent=LONG_AGENT, seen_at=samples.NOW)
THERE = SignIn(id=uuid.UUID(int=4), address="2001:db8::1", agent="", seen_at=EARLIER)
NIGHTLY = Token(
    id=uuid.UUID(int=5),
    name="nightly-sync",
    hint="pi_k3Jx9a",
    scopes=["read", "imports:write"],
    used_at=EARLIER,
    expires_at=samples.NOW,
)
UNUSED = Token(id=uuid.UUID(int=6), name="A name as long as people give", hint="pi_9aK3Jx", scopes=["admin"])
INVITED = Link(kind=LinkKind.INVITE, email="cid@example.com", role=Role.EDITOR, expires_at=samples.NOW)
ACCOUNT: dict[str, object] = {
    "nav": "account",
    "actor": "user:anna@example.com",
    "me": ANNA,
    "mine": Principal(ANNA.id, "user:anna@example.com", Role.ADMIN, session_id=HERE.id),
    "sessions": [HERE, THERE],
    "tokens": [NIGHTLY, UNUSED],
    "scopes": list(Scope),
    "said": "",
    "problems": {},
    "token": {"name": "", "scopes": ["read"], "days": "90"},
    "key": "",
}
USERS_PAGE: dict[str, object] = {
    "nav": "users",
    "actor": "user:anna@example.com",
    "everybody": [ANNA, BEN],
    "invitations": [INVITED],
    "roles": USERS,
    "me": ANNA.id,
    "said": "",
    "problem": "",
    "refused": "",
    "email": "",
    "link": "",
    "link_for": "",
}
SETUP: dict[str, object] = {
    "title": "Create the first account",
    "kind": LinkKind.SETUP,
    "role": Role.ADMIN,
    "token": "x",
    "email": "",
    "problem": "",
    "wrong": "",
}
PROBLEMS = {
    "name": "A token with that name already exists.",
    "scopes": "none",
    "new_password": "It has 5 of 12 characters.",
}

CHANGE = Operation(
    id="change",
    method="PATCH",
    path="/api/v1/products/{product_id}",
    role=Role.EDITOR,
    says="Change the fields that are sent.",
    more="A stale `If-Match` is refused.",
    takes=(
        Field("product_id", "id", required=True, place="path"),
        Field("if-match", "text or null", "The version, as `ETag` had it.", place="header"),
    ),
    body=(Field("price", "number or text or null", "A decimal as text with two places."),),
    answers=(
        Answer("200", "", (Field("id", "id", "", True), Field("sku", "text", "", True))),
        Answer("412", "VERSION_STALE", ()),
    ),
    curl='curl -X PATCH -H "Authorization: Bearer $TOKEN" "$SERVER/api/v1/products/{product_id}"',
)
READY = Operation(
    "ready", "GET", "/readyz", Role.ANYONE, "Answer.", "", (), (), (Answer("200", "", ()),), "curl $SERVER"
)
API: dict[str, object] = {"nav": "api", "server": "https://importer.example.com"}

PAGES: dict[str, tuple[str, dict[str, object]]] = {
    "sign-in": ("sign_in.html", {"email": "", "next": "", "problem": ""}),
    "sign-in-refused": (
        "sign_in.html",
        {"email": "anna@example.com", "next": "", "problem": "Email and password do not match. 4 attempts left."},
    ),
    "setup": ("setup.html", SETUP),
    "setup-invited": (
        "setup.html",
        {**SETUP, "title": "You have been invited", "kind": LinkKind.INVITE, "role": Role.EDITOR, "email": BEN.email},
    ),
    "setup-weak": (
        "setup.html",
        {**SETUP, "email": ANNA.email, "wrong": "password", "problem": "This password cannot be used."},
    ),
    "account": ("account.html", ACCOUNT),
    "account-token-made": ("account.html", {**ACCOUNT, "key": "pi_" + "k3Jx9a" * 7, "said": "token"}),
    "account-wrong": (
        "account.html",
        {**ACCOUNT, "tokens": [], "problems": PROBLEMS, "token": {"name": "nightly-sync", "scopes": [], "days": None}},
    ),
    "account-none": ("account.html", {**ACCOUNT, "actor": "user:local", "me": None}),
    "users": ("users.html", {**USERS_PAGE, "said": "saved"}),
    "users-link": (
        "users.html",
        {**USERS_PAGE, "link": "https://importer.example.com/setup?token=" + "k3Jx9a" * 7, "link_for": INVITED.email},
    ),
    "users-refused": (
        "users.html",
        {**USERS_PAGE, "problem": "An account with that email already exists.", "refused": "This is the only admin."},
    ),
    "api": ("reference.html", {**API, "groups": [Group("products", (CHANGE,)), Group("health", (READY,))]}),
    "users-none": ("users.html", {**USERS_PAGE, "everybody": [], "invitations": [], "actor": "user:local"}),
}
