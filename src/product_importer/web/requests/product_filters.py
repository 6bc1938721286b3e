"""The query parameters that narrow products down, read once for the API, the page and the export."""

import uuid
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from product_importer.catalog.filters import TEXT_MAX, Filters
from product_importer.catalog.order import CURSOR_MAX, Direction, Order, Sort
from product_importer.kit.texts import STORABLE
from product_importer.web.requests.validation import BLANK_IS_NONE


def _size(number: int) -> int:
    if number not in SIZES:
        raise ValueError(f"is one of {', '.join(map(str, SIZES))}")
    return number


SIZES: Final = (20, 50, 100)  # products on one page
Said = Literal["created", "saved", "deleted", "activated", "deactivated"]
Part = Annotated[Annotated[str, Field(max_length=TEXT_MAX), STORABLE] | None, BLANK_IS_NONE]


class ProductQuery(BaseModel):
    """Use it, or a subclass with more, as `Annotated[ProductQuery, Query()]`: other parameters are refused by name."""

    model_config = ConfigDict(extra="forbid")

    sku: Part = Field(default=None, description="A part of the SKU, in any case.", examples=["mug-"])
    name: Part = Field(default=None, description="A part of the name.")
    description: Part = Field(default=None, description="A part of the description.")
    q: Part = Field(default=None, description="Words that must each occur in SKU, name or description.")
    active: Annotated[bool | None, BLANK_IS_NONE] = None
    import_id: Annotated[uuid.UUID | None, BLANK_IS_NONE] = Field(
        default=None, alias="import", description="The import that created or updated them."
    )

    def filters(self) -> Filters:
        """Return what was asked for as the catalog understands it."""
        return Filters(self.sku, self.name, self.description, self.q, self.active, self.import_id)


class ListQuery(ProductQuery):
    """What a list of products is asked for: which ones, in which order, and where in it."""

    page: int = Field(default=1, ge=1, le=10**6, description="The number of the page.")
    per_page: int = Field(default=20, ge=1, le=100)
    sort: Sort = Field(default=Sort.SKU, description="`sku` and `created_at` are fast whatever the number of products.")
    direction: Direction = Direction.UP
    cursor: str | None = Field(
        default=None, max_length=CURSOR_MAX, description="`next_cursor` of the previous page; `page` is then ignored."
    )

    def order(self) -> Order:
        """Return the order that was asked for."""
        return Order(self.sort, self.direction)


class PageQuery(ListQuery):
    """What the page of products is asked for; `said` and `count` are what the action before it did."""

    per_page: Annotated[int, AfterValidator(_size)] = SIZES[0]
    said: Annotated[Said | None, BLANK_IS_NONE] = None
    count: int = Field(default=1, ge=0, le=10**9)


def written(value: object) -> str:
    """Write a value as an address has it, where these queries read it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
