"""Time-ordered identifiers: UUID version 7 (RFC 9562, section 5.7)."""

import datetime as dt
import os
import time
import uuid

COUNTER_BITS = 48  # the low bits that `block_prefix` leaves to a row number


def new_id() -> uuid.UUID:
    """Return a fresh UUIDv7: 48 bits of milliseconds, the rest random."""
    return uuid.UUID(int=_high(time.time_ns() // 1_000_000) | int.from_bytes(os.urandom(8)) & _LOW | _VARIANT)


def earliest(moment: dt.datetime) -> uuid.UUID:
    """Return what is less than every id made at an aware moment or later, and greater than those made before."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80)


def block_prefix() -> str:
    """Return the first 20 hex digits of a block of UUIDv7s; the caller appends a row number as 12 hex digits.

    RFC 9562 section 6.2 allows a counter in the random part. Two blocks differ by their millisecond and by
    26 random bits, so a database can number the rows of a slice without a function of its own.
    """
    value = _high(time.time_ns() // 1_000_000) | int.from_bytes(os.urandom(8)) & _LOW | _VARIANT
    return f"{value >> COUNTER_BITS:020x}"


_LOW = (1 << 62) - 1
_VARIANT = 0b10 << 62


def _high(milliseconds: int) -> int:
    random = int.from_bytes(os.urandom(2)) & 0xFFF
    return (milliseconds & (1 << 48) - 1) << 80 | 0x7 << 76 | random << 64
