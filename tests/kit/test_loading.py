"""What a program loads stays, and what it makes afterwards is collected as ever."""

import gc
import weakref

import pytest

from product_importer.kit import loading


class Ring:
    """An object that only the collector can free: it holds itself."""

    def __init__(self) -> None:
        self.own = self


def test_what_is_loaded_is_left_alone_and_what_comes_after_it_is_collected() -> None:
    with loading.staying():
        assert not gc.isenabled()
        loaded = weakref.ref(Ring())
    assert gc.isenabled()
    made = weakref.ref(Ring())
    gc.collect()
    assert loaded() is not None
    assert made() is None


def test_what_cannot_be_loaded_leaves_the_collector_at_work() -> None:
    with pytest.raises(ImportError), loading.staying():
        raise ImportError
    assert gc.isenabled()
