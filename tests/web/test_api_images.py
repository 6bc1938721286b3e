"""Images through the doors of the real server, over a folder with SQLite and over S3 with PostgreSQL."""

import hashlib
import json
import uuid
from typing import Any

import pytest

from tests import makers
from tests.media import pictures
from tests.media.makers import developed
from tests.web.doors import Answer, Doors
from tests.web.tus import Tus, id_of

RED, BLUE = pictures.picture(900, 600), pictures.picture(300, 200, color=(20, 30, 200))


def asked(doors_of_both: Doors, method: str, path: str, **values: Any) -> Answer:
    return doors_of_both.ask(method, path, json.dumps(values), Content_Type="application/json")


def attach(doors_of_both: Doors, product_id: uuid.UUID, data: bytes, **values: Any) -> Answer:
    upload = id_of(Tus(doors_of_both).sent(data, filename="mug.png"))
    return asked(doors_of_both, "POST", f"/products/{product_id}/images", upload_id=str(upload), **values)


def test_a_picture_is_attached_shown_and_fetched(doors_of_both: Doors) -> None:
    mug = makers.make_product("MUG-1")
    made = attach(doors_of_both, mug.id, RED, md5=hashlib.md5(RED).hexdigest())
    assert (made.status, made.json["state"], made.json["primary"]) == (201, "pending", True)
    assert doors_of_both.get(f"/products/{mug.id}/images").json["pending"] == 1
    developed(mug.id)
    again = attach(doors_of_both, mug.id, RED)
    assert (again.status, again.json["id"], again.json["state"]) == (200, made.json["id"], "ready")
    widths = [(one["width"], one["height"]) for one in again.json["variants"]]
    assert widths == [(256, 171), (512, 341), (900, 600)]
    place = again.json["variants"][1]["url"]
    whole = doors_of_both.get(place)
    assert pictures.opened(whole.body).size == (512, 341)
    told = {name: whole.headers[name] for name in ("content-type", "cache-control", "x-content-type-options")}
    assert told == {
        "content-type": "image/webp",
        "cache-control": "private, max-age=31536000, immutable",
        "x-content-type-options": "nosniff",
    }
    assert whole.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert doors_of_both.get(place, If_None_Match=whole.headers["etag"]).status == 304
    part = doors_of_both.get(place, Range="bytes=10-19")
    assert (part.status, part.body, part.headers["content-range"]) == (
        206,
        whole.body[10:20],
        f"bytes 10-19/{len(whole.body)}",
    )
    assert doors_of_both.get(place, Range="bytes=-5").body == whole.body[-5:]
    assert doors_of_both.get(place, Range="bytes=9999999-").status == 416
    for wrong in (place.replace(".webp", ".png"), place.replace("/images/", "/images/0"), place[:-6] + "0.webp"):
        assert (wrong, doors_of_both.get(wrong).status) == (wrong, 404)


def test_an_original_is_only_ever_saved(doors_of_both: Doors, request: pytest.FixtureRequest) -> None:
    mug = makers.make_product("MUG-1")
    attach(doors_of_both, mug.id, RED, name="rød \N{SNOWMAN}.png")
    (one,) = developed(mug.id).items
    answer = doors_of_both.get(one.original)
    assert answer.headers["cache-control"] == "no-store"
    if "bucket" in request.node.name:
        assert (answer.status, one.sha256 in answer.headers["location"]) == (307, True)
        return
    assert (answer.status, answer.body) == (200, RED)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''r%C3%B8d%20%E2%98%83.png"


def test_images_are_ordered_described_and_taken_off(doors_of_both: Doors) -> None:
    mug = makers.make_product("MUG-1")
    red, blue = (attach(doors_of_both, mug.id, data).json["id"] for data in (RED, BLUE))
    base = f"/products/{mug.id}/images"
    changed = asked(doors_of_both, "PATCH", f"{base}/{blue}", primary=True, position=0, alt="Blue")
    assert (changed.status, changed.json["alt"], changed.json["position"]) == (200, "Blue", 0)
    listed = doors_of_both.get(base).json["items"]
    assert [(one["id"], one["primary"]) for one in listed] == [(blue, True), (red, False)]
    assert doors_of_both.ask("DELETE", f"{base}/{blue}").status == 204
    assert [(one["id"], one["primary"]) for one in doors_of_both.get(base).json["items"]] == [(red, True)]
    assert doors_of_both.ask("DELETE", f"{base}/{blue}").json["code"] == "IMAGE_NOT_FOUND"
    assert asked(doors_of_both, "POST", f"{base}/{red}/retry").json["code"] == "IMAGE_NOT_FAILED"
    assert doors_of_both.get(f"/products/{uuid.uuid4()}/images").json["code"] == "PRODUCT_NOT_FOUND"


@pytest.mark.parametrize(
    ("data", "values", "status", "code"),
    [
        (b"<svg xmlns='x'><script/></svg>", {}, 422, "IMAGE_UNRECOGNISED"),
        (b"<html>", {"name": "mug.png"}, 422, "IMAGE_UNRECOGNISED"),
        (RED, {"md5": "0" * 32}, 422, "CHECKSUM_MISMATCH"),
        (RED, {"name": "x" * 256}, 422, "VALIDATION_FAILED"),
    ],
    ids=["SVG", "HTML", "MD5", "name"],
)
def test_a_picture_is_refused_with_a_code(
    served: Doors, data: bytes, values: dict[str, str], status: int, code: str
) -> None:
    mug = makers.make_product("MUG-1")
    answer = attach(served, mug.id, data, **values)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert served.get(f"/products/{mug.id}/images").json["items"] == []


def test_names_of_files_find_their_products(served: Doors) -> None:
    for sku in ("ABC-1", "ABC", "Mug (2)"):
        makers.make_product(sku)
    answer = asked(served, "POST", "/images/match", names=["abc-1_2.jpg", "ABC-1.png", "x.jpg"], skus=["mug (2)"])
    assert [one["sku"] for one in answer.json["items"]] == ["ABC-1", "ABC-1", None, "Mug (2)"]
    assert asked(served, "POST", "/images/match", names=["x"] * 501).status == 422
