"""The API as a page: every operation of the document stands there, with what it takes, answers and needs."""

from html import unescape

from product_importer.accounts.roles import Role
from product_importer.kit.settings import Settings
from product_importer.web import api_reference
from product_importer.web.app import create_app
from tests.accounts.makers import make_session, make_user
from tests.web.doors import Doors


def test_every_operation_of_the_document_stands_in_one_group_with_its_role(here: Settings) -> None:
    app = create_app(here)
    operations = [operation for group in api_reference.groups(app) for operation in group.operations]
    told = {(method.upper(), path) for path, methods in app.openapi()["paths"].items() for method in methods}
    assert {(operation.method, operation.path) for operation in operations} == told
    assert len(operations) == len(told) == len({operation.id for operation in operations})
    place = ("PATCH", "/api/v1/products/{product_id}")
    [change] = [operation for operation in operations if (operation.method, operation.path) == place]
    assert (change.role, change.says) == (Role.EDITOR, "Change the fields that are sent.")
    assert [(one.name, one.place, one.required) for one in change.takes][:2] == [
        ("product_id", "path", True),
        ("if-match", "header", False),
    ]
    assert {"sku", "name", "price"} <= {one.name for one in change.body}
    assert {"200", "404", "412", "4XX"} <= {one.status for one in change.answers}
    assert change.curl.startswith('curl -X PATCH -H "Authorization: Bearer $TOKEN" --json \'')


def test_a_viewer_reads_it_and_those_who_look_under_docs_are_led_there(served: Doors) -> None:
    shown = {"Cookie": f"session={make_session(make_user(role=Role.VIEWER))}", "Accept": "text/html"}
    page = served.get("/admin/api", **shown)
    assert page.status == 200
    assert f"SERVER=http://127.0.0.1:{served.port}" in unescape(page.body.decode())
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert served.get("/docs", **shown).headers["location"] == "/admin/api"
    assert {served.get(path, Accept="text/html").status for path in ("/", "/docs")} == {303}
    assert served.get("/admin/api", Accept="text/html").headers["location"] == "/sign-in?next=%2Fadmin%2Fapi"
