"""Which column feeds which field: by alias, by a known shop's export, or as a person or program says."""

import difflib
import hashlib
from collections.abc import Mapping as Dictionary
from collections.abc import Sequence
from dataclasses import dataclass

from product_importer.imports import aliases
from product_importer.imports.aliases import FIELDS
from product_importer.imports.states import Mode
from product_importer.kit.errors import AppError

__all__ = ["FIELDS", "ColumnAmbiguous", "ColumnMissing", "Mapping", "Suggestion", "resolve", "signature", "suggest"]

CERTAIN, LIKELY, POSSIBLE = 1.0, 0.7, 0.4  # confidence of a suggestion


class ColumnMissing(AppError):
    """A field that is needed, or a column that was named, is not in the header."""

    status = 422
    code = "COLUMN_MISSING"
    title = "A column is missing"
    action = 'Name the column: mapping={"sku": "…", "name": "…"} with the headers of your file.'


class ColumnAmbiguous(AppError):
    """Several columns could feed one field."""

    status = 422
    code = "COLUMN_AMBIGUOUS"
    title = "Two columns could be meant"
    action = 'Name the one to use: mapping={"sku": "…", "name": "…"}; where two headers are equal, rename one.'


@dataclass(frozen=True, slots=True)
class Mapping:
    """Where each mapped field stands: `columns` by index from 0, `names` by header, and the headers left out."""

    columns: dict[str, int]
    names: dict[str, str]
    ignored: list[str]
    width: int  # columns in the header


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A column proposed for a field; confidence 1.0 is what `resolve` would take by itself."""

    column: str
    index: int
    confidence: float


def resolve(header: Sequence[str], *, explicit: Dictionary[str, str] | None, mode: Mode) -> Mapping:
    """Map the header's columns to fields; an explicit mapping replaces the aliases whole.

    Raises ColumnMissing and ColumnAmbiguous, with the field, the candidates and the header as facts.
    """
    if explicit is not None:
        columns = {field: _named(header, field, wanted) for field, wanted in explicit.items() if wanted}
    else:
        columns = _preset(header) or _by_alias(header)
    for field in ("sku", "name") if mode is not Mode.UPDATE_ONLY else ("sku",):
        if field not in columns:
            raise _missing(header, field)
    used = set(columns.values())
    ignored = [name for index, name in enumerate(header) if index not in used and _is_the_suppliers(name)]
    return Mapping(columns, {field: header[index] for field, index in columns.items()}, ignored, len(header))


def suggest(header: Sequence[str]) -> dict[str, Suggestion]:
    """Propose a column for every field that has a plausible one, `active` included."""
    settled = _preset(header)
    suggestions = {}
    for field in FIELDS:
        found = [(CERTAIN, settled[field])] if field in settled else _candidates(header, field)
        if found:
            confidence, index = max(found, key=lambda candidate: (candidate[0], -candidate[1]))
            shared = sum(rival == confidence for rival, _ in found) > 1
            suggestions[field] = Suggestion(header[index], index, min(confidence, LIKELY if shared else CERTAIN))
    return suggestions


def signature(header: Sequence[str]) -> str:
    """Give a short name for a header, the same for files of one kind; columns our rejects file adds do not count."""
    names = [aliases.plain(name) for name in header if _is_the_suppliers(name)]
    return hashlib.sha256("\x1f".join(names).encode()).hexdigest()[:16]


def _is_the_suppliers(name: str) -> bool:
    return bool(name.strip()) and name.strip() not in aliases.REJECTS_COLUMNS


def _preset(header: Sequence[str]) -> dict[str, int]:
    names = [name.strip() for name in header]
    for shop, marks in aliases.PRESET_MARKS.items():
        columns = aliases.PRESETS[shop]
        if all(names.count(mark) == 1 for mark in (*marks, columns["sku"], columns["name"])):
            return {field: names.index(name) for field, name in columns.items() if names.count(name) == 1}
    return {}


def _by_alias(header: Sequence[str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for field in FIELDS[:-1]:
        found = [index for confidence, index in _candidates(header, field) if confidence == CERTAIN]
        if len(found) > 1:
            raise _ambiguous(header, field, found)
        if found:
            columns[field] = found[0]
    return columns


def _candidates(header: Sequence[str], field: str) -> list[tuple[float, int]]:
    found = []
    for index, name in enumerate(header):
        if not _is_the_suppliers(name):
            continue
        plain = aliases.plain(name)
        if aliases.FIELD_OF.get(plain) == field:
            found.append((CERTAIN, index))
        elif plain.startswith(field) or plain.endswith(field):
            found.append((LIKELY, index))
        elif field in plain:
            found.append((POSSIBLE, index))
    return found


def _named(header: Sequence[str], field: str, wanted: str) -> int:
    if field not in FIELDS:
        raise ColumnMissing(f"“{field}” is no field of a product; the fields are {', '.join(FIELDS)}.", field=field)
    for key in (str, str.strip, str.casefold, aliases.plain):
        found = [index for index, name in enumerate(header) if key(name) == key(wanted)]
        if len(found) == 1:
            return found[0]
        if found:
            raise _ambiguous(header, field, found)
    close = difflib.get_close_matches(wanted, list(header), n=3)
    meant = f" Did you mean {' or '.join(f'“{name}”' for name in close)}?" if close else ""
    raise ColumnMissing(
        f"The column “{wanted}” for {field} is not in the header ({_shown(header)}).{meant}",
        field=field, column=wanted, close=close, header=list(header),
    )  # fmt: skip


def _missing(header: Sequence[str], field: str) -> ColumnMissing:
    close = [header[index] for _, index in sorted(_candidates(header, field), key=lambda found: -found[0])][:3]
    return ColumnMissing(
        f"No column of this file is known as {field}. Its header reads: {_shown(header)}.",
        field=field, close=close, header=list(header),
    )  # fmt: skip


def _ambiguous(header: Sequence[str], field: str, found: Sequence[int]) -> ColumnAmbiguous:
    candidates = [header[index] for index in found]
    listed = " and ".join(f"“{header[index]}” (column {index + 1})" for index in found)
    return ColumnAmbiguous(
        f"{listed} could each be the {field}.", field=field, candidates=candidates, header=list(header)
    )


def _shown(header: Sequence[str], most: int = 12) -> str:
    rest = f" and {len(header) - most} more" if len(header) > most else ""
    return ", ".join(name.strip()[:40] or "(blank)" for name in header[:most]) + rest
