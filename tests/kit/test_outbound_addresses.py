"""Which addresses may be called, by whatever spelling; which URLs are well-formed; where the test inbox is."""

import ipaddress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from product_importer.kit.outbound import addresses, urls
from product_importer.kit.outbound.policy import Policy
from product_importer.kit.settings import Settings

PRIVATE = [
    "127.0.0.1",
    "127.255.255.254",
    "::1",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "fc00::1",
    "fdff::1",
    "fec0::1",
    "100.64.0.1",
    "100.127.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "198.51.100.1",
    "203.0.113.1",
    "2001:db8::1",
    "3fff::1",
    "192.88.99.1",
    "198.18.0.1",
    "240.0.0.1",
    "2001:10::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::10.0.0.1",
]
NEVER = [
    "0.0.0.0",
    "0.1.2.3",
    "::",
    "169.254.169.254",
    "169.254.0.1",
    "fe80::1",
    "fe80::1%lo",
    "fd00:ec2::254",
    "fd20:ce::254",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "224.0.0.1",
    "239.255.255.250",
    "ff02::1",
    "255.255.255.255",
    "2001::1",
    "2002:7f00:1::1",
    "2002:a9fe:a9fe::1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "::ffff:0.0.0.0",
]
UNKNOWN = ["::7f00:1", "::ffff:0:7f00:1", "64:ff9b:1::1", "100::1", "5f00::1", "4000::1"]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "193.0.0.1",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00:1450::1",
    "2001:4860:4860::8888",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
]
EVERYTHING = tuple(ipaddress.ip_network(text) for text in ("0.0.0.0/0", "::/0"))


@pytest.mark.parametrize("text", [*PRIVATE, *NEVER, *UNKNOWN])
def test_no_private_address_is_called_unless_a_setting_opens_it(text: str) -> None:
    assert addresses.refusal(addresses.plain(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_are_called(text: str) -> None:
    assert addresses.refusal(addresses.plain(text)) is None


def test_a_setting_opens_private_networks_and_neither_metadata_nor_multicast() -> None:
    opened = [text for text in (*PRIVATE, *NEVER) if not addresses.refusal(addresses.plain(text), allowed=EVERYTHING)]

    assert opened == PRIVATE


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_in_every_wrapping(address: ipaddress.IPv4Address) -> None:
    plain = addresses.refusal(address)

    for wrapped in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert addresses.refusal(addresses.plain(wrapped)) == plain


def test_settings_say_what_may_be_called(tmp_path: Path) -> None:
    beyond = Settings(data_dir=tmp_path, host="0.0.0.0", outbound_allow_networks="10.1.0.0/16, fd12::/16")
    here = Settings(data_dir=tmp_path, port=8123)

    assert Policy.of(beyond).refusal("10.1.2.3", 80) is None
    assert Policy.of(beyond).refusal("10.2.2.3", 80) == "10.2.2.3 is a private address"
    assert Policy.of(beyond).refusal("127.0.0.1", 80) == "127.0.0.1 is an address of this machine itself"
    assert Policy.of(here).refusal("127.0.0.1", 80) is None
    assert Policy.of(here).refusal("::ffff:127.0.0.1", 8123) == "::ffff:127.0.0.1 is this server itself"
    assert Policy.of(here).refusal("10.1.2.3", 80) == "10.1.2.3 is a private address"


@pytest.mark.parametrize(
    ("url", "inbox"),
    [
        ("https://importer.example/shop/inbox/a-B_9", True),
        ("https://importer.example/shop/inbox/", False),
        ("https://importer.example/shop/inbox/a?b", False),
        ("https://importer.example/shop/inbox/a/../../products", False),
        ("https://importer.example/shop/inbox/a%2f..", False),
        ("https://importer.example/inbox/a", False),
        ("http://importer.example/shop/inbox/a", False),
        ("https://importer.example.evil.example/shop/inbox/a", False),
    ],
)
def test_the_inbox_is_one_path_below_the_servers_own_address(url: str, inbox: bool) -> None:
    settings = Settings(public_url="https://importer.example/shop/")

    assert Policy.of(settings).is_inbox(url) is inbox


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ftp://example.com/", "begins with ftp"),
        ("example.com", "begins with nothing"),
        ("file:///etc/passwd", "begins with file"),
        ("https:///path", "no host"),
        ("https://anna:secret@example.com/", "name or password"),
        ("https://anna@example.com/", "name or password"),
        ("https://example.com/\nX-Injected: 1", "control characters"),
        ("https://example.com:99999/", "cannot be read"),
        ("https://example.com/" + "a" * 10_000, "10,020 characters"),
    ],
)
def test_a_url_that_cannot_be_called_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(urls.UrlRefused, match=words):
        urls.checked(text)


def test_a_url_is_read_as_people_write_it() -> None:
    assert str(urls.checked(" https://Bücher.example/ä?q=1#part ")) == "https://xn--bcher-kva.example/%C3%A4?q=1"
