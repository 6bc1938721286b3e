"""The rules of one cell of each field, exact and unhurried; `rows` comes here when a row is not plain."""

import re
from dataclasses import dataclass
from typing import Final

from product_importer.catalog import schemas
from product_importer.imports.codes import Code

CLEAR: Final = schemas.CLEAR  # empties a field under any policy

_GUARDED = re.compile(r"'+[=+\-@\t\r]")

_YES = "true yes y t 1 on active enabled published visible x ✓ wahr ja j vrai oui verdadero sí si vero sì aktiv"
_NO = "false no n f 0 off inactive disabled draft archived unpublished hidden falsch nein faux non falso inaktiv"
ACTIVE: Final = dict.fromkeys(_YES.split(), True) | dict.fromkeys(_NO.split(), False)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a cell was refused: the field, the code, and what this cell adds to the code's words."""

    field: str
    code: Code
    detail: str = ""


def unguarded(cell: str) -> str:
    """Remove the one `'` that guards a spreadsheet against a formula; any other cell comes back as it is."""
    return cell[1:] if _GUARDED.match(cell) else cell


def sku(cell: str) -> str | Fault:
    """Read a SKU: clean, present, not spoilt by a spreadsheet, not too long."""
    text = schemas.sku_text(cell)
    if not text:
        return Fault("sku", Code.SKU_BLANK)
    if text == CLEAR:
        return Fault("sku", Code.SKU_BLANK, "a SKU cannot be cleared")
    if schemas.is_spoilt(text):
        return Fault("sku", Code.SKU_SPOILT)
    if len(text) > schemas.SKU_MAX:
        return Fault("sku", Code.SKU_TOO_LONG, f"{len(text):,} characters")
    return text


def name(cell: str) -> str | Fault:
    """Read a name that is not blank."""
    text = cell.strip()
    if text == CLEAR:
        return Fault("name", Code.NAME_BLANK, "a name cannot be cleared")
    if len(text) > schemas.NAME_MAX:
        return Fault("name", Code.NAME_TOO_LONG, f"{len(text):,} characters")
    return text


def active(cell: str) -> bool | Fault:
    """Read yes or no in the words that shops and spreadsheets use."""
    known = ACTIVE.get(cell.strip().casefold())
    return Fault("active", Code.ACTIVE_INVALID) if known is None else known
