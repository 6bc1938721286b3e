"""The mapping page without JavaScript: it shows what is known, keeps what was chosen, and says what is wrong."""

import re
import uuid
from html import unescape
from urllib.parse import urlencode

import pytest

from product_importer.imports.states import State
from tests import makers
from tests.imports.workbooks import workbook
from tests.web.doors import Answer, Doors

UNCLEAR = b"Code;Title;Cost;Note\nA-1;Lamp;5,00;first\nA-2;Mug;6,50;\n"
TWICE = b"sku,name,name\nA-1,Lamp,Table lamp\n"
WAITING = {"interactive": "true"}


@pytest.fixture
def place(served: Doors) -> str:
    """The page of an import that waits for its columns."""
    return asked(served, UNCLEAR)


def asked(served: Doors, data: bytes, **options: str) -> str:
    """Upload a file as the dashboard does, and give the page that asks."""
    task_id = served.upload(data, **(WAITING | options)).json["task_id"]
    return f"/admin/imports/{task_id}/mapping"


def controls(answer: Answer) -> dict[str, str]:
    """Read what every control of the form says, as a browser would send it."""
    html = answer.body.decode()
    said = {name: unescape(value) for name, value in re.findall(r'<input[^>]*?name="([\w-]+)" value="([^"]*)"', html)}
    for name, body in re.findall(r'<select[^>]*? name="([\w-]+)"(.*?)</select>', html, re.DOTALL):
        values = re.findall(r'<option value="([^"]*)"( selected)?', body)
        said[name] = next((unescape(value) for value, selected in values if selected), unescape(values[0][0]))
    return said


def choose(served: Doors, place: str, changed: dict[str, str], *, at: str = "") -> Answer:
    """Change some controls of the page as it stands, and send the form."""
    said = controls(served.get(place)) | changed
    return send(served, place + at, said)


def send(served: Doors, place: str, said: dict[str, str]) -> Answer:
    form = {"Content_Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
    return served.post(place, urlencode(said).encode(), **form)


def problems(answer: Answer) -> dict[str, str]:
    """Read the words beside the controls."""
    found = re.findall(r'class="field-error" id="p-([\w-]+)">.*?</svg>(.*?)</p>', answer.body.decode(), re.DOTALL)
    return {name: unescape(words) for name, words in found}


def preview(answer: Answer) -> list[tuple[str, ...]]:
    """Read the rows of the preview: SKU, name, price, result."""
    html = answer.body.decode().partition("firsts")[2]
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)[1:]
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in rows]
    texts = [[unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in row] for row in cells]
    return [(row[1], row[2], row[4], row[-1]) for row in texts]


def test_the_page_shows_every_column_with_its_values_and_what_it_becomes(served: Doors, place: str) -> None:
    page = served.get(place)
    for word in ("Code", "Title", "Cost", "Note", "A-1", "Lamp", "5,00", "first", "Header matches", "No field fits"):
        assert word in page.body.decode()
    said = controls(page)
    assert [said[f"column-{at}"] for at in range(4)] == ["", "name", "", ""]
    assert said["blank-1"] == "reject"


def test_a_choice_lets_the_import_go_on_and_the_next_file_of_its_kind_remembers(served: Doors, place: str) -> None:
    answer = choose(served, place, {"column-0": "sku", "column-2": "price", "blank-2": "keep"})
    assert (answer.status, answer.headers["location"]) == (303, place.removesuffix("/mapping"))
    snapshot = makers.run_import_to_end(uuid.UUID(place.split("/")[3]))
    assert snapshot.counts.created == 2
    assert snapshot.mapping == {"sku": "Code", "name": "Title", "price": "Cost"}
    assert snapshot.ignored_columns == ["Note"]
    again = served.get(asked(served, UNCLEAR))
    assert "Remembered from" in again.body.decode()
    assert [controls(again)[f"column-{at}"] for at in range(4)] == ["sku", "name", "price", ""]
    assert controls(again)["blank-2"] == "keep"
    assert preview(again)[0] == ("A-1", "Lamp", "5.00", "Unchanged")


def test_memory_never_changes_what_a_program_gets(served: Doors, place: str) -> None:
    assert choose(served, place, {"column-0": "sku"}).status == 303
    assert served.upload(UNCLEAR).json["code"] == "COLUMN_MISSING"


def test_a_file_whose_rows_were_rejected_is_remembered_under_our_own_columns(served: Doors, place: str) -> None:
    assert choose(served, place, {"column-0": "sku"}).status == 303
    mended = b"_import;_line;_code;_message;Code;Title;Cost;Note;_raw\n1;3;NAME_BLANK;x;A-2;Mug;6,50;;\n"
    said = controls(served.get(asked(served, mended)))
    assert {name: field for name, field in said.items() if name.startswith("column-") and field} == {
        "column-4": "sku",
        "column-5": "name",
    }


def test_what_is_missing_is_said_and_the_choice_stays(served: Doors, place: str) -> None:
    answer = choose(served, place, {"column-2": "price"})
    assert answer.status == 422
    assert problems(answer) == {"columns": "No column becomes the SKU. Choose the one that holds it."}
    assert [controls(answer)[f"column-{at}"] for at in range(4)] == ["", "name", "price", ""]


def test_two_columns_for_one_field_are_said_beside_the_second(served: Doors, place: str) -> None:
    answer = choose(served, place, {"column-0": "sku", "column-3": "name"})
    assert (answer.status, problems(answer)) == (422, {"column-3": "“Title” already becomes the Name."})


def test_a_policy_that_cannot_be_is_said_beside_it(served: Doors, place: str) -> None:
    answer = choose(served, place, {"column-0": "sku", "blank-0": "keep"})
    assert (answer.status, problems(answer)) == (422, {"blank-0": "A blank sku cannot be “keep”."})


def test_a_column_that_becomes_another_field_takes_on_what_blanks_mean_there(served: Doors) -> None:
    place = asked(served, b"StockCode,Description,UnitPrice\nA-1,,1.00\n")
    assert controls(served.get(place))["blank-1"] == "keep"
    shown = choose(served, place, {"column-1": "name"}, at="/preview")
    assert (controls(shown)["blank-1"], preview(shown)[0][-1]) == ("reject", "RejectedName is empty")
    meant = choose(served, place, {"column-1": "name", "blank-1": "clear"})
    assert list(problems(meant)) == ["blank-1"]
    assert choose(served, place, {"column-1": "name"}).status == 303
    assert makers.run_import_to_end(uuid.UUID(place.split("/")[3])).counts.rejected == 1


def test_headers_that_repeat_are_told_apart_by_their_place(served: Doors) -> None:
    place = asked(served, TWICE)
    assert choose(served, place, {"column-1": "", "column-2": "name"}).status == 303
    makers.run_import_to_end(uuid.UUID(place.split("/")[3]))
    assert makers.stored_products()["a-1"].name == "Table lamp"


def test_read_again_shows_the_file_under_another_delimiter_and_changes_nothing(served: Doors, place: str) -> None:
    answer = choose(served, place, {"delimiter": "|", "again": "1"})
    assert answer.status == 200
    assert "Code;Title;Cost;Note" in answer.body.decode()
    assert controls(answer)["delimiter"] == "|"
    back = send(served, place, controls(answer) | {"delimiter": "", "again": "1"})
    assert controls(back)["column-1"] == "name"
    assert makers.seen_import(uuid.UUID(place.split("/")[3])).state is State.WAITING


def test_a_choice_made_for_another_header_is_shown_anew_before_it_counts(served: Doors, place: str) -> None:
    answer = choose(served, place, {"delimiter": "|", "column-0": "sku"})
    assert answer.status == 422
    assert makers.seen_import(uuid.UUID(place.split("/")[3])).state is State.WAITING


@pytest.mark.parametrize(("control", "value"), [("header_line", "900"), ("header_line", "x"), ("encoding", "klingon")])
def test_a_reading_that_cannot_be_is_said_beside_its_control(
    served: Doors, place: str, control: str, value: str
) -> None:
    answer = choose(served, place, {control: value, "again": "1"})
    assert answer.status == 422
    assert problems(answer).keys() == {control}
    assert "A-1" in answer.body.decode()


def test_prices_that_can_be_read_in_two_ways_need_a_sign(served: Doors) -> None:
    place = asked(served, b"sku;name;price\nA-1;Lamp;1,234\n", check_columns="true")
    answer = choose(served, place, {})
    assert (answer.status, list(problems(answer))) == (422, ["decimal"])
    shown = choose(served, place, {"decimal": ","}, at="/preview")
    assert preview(shown) == [("A-1", "Lamp", "1.23", "Created")]
    assert choose(served, place, {"decimal": ","}).status == 303


def test_the_preview_shows_rows_as_they_would_be_stored(served: Doors) -> None:
    makers.make_product("A-1", name="Old lamp")
    place = asked(served, b"sku,name,price\nA-1,Lamp,5.00\nA-2,,1\nA-3,Mug,1\nA-3,Mug,2\n", check_columns="true")
    assert preview(served.get(place)) == [
        ("A-1", "Lamp", "5.00", "Updated"),
        ("A-2", "blank", "1", "RejectedName is empty"),
        ("A-3", "Mug", "1.00", "Superseded"),
        ("A-3", "Mug", "2.00", "Created"),
    ]
    only_new = choose(served, place, {"mode": "create_only"}, at="/preview")
    assert [row[-1] for row in preview(only_new)] == ["Skipped", "RejectedName is empty", "Superseded", "Created"]


def test_columns_that_the_upload_names_are_shown_and_kept(served: Doors) -> None:
    data = b"Handle,Title,Option1 Name,Variant SKU,Variant Price\ncap,Cap,Size,C-S,9.00\n"
    place = asked(served, data, check_columns="true", mapping='{"sku": "Handle", "name": "Title"}')
    said = controls(served.get(place))
    assert [said[f"column-{at}"] for at in range(5)] == ["sku", "name", "", "", ""]
    assert said["preset"] == "none"
    assert choose(served, place, {}).status == 303
    assert makers.run_import_to_end(uuid.UUID(place.split("/")[3])).mapping == {"sku": "Handle", "name": "Title"}


def test_an_eight_bit_encoding_is_a_guess_with_a_value_to_look_at(served: Doors) -> None:
    data = "Preisliste\n\nsku;name;price\nA-1;Große Schüssel, weiß;12,50\n".encode("cp1252")
    page = served.get(asked(served, data)).body.decode()
    assert '<b class="strong">Große Schüssel, weiß</b> (line 4)' in page
    assert "Windows-1252" in page


@pytest.mark.parametrize("column", ["column-99", "column--1", "column-x", "column-" + "9" * 6000, "column-²"])
def test_a_column_that_is_not_there_counts_as_none(served: Doors, place: str, column: str) -> None:
    answer = choose(served, place, {column: "sku"})
    assert (answer.status, list(problems(answer))) == (422, ["columns"])


def test_an_answer_that_comes_twice_is_refused_once(served: Doors, place: str) -> None:
    said = controls(served.get(place)) | {"column-0": "sku"}
    assert send(served, place, said).status == 303
    assert send(served, place, said).status == 409
    assert served.get(place).headers["location"] == place.removesuffix("/mapping")


def test_a_cancelled_import_takes_no_answer(served: Doors, place: str) -> None:
    said = controls(served.get(place)) | {"column-0": "sku"}
    assert served.post(place.replace("mapping", "cancel")).status == 303
    assert send(served, place, said).status == 409
    assert send(served, f"{place}/preview", said).status == 409


def test_an_unknown_import_has_no_form(served: Doors) -> None:
    nowhere = f"/admin/imports/{uuid.UUID(int=7)}/mapping"
    assert served.get(nowhere).status == 404
    assert send(served, nowhere, {}).status == 404


def test_a_workbook_shows_its_sheet_in_place_of_encoding_and_delimiter_and_another_may_be_chosen(
    served: Doors,
) -> None:
    lamps: list[list[object]] = [["SKU", "Name", "Price"], ["L-1", "Lamp", 5]]
    bowls: list[list[object]] = [["Item no.", "Title", "Cost"], ["B-1", "'=Bowl", 6]]
    place = asked(served, workbook({"Lamps": lamps, "Bowls & cups": bowls}))
    before = controls(served.get(place))
    assert before["sheet"] == ""
    assert not {"encoding", "delimiter", "guard"} & before.keys()
    shown = choose(served, place, {"sheet": "Bowls & cups", "again": "1"})
    assert (controls(shown)["sheet"], controls(shown)["guard"]) == ("Bowls & cups", "true")
    assert "B-1" in shown.body.decode()
    said = controls(shown) | {"guard": "false", "column-2": "price"}
    assert send(served, place, said).status == 303
    ended = makers.run_import_to_end(uuid.UUID(place.split("/")[3]))
    assert (ended.file.sheet, ended.counts.created, ended.warnings) == ("Bowls & cups", 1, [])
    assert makers.stored_products()["b-1"].name == "'=Bowl"
