"""An undo in words: exact, in the singular where it is one, and silent about what there is none of."""

import uuid

import pytest

from product_importer.imports.states import Fate
from product_importer.imports.undoing.undo import Tally
from product_importer.imports.undoing.undo_queries import Kept
from product_importer.web.views import undo_view


@pytest.mark.parametrize(
    ("tally", "words"),
    [
        (
            Tally(468_212, 18_903, 37),
            "Deletes the 468,212 products it created and restores 18,903 it updated. "
            "37 were edited since; what was edited stays as it is.",
        ),
        (Tally(deleted=1), "Deletes the 1 product it created."),
        (Tally(restored=2, gone=1), "Restores 2 products it updated. 1 was deleted since."),
        (Tally(kept=1), "Has nothing to undo. 1 was edited since; what was edited stays as it is."),
    ],
)
def test_a_preview_says_what_would_happen(tally: Tally, words: str) -> None:
    assert undo_view.foretold(tally) == words


@pytest.mark.parametrize(
    ("tally", "words"),
    [
        (Tally(3, 2), "Deleted 3 products and restored 2."),
        (Tally(restored=1, gone=2), "Restored 1 product. 2 were deleted since."),
        (Tally(gone=1), "Nothing was undone. 1 was deleted since."),
    ],
)
def test_a_result_says_what_happened(tally: Tally, words: str) -> None:
    assert undo_view.done(tally) == words


def test_a_product_that_stays_is_explained() -> None:
    fields: dict[str, list[str | bool | None]] = {
        "price": ["1.00", "2.00"],
        "description": ["Text", None],
        "active": [True, False],
    }
    edited = Kept(uuid.UUID(int=1), "A-1", Fate.EDITED, None, fields)
    assert undo_view.kept_words(edited) == (
        "edited since, price stays 2.00, description stays empty, active stays inactive"
    )
    assert undo_view.kept_words(Kept(uuid.UUID(int=1), "A-1", Fate.DELETED, None, None)) == "deleted since"
