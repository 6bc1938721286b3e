"""Passwords: argon2id hashes (64 MiB, 3 passes), made by at most two threads at once."""

import contextlib
import threading
from collections.abc import Iterator
from functools import cache
from typing import Final

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError

from product_importer.kit.errors import AppError

SHORTEST: Final = 12  # characters; length is what counts (NIST SP 800-63B)
LONGEST: Final = 200  # characters
AT_ONCE: Final = 2  # hashes, each of which takes 64 MiB and a whole processor
PATIENCE: Final = 10.0  # seconds to wait for a turn

_hashing = PasswordHash.recommended()
_turns = threading.BoundedSemaphore(AT_ONCE)


class PasswordWeak(AppError):
    """The password is too short, too long, or the email itself."""

    status = 422
    code = "PASSWORD_WEAK"
    title = "This password cannot be used"
    action = "Choose 12 characters or more; several words are easy to remember and hard to guess."


class SignInBusy(AppError):
    """More passwords are to be checked than this process can."""

    status = 503
    code = "SIGN_IN_BUSY"
    title = "Too many people are signing in right now"
    action = "Try again in a few seconds."
    passing = True


def require_good(password: str, *, email: str) -> None:
    """Refuse a password that is easily guessed; raises PasswordWeak."""
    if len(password) < SHORTEST:
        raise PasswordWeak(f"It has {len(password)} of at least {SHORTEST} characters.")
    if len(password) > LONGEST:
        raise PasswordWeak(f"It has more than {LONGEST} characters.")
    if password.casefold() == email.casefold() or len(set(password)) < 4:
        raise PasswordWeak("It is one of the first that anybody would try.")


def hashed(password: str) -> str:
    """Return the hash to store; takes about a tenth of a second, so no transaction may be open."""
    with _turn():
        return _hashing.hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Return whether the password belongs to the hash; without one it takes as long and is False."""
    with _turn():
        try:
            right = _hashing.verify(password[:LONGEST], stored or _nobodys())
        except UnknownHashError:
            right = False
    return right and stored is not None


@cache
def _nobodys() -> str:
    return _hashing.hash("the password of nobody")


@contextlib.contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=PATIENCE):
        raise SignInBusy
    try:
        yield
    finally:
        _turns.release()
