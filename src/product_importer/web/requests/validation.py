"""What forms and query parameters share: a field that was left empty says nothing."""

from typing import Any, Final

from pydantic import BeforeValidator


def _blank_is_none(raw: Any) -> Any:
    return None if isinstance(raw, str) and not raw.strip() else raw


BLANK_IS_NONE: Final = BeforeValidator(_blank_is_none)  # a field of a form that was left empty counts as not sent
