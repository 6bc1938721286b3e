"""Cutting slices: each is as large as what a worker has to do for it, and no larger."""

import uuid

import pytest

from product_importer.catalog import wishes
from product_importer.imports import preparation, slices
from product_importer.imports.states import Mode
from product_importer.kit import database
from tests.imports.makers import take
from tests.makers import csv_file, import_file, job_of, make_import, run_import_to_end, slices_of

pytestmark = pytest.mark.usefixtures("started")

PLAIN = csv_file(*(f"N-{number:02},Mug,1" for number in range(30)), header="sku,name,price")
PICTURED = csv_file(
    *(f"N-{number:02},Mug,1,https://img.example/{number}.jpg" for number in range(30)),
    header="sku,name,price,image_url",
)


def imported_again(data: bytes, **options: str) -> uuid.UUID:
    """Import a file whose thirty products are there already, up to its first slice of ten."""
    import_file(PLAIN)
    import_id = make_import(data, **options)
    assert preparation.prepare(import_id)
    slices.write(take(import_id), job_of(import_id))
    return import_id


def spans(import_id: uuid.UUID) -> list[tuple[int, int]]:
    return [(one.first, one.last) for one in slices_of(import_id)]


def test_unchanged_products_that_get_pictures_fill_a_slice_like_those_that_are_written() -> None:
    import_id = imported_again(PICTURED)
    assert spans(import_id) == [(1, 10)]
    assert run_import_to_end(import_id).counts.unchanged == 30
    with database.reading() as session:
        assert wishes.counted(session, import_id).wished == 30


def test_unchanged_products_go_along_for_nothing_where_no_pictures_are_named() -> None:
    assert spans(imported_again(PLAIN)) == [(1, 30)]


def test_products_that_a_mode_leaves_alone_go_along_for_nothing_with_their_pictures() -> None:
    assert spans(imported_again(PICTURED, mode=Mode.CREATE_ONLY)) == [(1, 30)]


def test_a_worker_begins_small_where_each_product_may_name_many_pictures() -> None:
    plain, pictured = make_import(PLAIN), make_import(PICTURED)
    assert slices.first_size(job_of(plain)) == database.face().SLICE
    assert slices.first_size(job_of(pictured)) == slices.SMALLEST
