"""The log of deliveries for people: what stands under an endpoint's address is that endpoint's."""

import uuid

from product_importer.kit import database
from product_importer.webhooks import resending
from tests import makers
from tests.web.doors import Doors
from tests.webhooks.makers import deliveries, dispatch_all, make_endpoint

HTML = "text/html"
FIRST, SECOND = "https://first.example/", "https://second.example/"


def make_test(endpoint_id: uuid.UUID) -> uuid.UUID:
    """Make a test that no worker has sent yet."""
    with database.transaction() as session:
        return resending.test(session, endpoint_id).id


def test_a_delivery_is_shown_and_sent_again_under_its_own_endpoint_alone(served: Doors) -> None:
    (mine, _), (other, _) = make_endpoint(FIRST, "product.updated"), make_endpoint(SECOND, "product.deleted")
    makers.make_product("MUG-1")
    makers.edit_product("MUG-1", name="Cup")
    dispatch_all()
    (one,) = deliveries()
    for endpoint_id, shown, sent in ((mine, 200, 303), (other, 404, 404)):
        place = f"/admin/webhooks/{endpoint_id}/deliveries/{one.id}"
        assert served.get(place, Accept=HTML).status == shown
        assert served.form(f"{place}/resend").status == sent


def test_what_came_of_a_test_is_told_by_its_own_endpoint_alone(served: Doors) -> None:
    (mine, _), (other, _) = make_endpoint(FIRST), make_endpoint(SECOND)
    test_id = make_test(mine)
    assert served.get(f"/admin/webhooks/{mine}?test={test_id}", Accept=HTML).status == 200
    assert served.get(f"/admin/webhooks/{other}?test={test_id}", Accept=HTML).status == 404


def test_more_hours_than_a_number_has_digits_for_are_a_year(served: Doors) -> None:
    endpoint_id, _ = make_endpoint(FIRST)
    for hours in ("24", "9" * 5_000, "", "²", "-1"):
        assert served.form(f"/admin/webhooks/{endpoint_id}/resend", hours=hours).status == 303
