"""Pictures by address, for programs and on the page of an import: counted, told, fetched again."""

from sqlalchemy import update

from product_importer.catalog.wish_models import ImageWish, WishState
from product_importer.kit import database
from tests import makers
from tests.media.test_wishing import HEADER, fetched
from tests.web.doors import Doors

NOWHERE = "http://10.0.0.1/mug.jpg"


def test_addresses_that_gave_no_picture_are_told_and_fetched_again(served: Doors) -> None:
    import_id = makers.import_file(makers.csv_file(f"A,Mug,1,{NOWHERE}", f"B,Cup,1,{NOWHERE}", header=HEADER)).task_id
    place = f"/imports/{import_id}"
    assert served.get(place).json["images"] == {"wished": 2, "waiting": 2, "shown": 0, "failed": 0, "gone": 0}
    assert served.ask("POST", f"{place}/images/retry").json["code"] == "IMAGES_NOT_FAILED"
    fetched()

    told = served.get(served.get(place).json["links"]["failed_images"]).json
    (one,) = told["items"]
    assert (one["url"], one["products"], one["code"]) == (NOWHERE, 2, "IMAGE_UNFETCHED")
    assert "10.0.0.1 is a private address" in one["message"]
    assert told["counts"]["failed"] == 2
    page = served.get(f"/admin/imports/{import_id}").body.decode()
    assert "0 of 2 shown" in page
    assert "10.0.0.1 is a private address" in page

    before = served.get(place).json["version"]
    answer = served.ask("POST", f"{place}/images/retry")
    assert (answer.status, answer.json["images"]["waiting"]) == (202, 2)
    assert answer.json["version"] > before


def test_what_is_fetched_again_is_told_to_who_watches_while_others_still_wait(served: Doors) -> None:
    import_id = makers.import_file(makers.csv_file(f"A,Mug,1,{NOWHERE}", f"B,Cup,1,{NOWHERE}", header=HEADER)).task_id
    fetched()
    with database.transaction() as session:
        one = update(ImageWish).where(ImageWish.product_id == makers.stored_products()["b"].id)
        session.execute(one.values(state=WishState.WAITING))
    with served.stream(f"/admin/imports/{import_id}/images/stream") as events:
        assert "1 failed" in next(events).data
        assert served.post(f"/admin/imports/{import_id}/images/retry", b"", Content_Type="text/plain").status == 303
        assert "1 failed" not in next(events).data
