"""How many rows are held in memory at a time where all of a table pass through."""

from typing import Final

from sqlalchemy import LargeBinary, Table

MANY: Final = 1_000  # rows
FEW: Final = 20  # rows with bytes in them: a webhook's body alone may have half a megabyte


def at_a_time(table: Table) -> int:
    """Return how many rows of a table are held at a time."""
    return FEW if any(isinstance(column.type, LargeBinary) for column in table.columns) else MANY
