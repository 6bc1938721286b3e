"""Whole exports of known shops: how they are recognised, which column feeds which field, what a blank means there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from product_importer.imports.fields import PICTURES
from product_importer.imports.states import Blank


class Preset(StrEnum):
    """A kind of export that is known whole."""

    NONE = "none"
    SHOPIFY = "shopify"
    WOOCOMMERCE = "woocommerce"
    MAGENTO = "magento"
    MEDUSA = "medusa"
    VENDURE = "vendure"


@dataclass(frozen=True, slots=True)
class Export:
    """What an export looks like.

    `columns` gives each field its headers: the first that holds values is taken, the first of all where none does.
    A header with `*` at its end stands for the one column that begins so, and for none where several do.
    Rows with the same or no value in `family` are variants of the first one, and blank names and descriptions
    mean that of the row above.
    """

    label: str
    marks: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    blanks: Mapping[str, Blank] = field(default_factory=dict)
    family: str | None = None


EXPORTS: Final[Mapping[Preset, Export]] = {
    Preset.SHOPIFY: Export(
        "Shopify",
        ("Handle", "Option1 Name"),
        {
            "sku": ("Variant SKU",),
            "name": ("Title",),
            "description": ("Body (HTML)",),
            "price": ("Variant Price",),
            PICTURES: ("Image Src", "Variant Image"),
        },
        family="Handle",
    ),
    Preset.WOOCOMMERCE: Export(
        "WooCommerce",
        ("Type", "Tax status", "Short description"),
        {
            "sku": ("SKU",),
            "name": ("Name",),
            "description": ("Description",),
            "price": ("Regular price",),
            PICTURES: ("Images",),
        },
        {"price": Blank.KEEP},  # products with variations and groups have no price of their own
    ),
    Preset.MAGENTO: Export(
        "Magento",
        ("attribute_set_code", "product_type"),
        {"sku": ("sku",), "name": ("name",), "description": ("description",), "price": ("price",)},
        {"price": Blank.KEEP},  # nor have configurable ones
    ),
    Preset.MEDUSA: Export(
        "Medusa",
        ("Product Handle", "Variant Id"),
        {
            "sku": ("Variant Sku", "Variant Id"),  # a SKU is not needed there; the id is what it knows a variant by
            "name": ("Product Title",),
            "description": ("Product Description",),
            "price": ("Variant Price *",),
            PICTURES: ("Product Image 1", "Product Thumbnail"),
        },
        {"price": Blank.KEEP},  # a variant may lack a price in one of the currencies
    ),
    Preset.VENDURE: Export(
        "Vendure",
        ("slug", "optionGroups", "variantFacets"),
        {"sku": ("sku",), "name": ("name",), "description": ("description",), "price": ("price",)},
        family="slug",
    ),
}


def recognised(header: Sequence[str]) -> Preset:
    """Tell which shop exported a file with this header, or NONE."""
    names = [name.strip() for name in header]
    for preset, export in EXPORTS.items():
        found = columns(preset, header)
        if all(names.count(mark) == 1 for mark in export.marks) and {"sku", "name"} <= found.keys():
            return preset
    return Preset.NONE


def columns(preset: Preset, header: Sequence[str], filled: Collection[int] | None = None) -> dict[str, int]:
    """Give the fields of a preset their places in the header; `filled` are the columns that hold values, None all."""
    found = {}
    for name, wanted in _wanted(preset).items():
        places = [place for one in wanted if (place := _place(header, one)) is not None]
        held = [place for place in places if filled is None or place in filled]
        if places:
            found[name] = (held or places)[0]
    return found


def instead(preset: Preset, header: Sequence[str], name: str, place: int) -> bool:
    """Tell whether a field's column stands in for the one that usually feeds it."""
    wanted = _wanted(preset).get(name, ("",))
    return place != _place(header, wanted[0])


def blanks(preset: Preset) -> dict[str, Blank]:
    """Give the policies for blank cells that differ from the usual ones."""
    return dict(EXPORTS[preset].blanks) if preset in EXPORTS else {}


def family(preset: Preset, header: Sequence[str]) -> int | None:
    """Give the place of the column that tells which rows are variants of one product."""
    export = EXPORTS.get(preset)
    return _place(header, export.family) if export and export.family else None


def _wanted(preset: Preset) -> Mapping[str, tuple[str, ...]]:
    return EXPORTS[preset].columns if preset in EXPORTS else {}


def _place(header: Sequence[str], wanted: str) -> int | None:
    names = [name.strip() for name in header]
    if wanted.endswith("*"):
        found = [at for at, name in enumerate(names) if name.startswith(wanted[:-1])]
    else:
        found = [at for at, name in enumerate(names) if name == wanted]
    return found[0] if len(found) == 1 else None
