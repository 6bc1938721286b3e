"""The mapping form without JavaScript: it shows what is known, keeps what was chosen, and says what is wrong."""

import re
import uuid
from urllib.parse import urlencode

import pytest

from tests import makers
from tests.web.doors import Answer, Doors

UNCLEAR = b"Code;Title;Cost;Note\nA-1;Lamp;5,00;first\nA-2;Mug;6,50;\n"


@pytest.fixture
def place(served: Doors) -> str:
    """The form of an import that waits for its columns."""
    return f"{served.upload(UNCLEAR, path='/admin/imports').headers['location']}/mapping"


def choose(served: Doors, place: str, **columns: object) -> Answer:
    form = {"Content_Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
    return served.post(place, urlencode(columns).encode(), **form)


def chosen(answer: Answer) -> dict[str, str]:
    """Read which option each field shows as selected."""
    selects = re.findall(r'<select[^>]* name="(\w+)".*?</select>', answer.body.decode(), re.DOTALL)
    bodies = re.findall(r"<select.*?</select>", answer.body.decode(), re.DOTALL)
    marked = {name: re.search(r'value="(\d+)" selected', body) for name, body in zip(selects, bodies, strict=True)}
    return {name: found[1] for name, found in marked.items() if found}


def test_the_form_shows_every_column_with_its_values(served: Doors, place: str) -> None:
    shown = served.get(place).body.decode()
    for word in ("Code", "Title", "Cost", "Note", "A-1", "Lamp", "5,00", "first"):
        assert word in shown


def test_a_choice_lets_the_import_go_on(served: Doors, place: str) -> None:
    answer = choose(served, place, sku=0, name=1, price=2, description="", active="")
    assert (answer.status, answer.headers["location"]) == (303, place.removesuffix("/mapping"))
    snapshot = makers.run_import_to_end(uuid.UUID(place.split("/")[3]))
    assert snapshot.counts.created == 2
    assert snapshot.mapping == {"sku": "Code", "name": "Title", "price": "Cost"}
    assert snapshot.ignored_columns == ["Note"]


def test_what_is_missing_is_said_beside_its_field_and_the_choice_stays(served: Doors, place: str) -> None:
    answer = choose(served, place, name=1, price=2)
    assert answer.status == 422
    assert chosen(answer) == {"name": "1", "price": "2"}
    assert 'id="p-sku"' in answer.body.decode()
    assert served.get(place).status == 200


def test_one_column_for_two_fields_is_refused(served: Doors, place: str) -> None:
    answer = choose(served, place, sku=0, name=0)
    assert answer.status == 422
    assert "The column “Code” is chosen for two fields." in answer.body.decode()


@pytest.mark.parametrize("column", ["99", "-1", "x", "9" * 6000, "²", "1.0", "\0"])
def test_a_column_that_is_not_there_counts_as_none(served: Doors, place: str, column: str) -> None:
    answer = choose(served, place, sku=column, name=1)
    assert answer.status == 422
    assert chosen(answer) == {"name": "1"}


def test_an_answer_that_comes_twice_is_refused_once(served: Doors, place: str) -> None:
    assert choose(served, place, sku=0, name=1).status == 303
    late = choose(served, place, sku=0, name=1)
    assert late.status == 409
    assert served.get(place).headers["location"] == place.removesuffix("/mapping")


def test_a_cancelled_import_takes_no_answer(served: Doors, place: str) -> None:
    assert served.post(place.replace("mapping", "cancel")).status == 303
    assert choose(served, place, sku=0, name=1).status == 409


def test_an_unknown_import_has_no_form(served: Doors) -> None:
    nowhere = f"/admin/imports/{uuid.UUID(int=7)}/mapping"
    assert served.get(nowhere).status == 404
    assert choose(served, nowhere, sku=0).status == 404
