"""Libraries with known holes are at least as new as the release that closed them, and what has holes is not used."""

import ast
import importlib.metadata
import re

import pytest
from packaging.version import Version

from tests import source
from tests.source import ROOT

# What was found, and mended in which release.
FLOORS = {
    "starlette": "1.3.1",  # host confusion, form limits that were not kept (CVE-2026-48710, CVE-2026-54283)
    "python-multipart": "0.0.31",  # negative lengths, names smuggled through ";" (CVE-2026-53537)
    "pillow": "13.0.0",  # heap overflows in JPEG and TIFF (CVE-2026-112403); tests alone use it
    "pyvips-binary": "8.18.1",  # bundles libvips with CVE-2026-33327 closed
    "celery": "5.7",
    "jinja2": "3.1.6",  # a way out of the sandbox (CVE-2025-27516)
    "cryptography": "44.0.1",  # bundles OpenSSL with CVE-2024-12797 closed
}

# Possessive and atomic groups: Python before 3.11.5 takes what they must not match (gh-106052); Debian 12 has 3.11.2.
HASTY = re.compile(r"\(\?>|\)(?:[*+?]|\{[0-9,]*\})\+")


@pytest.mark.parametrize(("name", "floor"), FLOORS.items())
def test_what_is_installed_and_what_is_locked_has_its_holes_closed(name: str, floor: str) -> None:
    assert Version(importlib.metadata.version(name)) >= Version(floor)
    locked = "".join(path.read_text() for path in (ROOT / "requirements").glob("*.lock"))
    versions = [Version(found) for found in re.findall(rf"^{name}==([\w.]+)", locked, re.MULTILINE)]
    assert versions
    assert min(versions) >= Version(floor)


def test_no_pattern_is_one_that_the_oldest_python_matches_wrongly() -> None:
    texts = [
        (file.path, node.value)
        for file in source.python("src")
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert HASTY.search(r"(?:\n[0-9]+(?![^\n]))*+")
    assert [(path, text) for path, text in texts if HASTY.search(text)] == []
