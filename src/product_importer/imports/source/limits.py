"""How much one file may ask of us; every figure is a setting."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one record, in characters of decoded text (of one physical line: in bytes)."""

    record: int = 8 * 1024 * 1024
    field: int = 1024 * 1024
    columns: int = 2_000


LIMITS = Limits()
