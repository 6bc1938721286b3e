"""The mapping form: what a person said in it, what that means for the import, and what is wrong with it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from product_importer.imports import doubts, inspection, preview
from product_importer.imports.checking import mapping, policies, presets
from product_importer.imports.checking.policies import PolicyImpossible
from product_importer.imports.checking.presets import Preset
from product_importer.imports.fields import TARGETS
from product_importer.imports.inspection import Inspection
from product_importer.imports.memory import Remembered
from product_importer.imports.options import Options
from product_importer.imports.states import Blank, Decimal, Mode
from product_importer.kit.errors import AppError
from product_importer.web.requests import broken_rules

LABELS = {
    "sku": "SKU",
    "name": "Name",
    "description": "Description",
    "price": "Price",
    "active": "Active",
    "images": "Image addresses",
}
READING = ("sheet", "encoding", "delimiter", "header_line", "decimal", "guard", "mode", "preset")
CONTROLS = {
    "ENCODING_UNKNOWN": "encoding",
    "DELIMITER_UNKNOWN": "delimiter",
    "HEADER_MISSING": "header_line",
    "SHEET_UNKNOWN": "sheet",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a form says: how to read the file, and for columns by their place a field and what blanks mean.

    `made_for` tells the header and preset for which the columns were chosen, "" that nobody chose yet.
    """

    reading: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[int, str] = field(default_factory=dict)
    blanks: Mapping[int, str] = field(default_factory=dict)
    made_for: str = ""

    def within(self, width: int) -> "Said":
        """Leave out columns that a header of this width does not have."""
        return replace(self, fields={at: name for at, name in self.fields.items() if at < width})


@dataclass(frozen=True, slots=True)
class Read:
    """The file as it reads under what was said; `problems` are words by the name of the control they belong to."""

    options: Options
    found: Inspection
    preset: Preset
    problems: Mapping[str, str]

    @property
    def made_for(self) -> str:
        """Name the header and preset that a choice of columns belongs to."""
        return f"{mapping.signature(self.found.header)} {len(self.found.header)} {self.preset}"


def parse(form: Mapping[str, Any]) -> Said:
    """Take a form apart; what is no choice of ours counts as not said."""
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    reading = {name: texts[name] for name in READING if texts.get(name)}
    if reading.get("header_line") == texts.get("header_found"):
        reading.pop("header_line", None)
    fields = {at: value for at, value in _numbered(texts, "column") if value in TARGETS}
    shown = dict(_numbered(texts, "shown"))
    blanks = {
        at: value
        for at, value in _numbered(texts, "blank")
        if value in list(Blank) and not _left_over(shown.get(at, ""), field=fields.get(at, ""), policy=value)
    }
    return Said(reading, fields, blanks, texts.get("made_for", ""))


def read(upload_id: uuid.UUID, stored: Mapping[str, Any], said: Said) -> Read:
    """Look at the file as the form says; where that cannot be, as it was read before, with the reason as a problem."""
    chosen = said.made_for or said.reading
    kept = {name: value for name, value in stored.items() if not (chosen and name in ("mapping", "blanks"))}
    if "mapping" in stored:
        kept.setdefault("preset", Preset.NONE)  # an upload that names its columns has no preset of its own accord
    try:
        options = Options.model_validate({**kept, **said.reading, "interactive": True})
        return _read(upload_id, options, {})
    except ValidationError as wrong:
        problems = broken_rules.beside(wrong)
    except AppError as refusal:
        problems = {CONTROLS.get(refusal.code, "form"): f"{refusal.detail} {refusal.action}"}
    return _read(upload_id, Options.model_validate({**stored, "interactive": True}), problems)


def remembered(memory: Remembered, stored: Mapping[str, Any]) -> Said:
    """Fill the form from memory, but for what the upload itself asked for."""
    known = {"decimal": memory.decimal, "mode": memory.mode, "preset": memory.preset}
    reading = {name: str(value) for name, value in known.items() if value and name not in stored}
    fields = {at: name for name, at in memory.columns.items()}
    blanks = {memory.columns[name]: str(policy) for name, policy in memory.blanks.items() if name in memory.columns}
    return Said(reading, fields, blanks)


def proposed(seen: Read) -> Said:
    """Fill the form from the file: what the import would do by itself, and what else seems to fit."""
    found = seen.found
    columns = dict(found.mapping.columns) if found.mapping else {}
    if seen.options.mapping is None:
        for name, one in suggestions(seen).items():
            if name not in columns and name != "active" and one.index not in columns.values():
                columns[name] = one.index
    return Said({}, {at: name for name, at in columns.items()})


def columns_of(said: Said) -> dict[str, int]:
    """Give the fields their columns; of two columns for one field the first counts."""
    return {name: at for at, name in sorted(said.fields.items(), reverse=True)}


def blanks_of(said: Said, seen: Read) -> dict[str, Blank]:
    """Give the policies of the fields chosen: what was said, or the usual ones of the preset."""
    asked: dict[str, Blank] = {str(name): policy for name, policy in seen.options.blanks.items()}
    usual = policies.BLANKS | presets.blanks(seen.preset) | asked
    chosen = {name: said.blanks.get(at) for at, name in said.fields.items() if name in policies.BLANKS}
    return usual | {name: Blank(policy) for name, policy in chosen.items() if policy}


def problems_of(said: Said, seen: Read) -> dict[str, str]:
    """Say what keeps the import from going on, by the name of the control it belongs to."""
    columns, header = columns_of(said), seen.found.header
    wrong = dict(seen.problems)
    if missing := [LABELS[name] for name in mapping.needed(seen.options.mode) if name not in columns]:
        ending = "the one that holds it" if len(missing) == 1 else "the ones that hold them"
        wrong["columns"] = f"No column becomes the {' or the '.join(missing)}. Choose {ending}."
    for at, name in said.fields.items():
        if (first := columns[name]) != at:
            wrong[f"column-{at}"] = f"“{header[first] or first + 1}” already becomes the {LABELS[name]}."
        policy = said.blanks.get(at) if name in policies.BLANKS else None
        if policy and (impossible := _impossible(name, Blank(policy), seen.options.mode)):
            wrong[f"blank-{at}"] = impossible
    if unclear := doubts.of_decimal(mapped_by(said, seen), seen.found.head.records, sign_of(said, seen)):
        wrong["decimal"] = f"{unclear[0].message} Choose the sign before the cents."
    return wrong


def mapped_by(said: Said, seen: Read) -> mapping.Mapping | None:
    """Give the mapping that was chosen so far; None without a SKU."""
    return preview.of_choice(seen.found, columns_of(said), seen.preset)


def sign_of(said: Said, seen: Read) -> Decimal | None:
    """Give the decimal sign that was set, or that the first prices show."""
    return seen.options.decimal or doubts.decimal_of(mapped_by(said, seen), seen.found.head.records)


def answered(said: Said, seen: Read) -> Options:
    """Give the options of an import that goes on as the form says."""
    chosen = {name: f"#{at + 1}" for name, at in columns_of(said).items()}
    blanks = {name: policy for name, policy in blanks_of(said, seen).items() if name in chosen}
    asked = {"mapping": chosen, "blanks": blanks, "preset": seen.preset}
    return Options.model_validate({**seen.options.stored(), **asked})


def suggestions(seen: Read) -> dict[str, mapping.Suggestion]:
    """Give the columns that seem to fit each field."""
    return mapping.suggest(seen.found.header, preset=seen.preset, filled=seen.found.filled)


def _left_over(shown: str, *, field: str, policy: str) -> bool:
    """Return whether a policy only stands there because it was shown for the field that the column had before."""
    before, _, usual = shown.partition(" ")
    return bool(before) and before != field and usual == policy


def _numbered(texts: Mapping[str, str], name: str) -> list[tuple[int, str]]:
    places = ((one.partition("-"), value) for one, value in texts.items())
    return sorted(
        (int(at), value) for (kind, _, at), value in places if kind == name and len(at) < 5 and at.isdecimal()
    )


def _read(upload_id: uuid.UUID, options: Options, problems: Mapping[str, str]) -> Read:
    found = inspection.inspect(upload_id, options)
    if options.preset is not None:
        return Read(options, found, options.preset, problems)
    known = presets.recognised(found.header) if options.mapping is None else Preset.NONE
    return Read(options, found, known, problems)


def _impossible(name: str, policy: Blank, mode: Mode) -> str | None:
    try:
        policies.chosen({name: policy}, mode)
    except PolicyImpossible as refusal:
        return refusal.detail
    return None
