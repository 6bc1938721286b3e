"""The form of an endpoint: what a person said in it, understood, and what is wrong beside each field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from product_importer.kit.errors import AppError
from product_importer.web.forms import header_lines
from product_importer.web.forms.header_lines import HeaderLine
from product_importer.web.requests import broken_rules
from product_importer.webhooks.events import EventType
from product_importer.webhooks.models import Mode
from product_importer.webhooks.queries import EndpointSeen
from product_importer.webhooks.schemas import EndpointIn, EndpointPatch

NUMBERS: Final = ("batch_size", "max_in_flight", "rate_per_second")
TEXTS: Final = ("url", "description", "mode", *NUMBERS, "headers")


@dataclass(frozen=True, slots=True)
class Form:
    """What the form shows: texts by field, the types of events chosen, the names of headers kept, what is wrong."""

    values: Mapping[str, str]
    types: frozenset[str]
    kept_headers: tuple[str, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def first_problem(self) -> str:
        """The field that takes the focus, as they stand on the page."""
        return next((name for name in ("url", "event_types", *TEXTS[1:]) if name in self.problems), "")


def blank() -> Form:
    """Return the form of a new endpoint: told of products, in batches."""
    values = dict.fromkeys(TEXTS, "") | {"mode": str(Mode.BATCH), "batch_size": "100", "max_in_flight": "8"}
    return Form(values, frozenset(type_ for type_ in EventType if type_.startswith("product.")))


def of(one: EndpointSeen) -> Form:
    """Fill the form with an endpoint; its headers cannot be shown again."""
    values = {name: _text(getattr(one, name)) for name in TEXTS if name != "headers"} | {"headers": ""}
    return Form(values, frozenset(one.event_types), tuple(one.headers or ()))


def said(sent: Mapping[str, str], kept: tuple[str, ...] = ()) -> Form:
    """Read what was sent; boxes are called `type-product.created` and the like."""
    values = {name: sent.get(name, "").replace("\r\n", "\n") for name in TEXTS}
    return Form(values, frozenset(type_ for type_ in EventType if f"type-{type_}" in sent), kept)


def wanted(form: Form) -> EndpointIn:
    """Understand a form for a new endpoint. Raises pydantic.ValidationError and HeaderLine."""
    return EndpointIn.model_validate({**_sent(form), "headers": header_lines.understood(form.values["headers"])})


def patch(form: Form, sent: Mapping[str, str]) -> EndpointPatch:
    """Understand a form that changes an endpoint; headers stay unless new ones or none are asked for.

    Raises pydantic.ValidationError and HeaderLine.
    """
    values = _sent(form)
    if form.values["headers"].strip() or "forget_headers" in sent:
        values["headers"] = header_lines.understood(form.values["headers"])
    return EndpointPatch.model_validate(values)


def refused(form: Form, error: Exception) -> Form:
    """Keep what was typed, with what is wrong beside it."""
    return Form(form.values, form.types, form.kept_headers, _problems(error))


def _problems(error: Exception) -> dict[str, str]:
    if isinstance(error, HeaderLine):
        return {"headers": error.words}
    if isinstance(error, AppError):
        return {"url": f"{error.detail} {error.action}"}
    if isinstance(error, ValidationError):
        return broken_rules.beside(error, lambda place: (place or ("event_types",))[0])
    raise error


def _sent(form: Form) -> dict[str, Any]:
    values: dict[str, Any] = {name: form.values[name].strip() for name in ("url", "description", "mode", *NUMBERS)}
    values["rate_per_second"] = values["rate_per_second"] or None
    return values | {"event_types": sorted(form.types)}


def _text(value: object) -> str:
    return "" if value is None else str(value)
