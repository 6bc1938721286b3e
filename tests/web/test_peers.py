"""Who is at the other end: what is believed of a proxy, and of nobody else."""

import pytest
from starlette.types import Scope

from product_importer.kit.settings import Settings
from product_importer.web.access import peers

TRUSTING = Settings.model_validate({"trusted_proxies": ["10.0.0.0/8", "::1"], "public_url": "https://shop.example"})


def asked(client: str, *headers: tuple[str, str], host: str = "localhost", version: str = "1.1") -> Scope:
    """Make the head of a request."""
    written = [(name.encode(), value.encode()) for name, value in (("host", host), *headers)]
    return {"type": "http", "scheme": "http", "http_version": version, "client": (client, 1), "headers": written}


@pytest.mark.parametrize(
    ("client", "told", "address"),
    [
        ("192.0.2.1", "203.0.113.7", "192.0.2.1"),
        ("10.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.3", "10.0.0.3"),
        ("::1", "[2001:db8::1]", "2001:db8::1"),
        ("::ffff:10.0.0.1", "203.0.113.7", "203.0.113.7"),
    ],
)
def test_the_address_is_what_the_last_trusted_proxy_saw(client: str, told: str, address: str) -> None:
    assert peers.address(asked(client, ("x-forwarded-for", told)), TRUSTING) == address


def test_https_is_known_by_the_public_name_or_by_a_trusted_proxy() -> None:
    said = ("x-forwarded-proto", "https")
    assert peers.is_secure(asked("192.0.2.1", host="shop.example"), TRUSTING)
    assert peers.is_secure(asked("10.0.0.1", said), TRUSTING)
    assert not peers.is_secure(asked("192.0.2.1", said), TRUSTING)
    assert not peers.is_secure(asked("127.0.0.1"), TRUSTING)


@pytest.mark.parametrize(
    "name", ["Forwarded", "Via", "X-Real-IP", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded"]
)
def test_what_was_passed_on_does_not_come_from_this_machine(name: str) -> None:
    assert peers.is_this_machine(asked("127.0.0.1"))
    assert peers.is_this_machine(asked("::ffff:127.0.0.1"))
    assert not peers.is_this_machine(asked("127.0.0.1", (name.lower(), "")))
    assert not peers.is_this_machine(asked("192.0.2.1"))


def test_what_a_proxy_passes_on_without_a_word_is_known_by_its_old_http() -> None:
    assert peers.is_this_machine(asked("127.0.0.1", version="2"))
    assert not peers.is_this_machine(asked("127.0.0.1", version="1.0"))
