"""The fields of a product that a column of a file can feed, in the order in which they are always shown."""

from typing import Final

FIELDS: Final = ("sku", "name", "description", "price", "active")
CHANGEABLE: Final = FIELDS[1:]  # what an import may change of a product that is there: never the spelling of its SKU
PICTURES: Final = "images"  # addresses of pictures: no field of a product, but a column can be mapped to it
TARGETS: Final = (*FIELDS, PICTURES)

CLEAR_BITS: Final = {"description": 1, "price": 2}  # how `cleared` of a staged record says which fields it empties
