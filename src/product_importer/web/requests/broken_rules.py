"""What Pydantic found wrong with a request, in the words of its sender: which place, and what is expected there."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

# Pydantic's own places: the key of a mapping, the branch of a choice such as `literal['apply','discard']`.
_INSIDE = re.compile(r"\[key\]|[a-z-]+\[.*\]")
_MEMBER = re.compile(r"<\w+\.\w+: ('[^']*')>")
_PARTS = ("body", "query", "path", "header")
_PREFACE = "Value error, "
_OBJECT = "a JSON object is expected, under Content-Type: application/json"


def told(found: Mapping[str, Any]) -> dict[str, str]:
    """Return where it is (RFC 6901, without escapes), Pydantic's name of the rule, and what is expected."""
    place = [str(part) for part in found["loc"] if not _INSIDE.fullmatch(str(part))]
    said = _plain(found["msg"])
    if found["type"] == "json_invalid" and len(place) == 2:
        place, said = place[:1], f"invalid JSON at character {place[1]}"
    elif place == ["body"] and found["type"].startswith(("model_", "dict_")):
        said = _OBJECT
    return {"pointer": "/" + "/".join(place), "code": found["type"], "detail": said}


def named(error: Mapping[str, str]) -> str:
    """Say one of them in a line, by the name of its place: `mapping.hue: …`."""
    place = error["pointer"].split("/")[1:]
    return f"{'.'.join(place[1:] if place[0] in _PARTS and len(place) > 1 else place)}: {error['detail']}"


def beside(
    error: ValidationError, field_of: Callable[[tuple[int | str, ...]], object] = lambda place: place[0]
) -> dict[str, str]:
    """Say in sentences what is wrong beside each field of a form; `field_of` names the field of Pydantic's place."""
    return {str(field_of(one["loc"])): _sentence(_of_text(one) or _plain(one["msg"])) for one in error.errors()}


def _of_text(found: Mapping[str, Any]) -> str:
    """Say how long a text may be, where Pydantic would count its items."""
    least, most = (found.get("ctx", {}).get(name) for name in ("min_length", "max_length"))
    if not isinstance(found["input"], str) or found["type"] not in ("too_short", "too_long"):
        return ""
    if found["type"] == "too_long":
        return f"at most {most} characters are expected, not {len(found['input'])}"
    return "a value is required" if least == 1 else f"at least {least} characters are expected"


def _plain(message: str) -> str:
    return _MEMBER.sub(r"\1", message).removeprefix(_PREFACE)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."
