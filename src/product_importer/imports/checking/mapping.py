"""Which column feeds which field: by alias, by a known shop's export, or as a person or program says."""

import difflib
import hashlib
import re
from collections.abc import Collection, Sequence
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass

from product_importer.imports import aliases
from product_importer.imports.checking import presets
from product_importer.imports.checking.presets import Preset
from product_importer.imports.fields import FIELDS, PICTURES, TARGETS
from product_importer.imports.states import Mode
from product_importer.kit.errors import AppError

CERTAIN, LIKELY, POSSIBLE = 1.0, 0.7, 0.4  # confidence of a suggestion
_NUMBER = re.compile(r"#([1-9][0-9]{0,3})")


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
    action = 'Name the one to use: mapping={"sku": "…", "name": "…"}; or its number, as in {"sku": "#3"}.'


@dataclass(frozen=True, slots=True)
class Mapping:
    """Where each mapped field stands: `columns` by index from 0, `names` by header, and the headers left out."""

    columns: dict[str, int]
    names: dict[str, str]
    ignored: list[str]
    width: int  # columns in the header
    preset: Preset = Preset.NONE


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A column proposed for a field; confidence 1.0 is what `resolve` would take by itself."""

    column: str
    index: int
    confidence: float


def resolve(
    header: Sequence[str],
    *,
    explicit: Dictionary[str, str] | None,
    mode: Mode,
    preset: Preset | None = None,
    filled: Collection[int] | None = None,
) -> Mapping:
    """Map the header's columns to fields; an explicit mapping replaces presets and aliases whole.

    `preset` is a person's word, None looks for a known one; `filled` are the columns that hold values, None all.
    Raises ColumnMissing and ColumnAmbiguous, with the field, the candidates and the header as facts.
    """
    if explicit is not None:
        columns = {field: _named(header, field, wanted) for field, wanted in explicit.items() if wanted}
        return placed(header, columns, mode=mode, preset=preset or Preset.NONE)
    known = presets.recognised(header) if preset is None else preset
    columns = _by_alias(header) if known is Preset.NONE else presets.columns(known, header, filled)
    return placed(header, columns, mode=mode, preset=known)


def placed(header: Sequence[str], columns: dict[str, int], *, mode: Mode, preset: Preset) -> Mapping:
    """Make a mapping of places in the header; raise ColumnMissing where a field that is needed has none."""
    for field in needed(mode):
        if field not in columns:
            raise _missing(header, field)
    used = set(columns.values())
    ignored = [header[at] for at in suppliers(header) if at not in used]
    return Mapping(columns, {field: header[at] for field, at in columns.items()}, ignored, len(header), preset)


def needed(mode: Mode) -> Sequence[str]:
    """Name the fields without which nothing can be imported."""
    return ("sku",) if mode is Mode.UPDATE_ONLY else ("sku", "name")


def suggest(
    header: Sequence[str], *, preset: Preset | None = None, filled: Collection[int] | None = None
) -> dict[str, Suggestion]:
    """Propose a column for every field that has a plausible one, `active` included."""
    known = presets.recognised(header) if preset is None else preset
    settled = presets.columns(known, header, filled)
    suggestions: dict[str, Suggestion] = {}
    for field in TARGETS:
        if field in settled:
            sure = LIKELY if presets.instead(known, header, field, settled[field]) else CERTAIN
            suggestions[field] = Suggestion(header[settled[field]], settled[field], sure)
        elif found := [one for one in _candidates(header, field) if one[1] not in settled.values()]:
            confidence, index = max(found, key=lambda candidate: (candidate[0], -candidate[1]))
            shared = sum(rival == confidence for rival, _ in found) > 1
            suggestions[field] = Suggestion(header[index], index, min(confidence, LIKELY if shared else CERTAIN))
    return suggestions


def numbered(wanted: str) -> int | None:
    """Give the place that a number such as `#3` names, or None for a header."""
    found = _NUMBER.fullmatch(wanted.strip())
    return int(found[1]) - 1 if found else None


def signature(header: Sequence[str]) -> str:
    """Give a short name for a header, the same for files of one kind; columns our rejects file adds do not count."""
    names = [aliases.plain(header[at]) for at in suppliers(header)]
    return hashlib.sha256("\x1f".join(names).encode()).hexdigest()[:16]


def suppliers(header: Sequence[str]) -> list[int]:
    """Give the places of the columns that have a name and are none our rejects file adds."""
    return [at for at, name in enumerate(header) if name.strip() and name.strip() not in aliases.REJECTS_COLUMNS]


def _by_alias(header: Sequence[str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for field in (*FIELDS[:-1], PICTURES):
        found = [index for confidence, index in _candidates(header, field) if confidence == CERTAIN]
        if len(found) > 1 and field != PICTURES:
            raise _ambiguous(header, field, found)
        if found:
            columns[field] = found[0]
    return columns


def _candidates(header: Sequence[str], field: str) -> list[tuple[float, int]]:
    found = []
    for index in suppliers(header):
        plain = aliases.plain(header[index])
        if aliases.FIELD_OF.get(plain) == field:
            found.append((CERTAIN, index))
        elif plain.startswith(field) or plain.endswith(field) or (field != "active" and field in _hints(header[index])):
            found.append((LIKELY, index))
        elif field in plain:
            found.append((POSSIBLE, index))
    return found


def _named(header: Sequence[str], field: str, wanted: str) -> int:
    if field not in TARGETS:
        raise ColumnMissing(f"“{field}” is not a field of a product; the fields are {', '.join(TARGETS)}.", field=field)
    if (place := numbered(wanted)) is not None:
        return _counted(header, field, place)
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


def _counted(header: Sequence[str], field: str, place: int) -> int:
    if place < len(header):
        return place
    raise ColumnMissing(
        f"The file has {len(header):,} columns, so there is no #{place + 1} for {field}.",
        field=field, column=f"#{place + 1}", close=[], header=list(header),
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


def _hints(name: str) -> set[str | None]:
    """Give the fields that single words of a header name: `VK netto` speaks of a price."""
    return {aliases.FIELD_OF.get(word) for word in re.split(r"[\W_]+", name.casefold())}


def _shown(header: Sequence[str], most: int = 12) -> str:
    rest = f" and {len(header) - most} more" if len(header) > most else ""
    return ", ".join(name.strip()[:40] or "(blank)" for name in header[:most]) + rest
