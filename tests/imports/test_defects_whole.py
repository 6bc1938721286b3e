"""Files full of defects through the whole service: what is stored and what is rejected is what the oracle says.

`./dev test-defects` tries thousands of them.
"""

import gzip
import os
import random
import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import delete

from product_importer.catalog.models import Product
from product_importer.imports.snapshot import Snapshot
from product_importer.imports.source import decoding
from product_importer.kit import database
from tests import makers
from tests.imports import defects
from tests.imports.defects import BYTES_ONLY, DEFECTS, File, Style
from tests.web.conftest import served_twice
from tests.web.doors import Doors

__all__ = ["served_twice"]
FILES = int(os.environ.get("DEFECTS", "8"))
AT_ONCE = 50  # files of one test: a minute on a busy machine
BLOCKS = (77, 1_000, decoding.BLOCK)  # bytes


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, FILES, AT_ONCE))
def test_what_a_file_with_defects_leaves_behind_is_what_it_must(
    served_twice: Doors, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    found = {}
    for seed in range(first, min(first + AT_ONCE, FILES)):
        chance = random.Random(seed)
        monkeypatch.setattr(decoding, "BLOCK", chance.choice(BLOCKS))
        file, style = made(seed, chance)
        if told := list(differences(served_twice, file, style, packed=chance.random() < 0.2)):
            found[seed] = told
    assert found == {}


def made(seed: int, chance: random.Random) -> tuple[File, Style]:
    """Make one file of a style and a mixture of defects that the seed chooses."""
    style = Style(
        delimiter=chance.choice(",;\t|"),
        ending=chance.choice(["\n", "\r\n", "\r"]),
        encoding=chance.choice(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
        quote_all=chance.random() < 0.2,
        width=chance.choice([5, 4, 3]),
        appendix=chance.random() < 0.3,
    )
    names = [name for name in DEFECTS if style.encoding == "utf-8" or name not in BYTES_ONLY]
    picked = chance.sample(names, chance.randint(0, len(names)))
    # In a file of very few rows an open quote and a quote in the next row make one record that breaks no rule.
    rows, share = chance.randint(12, 120), chance.choice([0.02, 0.1, 0.3])
    return defects.generate(seed, rows=rows, defects=picked, share=share, style=style), style


def differences(served: Doors, file: File, style: Style, *, packed: bool) -> Iterator[str]:
    """Upload and import a file over an empty catalog; tell every product and reject that should not be so."""
    with database.transaction() as session:
        session.execute(delete(Product))
    options = {"encoding": "cp1252"} if style.encoding == "cp1252" else {}
    answer = served.upload(gzip.compress(file.data) if packed else file.data, **options)
    if answer.status != 202:
        yield f"it was refused: {answer.json['detail']}"
        return
    ended = makers.run_import_to_end(uuid.UUID(answer.json["task_id"]))
    if ended.state != ("completed" if file.accepted else "failed"):
        yield f"it is {ended.state}: {ended.error}"
        return
    yield from _products(file)
    yield from _rejects(served, ended, file)


def _products(file: File) -> Iterator[str]:
    stored = {
        one.sku: (one.name, one.description, None if one.price is None else f"{one.price:.2f}")
        for one in makers.stored_products().values()
    }
    for line, cells in file.accepted.items():
        price = cells[3] if len(cells) > 3 else None
        if (product := stored.pop(cells[0], None)) != (cells[1], cells[2] or None, price):
            yield f"line {line} became {product}, not {cells}"
    yield from (f"{sku} was invented" for sku in stored)


def _rejects(served: Doors, ended: Snapshot, file: File) -> Iterator[str]:
    items = served.get(f"/imports/{ended.task_id}/rejects").json["items"]
    if ended.counts.rejected != len(file.rejected) or ended.counts.created != len(file.accepted):
        yield f"its account is {ended.counts}"
    reported = {one["line"]: one["code"] for one in items}
    for line in reported.keys() | file.rejected.keys():
        if reported.get(line) not in file.rejected.get(line, ()):
            yield f"line {line} should be {file.rejected.get(line)}, reported is {reported.get(line)}"
