"""When SECRET_KEY is lost, lists still show what was sealed with it, say so, and let it be mended."""

import json
from html import unescape
from typing import Any

import pytest
from pydantic import SecretStr

from product_importer.kit import secrets
from product_importer.kit.settings import Settings
from tests.web.doors import Doors

CODE = "SECRET_UNREADABLE"
URL = "https://shop.example/prices.csv"
MADE: dict[str, dict[str, Any]] = {
    "/feeds": {"name": "Shop", "url": URL, "enabled": False, "headers": {"X-Api-Key": "secret"}},
    "/webhooks": {"url": URL, "event_types": ["product.created"], "headers": {"X-Api-Key": "secret"}},
}


@pytest.fixture
def lost(served: Doors, here: Settings) -> dict[str, str]:
    """The addresses of a feed and an endpoint whose headers were sealed with a key that is known no more."""
    answers = {
        path: served.post(path, json.dumps(what), Content_Type="application/json") for path, what in MADE.items()
    }
    secrets.configure(here.model_copy(update={"secret_key": SecretStr("another key")}))
    return {path: f"{path}/{answer.json['id']}" for path, answer in answers.items()}


def unreadable(door: Doors, place: str) -> Any:
    """Return the names of headers that are shown, and what is said to be unreadable, with its code."""
    told = door.get(place).json
    fault = told["unreadable"]
    return told["headers"], fault and (fault["code"], fault["message"].partition(":")[0])


def shown(door: Doors, path: str) -> str:
    answer = door.get(path, Accept="text/html")
    assert answer.status == 200, path
    return unescape(answer.body.decode())


def test_a_feed_is_listed_and_mended_by_its_form(served: Doors, lost: dict[str, str]) -> None:
    assert unreadable(served, lost["/feeds"]) == (None, (CODE, "Its headers cannot be read"))
    assert served.get("/feeds").json["items"][0]["unreadable"]["action"].endswith("Or enter its headers again.")
    page = f"/admin{lost['/feeds']}"
    assert all("Its headers cannot be read" in shown(served, path) for path in ("/admin/feeds", page))
    form = {"name": "Shop", "url": URL, "every_minutes": "60", "mode": "upsert"}
    assert served.form(page, **form).status == 303
    assert "Send none of them from now on" in shown(served, page)
    assert served.form(page, **form, headers="X-Api-Key: anew").status == 303
    assert unreadable(served, lost["/feeds"]) == (["X-Api-Key"], None)


def test_an_endpoint_is_listed_and_mended_by_its_form_and_a_new_secret(served: Doors, lost: dict[str, str]) -> None:
    place = lost["/webhooks"]
    assert unreadable(served, place) == (None, (CODE, "Its signing secret and headers cannot be read"))
    assert len(served.get("/webhooks").json["items"]) == 1
    page = f"/admin{place}"
    assert "Nothing is sent: a secret is lost" in shown(served, "/admin/webhooks")
    assert "Its signing secret and headers cannot be read" in shown(served, page)
    assert "The stored headers can no longer be read" in shown(served, f"{page}/edit")
    form = {"url": URL, "type-product.created": "on", "mode": "batch", "batch_size": "1", "max_in_flight": "1"}
    assert served.form(page, **form, forget_headers="on").status == 303
    assert unreadable(served, place) == ([], (CODE, "Its signing secret cannot be read"))
    assert served.post(f"{place}/rotate").json["secret"].startswith("whsec_")
    assert unreadable(served, place) == ([], None)
    assert "Nothing is sent" not in shown(served, "/admin/webhooks")
