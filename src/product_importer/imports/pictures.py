"""The column of picture addresses: what its cells name, kept beside the staged records, and wished for by slices."""

import json
import re
import tempfile
from collections.abc import Collection, Iterator
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from product_importer.catalog import wishes
from product_importer.catalog.models import Product
from product_importer.imports import staging
from product_importer.imports.checking.rows import Accepted
from product_importer.imports.fields import PICTURES
from product_importer.imports.source.reader import Batch
from product_importer.imports.span import Span
from product_importer.imports.staging import CREATE, SAME, UPDATE
from product_importer.imports.states import Mode
from product_importer.kit.failpoints import failpoint

MOST = 50  # addresses of one cell
# A comma may stand in an address, so it only separates before a blank or another one; a blank only before another one.
_BETWEEN: Final = re.compile(r"\s*(?:[|\r\n]|[,;](?=\s|$|https?://|//)|\s(?=https?://))\s*")


class Cells:
    """The addresses of each accepted record of a file, in a file of their own until all records are staged."""

    def __init__(self, column: int) -> None:
        self._column = column
        self._file = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed by `close`

    def note(self, batch: Batch, accepted: Collection[Accepted]) -> None:
        """Keep what the accepted records of a batch name."""
        lines = {row[0] for row in accepted}
        for line, record in zip(batch.lines, batch.records, strict=True):
            if line in lines and (found := addresses(record[self._column])):
                self._file.write(f"{line} {json.dumps(found)}\n")

    def rows(self) -> Iterator[tuple[int, str]]:
        """Yield line and addresses of each record that has any."""
        self._file.seek(0)
        for text in self._file:
            line, _, found = text.partition(" ")
            yield int(line), found

    def close(self) -> None:
        """Forget everything."""
        self._file.close()


def addresses(cell: str) -> list[str]:
    """Split a cell at commas, semicolons, bars and line ends; each address once, `//host/path` as https."""
    found = (one.strip() for one in _BETWEEN.split(cell))
    whole = (f"https:{one}" if one.startswith("//") else one for one in found if one)
    return list(dict.fromkeys(whole))[:MOST]


def kinds(fields: Collection[str], mode: Mode) -> tuple[int, ...]:
    """Return the kinds of the plan's rows whose products may get pictures; none where the file names no pictures."""
    if PICTURES not in fields:
        return ()
    return (CREATE,) if mode is Mode.CREATE_ONLY else (CREATE, UPDATE, SAME)


def wish(session: Session, span: Span) -> None:
    """Wish for the pictures of the products of a span, in the transaction that writes them."""
    if not (wanted := kinds(span.fields, span.mode)):
        return
    row, cell, product = staging.plan.c, staging.pictures.c, Product.__table__.c
    joined = select(product.id, cell.urls).select_from(staging.plan)
    joined = joined.join(staging.pictures, cell.line == row.line).join(Product, product.sku_key == row.sku_key)
    some = {"yield_per": wishes.AT_ONCE}  # a row may hold fifty long addresses
    found = session.execute(joined.where(span.rows(*wanted)).order_by(row.position), execution_options=some)
    named = (
        wishes.Wish(product_id, url, place) for product_id, urls in found for place, url in enumerate(json.loads(urls))
    )
    wishes.add(session, span.import_id, named, actor=span.actor)
    failpoint("wish.written", session)
