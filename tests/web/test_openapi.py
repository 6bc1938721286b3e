"""The API against its own description: whatever is sent, there is no fault, and every refusal is a problem document."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from tests import makers
from tests.web.doors import Doors

EXAMPLES = 15  # requests an operation; always the same ones
Sure = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.slow
def test_nothing_that_is_sent_to_products_is_a_fault_and_every_refusal_is_a_problem(served: Doors) -> None:
    makers.make_product("A-1")
    schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{served.port}/api/v1/openapi.json")
    every = schema.include(path_regex="^/api/v1/products").get_all_operations()
    operations: list[Any] = [found.ok() for found in every]  # type: ignore[union-attr]
    seen: list[int] = []
    for operation in operations:

        @Sure
        @given(case=st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)))
        def sends(case: Any) -> None:
            answer = case.call()
            seen.append(answer.status_code)
            told = answer.headers.get("content-type", [""])[0]
            assert answer.status_code < 500, answer.text
            assert answer.status_code < 400 or told == "application/problem+json", (answer.status_code, told)

        sends()
    assert len(operations) >= 6
    assert {200, 201, 422} <= set(seen)
