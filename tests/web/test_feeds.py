"""Feeds by API and by page: made, changed, pushed to, looked at, removed."""

import json
import uuid
from urllib.parse import urlencode

import pytest

from tests.makers import csv_file, run_import_to_end, stored_products
from tests.web.doors import FORM, Doors, file, form

JSON, SENT = "application/json", "application/x-www-form-urlencoded"
FEED = {
    "name": "Shop",
    "url": "https://shop.example/prices.csv",
    "every_minutes": 60,
    "options": {"mode": "update_only"},
}


def test_a_feed_is_made_changed_and_removed_by_api(served: Doors) -> None:
    made = served.post("/feeds", json.dumps(FEED), Content_Type=JSON)
    assert (made.status, made.headers["location"]) == (201, f"/feeds/{made.json['id']}")
    assert made.json["options"]["mode"] == "update_only"
    changed = served.ask("PUT", made.headers["location"], json.dumps({**FEED, "enabled": False}), Content_Type=JSON)
    assert (changed.json["enabled"], changed.json["next_at"], changed.json["version"]) == (False, None, 2)
    assert served.post(f"{made.headers['location']}/run").status == 202
    assert [feed["name"] for feed in served.get("/feeds").json["items"]] == ["Shop"]
    assert served.ask("DELETE", made.headers["location"]).status == 204
    assert served.get(made.headers["location"]).status == 404
    assert [one["type"] for one in served.get("/journal").json["items"]] == [
        "feed.deleted",
        "feed.updated",
        "feed.created",
    ]


def test_an_address_that_nobody_could_call_is_refused_beside_its_field(served: Doors) -> None:
    refused = served.post("/feeds", json.dumps({**FEED, "url": "ftp://shop.example/a.csv"}), Content_Type=JSON)
    assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/body/url")


def test_a_pushed_file_is_imported_as_its_feed_says(served: Doors) -> None:
    options = {"mapping": {"sku": "Art", "name": "Text"}, "mode": "upsert"}
    pushed = {"name": "Shop", "options": options}
    made = [served.post("/feeds", json.dumps(pushed), Content_Type=JSON, Idempotency_Key="f") for _ in range(2)]
    feed = made[0].json
    assert (made[1].body, len(served.get("/feeds").json["items"])) == (made[0].body, 1)
    data = form(file(csv_file("A-1,Mug", header="Art,Text"), "spring.csv"))
    answer, again = (
        served.post(f"/feeds/{feed['id']}/push", data, Content_Type=FORM, Idempotency_Key="p") for _ in range(2)
    )
    assert (answer.status, answer.json["file"]["name"]) == (202, "spring.csv")
    assert (again.json["task_id"], again.headers["idempotency-replayed"]) == (answer.json["task_id"], "true")
    other = served.post(f"/feeds/{feed['id']}/push?mode=create_only", b"Art,Text\nA-1,Cup\n", Content_Type="text/csv")
    assert (other.status, other.json["errors"][0]["pointer"]) == (422, "/mode")
    run_import_to_end(uuid.UUID(answer.json["task_id"]))
    assert stored_products()["a-1"].name == "Mug"
    seen = served.get(f"/feeds/{feed['id']}").json
    assert (seen["outcome"], seen["import_id"]) == ("imported", answer.json["task_id"])
    assert served.post(f"/feeds/{feed['id']}/run").json["code"] == "FEED_PUSHED_ONLY"


@pytest.mark.parametrize(("place", "kept"), [("import.start.before-commit", 0), ("import.start.after-commit", 1)])
def test_a_push_is_imported_and_noted_or_neither(
    served: Doors, place: str, kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = served.post("/feeds", json.dumps({"name": "Shop"}), Content_Type=JSON).json
    monkeypatch.setenv("FAILPOINTS", f"{place}=error")
    cut = served.post(f"/feeds/{feed['id']}/push", form(file(csv_file("A-1,Mug,,1.00"), "a.csv")), Content_Type=FORM)
    monkeypatch.delenv("FAILPOINTS")
    assert cut.status == 500
    imports = [one["task_id"] for one in served.get("/imports").json["items"]]
    assert len(imports) == kept
    assert served.get(f"/feeds/{feed['id']}").json["import_id"] == (imports[0] if kept else None)


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("mapping", "sku=A,sku=B", "“sku=B” is not clear."),
        ("mapping", "sku=", "“sku=” is not clear."),
        ("max_rejects", "150", "“150” is no percentage. Enter a number from 0 to 100."),
        ("max_rejects", "-5", "“-5” is no percentage."),
        ("max_rejects", "nan", "“nan” is no percentage."),
    ],
)
def test_a_field_of_the_form_that_is_not_understood_is_told_beside_it(
    served: Doors, field: str, text: str, words: str
) -> None:
    said = {"name": "Shop", "url": "", "every_minutes": "60", "mode": "upsert"}
    wrong = served.post("/admin/feeds", urlencode({**said, field: text}), Content_Type=SENT)
    assert (wrong.status, words in wrong.body.decode()) == (422, True)
    assert served.get("/feeds").json["items"] == []


def test_a_form_that_is_sent_as_it_came_changes_nothing(served: Doors) -> None:
    mapping = {"sku": "Art, no", "name": "Title", "price": "Price"}
    made = {"name": "Shop", "options": {"mapping": mapping, "max_rejects": 0.005}}
    feed = served.post("/feeds", json.dumps(made), Content_Type=JSON).json
    said = {"name": "Shop", "url": "", "every_minutes": "60", "mode": "upsert", "max_rejects": "0,5"}
    said |= {"mapping": "sku=Art, no, name=Title, price=Price"}
    assert said["mapping"] in served.get(f"/admin/feeds/{feed['id']}").body.decode()
    assert served.post(f"/admin/feeds/{feed['id']}", urlencode(said), Content_Type=SENT).status == 303
    options = served.get(f"/feeds/{feed['id']}").json["options"]
    assert (options["mapping"], options["max_rejects"]) == (mapping, 0.005)


def test_the_pages_make_and_change_a_feed_without_javascript(served: Doors) -> None:
    assert "fetched automatically" in served.get("/admin/feeds").body.decode()
    said = {"name": "Shop", "url": "", "every_minutes": "60", "mode": "upsert", "mapping": "sku=Art, name=Text"}
    wrong = served.post("/admin/feeds", urlencode({**said, "mapping": "sku", "name": ""}), Content_Type=SENT)
    assert (wrong.status, "“sku” is not clear" in wrong.body.decode()) == (422, True)
    wrong = served.post("/admin/feeds", urlencode({**said, "name": ""}), Content_Type=SENT)
    assert (wrong.status, "A value is required." in wrong.body.decode()) == (422, True)
    assert served.post("/admin/feeds", urlencode(said), Content_Type=SENT).status == 303
    (feed,) = served.get("/feeds").json["items"]
    assert feed["options"]["mapping"] == {"sku": "Art", "name": "Text"}
    page = served.get(f"/admin/feeds/{feed['id']}").body.decode()
    assert 'value="sku=Art, name=Text"' in page
    locked = {**said, "url": "https://anna:s3cret@shop.example/a.csv", "headers": "X-Key: k3y"}
    wrong = served.post(f"/admin/feeds/{feed['id']}", urlencode({**locked, "headers": "key"}), Content_Type=SENT)
    assert (wrong.status, "“key” is not a valid header" in wrong.body.decode()) == (422, True)
    assert served.post(f"/admin/feeds/{feed['id']}", urlencode(locked), Content_Type=SENT).status == 303
    page = served.get(f"/admin/feeds/{feed['id']}").body.decode()
    assert ("name another server: X-Key, Authorization." in page, "s3cret" in page or "k3y" in page) == (True, False)
    unlocked = urlencode({**said, "url": "https://shop.example/a.csv", "forget_headers": "on"})
    assert served.post(f"/admin/feeds/{feed['id']}", unlocked, Content_Type=SENT).status == 303
    assert served.get(f"/feeds/{feed['id']}").json["headers"] == []
    half = urlencode({**said, "max_rejects": "50", "every_minutes": "45"})
    assert served.post(f"/admin/feeds/{feed['id']}", half, Content_Type=SENT).status == 303
    assert served.get(f"/feeds/{feed['id']}").json["options"]["max_rejects"] == 0.5
    assert "pushed only" in served.get("/admin/feeds").body.decode()
    assert served.post(f"/admin/feeds/{feed['id']}/delete", Content_Type=SENT).status == 303
    assert served.get("/feeds").json == {"items": []}
