"""Exports in which only the first row of a product has its name: the rows of its variants take it over."""

from collections.abc import Sequence

from product_importer.imports.checking import presets
from product_importer.imports.checking.mapping import Mapping
from product_importer.imports.checking.remarks import Remarks
from product_importer.imports.codes import Remark
from product_importer.imports.source.reader import Batch

SHARED = ("name", "description")  # fields that variants have of their product


class Family:
    """The product whose rows go by; batches come in the order of the file."""

    def __init__(self, group: int, places: Sequence[int]) -> None:
        self._group, self._places = group, places
        self._first: list[str] | None = None

    def fill(self, batch: Batch, remarks: Remarks) -> None:
        """Write the shared values of the first row into the blank cells of the rows that follow it.

        A row that could not be read may have been a first one: what follows it takes nothing over.
        """
        unread = [broken.line for broken in reversed(batch.broken)]
        for line, record in zip(batch.lines, batch.records, strict=True):
            while unread and unread[-1] < line:
                self._first = None
                unread.pop()
            self._follow(line, record, remarks)
        if unread:
            self._first = None

    def _follow(self, line: int, record: list[str], remarks: Remarks) -> None:
        first = self._first
        if first is None or not self._continues(record, first):
            self._first = record
            return
        taken = [at for at in self._places if not record[at].strip() and first[at].strip()]
        for at in taken:
            record[at] = first[at]
        if taken:
            remarks.note(Remark.TAKEN_OVER, line, f"“{first[taken[0]].strip()[:80]}”")

    def _continues(self, record: Sequence[str], first: Sequence[str]) -> bool:
        """Tell whether a row names the same product, or none and has nothing of its own."""
        group = record[self._group].strip()
        return group == first[self._group].strip() if group else not any(record[at].strip() for at in self._places)


def of(found: Mapping, header: Sequence[str]) -> Family | None:
    """Give the families of a file whose preset has them."""
    group = presets.family(found.preset, header)
    places = [found.columns[name] for name in SHARED if name in found.columns]
    return None if group is None else Family(group, places)
