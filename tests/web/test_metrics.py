"""What a Prometheus reads, and what the metrics page draws."""

import datetime as dt
import itertools

import pytest
from prometheus_client.parser import text_string_to_metric_families

from product_importer.imports.figures import Day
from product_importer.imports.states import Outcome
from product_importer.web.views import charts
from tests.makers import csv_file, import_file
from tests.web.doors import Doors

TODAY = dt.date(2026, 11, 26)


def _samples(served: Doors) -> dict[tuple[str, str], float]:
    families = text_string_to_metric_families(served.get("/metrics").body.decode())
    samples = [sample for family in families for sample in family.samples]
    return {(sample.name, ",".join(sample.labels.values())): sample.value for sample in samples}


def test_prometheus_reads_work_imports_rows_and_requests(served: Doors) -> None:
    import_file(csv_file("A-1,Mug,,1.00", "A-2,,,2.00"))
    assert served.get("/products").status == 200
    assert served.get("/products/0193a4c2-7d1e-7a40-8000-000000000001").status == 404
    found = _samples(served)
    assert found["importer_imports", "completed"] == 1
    assert (found["importer_rows", "created"], found["importer_rows", "rejected"]) == (1, 1)
    assert found["importer_queue_waiting", "imports,imports.run.run_import"] == 0
    assert found["importer_images", "ready"] == 0
    assert (found["importer_deliveries_waiting", ""], found["importer_feeds_failing", ""]) == (0, 0)
    assert found["importer_http_requests_total", "GET,/products,200"] == 1
    assert found["importer_http_requests_total", "GET,/products/{product_id},404"] == 1


def test_a_path_that_no_route_takes_is_no_label_of_its_own(served: Doors) -> None:
    assert served.get("/wp-login.php").status == 404
    assert not [labels for _, labels in _samples(served) if "wp-login" in labels]


def test_the_page_teaches_before_the_first_import_and_counts_after_it(served: Doors) -> None:
    assert "No import ended in the last 30 days" in served.get("/admin/metrics").body.decode()
    import_file(csv_file("A-1,Mug,,1.00", "A-2,,,2.00"))
    page = served.get("/admin/metrics?days=7").body.decode()
    assert "NAME_BLANK" in page
    assert "2 rows</title>" in page
    assert served.get("/admin/metrics?days=91").status == 422


def test_a_column_stacks_the_outcomes_in_their_order_up_to_its_total() -> None:
    day = Day(TODAY, imports=1)
    day.rows.update({"created": 60, "rejected": 20, "updated": 1})
    column = charts.rows([day]).columns[0]
    assert [block.name for block in column.blocks] == [Outcome.CREATED, Outcome.UPDATED, Outcome.REJECTED]
    assert column.blocks[0].y + column.blocks[0].height == 100
    for below, above in itertools.pairwise(column.blocks):
        assert above.y + above.height == pytest.approx(below.y)
    assert column.words == "26 November: 81 rows"


@pytest.mark.parametrize(("highest", "top"), [(0, 1), (1, 1), (3, 5), (81, 100), (468_212, 500_000), (600_000, 1e6)])
def test_a_scale_ends_at_a_round_number(highest: int, top: float) -> None:
    assert charts.round_top(highest) == top
