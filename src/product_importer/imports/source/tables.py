"""A file may hold several tables: where the one that is read ends, and where it goes on."""

from collections.abc import Sequence

from product_importer.imports.source import headers


class Tables:
    """Follows the records of a file; a header of other columns behind a blank line begins a table that is not read.

    The header of the file's own table, repeated, ends that again.
    """

    def __init__(self, header: Sequence[str]) -> None:
        self._header = header
        self._blank = False
        self.elsewhere = False  # whether the last record belongs to another table

    @property
    def watches(self) -> bool:
        """Whether the next record must be looked at whatever it is."""
        return self._blank or self.elsewhere

    def skip(self) -> None:
        """Take note of a blank record."""
        self._blank = True

    def is_header(self, record: Sequence[str]) -> bool:
        """Tell whether a record repeats the file's own header."""
        if len(record) != len(self._header) or [cell.strip() for cell in record] != self._header:
            return False
        self._blank = self.elsewhere = False
        return True

    def begins(self, record: Sequence[str]) -> bool:
        """Tell whether another table begins with a record that is not blank."""
        begun = self._blank and headers.names_fields(record)
        self._blank = False
        self.elsewhere |= begun
        return begun
