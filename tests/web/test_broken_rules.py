"""What Pydantic found is said in sentences beside the field of a form."""

from typing import Any

import pytest
from pydantic import ValidationError

from product_importer.feeds.schemas import FeedIn
from product_importer.web.forms.account_forms import TokenWanted
from product_importer.web.requests import broken_rules

TOKEN: dict[str, Any] = {"name": "nightly-sync", "scopes": ["read"]}


@pytest.mark.parametrize(
    ("said", "beside"),
    [
        ({"name": " "}, {"name": "Give it a name without line breaks, such as nightly-sync."}),
        ({"days": "soon"}, {"days": "Input should be a valid integer, unable to parse string as an integer."}),
        (
            {"scopes": ["everything"]},
            {"scopes": "Input should be 'read', 'imports:write', 'products:write', 'webhooks:write' or 'admin'."},
        ),
    ],
)
def test_a_broken_rule_is_a_sentence_beside_its_field(said: dict[str, Any], beside: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as wrong:
        TokenWanted.model_validate(TOKEN | said)
    assert broken_rules.beside(wrong.value) == beside


def test_a_form_may_name_its_fields_otherwise() -> None:
    with pytest.raises(ValidationError) as wrong:
        FeedIn.model_validate({"name": "x", "url": "https://shop.example/a.csv", "options": {"mode": "all"}})
    assert set(broken_rules.beside(wrong.value, lambda place: place[-1])) == {"mode"}
