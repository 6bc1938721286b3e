"""What Pydantic found wrong with a request, in the words of its sender: which place, and what is expected there."""

import re
from collections.abc import Mapping
from typing import Any

# Pydantic's own places: the key of a mapping, the branch of a choice such as `literal['apply','discard']`.
_INSIDE = re.compile(r"\[key\]|[a-z-]+\[.*\]")
_MEMBER = re.compile(r"<\w+\.\w+: ('[^']*')>")
_PARTS = ("body", "query", "path", "header")
_OBJECT = "a JSON object is expected, under Content-Type: application/json"


def told(found: Mapping[str, Any]) -> dict[str, str]:
    """Return where it is (RFC 6901, without escapes), Pydantic's name of the rule, and what is expected."""
    place = [str(part) for part in found["loc"] if not _INSIDE.fullmatch(str(part))]
    said = _MEMBER.sub(r"\1", found["msg"]).removeprefix("Value error, ")
    if found["type"] == "json_invalid" and len(place) == 2:
        place, said = place[:1], f"invalid JSON at character {place[1]}"
    elif place == ["body"] and found["type"].startswith(("model_", "dict_")):
        said = _OBJECT
    return {"pointer": "/" + "/".join(place), "code": found["type"], "detail": said}


def named(error: Mapping[str, str]) -> str:
    """Say one of them in a line, by the name of its place: `mapping.hue: …`."""
    place = error["pointer"].split("/")[1:]
    return f"{'.'.join(place[1:] if place[0] in _PARTS and len(place) > 1 else place)}: {error['detail']}"
