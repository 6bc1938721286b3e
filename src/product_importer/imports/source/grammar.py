"""The csv module as this program uses it: strict for what is believed, lenient for what is only looked at."""

import csv
from _csv import Reader
from collections.abc import Iterable, Sequence

from product_importer.imports.source.limits import LIMITS


def limit(field: int) -> None:
    """Let cells have so many characters; more raise csv.Error. The module's limit is one for the whole process."""
    csv.field_size_limit(field)


limit(LIMITS.field)


def strict(lines: Iterable[str], delimiter: str) -> Reader:
    """Split lines by RFC 4180; a quote that is out of place raises csv.Error."""
    return csv.reader(lines, delimiter=delimiter, strict=True)


def lenient(lines: Iterable[str], delimiter: str) -> Reader:
    """Split lines whatever quotes they hold."""
    return csv.reader(lines, delimiter=delimiter)


def alone(line: str, delimiter: str) -> list[str] | None:
    """Split one physical line by itself; None when a quote in it is open or out of place."""
    try:
        records = list(strict((line,), delimiter))
    except csv.Error:
        return None
    return records[0] if records else []


def is_blank(record: Sequence[str]) -> bool:
    """Tell whether a record has nothing in it: a blank line, or delimiters alone."""
    return not any(map(str.strip, record))
