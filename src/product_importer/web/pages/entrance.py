"""How people come in: sign in, sign out, and the page behind a one-time link."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from product_importer.accounts import links, users
from product_importer.accounts.models import Link, LinkKind
from product_importer.kit import database
from product_importer.kit.errors import AppError
from product_importer.web import errors, templating
from product_importer.web.access import identity, signing_in
from product_importer.web.deps import Sent
from product_importer.web.roles import anyone

router = APIRouter(dependencies=[Depends(anyone)])
Key = Annotated[str, Query(max_length=100)]
Next = Annotated[str, Query(max_length=2_000)]


@router.get("/sign-in")
def sign_in_form(request: Request, next: Next = "") -> Response:
    """Show the form; whoever is in already goes on."""
    if identity.locked_or_open(request) or identity.session_of(request) is not None:
        return RedirectResponse(signing_in.safe(next), 303)
    return _sign_in(request, {"email": "", "next": next, "problem": ""})


@router.post("/sign-in")
def sign_in(request: Request, sent: Sent) -> Response:
    """Look at email and password, and go where the browser wanted to."""
    if identity.locked_or_open(request):
        return RedirectResponse(signing_in.HOME, 303)
    email, to = sent.get("email", "")[:300], sent.get("next", "")
    try:
        user = signing_in.prove(request, email, sent.get("password", ""))
    except AppError as refused:
        shown = {"email": email, "next": to, "problem": _words(refused)}
        page = _sign_in(request, shown, status=refused.status)
        page.headers.update(errors.wait(refused))
        return page
    return signing_in.enter(request, user, to=to)


@router.post("/sign-out")
def sign_out(request: Request) -> RedirectResponse:
    """End the session; its streams end too."""
    return signing_in.leave(request)


@router.get("/setup")
def setup_form(request: Request, token: Key = "") -> HTMLResponse:
    """Show what a one-time link is for: the first account, an invitation, a new password."""
    with database.reading() as session:
        link = links.find(session, token)
    return _setup(request, link, {"token": token, "email": link.email or "", "problem": "", "wrong": ""})


@router.post("/setup")
def setup(request: Request, sent: Sent) -> Response:
    """Use the link: make the account or set the password, and sign in."""
    key = sent.get("token", "")
    with database.reading() as session:
        link = links.find(session, key)
    shown = {"token": key, "email": link.email or sent.get("email", ""), "problem": "", "wrong": ""}
    try:
        email = users.address(shown["email"])
        password_hash = users.require_password(sent.get("password", ""), email=email)
        with database.transaction() as session:
            user = users.accept(session, key, email=email, password_hash=password_hash)
    except AppError as refused:
        if refused.status not in (409, 422):
            raise
        wrong = "password" if refused.code == "PASSWORD_WEAK" else "email"
        return _setup(request, link, shown | {"problem": _words(refused), "wrong": wrong}, status=refused.status)
    return signing_in.enter(request, user)


def _words(refused: AppError) -> str:
    return refused.detail if refused.status == 401 else f"{refused.title}. {refused.detail} {refused.action}"


def _sign_in(request: Request, shown: dict[str, Any], *, status: int = 200) -> HTMLResponse:
    return _unkept(templating.render(request, "sign_in.html", status_code=status, **shown))


def _setup(request: Request, link: Link, shown: dict[str, Any], *, status: int = 200) -> HTMLResponse:
    titles = {
        LinkKind.SETUP: "Create the first account",
        LinkKind.INVITE: "You have been invited",
        LinkKind.RESET: "Choose a new password",
    }
    context = {"kind": link.kind, "role": link.role, "title": titles[link.kind], **shown}
    return _unkept(templating.render(request, "setup.html", status_code=status, **context))


def _unkept(page: HTMLResponse) -> HTMLResponse:
    page.headers["Cache-Control"] = "no-store"
    # The address may hold a key; with `no-referrer` a browser would call the origin of its forms `null`.
    page.headers["Referrer-Policy"] = "strict-origin"
    return page
