"""What this server may call: the networks that settings open, and the one address of its own, the test inbox."""

import ipaddress
import re
import socket
from dataclasses import dataclass
from typing import Any, Self

from product_importer.kit.outbound import addresses
from product_importer.kit.settings import Settings

AddressInfo = tuple[int, int, int, str, tuple[Any, ...]]  # family, kind, protocol, name, address: of getaddrinfo
_INBOX = re.compile(r"/inbox/[A-Za-z0-9_-]{1,100}")
_EVERYWHERE = tuple(ipaddress.ip_network(text) for text in ("0.0.0.0/0", "::/0"))


class Refused(OSError):
    """A socket was asked for to an address that may not be called; its text says which, and why."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Private networks that may be called, the server's own port, and the address under which it is reached itself.

    The port is closed on this machine's own addresses: nobody may make the server command itself.
    """

    networks: tuple[addresses.Network, ...] = ()
    own_port: int | None = None
    own_url: str = ""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Read the policy from the settings; a server that only its own machine reaches may call that machine."""
        here = addresses.LOOPBACK if settings.loopback else ()
        return cls((*settings.outbound_allow_networks, *here), settings.port, settings.own_url)

    def is_inbox(self, url: str) -> bool:
        """Whether this is exactly the address of a test inbox: PUBLIC_URL, then `/inbox/{token}`, and nothing more."""
        own = self.own_url
        return bool(own) and url.startswith(own) and _INBOX.fullmatch(url[len(own) :]) is not None

    @classmethod
    def inward(cls) -> Self:
        """Return the policy for calls to the test inbox, which lies wherever this server does."""
        return cls(_EVERYWHERE)

    def refusal(self, host: str, port: int) -> str | None:
        """Say in words why no socket may be opened to this address and port, or None."""
        address = addresses.plain(host)
        words = addresses.refusal(address, allowed=self.networks)
        if words is None and port == self.own_port and any(address in network for network in addresses.LOOPBACK):
            words = "this server itself"
        return words and f"{host} is {words}"

    def socket(self, info: AddressInfo) -> socket.socket:
        """Open a socket for one concrete address, the last thing before it is connected. Raises Refused."""
        family, kind, protocol, _, where = info
        if words := self.refusal(str(where[0]), int(where[1])):
            raise Refused(words)
        return socket.socket(family, kind, protocol)
