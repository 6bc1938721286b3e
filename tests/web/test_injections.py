"""Text that would like to be more than text, through every field and name, in a real browser under the policy."""

import json
import urllib.parse
import uuid

import pytest
from playwright.sync_api import Page, expect

from product_importer.accounts import users
from product_importer.accounts.roles import Role, Scope
from product_importer.kit import database, settings
from tests import makers
from tests.accounts.makers import make_session, make_token, make_user
from tests.media import pictures
from tests.web import doors
from tests.web.doors import Doors

SCRIPT = "<img src=x onerror='window.ran=1'><script>window.ran=1</script>"
ESCAPES = """\"'></title></textarea><svg onload="window.ran=1">{{7*7}}{% raw %}javascript:window.ran=1"""
PATHS = "../../etc/passwd\\..\\x.csv"
FORMULA = "=HYPERLINK(0)"
WATCH = """
window.broken = [];
addEventListener("securitypolicyviolation", (event) => window.broken.push(event.violatedDirective));
"""


def watched(served: Doors, headers: dict[str, str]) -> tuple[str, str, str]:
    """Make a feed, an endpoint and an inbox with all that can be typed there, and what a sender may put into it."""

    def posted(path: str, **said: object) -> dict[str, str]:
        answer = served.post(path, json.dumps(said), Content_Type="application/json", **headers)
        assert answer.status == 201, answer.body
        told: dict[str, str] = answer.json
        return told

    url = "https://shop.example/?q=" + SCRIPT.replace(" ", "/")
    feed = posted("/feeds", name=SCRIPT[:100], url=url)
    told = {"event_types": ["product.created"], "description": SCRIPT + ESCAPES}
    hook = posted("/webhooks", url=url, **told)
    inbox = f"/inbox/{'a' * 32}"
    posted("/webhooks", url=settings.current().own_url + inbox, **told)
    assert served.post(inbox, SCRIPT.encode(), webhook_id=SCRIPT, Content_Type="text/html").status == 400
    return feed["id"], hook["id"], inbox


@pytest.mark.browser
def test_nothing_that_is_stored_runs_anywhere(served: Doors, page: Page) -> None:
    admin = make_user()
    cookie = make_session(admin)
    with database.transaction() as session:
        users.invite(session, email="<b>ben</b>@example.com", role=Role.VIEWER, actor=admin.actor)
    make_token(admin, [Scope.READ], name=SCRIPT[:90])
    product = makers.make_product(SCRIPT, name=ESCAPES, description=SCRIPT + ESCAPES)
    makers.edit_product(SCRIPT, name=SCRIPT, actor=f"token:{SCRIPT}")
    headers = {"Cookie": f"session={cookie}"}
    bad = makers.csv_file(
        f'"{FORMULA}{SCRIPT}",Mug,,1.00', f'B-1,"{SCRIPT}",,{SCRIPT}', header=f"sku,name,{SCRIPT},price"
    )
    name = urllib.parse.quote(PATHS + SCRIPT, safe="")
    sent = served.post(f"/upload?name={name}", bad, Content_Type="text/csv", **headers)
    assert sent.status == 202, sent.body
    import_id = sent.json["task_id"]
    makers.run_import_to_end(uuid.UUID(import_id))
    asks = served.post(f"/upload?interactive=true&name={name}", bad, Content_Type="text/csv", **headers).json["task_id"]
    makers.run_import_to_end(uuid.UUID(asks))
    feed, hook, inbox = watched(served, headers)
    form = doors.form(doors.file(pictures.picture(), f"{SCRIPT}.png"))
    place = f"/admin/products/{product.id}/images"
    assert served.post(place, form, Content_Type=doors.FORM, Accept="text/html", **headers).status == 303
    base = f"http://127.0.0.1:{served.port}"
    page.context.add_cookies([{"name": "session", "value": cookie, "url": base}])
    page.add_init_script(WATCH)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    asked = urllib.parse.quote(ESCAPES)
    for path in (
        f"/admin/dashboard?sku={urllib.parse.quote(SCRIPT)}",
        f"/admin/imports?file={asked}",
        f"/admin/imports/{import_id}?tab=rejects",
        f"/admin/imports/{import_id}?tab=file",
        f"/admin/products?q={asked}",
        "/admin/products",
        f"/admin/products/{product.id}",
        f"/admin/products/{product.id}/edit?back={asked}",
        f"/admin/journal?sku={asked}",
        "/admin/journal",
        "/admin/account",
        "/admin/users",
        f"/admin/imports/{import_id}/mend",
        f"/admin/imports/{asks}/mapping",
        "/admin/feeds",
        f"/admin/feeds/{feed}",
        "/admin/webhooks",
        f"/admin/webhooks/{hook}",
        f"/admin/webhooks/{hook}/edit",
        inbox,
        "/admin/metrics",
        "/admin/api",
        f"/admin/nowhere/{asked}",
    ):
        page.goto(base + path)
        expect(page.locator("h1")).to_be_visible()
        assert page.evaluate("[window.ran ?? null, window.broken]") == [None, []], path
    page.evaluate("document.body.append(Object.assign(document.createElement('p'), {innerHTML: '<b onclick=1>'}))")
    page.wait_for_function("window.broken.length")  # so it is heard when the policy has to step in
    assert dialogs == []
    assert served.get("/products?sku=%25", **headers).json["total"] == 0
    assert served.get("/products?q=_", **headers).json["total"] == 0
    exported = served.get("/products/export.csv", **headers).body.decode()
    assert f"\"'{FORMULA}" in exported
    original = served.get(f"/imports/{import_id}/file", **headers).headers["content-disposition"]
    assert original.startswith("attachment; filename*=UTF-8''")
    assert "/" not in original
