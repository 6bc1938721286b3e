"""What forms and query parameters share: fields left empty, NUL characters, and Pydantic's messages as sentences."""

from typing import Any, Final

from pydantic import AfterValidator, BeforeValidator


def _blank_is_none(raw: Any) -> Any:
    return None if isinstance(raw, str) and not raw.strip() else raw


def _without_nul(text: str | None) -> str | None:
    if text and "\0" in text:
        raise ValueError("contains a NUL character, which cannot be stored")
    return text


BLANK_IS_NONE: Final = BeforeValidator(_blank_is_none)  # a field of a form that was left empty counts as not sent
WITHOUT_NUL: Final = AfterValidator(_without_nul)  # PostgreSQL cannot even be asked for such a text


def sentence(message: str) -> str:
    """Make a sentence of a message of Pydantic's: without its preface, with a capital and a full stop."""
    words = message.removeprefix("Value error, ").rstrip(".")
    return f"{words[:1].upper()}{words[1:]}."
