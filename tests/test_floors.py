"""Libraries with known holes are at least as new as the release that closed them."""

import importlib.metadata
import re

import pytest
from packaging.version import Version

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


@pytest.mark.parametrize(("name", "floor"), FLOORS.items())
def test_what_is_installed_and_what_is_locked_has_its_holes_closed(name: str, floor: str) -> None:
    assert Version(importlib.metadata.version(name)) >= Version(floor)
    locked = "".join(path.read_text() for path in (ROOT / "requirements").glob("*.lock"))
    versions = [Version(found) for found in re.findall(rf"^{name}==([\w.]+)", locked, re.MULTILINE)]
    assert versions
    assert min(versions) >= Version(floor)
