"""A look at the first bytes of a file: how it is written, which columns it has, and whether they settle the mapping."""

import itertools
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from product_importer.imports import dialect, mapping, packed, policies, reader
from product_importer.imports.dialect import Dialect
from product_importer.imports.mapping import ColumnAmbiguous, ColumnMissing, Mapping
from product_importer.imports.options import Options
from product_importer.kit.errors import AppError
from product_importer.uploads import actions as uploads

SAMPLES = 3  # values shown of each column


@dataclass(frozen=True, slots=True)
class Inspection:
    """What the head of a file tells; `refusal` says why its columns need a person, and then `mapping` is None."""

    dialect: Dialect
    header: Sequence[str]
    samples: Sequence[Sequence[str]]
    mapping: Mapping | None
    refusal: AppError | None

    def facts(self) -> dict[str, Any]:
        """Return what the import row keeps of it."""
        known: dict[str, Any] = {"header": list(self.header), "samples": [list(values) for values in self.samples]}
        known |= {name: getattr(self.dialect, name) for name in ("encoding", "delimiter", "header_line")}
        known["dialect"] = asdict(self.dialect)
        if self.mapping is not None:
            known |= {"mapping": self.mapping.names, "ignored": self.mapping.ignored}
        return known


def inspect(upload_id: uuid.UUID, options: Options) -> Inspection:
    """Look at an upload's head.

    Raises PolicyImpossible, what `packed.opened`, `dialect.sniff` and `reader.open_reader` refuse, and ColumnMissing or ColumnAmbiguous unless the
    options say that a person can be asked.
    """
    policies.chosen({str(field): policy for field, policy in options.blanks.items()}, options.mode)
    blocks = packed.opened(uploads.read(upload_id))
    head, whole = _head(blocks)
    wanted = (options.mapping or {}).values()
    found = dialect.sniff(
        head,
        whole=whole,
        encoding=options.encoding,
        delimiter=options.delimiter,
        header_line=options.header_line,
        wanted=wanted,
    )
    opened = reader.open_reader(itertools.chain([head], blocks), found)
    samples = _samples(opened)
    try:
        settled = mapping.resolve(opened.header, explicit=_explicit(options), mode=options.mode)
    except (ColumnMissing, ColumnAmbiguous) as refusal:
        if not options.interactive:
            raise
        return Inspection(found, opened.header, samples, None, refusal)
    return Inspection(found, opened.header, samples, settled, None)


def _head(blocks: Iterator[bytes]) -> tuple[bytes, bool]:
    """Take what `dialect.sniff` wants to see, and tell whether that is the entire file."""
    head = b""
    while len(head) < dialect.HEAD:
        block = next(blocks, None)
        if block is None:
            return head, True
        head += block
    return head, False


def _explicit(options: Options) -> dict[str, str] | None:
    return None if options.mapping is None else {str(field): column for field, column in options.mapping.items()}


def _samples(opened: reader.Reader) -> list[list[str]]:
    """Take the first values of each column that are not blank."""
    records = next(iter(opened), None)
    rows = records.records[:200] if records else []
    filled = ([row[index] for row in rows if row[index].strip()] for index in range(len(opened.header)))
    return [[value.strip()[:80] for value in values[:SAMPLES]] for values in filled]
