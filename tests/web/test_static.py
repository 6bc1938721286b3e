"""Static files and templates: vendored copies are what they claim, nothing is inline, nothing comes from elsewhere."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from product_importer.web import assets, templating
from tests.web.doors import Doors

ROOT = Path(__file__).parents[2]
MANIFEST = json.loads((ROOT / "frontend/manifest.json").read_text())
TEMPLATES = sorted(templating.FOLDER.rglob("*.html"))
OURS = [path for path in assets.FOLDER.rglob("*") if path.suffix in {".css", ".js"} and "vendor" not in path.parts]
MARKUP = "".join(path.read_text() for path in TEMPLATES)


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=[Mount(assets.PREFIX, assets.Assets())]))


@pytest.mark.parametrize("path", MANIFEST)
def test_a_vendored_file_is_the_one_that_was_vendored(path: str) -> None:
    assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == MANIFEST[path]["sha256"]


def test_every_vendored_file_is_in_the_manifest() -> None:
    kept = [*(assets.FOLDER / "vendor").iterdir(), *(ROOT / "tests/web/vendor").iterdir()]
    assert {str(path.relative_to(ROOT)) for path in kept} == set(MANIFEST)


def test_the_lock_names_the_versions_and_no_host() -> None:
    lock = (ROOT / "frontend/package-lock.json").read_text()
    wanted = json.loads((ROOT / "frontend/package.json").read_text())
    assert '"resolved"' not in lock
    for name, version in (wanted["dependencies"] | wanted["devDependencies"]).items():
        assert json.loads(lock)["packages"][f"node_modules/{name}"]["version"] == version


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_holds_no_inline_script_style_or_handler(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=|javascript:|hx-on", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_names_no_other_origin_and_no_pale_text(path: Path) -> None:
    assert not re.search(r"https?://|text-secondary|text-muted", path.read_text())


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_a_style_or_script_of_ours_names_no_other_origin(path: Path) -> None:
    assert not re.search(r"https?://|//cdn|eval\(|innerHTML", path.read_text())


def test_every_icon_that_is_used_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (assets.FOLDER / "icons.svg").read_text()))
    used = set(re.findall(r'icon\("([a-z0-9-]+)"', MARKUP))
    assert used
    assert used <= sprite


def test_every_class_of_ours_is_used() -> None:
    styles = "".join(path.read_text() for path in OURS if path.suffix == ".css")
    scripts = "".join(path.read_text() for path in OURS if path.suffix == ".js")
    python = "".join(path.read_text() for path in templating.FOLDER.parent.glob("*.py"))
    classes = set(re.findall(r"\.(-?[a-z][\w-]*)(?=[^{}]*\{)", re.sub(r"/\*.*?\*/|url\([^)]*\)", "", styles)))
    unused = {name for name in classes if not re.search(rf"\b{re.escape(name.removeprefix('is-'))}\b", MARKUP + python)}
    assert {name for name in unused if name not in scripts} == set()


def test_the_address_of_a_file_holds_a_version_and_it_is_kept_for_good(client: TestClient) -> None:
    address = assets.static("css/tokens.css")
    assert re.fullmatch(r"/static/[0-9a-f]{12}/css/tokens\.css", address)
    assert client.get(address).headers["cache-control"] == assets.FOR_GOOD


def test_the_version_is_another_one_when_any_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    (tmp_path / "a.js").write_text("1")
    seen = [assets.version.__wrapped__()]
    for change in (lambda: (tmp_path / "a.js").write_text("2"), lambda: (tmp_path / "a.js").rename(tmp_path / "b.js")):
        change()
        seen.append(assets.version.__wrapped__())
    assert len(set(seen)) == 3


@pytest.mark.parametrize("version", ["", "000000000000/"])
def test_a_file_asked_for_by_another_version_is_asked_for_again(client: TestClient, version: str) -> None:
    answer = client.get(f"/static/{version}css/tokens.css")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == assets.ASK_FIRST


@pytest.mark.browser
def test_a_second_page_asks_the_server_for_no_script_and_no_style(page: Page, served: Doors) -> None:
    for path in ("dashboard", "imports"):
        page.goto(f"http://127.0.0.1:{served.port}/admin/{path}", wait_until="networkidle")
    sizes = page.evaluate(
        "performance.getEntriesByType('resource').map(one => [new URL(one.name).pathname, one.transferSize])"
    )
    assert len(sizes) > 30
    assert [path for path, sent in sizes if sent] == []


def test_a_template_that_names_no_file_is_told() -> None:
    with pytest.raises(FileNotFoundError):
        assets.static("js/nothing.js")


@pytest.mark.parametrize(
    "path", ["../templating.py", "%2e%2e/templating.py", "000000000000/../../templating.py", "nothing.css", ""]
)
def test_nothing_outside_of_the_folder_is_served(client: TestClient, path: str) -> None:
    assert client.get(f"/static/{path}").status_code == 404


def test_a_class_is_laid_out_in_one_file_and_only_refined_in_those_that_come_later() -> None:
    linked = re.findall(r"static\('(css/[\w-]+\.css)'\)", (templating.FOLDER / "_document.html").read_text())
    first: dict[str, str] = {}
    late = []
    for path in linked:
        for name, rest in re.findall(r"^(\.[\w-]+)([^{]*)\{", (assets.FOLDER / path).read_text(), re.MULTILINE):
            if first.setdefault(name, path) != path and not rest.strip():
                late.append(f"{name} of {first[name]} is laid out in {path}")
    assert len(first) > 100
    assert late == []
