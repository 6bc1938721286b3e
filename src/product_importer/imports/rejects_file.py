"""The rejects of an import: all of them in a file that can be mended and sent again, the first ones in the database."""

import io
import tempfile
import uuid
from collections.abc import Sequence
from typing import Any, BinaryIO, cast

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from product_importer.imports.aliases import REJECTS_COLUMNS
from product_importer.imports.checking.rejected import Rejected
from product_importer.imports.models import ImportJob, RejectedRecord
from product_importer.imports.snapshot import RejectGroup
from product_importer.kit import csv_text, storage

SHOWN = 1_000  # rejected records kept in the database for the page
GROUPED = 20  # lines that a group of rejects names
ADDED = ("_import", "_line", "_code", "_message")  # the columns in front of the supplier's own


class Rejects:
    """Collects the rejected records of one reading, in the order of the file, without keeping them in memory."""

    def __init__(self, *, number: int, header: Sequence[str], delimiter: str) -> None:
        self.count = 0
        self.first: list[Rejected] = []
        self._groups: dict[tuple[str, str | None], dict[str, Any]] = {}
        self._number, self._width = number, len(header)
        self._own = [at for at, name in enumerate(header) if name.strip() not in REJECTS_COLUMNS]
        self._file = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 - closed by close()
        self._text = io.TextIOWrapper(self._file, encoding="utf-8", errors="surrogateescape", newline="")
        self._csv = csv_text.writer(self._text, delimiter=delimiter)
        self._csv.writerow((*ADDED, *(header[at] for at in self._own), "_raw"))

    def add(self, rejected: Sequence[Rejected]) -> None:
        """Take in the rejected records of a batch."""
        for one in rejected:
            self._count(one)
            facts = (self._number, one.line, one.code, one.message)
            whole = one.cells is not None and len(one.cells) == self._width
            cells = one.cells if one.cells is not None and whole else [""] * self._width
            self._csv.writerow((*facts, *(cells[at] for at in self._own), "" if whole else one.raw))
        self.first += rejected[: SHOWN - len(self.first)]
        self.count += len(rejected)

    def groups(self) -> list[RejectGroup]:
        """Return the rejects by code and column."""
        return [RejectGroup(**group) for group in self._groups.values()]

    def save(self, job_id: uuid.UUID) -> str | None:
        """Put the rejects file into storage and return its key; None when nothing was rejected."""
        if not self.count:
            return None
        self._text.flush()
        self._file.seek(0)
        key = f"rejects/{job_id}/{uuid.uuid4().hex[:8]}.csv"
        storage.put(key, self._file)
        return key

    def list_first(self, session: Session, job: ImportJob) -> None:
        """Write the first rejected records where the page finds them, in place of an earlier reading's."""
        session.execute(delete(RejectedRecord).where(RejectedRecord.import_id == job.id))
        rows = [
            {"import_id": job.id, "position": position, "line": one.line, "row": one.row}
            | {"code": one.code, "column": one.column, "value": one.value, "message": one.message}
            for position, one in enumerate(self.first)
        ]
        if rows:
            session.execute(insert(RejectedRecord), rows)

    def close(self) -> None:
        """Let go of the temporary file."""
        self._text.close()

    def _count(self, one: Rejected) -> None:
        fresh: dict[str, Any] = {"code": one.code, "column": one.column, "count": 0, "example": one.value, "lines": []}
        group = self._groups.setdefault((one.code, one.column), fresh)
        group["count"] += 1
        if len(group["lines"]) < GROUPED:
            group["lines"].append(one.line)
