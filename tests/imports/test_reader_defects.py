"""Files full of defects, alone and together: no record is lost, changed, invented or reported at a wrong line."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.imports import defects
from tests.imports.defects import BYTES_ONLY, DEFECTS, Style


@pytest.mark.parametrize("name", DEFECTS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_each_defect_costs_its_own_record_and_no_other(name: str, delimiter: str) -> None:
    file = defects.generate(7, rows=120, defects=[name], share=0.2, style=Style(delimiter=delimiter))
    assert list(defects.differences(file, block=1000)) == []


@pytest.mark.parametrize("seed", range(40))
def test_defects_together_cost_their_own_records_and_no_other(seed: int) -> None:
    chance = random.Random(seed)
    style = Style(
        delimiter=chance.choice(",;\t|"),
        ending=chance.choice(["\n", "\r\n", "\r"]),
        encoding=chance.choice(["utf-8", "utf-8-sig", "utf-16"]),
        quote_all=chance.random() < 0.2,
        width=chance.choice([5, 4, 3]),
    )
    names = [name for name in DEFECTS if style.encoding == "utf-8" or name not in BYTES_ONLY]
    picked = chance.sample(names, chance.randint(1, len(names)))
    file = defects.generate(seed, rows=200, defects=picked, share=chance.choice([0.02, 0.1, 0.3]), style=style)
    assert list(defects.differences(file, block=chance.choice([77, 1000, 1 << 20]))) == []


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    picked=st.lists(st.sampled_from(sorted(DEFECTS)), max_size=4),
    rows=st.integers(1, 60),
    share=st.sampled_from([0.05, 0.3]),
    block=st.integers(1, 5000),
    width=st.integers(3, 5),
)
def test_any_mixture_of_defects_gives_the_account_it_must(
    seed: int, picked: list[str], rows: int, share: float, block: int, width: int
) -> None:
    file = defects.generate(seed, rows=rows, defects=picked, share=share, style=Style(width=width))
    assert list(defects.differences(file, block=block)) == []


def test_the_oracle_notices_a_record_that_was_changed() -> None:
    file = defects.generate(1, rows=5, defects=[], share=0, style=Style())
    file.data = file.data.replace(b"SKU-00003", b"SKU-99999")
    assert len(list(defects.differences(file, block=1000))) == 1
