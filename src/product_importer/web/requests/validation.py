"""What forms and query parameters share: fields left empty, and NUL characters."""

from typing import Any, Final

from pydantic import AfterValidator, BeforeValidator


def _blank_is_none(raw: Any) -> Any:
    return None if isinstance(raw, str) and not raw.strip() else raw


def _without_nul(text: str | None) -> str | None:
    if text and "\0" in text:
        raise ValueError("contains a NUL character, which no stored text has")
    return text


BLANK_IS_NONE: Final = BeforeValidator(_blank_is_none)  # a field of a form that was left empty counts as not sent
WITHOUT_NUL: Final = AfterValidator(_without_nul)  # PostgreSQL cannot even be asked for such a text
