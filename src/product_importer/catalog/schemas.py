"""One product's rules, the same for a form, the API and a line of a CSV file."""

import datetime as dt
import decimal
import re
import unicodedata
import uuid
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, field_serializer

from product_importer.kit import texts

SKU_MAX: Final = 255  # characters
NAME_MAX: Final = 500  # characters
DESCRIPTION_MAX: Final = 1_048_576  # characters, also the limit of a CSV cell
PRICE_MAX: Final = decimal.Decimal("9999999999.99")  # NUMERIC(12, 2)
CENT: Final = decimal.Decimal("0.01")
CLEAR: Final = "__CLEAR__"  # in a file it empties a field, so that no export could bring it back as a text

# Soft hyphens (as word processors leave them), zero-width spaces and joiners, direction marks, the Mongolian vowel
# separator, the byte order mark: all are zero-width, so nobody sees them and no SKU may differ by them.
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
# What a spreadsheet leaves of a long number, of a column that is too narrow, and of a formula that failed.
_SPOILT = re.compile(
    r"[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{2,3}|[0-9][.,][0-9]+[eE]-[0-9]{2,3}|#{3,}"
    r"|#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!)"
)
_PLAIN_PRICE = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,2}0*)?")


def sku_text(raw: str) -> str:
    """Clean a SKU as it is stored: no invisible characters, trimmed, inner white space one blank, NFC."""
    if raw.isascii():
        return " ".join(raw.split())
    return unicodedata.normalize("NFC", " ".join(_INVISIBLE.sub("", raw).split()))


def sku_key(text: str) -> str:
    """Fold a clean SKU to the key by which products are matched: casefold of NFC.

    The key of a 255-character SKU can be longer (`ß` folds to `ss`, `ΐ` to three characters): at most 765.
    """
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", text).casefold()


def is_spoilt(sku: str) -> bool:
    """Return whether a clean SKU is what a spreadsheet leaves of one: `1.23457E+11`, `#####`, `#N/A`."""
    return _SPOILT.fullmatch(sku) is not None


def rounded(price: decimal.Decimal) -> decimal.Decimal:
    """Round a finite price half-even to the cent; raise `decimal.InvalidOperation` beyond 26 digits."""
    return price.quantize(CENT, rounding=decimal.ROUND_HALF_EVEN)


def price_of(text: str) -> decimal.Decimal:
    """Read a price as programs write it, `12` or `12.50`; raise ValueError for anything else.

    Nothing is rounded here: a person at a form and a program are told, only a file's prices are rounded.
    """
    if not _PLAIN_PRICE.fullmatch(text):
        raise ValueError("a price is digits with at most two decimal places, such as 12.50, from 0 to 9999999999.99")
    return rounded(decimal.Decimal(text))


def _storable(text: str) -> str:
    if text.strip() == CLEAR:
        raise ValueError(f"{CLEAR} empties a field in a file, so it cannot be a value itself")
    return texts.storable(text)


def _sku(raw: str) -> str:
    text = sku_text(_storable(raw))
    if is_spoilt(text):
        raise ValueError(f"{text} is a SKU that a spreadsheet has spoilt; send the SKU as it was")
    if not 1 <= len(text) <= SKU_MAX:
        raise ValueError(f"a SKU has 1 to {SKU_MAX} characters, this one has {len(text)}")
    return text


def _name(raw: str) -> str:
    text = _storable(raw).strip()
    if not 1 <= len(text) <= NAME_MAX:
        raise ValueError(f"a name has 1 to {NAME_MAX} characters, this one has {len(text)}")
    return text


def _description(raw: str | None) -> str | None:
    text = _storable(raw or "").strip()
    if len(text) > DESCRIPTION_MAX:
        raise ValueError(f"a description has at most {DESCRIPTION_MAX} characters, this one has {len(text)}")
    return text or None


def _price(raw: object) -> decimal.Decimal | None:
    if raw is None or isinstance(raw, bool):
        if raw is None:
            return None
        raise ValueError("a price is a number, not true or false")
    text = f"{raw:f}" if isinstance(raw, decimal.Decimal) else str(raw).strip()
    return price_of(text) if text else None


Sku = Annotated[str, AfterValidator(_sku)]
Name = Annotated[str, AfterValidator(_name)]
Description = Annotated[str | None, AfterValidator(_description)]
Price = Annotated[decimal.Decimal | None, BeforeValidator(_price)]


Value = str | bool | decimal.Decimal | None
_PRICE = "A decimal as text with two places; null when there is none."
_MUG: Final[dict[str, JsonValue]] = {
    "sku": "MUG-1103",
    "name": "Stoneware mug 350 ml, oat",
    "price": "14.50",
    "active": True,
}
_SEEN: Final[dict[str, JsonValue]] = {
    "id": "01a213fd-c33e-7841-b29d-000000000002",
    **_MUG,
    "description": None,
    "created_at": "2026-11-22T07:56:12Z",
    "updated_at": "2026-11-22T07:56:12Z",
    "version": 1,
}


class ProductIn(BaseModel):
    """A product as a form or a program sends it, to create one or to replace one whole."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_MUG]})

    sku: Sku
    name: Name
    description: Description = None
    price: Price = Field(default=None, description=_PRICE)
    active: bool = True

    def values(self) -> dict[str, Value]:
        """Return every field."""
        return self.model_dump()


class ProductPatch(BaseModel):
    """Those fields of a product that are to change; null empties a description or a price (RFC 7396)."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"price": "12.90"}]})

    sku: Sku = Field(default="")
    name: Name = Field(default="")
    description: Description = None
    price: Price = Field(default=None, description=_PRICE)
    active: bool = True

    def values(self) -> dict[str, Value]:
        """Return the fields that were sent."""
        return self.model_dump(exclude_unset=True)


class ProductOut(BaseModel):
    """A product as everybody reads it; the price is text in JSON, so that no program makes a float of it."""

    model_config = ConfigDict(from_attributes=True, json_schema_extra={"examples": [_SEEN]})

    id: uuid.UUID
    sku: str
    name: str
    description: str | None
    price: decimal.Decimal | None
    active: bool
    created_at: dt.datetime
    updated_at: dt.datetime
    version: int

    @field_serializer("price", when_used="json")
    def _price_text(self, price: decimal.Decimal | None) -> str | None:
        return None if price is None else f"{price:.2f}"
