"""Keeps secrets unreadable in the database: sealed with keys derived from SECRET_KEY, one key for each purpose."""

import base64
import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from product_importer.kit.errors import AppError
from product_importer.kit.settings import Settings

FILE: Final = "secret-key"  # in DATA_DIR, where SECRET_KEY is not set
_settings: Settings | None = None
_boxes: dict[str, MultiFernet] = {}


class SecretUnreadable(AppError):
    """A secret was sealed with a key that is not known here."""

    status = 500
    code = "SECRET_UNREADABLE"
    title = "A stored secret cannot be read"
    action = "Set SECRET_KEY to what it was when the secret was stored; separate several keys by blanks."


@dataclass(frozen=True, slots=True)
class Unreadable:
    """That parts of a row cannot be read, as whoever looks at it is told: code, what was found, what to do."""

    code: str
    message: str
    action: str


def unreadable(lost: Mapping[str, str]) -> Unreadable | None:
    """Tell of the parts that cannot be read, each with what mends it beside the old key; None without any."""
    if not lost:
        return None
    message = f"Its {' and '.join(lost)} cannot be read: SECRET_KEY has changed since that was stored."
    action = f"{SecretUnreadable.action} Or {' and '.join(lost.values())}."
    return Unreadable(SecretUnreadable.code, message, action)


def configure(settings: Settings) -> None:
    """Use the keys of SECRET_KEY, the first one to seal; without any, that of a file which is made at the first use."""
    global _settings
    _settings = settings
    _boxes.clear()


def seal(text: str, *, purpose: str) -> str:
    """Encrypt a text, so that only what knows the key and the purpose can read it (Fernet: AES-128-CBC and HMAC)."""
    return _box(purpose).encrypt(text.encode()).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """Return the text that was sealed for this purpose, with whichever key. Raises SecretUnreadable."""
    try:
        return _box(purpose).decrypt(sealed).decode()
    except InvalidToken:
        raise SecretUnreadable from None


def _box(purpose: str) -> MultiFernet:
    if purpose not in _boxes:
        _boxes[purpose] = MultiFernet([Fernet(_derived(key, purpose)) for key in _keys()])
    return _boxes[purpose]


def _keys() -> tuple[str, ...]:
    if _settings is None:
        raise RuntimeError("secrets.configure() was not called in this process")
    return tuple(_settings.secret_key.get_secret_value().split()) or (_kept(_settings.data_dir / FILE),)


def _derived(key: str, purpose: str) -> bytes:
    """Derive the key of one purpose (HKDF, RFC 5869), so that no two uses share one."""
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"product-importer {purpose}".encode())
    return base64.urlsafe_b64encode(derive.derive(key.encode()))


def _kept(path: Path) -> str:
    """Return the key in the file; who comes first makes it, whole before it has its name, readable to its owner."""
    with contextlib.suppress(FileNotFoundError):
        return path.read_text().strip()
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(32))
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(fresh, path)  # fails where another process was faster
    fresh.unlink()
    return path.read_text().strip()
