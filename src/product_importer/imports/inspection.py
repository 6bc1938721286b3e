"""A look at the first bytes of a file: how it is written, which columns it has, and what of that is in doubt."""

import itertools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from product_importer.imports import doubts
from product_importer.imports.checking import mapping, policies, presets
from product_importer.imports.checking.mapping import ColumnAmbiguous, ColumnMissing, Mapping
from product_importer.imports.checking.policies import Blanks
from product_importer.imports.doubts import Doubt, Example
from product_importer.imports.facts import Facts
from product_importer.imports.options import Options
from product_importer.imports.source import dialect, opening, reader
from product_importer.imports.source.dialect import Dialect
from product_importer.imports.source.reader import Batch
from product_importer.imports.source.workbook import Sheet
from product_importer.imports.states import Decimal
from product_importer.kit.errors import AppError
from product_importer.uploads import actions as uploads

SAMPLES = 3  # values shown of each column
_LOOKED_AT = 200  # records from which they are taken
_LETTERS = 80  # characters shown of one


@dataclass(frozen=True, slots=True)
class Inspection:
    """What the head of a file tells; `refusal` says why its columns need a person, and then `mapping` is None.

    `decimal` is None where the first prices leave it open; `head` are the first records, `sheet` belongs to a workbook.
    """

    dialect: Dialect
    header: Sequence[str]
    samples: Sequence[Sequence[str]]
    mapping: Mapping | None
    refusal: AppError | None
    blanks: Blanks
    decimal: Decimal | None
    example: Example | None
    doubts: Sequence[Doubt]
    head: Batch
    sheet: Sheet | None = None

    @property
    def filled(self) -> set[int]:
        """The places of the columns that hold values."""
        return {at for at, values in enumerate(self.samples) if values}

    def facts(self) -> Facts:
        """Return what the import row keeps of it."""
        known = Facts(
            header=list(self.header),
            samples=[list(values) for values in self.samples],
            encoding=self.dialect.encoding,
            delimiter=self.dialect.delimiter,
            header_line=self.dialect.header_line,
            dialect=self.dialect,
            doubts=list(self.doubts),
            decimal=self.decimal,
            blanks=self.blanks,
            sheet=self.sheet,
        )
        if (found := self.mapping) is None:
            return known
        return replace(
            known, mapping=found.names, ignored=found.ignored, columns=found.columns, preset=found.preset
        )  # fmt: skip


def inspect(upload_id: uuid.UUID, options: Options) -> Inspection:
    """Look at an upload's head.

    Raises PolicyImpossible, what `opening.opened`, `dialect.sniff` and `reader.open_reader` refuse, and ColumnMissing
    or ColumnAmbiguous unless the options say that a person can be asked.
    """
    file = opening.opened(uploads.read(upload_id), sheet=options.sheet)
    start, whole, blocks = dialect.head_of(file.blocks)
    found = _sniffed(start, options, whole=whole, sheet=file.sheet)
    opened = reader.open_reader(blocks, found)
    head = next((batch for batch in opened if batch.records), Batch([], [], [], 0))
    samples = _samples(head.records[:_LOOKED_AT], len(opened.header))
    filled = {at for at, values in enumerate(samples) if values} if head.records else None
    settled, refusal = _settled(opened.header, options, filled)
    proposed = mapping.suggest(opened.header, preset=options.preset, filled=filled) if options.mapping is None else {}
    decimal, example = options.decimal or doubts.decimal_of(settled, head.records), _example(head)
    open_questions = [
        *doubts.of_encoding(found, example),
        *doubts.of_sheet(file.sheet),
        *doubts.of_columns(settled, refusal, proposed),
        *doubts.of_decimal(settled, head.records, decimal),
    ]
    usual = presets.blanks(settled.preset) if settled else {}
    blanks = policies.chosen(usual | {str(field): policy for field, policy in options.blanks.items()}, options.mode)
    return Inspection(
        found, opened.header, samples, settled, refusal, blanks, decimal, example, open_questions, head, file.sheet
    )  # fmt: skip


def _sniffed(start: bytes, options: Options, *, whole: bool, sheet: Sheet | None) -> Dialect:
    """Sniff the dialect; that of a sheet is known, as we wrote it."""
    named = [name for name in (options.mapping or {}).values() if mapping.numbered(name) is None]
    return dialect.sniff(
        start,
        whole=whole,
        encoding="utf-8" if sheet else options.encoding,
        delimiter="," if sheet else options.delimiter,
        header_line=options.header_line,
        wanted=named,
        folded=sheet is not None,
    )


def _settled(
    header: Sequence[str], options: Options, filled: set[int] | None
) -> tuple[Mapping | None, AppError | None]:
    """Resolve the columns, or give the refusal where a person can be asked."""
    explicit = None if options.mapping is None else {str(field): name for field, name in options.mapping.items()}
    try:
        found = mapping.resolve(header, explicit=explicit, mode=options.mode, preset=options.preset, filled=filled)
    except (ColumnMissing, ColumnAmbiguous) as refusal:
        if not options.asks:
            raise
        return None, refusal
    return found, None


def _samples(records: Sequence[Sequence[str]], width: int) -> list[list[str]]:
    """Take the first values of each column that are not blank."""
    filled = ((row[index].strip() for row in records if row[index].strip()) for index in range(width))
    return [[value[:_LETTERS] for value in itertools.islice(values, SAMPLES)] for values in filled]


def _example(head: Batch) -> Example | None:
    """Find the first value that tells whether the encoding is right."""
    for line, record in zip(head.lines, head.records, strict=True):
        for cell in record:
            if not cell.isascii():
                return Example(" ".join(cell.split())[:_LETTERS], line)
    return None
