"""The form of an address that may be called; what lies behind it is judged when a socket is opened."""

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
    if len(text) > LONGEST:
        raise UrlRefused(f"The address has {len(text):,} characters; {LONGEST:,} is the limit.")
    if any(ord(letter) <= 32 or ord(letter) == 127 for letter in text.strip()):
        raise UrlRefused("The address has blanks or control characters in it.")
    try:
        url = URL(text.strip())
        port = url.port
    except ValueError as error:
        raise UrlRefused(f"The address cannot be read: {error}.") from error
    if url.scheme not in ("http", "https"):
        raise UrlRefused(f"The address begins with {url.scheme or 'nothing'}: http:// or https:// is expected.")
    if not url.host or not port:
        raise UrlRefused("The address names no host.")
    if url.user is not None or url.password is not None:
        raise UrlRefused("The address has a name or password in it, which would stand in logs.")
    return url.with_fragment(None)
