"""A feed's form: what stands in it, and what its words mean."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from product_importer.feeds.schemas import FeedIn, FeedSeen
from product_importer.imports.checking.presets import Preset
from product_importer.imports.states import Mode
from product_importer.kit.errors import AppError
from product_importer.web.forms import header_lines
from product_importer.web.forms.header_lines import HeaderLine
from product_importer.web.requests import broken_rules

OFTEN: Final = {"15": "Every 15 minutes", "60": "Every hour", "360": "Every 6 hours", "1440": "Every day"}
MODES: Final = {
    Mode.UPSERT: "Create and update",
    Mode.CREATE_ONLY: "Create only",
    Mode.UPDATE_ONLY: "Update only",
}
PRESETS: Final = {preset.value: preset.value.capitalize() for preset in Preset if preset is not Preset.NONE}
SIGNS: Final = {".": "Point: 1,234.50", ",": "Comma: 1.234,50"}
BLANK: Final = {"name": "", "url": "", "every_minutes": "1440", "enabled": "true", "mode": "upsert"}
_OPTIONS: Final = ("mode", "preset", "decimal", "mapping", "max_rejects")
_PLAIN: Final = ("name", "url", "every_minutes", "enabled")
_NEXT: Final = re.compile(r",\s*(?=\w+\s*=)")  # a comma within a column's name is followed by no field


class Unclear(ValueError):
    """What stands in a field is not understood; `words` are for the person."""

    def __init__(self, field: str, words: str) -> None:
        self.field, self.words = field, words
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the fields, each as text, and what is wrong with it, in words by field."""

    values: Mapping[str, str]
    problems: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """Return what stands in a field."""
        return self.values.get(name, "")


def often(minutes: int | str) -> str:
    """Say how often a feed is looked at."""
    return OFTEN.get(str(minutes), f"Every {minutes} minutes")


def of(feed: FeedSeen) -> Form:
    """Fill the form with a feed."""
    said = feed.options.stored()
    values: dict[str, str] = {name: str(said[name]) for name in ("mode", "preset", "decimal") if name in said}
    values["mapping"] = ", ".join(f"{name}={column}" for name, column in (feed.options.mapping or {}).items())
    if feed.options.max_rejects is not None:
        values["max_rejects"] = f"{100 * feed.options.max_rejects:g}"
    enabled = "true" if feed.enabled else "false"
    plain = {"name": feed.name, "url": feed.url, "every_minutes": str(feed.every_minutes), "enabled": enabled}
    return Form({"mode": Mode.UPSERT.value, **values, **plain})


def said(form: Mapping[str, str], before: FeedSeen | None = None) -> FeedIn:
    """Understand the form; options that it does not show stay as they were.

    Headers stay unless new ones or none are asked for. Raises pydantic.ValidationError, HeaderLine and Unclear.
    """
    options: dict[str, Any] = before.options.stored() if before else {}
    options = {name: value for name, value in options.items() if name not in _OPTIONS}
    options |= {name: form[name] for name in ("mode", "preset", "decimal") if form.get(name)}
    if mapping := form.get("mapping", "").strip():
        options["mapping"] = _pairs(mapping)
    if (share := form.get("max_rejects", "").strip()) != "":
        options["max_rejects"] = _share(share)
    values: dict[str, Any] = {name: form[name] for name in _PLAIN if name in form} | {"options": options}
    if (headers := form.get("headers", "")).strip() or "forget_headers" in form:
        values["headers"] = header_lines.understood(headers)
    return FeedIn.model_validate(values)


def refused(values: Mapping[str, str], error: ValidationError | AppError | HeaderLine | Unclear) -> Form:
    """Keep what was typed, with what is wrong beside it."""
    if isinstance(error, AppError):
        return Form(values, {"url": f"{error.detail}. {error.action}"})
    if isinstance(error, HeaderLine):
        return Form(values, {"headers": error.words})
    if isinstance(error, Unclear):
        return Form(values, {error.field: error.words})
    return Form(values, broken_rules.beside(error, _field))


def _pairs(text: str) -> dict[str, str]:
    """Read `sku=StockCode, name=Description`. Raises Unclear."""
    found: dict[str, str] = {}
    for pair in _NEXT.split(text):
        name, _, column = (part.strip() for part in pair.partition("="))
        if not name or not column or name in found:
            words = f"“{pair.strip()[:40]}” is not clear. Write each field once, as in sku=StockCode, name=Description."
            raise Unclear("mapping", words)
        found[name] = column
    return found


def _share(text: str) -> float:
    """Read a percentage. Raises Unclear."""
    try:
        share = float(text.removesuffix("%").replace(",", "."))
    except ValueError:
        share = -1.0
    if not 0 <= share <= 100:
        raise Unclear("max_rejects", f"“{text[:40]}” is no percentage. Enter a number from 0 to 100.")
    return share / 100


def _field(place: tuple[int | str, ...]) -> str:
    return str(place[1] if place[0] == "options" and len(place) > 1 else place[0])
