"""The form of an address that may be called; what lies behind it is judged when a socket is opened."""

import base64
import functools

from yarl import URL

from product_importer.kit.errors import AppError

LONGEST = 2048  # characters, as in most browsers and proxies


class UrlRefused(AppError):
    """An address cannot be called as it is written."""

    status = 422
    code = "URL_REFUSED"
    title = "The address cannot be called"
    action = "Write it as https://name/path, without a name and password in it."


@functools.lru_cache(maxsize=256)  # a twentieth of what one small request costs, and the same address comes again
def checked(text: str) -> URL:
    """Read an address. Raises UrlRefused, which says what is wrong with it."""
    url = _read(text)
    if _has_login(url):
        raise UrlRefused("The address contains a name or password, which would appear in logs.")
    return url.with_fragment(None)


def without_login(text: str) -> tuple[str, str | None]:
    """Take a name and password out of an address; return it with the header `Authorization` they make, or None.

    Basic authentication (RFC 7617), in UTF-8. What cannot be called comes back as it is.
    """
    try:
        url = _read(text)
    except UrlRefused:
        return text, None
    if not _has_login(url):
        return text, None
    login = base64.b64encode(f"{url.user or ''}:{url.password or ''}".encode()).decode()
    return str(url.with_user(None)), f"Basic {login}"


def origin(text: str) -> tuple[str, str | None, int | None]:
    """Return scheme, host and port of an address: where these are the same, the same server answers (RFC 6454)."""
    url = URL(text)
    return url.scheme, url.host, url.port


def _read(text: str) -> URL:
    if len(text) > LONGEST:
        raise UrlRefused(f"The address has {len(text):,} characters; {LONGEST:,} is the limit.")
    if any(ord(letter) <= 32 or ord(letter) == 127 for letter in text.strip()):
        raise UrlRefused("The address contains blanks or control characters.")
    try:
        url = URL(text.strip())
        port = url.port
    except ValueError as error:
        raise UrlRefused(f"The address cannot be read: {error}.") from error
    if url.scheme not in ("http", "https"):
        raise UrlRefused(f"The address begins with {url.scheme or 'nothing'}: http:// or https:// is expected.")
    if not url.host or not port:
        raise UrlRefused("The address has no host.")
    return url


def _has_login(url: URL) -> bool:
    return url.user is not None or url.password is not None
