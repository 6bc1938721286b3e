"""Letters that are the same but for their case, over all of Unicode and the same for every database."""

import functools
from collections.abc import Callable

CASED = 0x1EA00  # no letter at or above this code point has a case (Unicode 16)


def fold(text: str) -> str:
    """Give all cases of a letter one form, sign for sign: what `pattern` finds in a text, its fold contains."""
    return text.lower() if text.isascii() else text.translate(_forms())


def pattern(text: str, plain: Callable[[str], str]) -> str:
    """Write `text` as a pattern in which each letter may have any case: `[éÉ]` for é, `plain(sign)` for the rest.

    Both GLOB and regular expressions read such brackets, so no database needs to know about letters.
    """
    return "".join(f"[{cases}]" if (cases := cases_of(sign)) else plain(sign) for sign in text)


def cases_of(sign: str) -> str:
    """Return all cases of a letter, Σ, σ and ς for each of the three; nothing where there is but one."""
    return _families().get(sign.casefold(), "")


@functools.cache
def _families() -> dict[str, str]:
    found: dict[str, str] = {}
    for sign in map(chr, range(CASED)):
        found[sign.casefold()] = found.get(sign.casefold(), "") + sign
    return {folded: signs for folded, signs in found.items() if len(signs) > 1}


@functools.cache
def _forms() -> dict[int, str]:
    return {
        ord(sign): folded if len(folded) == 1 else signs[0] for folded, signs in _families().items() for sign in signs
    }
