"""Rules of our own over source, templates and scripts: each catches what it is for, and what it finds has a reason."""

import pytest

from tests.safety import rules

EVERY = {rule.id: rule for rule in rules.every()}


@pytest.mark.parametrize("name", EVERY)
def test_a_rule_catches_each_of_its_bad_examples_and_none_of_the_good(name: str) -> None:
    rule = EVERY[name]
    assert [text for text in rule.caught if not rule.finds(text)] == []
    assert [text for text in rule.passes if rule.finds(text)] == []
    assert rule.caught
    assert rule.passes


@pytest.mark.parametrize("name", EVERY)
def test_what_a_rule_finds_in_the_project_has_a_reason(name: str) -> None:
    rule = EVERY[name]
    looked = {path: text for path, text in rules.sources(rule.language).items() if rule.reads(path)}
    found = {path: lines for path, text in looked.items() if (lines := rule.finds(text))}
    assert {path: lines for path, lines in found.items() if path not in rule.reasons} == {}
    assert rule.reasons.keys() - found.keys() == set(), "a reason for nothing"
    assert looked
