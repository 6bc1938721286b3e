"""Products as a file: exactly the filtered list, guarded, whole or visibly not, and an import's mirror image."""

import csv
import io
from decimal import Decimal

import pytest

from product_importer.catalog import export
from tests import makers
from tests.web.doors import Doors

ODD = (
    "=1+1",
    "'=x",
    "''@x",
    "'quoted",
    "-5",
    "+49 30",
    'a "b", c',
    "zwei\nZeilen",
    "zwei\r\nZeilen",
    "é, ß, Я",
    "<script>",
)


def rows(text: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.decode(), newline="")))


def test_a_file_has_exactly_the_filtered_products_in_the_order_of_their_sku(
    served_twice: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "PAGE", 2)
    for number in (4, 1, 3, 2, 0):
        makers.make_product(f"{'aA'[number % 2]}-{number}", active=number != 3)
    makers.make_product("B-1", price=None)
    answer = served_twice.get("/products/export.csv?active=true&sku=a-")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    header, *lines = rows(answer.body)
    assert header == ["sku", "name", "description", "price", "active"]
    assert lines == [[sku, f"Product {sku}", "", "10.00", "true"] for sku in ("a-0", "A-1", "a-2", "a-4")]
    assert rows(served_twice.get("/products/export.csv?q=b-1").body)[1][3] == "__CLEAR__"


def test_exporting_and_importing_again_changes_nothing(served_twice: Doors) -> None:
    for number, text in enumerate(ODD):
        price = Decimal("9999999999.99") if number else None
        makers.make_product(
            f"{text.split()[0][:9]}-{number}", name=text, description=text, price=price, active=number % 2
        )
    before = {key: (one.name, one.description, one.price, one.version) for key, one in makers.stored_products().items()}
    for query in ("", "?guard=true"):
        seen = makers.import_file(served_twice.get(f"/products/export.csv{query}").body)
        assert (seen.state, seen.counts.rows, seen.counts.unchanged) == ("completed", len(ODD), len(ODD))
    stored = makers.stored_products().items()
    assert {key: (one.name, one.description, one.price, one.version) for key, one in stored} == before


def test_text_that_a_spreadsheet_would_run_is_guarded_unless_that_is_not_wanted(served_twice: Doors) -> None:
    assert max("'", *export.RISKY) < export.LETTERS
    for number, text in enumerate(ODD):
        makers.make_product(f"{number:02}", name=text)
    names = [line[1] for line in rows(served_twice.get("/products/export.csv").body)[1:]]
    assert names == ["'=1+1", "''=x", "'''@x", "'quoted", "'-5", "'+49 30", *ODD[6:]]
    bare = [line[1] for line in rows(served_twice.get("/products/export.csv?guard=false").body)[1:]]
    assert bare == list(ODD)


def test_an_export_that_fails_midway_never_ends_as_if_it_were_whole(
    served: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "PAGE", 2)
    for number in range(6):
        makers.make_product(f"A-{number}")
    page, pages = export._piece, iter(range(10))

    def broken(lines: object) -> tuple[str, str] | None:
        if next(pages) == 2:
            raise OSError("the disk is gone")
        return page(lines)  # type: ignore[arg-type]

    monkeypatch.setattr(export, "_piece", broken)
    answer = served.say("GET /products/export.csv HTTP/1.1", "Host: 127.0.0.1")
    assert b"A-0" in answer
    assert b"A-5" not in answer
    assert not answer.endswith(b"0\r\n\r\n")


def test_an_export_that_cannot_begin_is_refused_with_words(served: Doors) -> None:
    answer = served.get("/products/export.csv?colour=red")
    assert (answer.status, answer.json["code"]) == (422, "VALIDATION_FAILED")
