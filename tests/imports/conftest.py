"""An import in the middle of its way, for the tests of what may happen to it there."""

import uuid

import pytest

from product_importer.imports import preparation
from tests.makers import csv_file, make_import


@pytest.fixture
def planned() -> uuid.UUID:
    """An import of thirty new products that stands before its first slice."""
    import_id = make_import(csv_file(*(f"N-{number:02},Mug,,1.00" for number in range(30))))
    assert preparation.prepare(import_id)
    return import_id
