"""What a blank cell means, column by column."""

from collections.abc import Mapping as Dictionary
from typing import Final

from product_importer.imports.codes import Code
from product_importer.imports.fields import CLEAR_BITS
from product_importer.imports.states import Blank, Mode
from product_importer.kit.errors import AppError

Blanks = dict[str, Blank]

BLANKS: Final[Blanks] = {
    "sku": Blank.REJECT,
    "name": Blank.REJECT,
    "price": Blank.REJECT,
    "description": Blank.KEEP,
    "active": Blank.KEEP,
}
BLANK_CODES: Final = {
    "sku": Code.SKU_BLANK,
    "name": Code.NAME_BLANK,
    "price": Code.PRICE_BLANK,
    "description": Code.DESCRIPTION_BLANK,
    "active": Code.ACTIVE_INVALID,
}
CLEARABLE: Final = frozenset(CLEAR_BITS)


class PolicyImpossible(AppError):
    """A field cannot be treated that way when its cell is blank."""

    status = 422
    code = "POLICY_IMPOSSIBLE"
    title = "This policy for blank cells is not possible"
    action = "Choose reject for sku and name (or keep for name when only updating), and reject or keep for active."


def chosen(choice: Dictionary[str, Blank], mode: Mode) -> Blanks:
    """Complete a choice with the defaults; raise PolicyImpossible where a product would be left without a name."""
    for field, policy in choice.items():
        possible = policy is Blank.REJECT or field in CLEARABLE
        possible |= policy is Blank.KEEP and (field == "active" or (field == "name" and mode is Mode.UPDATE_ONLY))
        if field not in BLANKS or not possible:
            raise PolicyImpossible(f"A blank {field} cannot be “{policy}”.", field=field, policy=policy)
    return BLANKS | dict(choice)
