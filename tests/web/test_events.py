"""The page of events against the code: its examples fit the schemas, its snippets verify what is really sent."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from pydantic import TypeAdapter

from product_importer.kit.settings import Settings
from product_importer.web.api import events
from product_importer.web.app import create_app
from product_importer.webhooks.events import TEST, EventType
from tests import makers
from tests.media import pictures
from tests.media.makers import attached, developed
from tests.servers import presence
from tests.source import ROOT
from tests.webhooks.makers import make_endpoint, work
from tests.webhooks.receiver import Receiver, Request

PAGE = (ROOT / "docs" / "events.md").read_text()
BODY: TypeAdapter[Any] = TypeAdapter(events.Event | events.Batch)

pytestmark = pytest.mark.docs


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One database is enough: nothing here depends on which."""
    return sqlite_url


def snippet(language: str) -> str:
    """Return the only block of the page in this language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def in_python(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    room: dict[str, Any] = {}
    exec(snippet("python"), room)
    genuine: bool = room["is_genuine"](secret, headers, body)
    return genuine


def in_node(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    asked = f"{snippet('js')}\nconst [secret, headers, body] = {json.dumps([secret, dict(headers), body.decode()])};"
    script = f"{asked}\nconsole.log(isGenuine(secret, headers, Buffer.from(body)));"
    return subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True).stdout == "true\n"


def sent(inbox: Receiver, secret_of: Callable[[], str]) -> tuple[str, Request]:
    secret = secret_of()
    makers.make_product("Ø-1")
    makers.edit_product("ø-1", name="Größe „L“")
    work()
    return secret, inbox.seen[-1]


def test_every_example_fits_its_schema_and_every_type_has_one() -> None:
    examples = [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)]
    for example in examples:
        BODY.validate_python(example, strict=False)
    assert {example["type"] for example in examples} == {*EventType, TEST, "batch"}
    assert set(re.findall(r"^\| `(\w+\.\w+)` \|", PAGE, re.MULTILINE)) == {*EventType, TEST}


def test_the_openapi_document_describes_every_type(tmp_path: Any) -> None:
    document = create_app(Settings(data_dir=tmp_path)).openapi()
    assert set(document["webhooks"]) == {*EventType, TEST, "batch"}


def test_what_is_really_sent_fits_its_schema(started: Settings, inbox: Receiver) -> None:
    make_endpoint(inbox.url, *EventType)
    mug = makers.make_product("MUG-2")
    for data in (pictures.picture(60, 40), pictures.noise()[:-2_000]):
        attached(mug.id, data)
        developed(mug.id)
    makers.import_file(makers.csv_file("MUG-1,Mug,,12.50"))
    makers.edit_product("MUG-1", name="Cup", price=None)
    work()
    makers.remove_product("MUG-1")
    work()
    for request in inbox.seen:
        BODY.validate_json(request.body)
    assert sorted(inbox.types) == sorted(EventType)


@pytest.mark.parametrize("is_genuine", [in_python, in_node])
def test_the_snippets_tell_what_is_genuine(
    started: Settings, inbox: Receiver, is_genuine: Callable[[str, Mapping[str, str], bytes], bool]
) -> None:
    if is_genuine is in_node and shutil.which("node") is None:
        presence.missing("Node", "install it; the snippets in the docs are tried with it")
    secret, request = sent(inbox, lambda: make_endpoint(inbox.url)[1])
    assert is_genuine(secret, request.headers, request.body)
    assert not is_genuine(secret, request.headers, request.body + b" ")
    assert not is_genuine("whsec_" + "A" * 43 + "=", request.headers, request.body)
