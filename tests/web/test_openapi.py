"""The API against its own description: no fault, no status that is not described, every refusal a problem document."""

import itertools
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from product_importer.accounts.roles import Scope
from tests import makers
from tests.accounts.makers import make_session, make_token, make_user
from tests.web.doors import Doors

# Requests an operation, of products and of others, in each mode; always the same ones.
MANY, FEW = {"embedded": 8, "server": 4}, {"embedded": 3, "server": 2}
# Asked for what is there, these wait for a worker: streams without an end, and a request to somewhere else.
WAITING = re.compile(r"/progress|/webhooks/test/")


def sure(examples: int) -> settings:
    """Send the same so many examples every time."""
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def made(served: Doors) -> tuple[str, Mapping[str, str]]:
    """Make one of each thing; return the cookie of an admin, and what stands for each in an address."""
    anna, ben = make_user(), make_user("ben@example.com")
    cookie = f"session={make_session(anna)}"
    make_session(anna)
    make_token(anna, [Scope.READ])
    task = makers.make_import(makers.csv_file("A-1,Mug,,1.00"))
    makers.run_import_to_end(task)

    def posted(path: str, said: Any) -> str:
        answer = served.post(path, json.dumps(said), Content_Type="application/json", Cookie=cookie)
        return str(answer.json["id"])

    def first(path: str, *, at: int = 0) -> str:
        return str(served.get(path, Cookie=cookie).json["items"][at]["id"])

    return cookie, {
        "product_id": first("/products"),
        "task_id": str(task),
        "feed_id": posted("/feeds", {"name": "Shop", "url": "https://shop.example/a.csv", "every_minutes": 360}),
        "endpoint_id": posted("/webhooks", {"url": "https://shop.example/hook", "event_types": ["product.created"]}),
        "token_id": first("/tokens"),
        "session_id": first("/sessions", at=1),
        "user_id": str(ben.id),
        "upload_id": str(makers.make_upload(b"sku,name\n")),
    }


def tried(served: Doors, cookie: str, known: Mapping[str, str], *, few: int, many: int) -> dict[str, set[int]]:
    """Send examples to every operation, what deletes last; return the statuses that each was answered with."""
    headers = {"Cookie": cookie}
    schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{served.port}/api/v1/openapi.json", headers=headers)
    operations: list[Any] = [found.ok() for found in schema.include(path_regex="^/api/v1").get_all_operations()]  # type: ignore[union-attr]
    seen: dict[str, set[int]] = {}
    for operation in sorted(operations, key=lambda one: str(one.method) == "delete"):
        examples = many if operation.path.startswith("/api/v1/products") else few
        seen[f"{operation.method} {operation.path}"] = _tried(operation, examples, headers, known)
    return seen


def _tried(operation: Any, examples: int, headers: dict[str, str], known: Mapping[str, str]) -> set[int]:
    described, seen, turns = set(operation.responses.status_codes), set[int](), itertools.count()
    theirs = {} if WAITING.search(operation.path) else {name: known[name] for name in known if name in operation.path}

    @sure(examples)
    @given(case=st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)))
    def sends(case: Any) -> None:
        if next(turns) % 2 == 0:  # every other one asks for something that is there
            case.path_parameters = {**(case.path_parameters or {}), **theirs}
        answer = case.call(headers=headers)
        seen.add(answer.status_code)
        told = answer.headers.get("content-type", [""])[0]
        where = f"{case.method} {case.formatted_path}: {answer.status_code} {told}"
        assert answer.status_code < 500, answer.text
        assert answer.status_code < 400 or told == "application/problem+json", where
        assert {str(answer.status_code), f"{answer.status_code // 100}XX"} & described, f"{where} {described}"

    sends()
    return seen


@pytest.mark.slow
def test_nothing_that_is_sent_is_a_fault_every_status_is_described_every_refusal_a_problem(
    either: tuple[Doors, str],
) -> None:
    served, mode = either
    cookie, known = made(served)
    seen = tried(served, cookie, known, few=FEW[mode], many=MANY[mode])
    assert len(seen) > 60
    assert {200, 201, 202, 204, 404, 422} <= set.union(*seen.values())
    found = [name for name in seen if "{" in name and seen[name] & {200, 201, 202, 204}]
    assert len(found) > 15
    assert served.get("/readyz").status == 200
