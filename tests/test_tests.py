"""The tests themselves: each is a sentence and each can fail."""

import ast
import re

from tests import source

ASSERTING = re.compile(r"(^|[._])(raises|fail|expect|assert\w*)$")


def test_every_test_is_named_by_a_sentence() -> None:
    short = [name for name, _ in _tests() if name.count("_") < 3]
    assert short == []


def test_no_test_is_without_an_assertion() -> None:
    silent = [name for name, asserts in _tests() if not asserts]
    assert silent == []


def _tests() -> list[tuple[str, bool]]:
    """Return every test with whether it asserts, itself or through a function of its own file."""
    return [
        (f"{file.path} {function.name}", _asserts(function) or bool(set(source.calls(function)) & asserting))
        for file in source.python("tests")
        if file.path.rpartition("/")[2].startswith("test_")
        for asserting in [{inner.name for inner in file.functions() if _asserts(inner)}]
        for function in file.functions()
        if function.name.startswith("test_")
    ]


def _asserts(function: ast.AST) -> bool:
    return any(isinstance(node, ast.Assert) for node in ast.walk(function)) or any(
        ASSERTING.search(call) for call in source.calls(function)
    )
