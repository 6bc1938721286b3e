"""The tests have teeth: with each kind of bug planted into the workers, the comparison fails."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from product_importer.kit import database, runtime, tasks
from product_importer.kit.settings import Settings
from tests.fire import hurry, plants, workers
from tests.fire.scenes import Compared, overtaken, struck
from tests.fire.workers import Fleet

BETWEEN = f"{plants.BETWEEN}=kill@2"

pytestmark = [pytest.mark.fire, pytest.mark.kill, pytest.mark.slow]
Planted = Callable[[str], Fleet]


@pytest.fixture
def planted(sqlite_url: str, tmp_path: Path) -> Iterator[Planted]:
    """Plant a bug into embedded workers, and give them."""
    settings = Settings(data_dir=tmp_path, database_url=sqlite_url)
    runtime.start(settings)
    with contextlib.ExitStack() as kept:

        def plant(name: str) -> Fleet:
            extra = {hurry.PLANT: name, hurry.BEAT: "3600"}
            return kept.enter_context(workers.at_work(Fleet(settings, tmp_path / "fleet", extra=extra)))

        yield plant
    database.engine().dispose()
    tasks.use(None)


def test_a_missing_fence_is_found(planted: Planted) -> None:
    assert differing(overtaken(planted("no_fence"), seed=5)) == {"counts", "completions"}


def test_counts_outside_the_transaction_are_found(planted: Planted) -> None:
    found = differing(struck(planted("counts_outside_the_transaction"), BETWEEN, seed=6))
    assert found == {"counts", "completions"}


def test_a_journal_outside_the_transaction_is_found(planted: Planted) -> None:
    assert differing(struck(planted("journal_outside_the_transaction"), BETWEEN, seed=7)) == {"journal"}


def test_a_bell_that_is_done_when_it_arrives_is_found(planted: Planted) -> None:
    with pytest.raises(AssertionError, match="waited in vain"):
        struck(planted("no_way_back"), "import.slice.begun=kill@2", seed=8, patience=12)


def differing(compared: Compared) -> set[str]:
    seen, wanted = compared
    return {name for name in seen.__slots__ if getattr(seen, name) != getattr(wanted, name)}
