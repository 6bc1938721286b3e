"""What the mapping page shows: the guesses as chips, the columns with what they become and why, the first rows."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from product_importer.imports import preview
from product_importer.imports.checking import cells, mapping, presets
from product_importer.imports.checking.presets import Preset
from product_importer.imports.memory import Remembered
from product_importer.imports.source.workbook import Sheet
from product_importer.imports.states import Blank, Decimal, Mode
from product_importer.web.forms import mapping_form
from product_importer.web.forms.mapping_form import LABELS, Read, Said
from product_importer.web.views import words
from product_importer.web.views.mapping_parts import Chip, Column

SIGNS = {Decimal.POINT: "point, 1,189.00", Decimal.COMMA: "comma, 1.189,00"}
MODES = {
    Mode.UPSERT: "update them",
    Mode.CREATE_ONLY: "leave them alone",
    Mode.UPDATE_ONLY: "update them, create none",
}
ASKING = ("Guess", "May be", "Stands in")  # how the reasons begin that a person should look at
POLICIES = {Blank.REJECT: "Reject row", Blank.KEEP: "Keep value", Blank.CLEAR: "Clear value"}


def context(
    session: Session,
    seen: Read,
    said: Said,
    *,
    memory: Remembered | None,
    problems: Mapping[str, str],
) -> dict[str, Any]:
    """Return the values that `_mapping_form.html` shows."""
    shown = columns(seen, said, memory=memory, problems=problems)
    return {
        "chips": _chips(seen, said, problems),
        "preset": _preset(seen),
        "mode": _mode(seen),
        "columns": shown,
        "imported": sum(bool(column.field) for column in shown),
        "ignored": [column.name for column in shown if not column.field and column.name],
        "fields": LABELS,
        "policies": POLICIES,
        "problems": problems,
        "first_problem": _first(problems),
        "memory": memory,
        "example": seen.found.example if seen.found.dialect.guessed else None,
        "header_found": seen.found.dialect.header_line,
        "made_for": seen.made_for,
        "rows": _rows(session, seen, said),
    }


def columns(seen: Read, said: Said, *, memory: Remembered | None, problems: Mapping[str, str]) -> list[Column]:
    """List the columns of the file with what each becomes and why."""
    blanks, reasons = mapping_form.blanks_of(said, seen), _reasons(seen, said, memory)
    listed = []
    for at, name in enumerate(seen.found.header):
        field = said.fields.get(at, "")
        bars, why = _why(at, field, reasons)
        listed.append(
            Column(
                index=at,
                name=name,
                samples=seen.found.samples[at],
                field=field,
                blank=said.blanks.get(at) or str(blanks.get(field, "")),
                why=why,
                bars=bars,
                ask=why.startswith(ASKING),
                problem=problems.get(f"column-{at}"),
                blank_problem=problems.get(f"blank-{at}"),
            )
        )
    return listed


@dataclass(frozen=True, slots=True)
class _Reasons:
    """What speaks for a column: proposals (field and confidence) and presets by its place, and what is chosen."""

    proposed: Mapping[int, tuple[str, float]]
    settled: Mapping[str, int]
    shop: str
    memory: Remembered | None
    taken: frozenset[str]


def _reasons(seen: Read, said: Said, memory: Remembered | None) -> _Reasons:
    proposed = {one.index: (name, one.confidence) for name, one in mapping_form.suggestions(seen).items()}
    settled = presets.columns(seen.preset, seen.found.header, seen.found.filled)
    shop = presets.EXPORTS[seen.preset].label if seen.preset in presets.EXPORTS else ""
    return _Reasons(proposed, settled, shop, memory, frozenset(said.fields.values()))


def _why(at: int, field: str, reasons: _Reasons) -> tuple[int, str]:
    """Say how sure a column's field is (0 to 3), and in words."""
    wanted, confidence = reasons.proposed.get(at, ("", 0.0))
    if not field:
        return 0, f"May be {LABELS[wanted]}" if wanted and wanted not in reasons.taken else "No field fits"
    if reasons.memory is not None and reasons.memory.columns.get(field) == at:
        return 3, f"Chosen on {words.day(reasons.memory.used_at)}"
    if wanted != field:
        return 3, "Chosen by you"
    if reasons.settled.get(field) == at:
        return (3, f"{reasons.shop} export") if confidence == mapping.CERTAIN else (1, "Substitute, please check")
    return (2, "Header matches") if confidence == mapping.CERTAIN else (1, "Guess, please check")


def _chips(seen: Read, said: Said, problems: Mapping[str, str]) -> list[Chip]:
    dialect, reading, sign = seen.found.dialect, said.reading, mapping_form.sign_of(said, seen)
    priced = "price" in said.fields.values()
    signs = {str(one): text for one, text in SIGNS.items()}
    seen_sign = SIGNS[sign] if sign else "unclear" if priced else "no prices"
    chips = [
        *(_of_text(seen, said) if seen.found.sheet is None else [_of_sheet(seen.found.sheet, said)]),
        Chip("header_line", "Header on line", reading.get("header_line") or str(dialect.header_line), ()),
        _chip("decimal", "Decimal sign", said, seen_sign, signs, ask=priced and not sign),
    ]
    chips += [_guard(seen)] if _has_guards(seen) else []
    return [replace(chip, problem=problems.get(chip.name)) for chip in chips]


def _of_text(seen: Read, said: Said) -> list[Chip]:
    dialect = seen.found.dialect
    delimiters = {one: words.delimiter(one) for one in words.DELIMITERS}
    guessed = dialect.guessed and "encoding" not in said.reading
    return [
        _chip("encoding", "Encoding", said, words.encoding(dialect.encoding), words.ENCODINGS, ask=guessed),
        _chip("delimiter", "Delimiter", said, words.delimiter(dialect.delimiter), delimiters),
    ]


def _of_sheet(sheet: Sheet, said: Said) -> Chip:
    return _chip("sheet", "Sheet", said, sheet.name, {name: name for name in sheet.names}, ask=bool(sheet.others))


def _has_guards(seen: Read) -> bool:
    """Return whether the first rows have a cell that begins like a guarded formula, or somebody settled it."""
    cells_seen = itertools.chain.from_iterable(seen.found.head.records)
    return not seen.options.guard or any(cells.unguarded(cell) is not cell for cell in cells_seen)


def _guard(seen: Read) -> Chip:
    choices = [("true", "one removed"), ("false", "kept")]
    return Chip("guard", "' before a formula", str(seen.options.guard).lower(), choices)


def _preset(seen: Read) -> Chip:
    labels = {preset: export.label for preset, export in presets.EXPORTS.items()} | {Preset.NONE: "none"}
    found = presets.recognised(seen.found.header)
    others = [(str(preset), label) for preset, label in labels.items() if preset != found]
    return Chip("preset", "Preset", "" if seen.preset == found else str(seen.preset), [("", labels[found]), *others])


def _mode(seen: Read) -> Chip:
    choices = [(str(mode), text) for mode, text in MODES.items()]
    return Chip("mode", "Existing products", str(seen.options.mode), choices)


def _chip(name: str, label: str, said: Said, found: str, choices: Mapping[str, str], *, ask: bool = False) -> Chip:
    """Offer what was found first, and the rest; once something else was said, the way back to it."""
    value = said.reading.get(name, "")
    others = [(one, text) for one, text in choices.items() if value or text != found]
    return Chip(name, label, value, [("", "as found" if value else found), *others], ask)


def _rows(session: Session, seen: Read, said: Said) -> Sequence[preview.Row] | None:
    mapped = mapping_form.mapped_by(said, seen)
    if mapped is None:
        return None
    return preview.rows_of(
        session,
        seen.found,
        seen.options,
        mapped=mapped,
        blanks=mapping_form.blanks_of(said, seen),
        decimal=mapping_form.sign_of(said, seen),
    )


def _first(problems: Mapping[str, str]) -> str:
    """Name the problem that stands first on the page, which takes the focus."""
    chips = [name for name in ("form", *mapping_form.READING, "columns") if name in problems]
    others = sorted((int(name.rpartition("-")[2]), name) for name in problems if "-" in name)
    return (chips + [name for _, name in others] + [""])[0]
