"""Texts that every database can hold."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator

_SURROGATE = re.compile("[\ud800-\udfff]")


def storable(text: str) -> str:
    """Return the text, or raise ValueError where PostgreSQL or UTF-8 has no place for one of its characters."""
    if "\0" in text:
        raise ValueError("contains a NUL character, which cannot be stored")
    if _SURROGATE.search(text):
        raise ValueError("contains half of a character (a lone surrogate), which cannot be stored")
    return text


STORABLE: Final = AfterValidator(storable)  # of what is looked for too: PostgreSQL cannot even be asked for others
Storable = Annotated[str, STORABLE]
