"""Random keys that are shown once: session ids, tokens, links. Their SHA-256 is all that is stored.

They carry 256 random bits, so that a slow hash as for passwords would add nothing.
"""

import hashlib
import secrets

BYTES = 32


def new(prefix: str = "") -> str:
    """Return a fresh key that can stand in a cookie, a header or an address."""
    return prefix + secrets.token_urlsafe(BYTES)


def digest(key: str) -> str:
    """Return what is stored of a key, in hexadecimal digits."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
