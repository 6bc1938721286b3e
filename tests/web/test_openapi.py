"""The API against its own description: no fault, no status that is not described, every refusal a problem document."""

from collections.abc import Collection
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from tests import makers
from tests.accounts.makers import make_session, make_user
from tests.web.doors import Doors

MANY, FEW = 15, 3  # requests an operation; always the same ones


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


def tried(served: Doors, *, only: str, examples: int, cookie: str = "") -> tuple[int, Collection[int]]:
    """Send examples to every operation whose path matches; return how many those were, and the statuses seen."""
    headers = {"Cookie": cookie} if cookie else {}
    schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{served.port}/api/v1/openapi.json", headers=headers)
    operations: list[Any] = [found.ok() for found in schema.include(path_regex=only).get_all_operations()]  # type: ignore[union-attr]
    seen: set[int] = set()
    for operation in operations:
        _try(operation, examples, headers, seen)
    return len(operations), seen


def _try(operation: Any, examples: int, headers: dict[str, str], seen: set[int]) -> None:
    described = set(operation.responses.status_codes)

    @sure(examples)
    @given(case=st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)))
    def sends(case: Any) -> None:
        answer = case.call(headers=headers)
        seen.add(answer.status_code)
        told = answer.headers.get("content-type", [""])[0]
        where = f"{case.method} {case.formatted_path}: {answer.status_code} {told}"
        assert answer.status_code < 500, answer.text
        assert answer.status_code < 400 or told == "application/problem+json", where
        assert {str(answer.status_code), f"{answer.status_code // 100}XX"} & described, f"{where} {described}"

    sends()


@pytest.mark.slow
def test_nothing_that_is_sent_to_products_is_a_fault_and_every_refusal_is_a_problem(served: Doors) -> None:
    makers.make_product("A-1")
    count, seen = tried(served, only="^/api/v1/products", examples=MANY)
    assert count >= 6
    assert {200, 201, 422} <= set(seen)


@pytest.mark.slow
def test_nothing_that_is_sent_anywhere_is_a_fault_and_every_status_is_described(served: Doors) -> None:
    cookie = f"session={make_session(make_user())}"
    count, seen = tried(served, only="^/api/v1/(?!products)", examples=FEW, cookie=cookie)
    assert count > 30
    assert {200, 404, 422} <= set(seen)
