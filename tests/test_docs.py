"""The documentation against the code: what it names exists, and what exists it names."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts

from product_importer.imports.options import Options
from product_importer.kit.settings import Settings
from product_importer.web.app import create_app
from tests import source
from tests.source import ROOT

pytestmark = pytest.mark.docs

DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")])
FIRST_SCREEN = 20  # lines
NOT_SET = "not set"
DECISION_LINES = 30

ROW = re.compile(r"^\| S(\d)-(\d{3})(?: to (\d{3}))? \|(.*)\|$", re.MULTILINE)
LENGTHS = re.compile(r"\(S(\d), (\d+) lines\)")
CAME_TO = re.compile(r"departure: \w|nothing to build|history of this repository|lines below|\]")
DEFINITION = re.compile(r"^\[([^\]]+)\]: (\S+)$", re.MULTILINE)
USE = re.compile(r"\[([^\]]+)\]\[\]")
NAMED = re.compile(r"\[([^\]]+)\]\[\]((?: `\w+`)(?:, `\w+`)*)")
INLINE = re.compile(r"\]\(([^)\s:]+)\)")
TABLE = re.compile(r"^(?:\|.*\n)+", re.MULTILINE)
CELL = re.compile(r"(?<!\\)\|")
PICTURE = re.compile(r'(?:src|srcset)="([^":]+)"')
SETTING = re.compile(r"^\| `([A-Z_]+)` \| (.+?) \|.*\| `(.+?)` \|$", re.MULTILINE)
SETTINGS: list[tuple[str, str, str]] = SETTING.findall((DOCS / "settings.md").read_text())


@pytest.mark.parametrize("document", ["0", "1", "2"])
def test_every_line_of_a_seed_has_one_place(document: str) -> None:
    rows = [row for row in ROW.findall(_text("seeds.md")) if row[0] == document]
    lines = [line for _, first, last, _ in rows for line in range(int(first), int(last or first) + 1)]
    length = dict(LENGTHS.findall(re.sub(r"\s+", " ", _text("seeds.md"))))[document]
    assert lines == list(range(1, int(length) + 1))


def test_every_line_of_a_seed_says_what_came_of_it() -> None:
    places = [place for *_, place in ROW.findall(_text("seeds.md"))]
    assert [place for place in places if not CAME_TO.search(place.rpartition("|")[2])] == []
    assert "to come" not in _text("seeds.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading_that_exist(page: Path) -> None:
    text = page.read_text()
    targets = INLINE.findall(text) + PICTURE.findall(text) + [path for _, path in DEFINITION.findall(text)]
    assert [target for target in targets if "://" not in target and not _leads(page, target)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_by_name_is_defined_once_and_used(page: Path) -> None:
    defined = [label for label, _ in DEFINITION.findall(page.read_text())]
    assert sorted(defined) == sorted(set(USE.findall(page.read_text())))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_name_beside_a_link_is_defined_in_its_file(page: Path) -> None:
    places = dict(DEFINITION.findall(page.read_text()))
    found = NAMED.findall(page.read_text())
    named = [(page.parent / places[label], name) for label, names in found for name in re.findall(r"\w+", names)]
    assert [f"{path.name} {name}" for path, name in named if not _defines(path, name)] == []


def test_every_row_of_a_table_has_the_cells_of_its_header() -> None:
    tables = [table.splitlines() for page in PAGES for table in TABLE.findall(page.read_text())]
    assert [row for head, *rows in tables for row in rows if len(CELL.split(row)) != len(CELL.split(head))] == []


def test_every_code_of_an_example_is_explained() -> None:
    shown = {code for page in PAGES for code in re.findall(r'"code": "([A-Z_]+)"', page.read_text())}
    assert shown <= set(re.findall(r'<a id="([A-Z_]+)">', _text("errors.md")))


def test_the_readme_shows_both_commands_on_its_first_screen() -> None:
    first = (ROOT / "README.md").read_text().splitlines()[:FIRST_SCREEN]
    assert {"make run", "make test"} <= {line.partition("  ")[0] for line in first}


def test_the_settings_page_gives_every_setting_its_default() -> None:
    documented = {name.lower(): default.strip("`") for name, default, _ in SETTINGS}
    given = {name: default for name, default in documented.items() if default != NOT_SET}
    assert documented.keys() == Settings.model_fields.keys()
    assert {name: getattr(Settings.model_validate({name: given[name]}), name) for name in given} == {
        name: field.default for name, field in Settings.model_fields.items() if name in given
    }
    assert not any(_bare(Settings.model_fields[name].default) for name in documented.keys() - given.keys())


@pytest.mark.parametrize(("name", "default", "example"), SETTINGS, ids=[name for name, _, _ in SETTINGS])
def test_every_example_of_a_setting_can_be_used(
    name: str, default: str, example: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, example)
    assert str(_bare(getattr(Settings(), name.lower()))) != default


def test_the_api_page_names_every_route(tmp_path: Path) -> None:
    page = re.sub(r"{\w+}", "{}", _text("api.md"))
    routes = [
        f"{method} {route.path}" if route.methods else str(route.path)
        for route in iter_route_contexts(create_app(Settings(data_dir=tmp_path)).routes)
        for method in sorted(set(route.methods or {""}) - {"HEAD"})
    ]
    once = {re.sub(r" /api/v1/(?!openapi)", " /", re.sub(r"{\w+}", "{}", route)) for route in routes}
    assert {route for route in once if f"`{route}`" not in page} == set()


def test_the_api_page_explains_every_option() -> None:
    table = _text("api.md").partition("| option |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(Options.model_fields)


def test_the_operations_page_names_every_failpoint() -> None:
    calls = "".join(file.text for file in source.python("src"))
    places = set(re.findall(r'failpoint\("([\w.-]+)"', calls))
    assert {place for place in places if f"`{place}`" not in _text("operations.md")} == set()
    assert places


def test_every_module_that_the_glossary_names_exists() -> None:
    named = re.findall(r"`(\w+/[\w./]*)`", _text("glossary.md"))
    assert named
    assert [place for place in named if not (source.PACKAGE / place).exists()] == []


def test_decisions_are_numbered_and_short() -> None:
    decisions = sorted((DOCS / "decisions").glob("*.md"))
    assert [path.name[:4] for path in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    assert [path.name for path in decisions if path.read_text().count("\n") > DECISION_LINES] == []


def _text(name: str) -> str:
    return (DOCS / name).read_text()


def _bare(value: object) -> object:
    """Take the cover from a secret."""
    uncover = getattr(value, "get_secret_value", None)
    return uncover() if uncover else value


def _leads(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    place = (page.parent / path).resolve() if path else page
    return place.exists() and (not anchor or anchor in set(_anchors(place.read_text())))


def _anchors(text: str) -> Iterator[str]:
    """Yield the anchors that a forge makes of the headings, and those that are written out."""
    yield from re.findall(r'<a id="([^"]+)">', text)
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _defines(path: Path, name: str) -> bool:
    return re.search(rf"^\s*(?:def|class|async def) {name}\b|^{name}\b.*=", path.read_text(), re.MULTILINE) is not None
