"""An endpoint as programs and forms send it, and the rules of its fields."""

from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, model_validator

from product_importer.kit.outbound.headers import Headers
from product_importer.kit.texts import Storable
from product_importer.webhooks.events import EventType
from product_importer.webhooks.models import Mode

_SHOP: Final[dict[str, JsonValue]] = {
    "url": "https://shop.example.com/hooks/catalogue",
    "event_types": ["product.created", "product.updated", "product.deleted"],
    "mode": "batch",
}


def _types(types: list[EventType]) -> list[EventType]:
    if not types:
        raise ValueError("an endpoint needs at least one type of event")
    return [type_ for type_ in EventType if type_ in types]


Types = Annotated[list[EventType], AfterValidator(_types)]
BatchSize = Annotated[int, Field(ge=1, le=500, description="Events in one request, in mode `batch`.")]
InFlight = Annotated[int, Field(ge=1, le=32, description="Requests at a time.")]
Rate = Annotated[int | None, Field(ge=1, le=1_000, description="Requests a second; null for no limit.")]
Description = Annotated[Storable, Field(max_length=500)]
_EVENT_TYPE = Field(default=None, description="The only type, where there is one; in place of `event_types`.")
_HEADERS = Field(description="Sent with each request, and never shown again: only their names are.")


class EndpointPatch(BaseModel):
    """Those fields of an endpoint that are to change."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"enabled": False}]})

    url: str = Field(default="", max_length=20_000)
    event_types: Types = Field(default_factory=list)
    event_type: EventType | None = _EVENT_TYPE
    enabled: bool = True
    description: Description = ""
    mode: Mode = Mode.BATCH
    batch_size: BatchSize = 100
    max_in_flight: InFlight = 8
    rate_per_second: Rate = None
    headers: Annotated[Headers, _HEADERS] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _one_type(cls, sent: Any) -> Any:
        """Take `event_type` for a list of one; what is shown as null when there are several says nothing."""
        if not isinstance(sent, dict) or "event_type" not in sent:
            return sent
        rest = {name: value for name, value in sent.items() if name != "event_type"}
        if sent["event_type"] is None:
            return rest
        types = rest.get("event_types", [sent["event_type"]])
        if isinstance(types, list) and sent["event_type"] not in types:
            raise ValueError("event_type is not one of event_types: send one of the two")
        return {**rest, "event_types": types}

    def values(self) -> dict[str, Any]:
        """Return the fields that were sent."""
        return self.model_dump(exclude_unset=True, exclude={"event_type"})


class EndpointIn(EndpointPatch):
    """An endpoint as it is added."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_SHOP]})

    url: str = Field(max_length=20_000)

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not self.event_types:
            raise ValueError("event_types or event_type must say what the endpoint is told of")
        return self

    def values(self) -> dict[str, Any]:
        """Return every field."""
        return self.model_dump(exclude={"event_type"})
