"""The query parameters that narrow products down, read once for the API, the page and the export."""

import uuid
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from product_importer.catalog.filters import TEXT_MAX, Filters


def _blank_is_none(raw: Any) -> Any:
    """Take a field of a form that was left empty as one that was not sent."""
    return None if isinstance(raw, str) and not raw.strip() else raw


def _without_nul(text: str | None) -> str | None:
    if text and "\0" in text:
        raise ValueError("contains a NUL character, which no product has")
    return text


Part = Annotated[str | None, Field(max_length=TEXT_MAX), BeforeValidator(_blank_is_none), AfterValidator(_without_nul)]


class ProductQuery(BaseModel):
    """Use it, or a subclass with more, as `Annotated[ProductQuery, Query()]`: other parameters are refused by name."""

    model_config = ConfigDict(extra="forbid")

    sku: Part = Field(default=None, description="A part of the SKU, in any case.", examples=["mug-"])
    name: Part = Field(default=None, description="A part of the name.")
    description: Part = Field(default=None, description="A part of the description.")
    q: Part = Field(default=None, description="Words that must each occur in SKU, name or description.")
    active: Annotated[bool | None, BeforeValidator(_blank_is_none)] = None
    import_id: Annotated[uuid.UUID | None, BeforeValidator(_blank_is_none)] = Field(
        default=None, alias="import", description="The import that created or updated them."
    )

    def filters(self) -> Filters:
        """Return what was asked for as the catalog understands it."""
        return Filters(self.sku, self.name, self.description, self.q, self.active, self.import_id)
