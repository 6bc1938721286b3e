"""Which SKU the name of a picture's file means: ABC-1.jpg, or ABC-1_2.jpg for its second one."""

import re
from collections.abc import Iterator
from typing import Final

_ENDING: Final = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)$", re.IGNORECASE)
_COUNTED: Final = re.compile(r"(?:[_-]\d{1,3}| ?\(\d{1,3}\))$")  # ABC_2, ABC-2, ABC (2)


def skus_of(name: str) -> Iterator[str]:
    """Yield the SKUs that a file's name may mean, the likeliest first; folders before it do not count."""
    stem = _ENDING.sub("", name.replace("\\", "/").rpartition("/")[2]).strip()
    if stem:
        yield stem
    shorter = _COUNTED.sub("", stem)
    if shorter and shorter != stem:
        yield shorter
