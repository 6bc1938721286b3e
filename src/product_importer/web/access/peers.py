"""Who is at the other end: the client's address, whether a proxy stands between, and whether the way is encrypted."""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from product_importer.kit.settings import Settings

FORWARDED = ("forwarded", "via", "x-real-ip")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def address(scope: Scope, settings: Settings) -> str:
    """Return the client's address: the peer's, or what the last trusted proxy says of its own peer."""
    peer = _peer(scope)
    told = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")
    while _trusted(peer, settings) and told:
        further = _parsed(told.pop().strip())
        if further is None:
            break
        peer = further
    return str(peer) if peer else "unknown"


def is_this_machine(scope: Scope) -> bool:
    """Return whether the request comes from here and nobody passed it on."""
    peer = _peer(scope)
    return peer is not None and peer.is_loopback and not _forwarded(scope)


def is_secure(scope: Scope, settings: Settings) -> bool:
    """Return whether the browser sees https: by PUBLIC_URL for that host, or by what a trusted proxy says."""
    headers = Headers(scope=scope)
    public = urlsplit(settings.public_url)
    if public.netloc and headers.get("host", "").lower() == public.netloc.lower():
        return public.scheme == "https"
    told = headers.get("x-forwarded-proto", "").strip().lower()
    return scope.get("scheme") == "https" or (_trusted(_peer(scope), settings) and told == "https")


def _forwarded(scope: Scope) -> bool:
    """Tell by what proxies write, and by HTTP/1.0: many speak it to what is behind them, and no browser does."""
    names = Headers(scope=scope).keys()
    return scope["http_version"] == "1.0" or any(name in FORWARDED or name.startswith("x-forwarded") for name in names)


def _peer(scope: Scope) -> Address | None:
    client = scope.get("client")
    return _parsed(client[0]) if client else None


def _parsed(raw: str) -> Address | None:
    try:
        found = ipaddress.ip_address(raw.strip("[]"))
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def _trusted(peer: Address | None, settings: Settings) -> bool:
    return peer is not None and any(peer in network for network in settings.trusted_proxies)
