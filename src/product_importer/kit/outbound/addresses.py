"""Judges one address, in whatever spelling it came: may a socket be opened to it?

`ipaddress.is_global` does not serve: it lets through, among others, multicast, 6to4, NAT64 and IPv4-compatible forms
of addresses that it forbids itself. The networks are those of the IANA special-purpose registries (RFC 6890 and later).
"""

import ipaddress
from collections.abc import Iterable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LOOPBACK: tuple[Network, ...] = (ipaddress.IPv4Network("127.0.0.0/8"), ipaddress.IPv6Network("::1/128"))

_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_PUBLIC_IPV6 = ipaddress.IPv6Network("2000::/3")  # all that IANA has handed out so far

# Where machines of a cloud ask for their own keys, and what is no single machine: no setting opens these.
_NEVER: dict[str, str] = {
    "169.254.0.0/16": "a link-local address, where clouds keep the keys of their machines",
    "fe80::/10": "a link-local address",
    "fd00:ec2::254/128": "the metadata service of a cloud",
    "fd20:ce::254/128": "the metadata service of a cloud",
    "100.100.100.200/32": "the metadata service of a cloud",
    "168.63.129.16/32": "the platform service of a cloud",
    "192.0.0.192/32": "the metadata service of a cloud",
    "0.0.0.0/8": "an unspecified address",
    "::/128": "an unspecified address",
    "224.0.0.0/4": "a multicast address",
    "ff00::/8": "a multicast address",
    "255.255.255.255/32": "the broadcast address",
    "2001::/32": "a Teredo address, which hides another",
    "2002::/16": "a 6to4 address, which hides another",
}
# What OUTBOUND_ALLOW_NETWORKS may open.
_PRIVATE: dict[str, str] = {
    "127.0.0.0/8": "an address of this machine itself",
    "::1/128": "an address of this machine itself",
    "10.0.0.0/8": "a private address",
    "172.16.0.0/12": "a private address",
    "192.168.0.0/16": "a private address",
    "fc00::/7": "a private address",
    "fec0::/10": "a private address",
    "100.64.0.0/10": "a provider's internal address",
    "192.0.0.0/24": "an address reserved for protocols",
    "192.0.2.0/24": "an address reserved for documentation",
    "198.51.100.0/24": "an address reserved for documentation",
    "203.0.113.0/24": "an address reserved for documentation",
    "2001:db8::/32": "an address reserved for documentation",
    "3fff::/20": "an address reserved for documentation",
    "192.88.99.0/24": "a 6to4 relay",
    "198.18.0.0/15": "an address reserved for measurements",
    "240.0.0.0/4": "a reserved address",
    "2001::/23": "an address reserved for protocols",
}


def _networks(table: dict[str, str]) -> tuple[tuple[Network, str], ...]:
    return tuple((ipaddress.ip_network(text), words) for text, words in table.items())


_NEVER_NETWORKS = _networks(_NEVER)
_PRIVATE_NETWORKS = _networks(_PRIVATE)


def plain(text: str) -> Address:
    """Return the address that packets would go to: an IPv4 address where IPv6 only wraps one (mapped, NAT64)."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        address = ipaddress.IPv6Address(int(address))  # without its scope, which keeps it out of every network
        if address in _MAPPED or address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def refusal(address: Address, *, allowed: Iterable[Network] = ()) -> str | None:
    """Say in words why this plain address may not be called, or None; `allowed` opens private networks only."""
    if words := _named(address, _NEVER_NETWORKS):
        return words
    if any(address in network for network in allowed):
        return None
    if words := _named(address, _PRIVATE_NETWORKS):
        return words
    if isinstance(address, ipaddress.IPv6Address) and address not in _PUBLIC_IPV6:
        return "not a public address"
    return None


def _named(address: Address, networks: tuple[tuple[Network, str], ...]) -> str | None:
    return next((words for network, words in networks if address in network), None)
