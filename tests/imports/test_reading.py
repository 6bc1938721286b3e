"""A file whose head told it wrong is read again, in the manner that the whole of it shows."""

import pytest

from product_importer.imports.states import State
from product_importer.kit.settings import Settings
from tests.makers import make_import, run_import_to_end

HEADER = "sku,name,price\n"
PLAIN = "".join(f"A-{number:06},A plain lamp number {number},12\n" for number in range(12_000))  # over 256 KiB


@pytest.mark.usefixtures("started")
def test_an_encoding_that_shows_only_behind_the_head_is_the_one_the_file_is_read_in() -> None:
    words = "".join(f"B-{number:04},Настольная лампа номер {number},15\n" for number in range(400))
    ended = run_import_to_end(make_import((HEADER + PLAIN + words).encode("cp1251")))
    assert (ended.state, ended.counts.created, ended.counts.rejected) == (State.COMPLETED, 12_400, 0)
    assert ended.file.encoding == "cp1251"


@pytest.mark.usefixtures("started")
def test_a_decimal_sign_that_shows_only_late_holds_for_the_whole_column() -> None:
    rows = "".join(f'A-{number:04},Lamp,"1,234"\n' for number in range(3_000))
    ended = run_import_to_end(make_import((HEADER + rows + "B-1,Lamp,1234.50\n" * 3).encode()))
    assert (ended.state, ended.counts.created) == (State.COMPLETED, 3_001)


@pytest.mark.usefixtures("started")
def test_an_encoding_that_was_chosen_is_not_doubted(settings: Settings) -> None:
    assert settings.database
    words = "".join(f"B-{number:04},Настольная лампа,15\n" for number in range(400))
    ended = run_import_to_end(make_import((HEADER + PLAIN + words).encode("cp1251"), encoding="cp1252"))
    assert ended.file.encoding == "cp1252"
