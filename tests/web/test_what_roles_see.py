"""What each role is shown: no form, no button and no link that the server would refuse to whoever sees it."""

import asyncio
import contextvars
import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from fastapi import FastAPI

from product_importer.accounts.roles import Role
from product_importer.feeds import actions as feeds
from product_importer.feeds.schemas import FeedIn
from product_importer.kit import database
from product_importer.web import roles
from product_importer.web.access import reader
from tests import makers
from tests.accounts.makers import make_session, make_user
from tests.web import asgi
from tests.webhooks.makers import dispatch_all, make_endpoint

ANSWERED = (200, 303, 307, 410)  # the last for a product that is gone and has a history


class Shown(HTMLParser):
    """Collects where a page's links lead and where its forms and buttons send."""

    def __init__(self) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.sends: set[str] = set()
        self._form = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.add(told.get("href", ""))
        if tag == "form":
            self._form = told.get("action", "") if told.get("method") == "post" else ""
            self.sends.add(self._form)
        if tag in ("button", "input") and "formaction" in told:
            self.sends.add(told["formaction"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = ""


@pytest.fixture(scope="module")
def app(app: FastAPI) -> FastAPI:
    """The application over a catalog with something of everything, some of it waiting for somebody."""
    fill()
    return app


def fill() -> None:
    """Make an import of every kind of rest, products, a feed, and an endpoint with a delivery."""
    make_endpoint("https://shop.example/hook", "product.created", "upload.completed")
    makers.import_file(makers.csv_file("A-1,Mug,,1.00", "A-2,Cup,,2.00", "A-3,,,3.00"))
    makers.import_file(makers.csv_file("A-1,Mug,,1.10"), review=True)
    makers.run_import_to_end(makers.make_import(makers.csv_file("A-9;x", header="Thing;Other"), interactive=True))
    makers.undo_import(makers.import_file(makers.csv_file("B-1,Bowl,,1.00")).task_id)
    makers.make_import(makers.csv_file("C-1,Bowl,,1.00"))
    dispatch_all()
    feed = FeedIn.model_validate({"name": "Shop", "url": "https://shop.example/a.csv", "every_minutes": 60})
    with database.transaction() as session:
        feeds.create(session, feed, actor=makers.ACTOR)


def matching(declared: dict[tuple[str, str], Role], method: str, path: str) -> Role | None:
    """Return the role that an address needs, the one without parameters first."""
    fits = [
        (template.count("{"), role)
        for (named, template), role in declared.items()
        if named == method and re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path)
    ]
    return min(fits)[1] if fits else None


def once(link: str) -> str:
    """Return the same for links that differ by what a list is narrowed down to, but not for tabs."""
    path, _, query = link.partition("?")
    return f"{path}?{query}" if "tab=" in query else path


def test_a_page_leaves_out_everything_until_a_route_knows_its_reader() -> None:
    assert not contextvars.Context().run(reader.may, "viewer")
    asking = reader.begin()
    assert (reader.may("viewer"), reader.signed_in()) == (False, False)
    asking.role = Role.EDITOR
    assert (reader.may("editor"), reader.may("admin")) == (True, False)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_nobody_is_shown_what_their_role_may_not_do(app: FastAPI, role: Role) -> None:
    declared = roles.declared(app)
    cookie = f"session={make_session(make_user(f'{role.value}@example.com', role))}"
    wrong: set[str] = set()
    posts: set[str] = set()

    async def walk() -> set[str]:
        seen, waiting = set[str](), ["/admin/dashboard"]
        while waiting:
            path = waiting.pop()
            answer = await asgi.ask(app, "GET", path, cookie=cookie, accept="text/html")
            if answer.status not in ANSWERED:
                wrong.add(f"a link to {path}: {answer.status}")
            shown = Shown()
            shown.feed(answer.body.decode() if "text/html" in answer.headers.get("content-type", "") else "")
            for target in sorted({urljoin(path, one) for one in shown.sends - {""}}):
                posts.add(place := urlsplit(target).path)
                needed = matching(declared, "POST", place)
                if needed is None or not role.includes(needed):
                    wrong.add(f"{path} sends to {place}, which needs {needed}")
            for link in sorted({urlsplit(urljoin(path, one))._replace(fragment="").geturl() for one in shown.links}):
                if link.startswith("/") and (kind := once(link)) not in seen:
                    seen.add(kind)
                    waiting.append(link)
        return seen

    seen = asyncio.run(walk())
    assert wrong == set()
    assert len(seen) > 30
    expected = {"/sign-out", "/admin/account/password"}
    assert expected < posts
    forms = [place for place in posts if matching(declared, "POST", place) is not Role.VIEWER]
    assert forms == ["/sign-out"] if role is Role.VIEWER else len(forms) > 12
