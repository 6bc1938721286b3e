"""The stored files on their way into an archive: each once, whatever comes and goes meanwhile."""

import itertools
from collections.abc import Iterable, Iterator

from product_importer.copies import archive
from product_importer.copies.rows import Sum
from product_importer.kit import storage
from product_importer.kit.storage import Kept


class Files:
    """What of the stored files is in an archive; keys never repeat, so that one which was taken need not be again."""

    def __init__(self, writer: archive.Writer) -> None:
        self.total = Sum()
        self._writer = writer
        self._taken: set[str] = set()

    def take(self, listed: Iterable[Kept]) -> list[str]:
        """Add what is not in the archive yet, and return the keys of those that are gone since they were listed."""
        gone = []
        left = {kept.key: kept for kept in listed if kept.key not in self._taken}
        for key, kept in sorted(left.items()):
            try:
                blocks = _opened(key)
            except FileNotFoundError:
                gone.append(key)
                continue
            self._writer.file(key, blocks, size=kept.size, total=self.total)
            self._taken.add(key)
        return gone


def _opened(key: str) -> Iterator[bytes]:
    """Return the blocks of a file that is open: the archive has no name for one that is gone before that."""
    blocks = storage.stream(key)
    return itertools.chain((next(blocks, b""),), blocks)
