"""Calls to hostile and to ordinary machines, on real sockets."""

import asyncio
import contextlib
import gzip
import io
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from product_importer.kit.outbound import addresses, client, urls
from product_importer.kit.outbound.answer import BODY, Answer
from product_importer.kit.outbound.failure import CallFailed, Reason
from product_importer.kit.outbound.policy import Policy
from tests.kit import hosts

OPEN = Policy(addresses.LOOPBACK)
CLOSED = Policy()
PATIENT = 60.0  # seconds, where a test is not about time
HEAD = b"HTTP/1.1 200 OK\r\n"
T = TypeVar("T")


@contextlib.asynccontextmanager
async def _meeting(behave: hosts.Behaviour, policy: Policy) -> AsyncIterator[tuple[hosts.Host, client.Client]]:
    async with hosts.listening(behave) as host, client.opened(policy) as calls:
        yield host, calls


def _met(behave: hosts.Behaviour, use: Callable[[hosts.Host, client.Client], Awaitable[T]], policy: Policy = OPEN) -> T:
    async def meet() -> T:
        async with _meeting(behave, policy) as (host, calls):
            return await use(host, calls)

    return asyncio.run(meet())


def _posted(behave: hosts.Behaviour, *, seconds: float = PATIENT, keep: int = BODY) -> Answer:
    async def use(host: hosts.Host, calls: client.Client) -> Answer:
        return await calls.post(host.url(), body=b"{}", headers={}, seconds=seconds, keep=keep)

    return _met(behave, use)


def _fetched(
    behave: hosts.Behaviour, *, limit: int = 1_000_000, path: str = "/", seconds: float = PATIENT
) -> tuple[Answer, bytes]:
    file = io.BytesIO()

    async def use(host: hosts.Host, calls: client.Client) -> Answer:
        return await calls.fetch(host.url(path), into=file, limit=limit, seconds=seconds)

    return _met(behave, use), file.getvalue()


def _failure(url: str, policy: Policy = CLOSED) -> CallFailed:
    async def call() -> None:
        async with client.opened(policy) as calls:
            await calls.post(url, body=b"{}", headers={}, seconds=PATIENT)

    with pytest.raises(CallFailed) as failed:
        asyncio.run(call())
    return failed.value


def test_an_answer_comes_with_status_headers_and_body() -> None:
    answer = _posted(hosts.answering("418 Teapot", "X-Told: 1", body=b"short and stout"), keep=5)

    assert (answer.status, answer.headers["x-told"], answer.body, answer.whole) == (418, "1", b"short", True)


def test_a_call_sends_the_bytes_given_and_asks_for_plain_ones_back() -> None:
    async def use(host: hosts.Host, calls: client.Client) -> bytes:
        await calls.post(host.url("/a?b=c"), body=b"{}", headers={"X-Told": "1"}, seconds=PATIENT)
        return host.heads[0]

    head = _met(hosts.answering(), use)

    assert head.startswith(b"POST /a?b=c HTTP/1.1\r\n")
    assert {b"X-Told: 1", b"Accept-Encoding: identity", b"Content-Length: 2"} <= set(head.split(b"\r\n"))


@pytest.mark.parametrize(
    "name", ["127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]", "[::1]", "2130706433", "127.1", "0", "0.0.0.0"]
)
def test_no_spelling_of_this_machine_is_called(name: str) -> None:
    async def use(host: hosts.Host, calls: client.Client) -> list[bytes]:
        with pytest.raises(CallFailed) as failed:
            await calls.post(host.url(name=name), body=b"{}", headers={}, seconds=PATIENT)
        assert failed.value.reason is Reason.REFUSED
        return host.heads

    assert _met(hosts.answering(), use, CLOSED) == []


def test_a_refusal_says_what_was_found() -> None:
    assert str(_failure("http://10.0.0.1/")) == "This address may not be called: 10.0.0.1 is a private address."
    assert "1.2.3.4 is" not in str(_failure("http://anna:secret@1.2.3.4/"))
    assert "clouds keep the keys" in str(_failure("http://169.254.169.254/latest/meta-data/", OPEN))


def test_a_name_is_judged_by_where_it_leads_at_the_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    leads = [["127.0.0.1"], ["10.0.0.9", "192.168.0.9"], ["10.0.0.9", "127.0.0.1"]]

    def lookup(_host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (found, port)) for found in leads.pop(0)]

    async def use(host: hosts.Host, _: client.Client) -> list[str]:
        monkeypatch.setattr(socket, "getaddrinfo", lookup)
        seen = []
        for _time in range(3):  # a client each: one remembers names for seconds
            async with client.opened(OPEN) as calls:
                try:
                    answer = await calls.post(host.url(name="moving.example"), body=b"", headers={}, seconds=PATIENT)
                    seen.append(str(answer.status))
                except CallFailed as failed:
                    seen.append(str(failed))
        return seen

    first, second, third = _met(hosts.answering(), use)

    assert (first, third) == ("200", "200")
    assert "10.0.0.9 is a private address; 192.168.0.9 is a private address" in second


def test_surroundings_are_not_asked_for_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert _posted(hosts.answering()).status == 200


def test_a_redirect_is_an_answer_to_a_post() -> None:
    answer = _posted(hosts.answering("302 Found", "Location: http://169.254.169.254/"))

    assert (answer.status, answer.headers["location"]) == (302, "http://169.254.169.254/")


@pytest.mark.parametrize(
    ("behave", "reason"),
    [
        (hosts.sending(HEAD + b"Content-Length: 99\r\n\r\nabc"), Reason.CUT),
        (hosts.sending(b""), Reason.CUT),
        (hosts.sending(b"SSH-2.0-OpenSSH_9.2\r\n"), Reason.NOT_HTTP),
        (hosts.sending(HEAD + b"X: " + b"a" * 100_000 + b"\r\n\r\n"), Reason.NOT_HTTP),
    ],
    ids=["body cut short", "nothing", "another protocol", "endless header"],
)
def test_half_an_answer_is_a_failure_with_a_reason(behave: hosts.Behaviour, reason: Reason) -> None:
    with pytest.raises(CallFailed) as failed:
        _posted(behave)
    assert failed.value.reason is reason


@pytest.mark.parametrize(
    "behave",
    [
        hosts.sending(HEAD + b"Content-Length: 99999\r\n\r\n", b"x", every=0.02, repeated=10_000),
        hosts.sending(b"HTTP/1.1 102 Processing\r\n\r\n", every=0.02, repeated=10_000),
        hosts.sending(b"", every=10_000),
    ],
    ids=["dripping", "for ever at work", "silent"],
)
def test_a_slow_answer_ends_when_the_time_is_over(behave: hosts.Behaviour) -> None:
    with pytest.raises(CallFailed, match=r"No complete answer within 0\.3 seconds") as failed:
        _posted(behave, seconds=0.3)
    assert failed.value.reason is Reason.TIMEOUT
    with pytest.raises(CallFailed, match=r"No complete answer within 0\.2 seconds"):
        _fetched(behave, seconds=0.2)


def test_a_reset_a_closed_port_and_an_unknown_name_are_told_apart() -> None:
    async def reset(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
        opened = writer.get_extra_info("socket")
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        shut = _failure(f"http://127.0.0.1:{closed.getsockname()[1]}/", OPEN)
    unknown = _failure("http://nobody.invalid/", OPEN)
    with pytest.raises(CallFailed) as cut:
        _posted(reset)

    assert (shut.reason, unknown.reason, cut.value.reason) == (Reason.UNREACHABLE, Reason.NAME, Reason.CUT)
    assert "refused" in str(shut)


def test_of_an_endless_answer_64_kib_are_read() -> None:
    answer = _posted(hosts.sending(HEAD + b"\r\n", b"x" * 65_536, repeated=100_000), keep=4096)

    assert (len(answer.body), answer.whole) == (4096, False)


def test_a_packed_answer_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(10_000_000))

    answer = _posted(hosts.answering("200 OK", "Content-Encoding: gzip", body=bomb))

    assert answer.body == bomb


def test_a_file_is_fetched_and_a_refusal_leaves_nothing_in_it() -> None:
    assert _fetched(hosts.answering(body=b"picture"))[1] == b"picture"
    missing, nothing = _fetched(hosts.answering("404 Not Found", body=b"<html>"))

    assert (missing.status, nothing) == (404, b"")


@pytest.mark.parametrize("head", [b"Content-Length: 200000\r\n\r\n", b"\r\n"], ids=["announced", "not announced"])
def test_a_file_over_the_limit_is_not_taken(head: bytes) -> None:
    with pytest.raises(CallFailed, match="more than 100,000 bytes") as failed:
        _fetched(hosts.sending(HEAD + head, b"x" * 50_000, repeated=4), limit=100_000)
    assert failed.value.reason is Reason.TOO_LARGE


def _leading(*steps: str) -> hosts.Behaviour:
    """Answer `/0`, `/1`, ... with redirects to these places, and everything else with a file."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        path = head.split()[1].decode().lstrip("/")
        if path.isdigit() and int(path) < len(steps):
            await hosts.answering("302 Found", f"Location: {steps[int(path)]}")(reader, writer, head)
        else:
            await hosts.answering(body=b"picture")(reader, writer, head)

    return behave


def test_a_fetch_follows_a_few_redirects() -> None:
    answer, data = _fetched(_leading("/1", "2", "/there?a=b"), path="/0")

    assert (answer.url.rpartition("/")[2], data) == ("there?a=b", b"picture")


def test_private_headers_do_not_follow_to_another_server_nor_back() -> None:
    async def use(host: hosts.Host, calls: client.Client) -> list[bool]:
        async with hosts.listening(_leading(host.url("/2"))) as other:
            steps[:] = ["/1", other.url("/0"), "/there"]
            private = {"Authorization": "Basic cHJpdmF0ZQ=="}
            await calls.fetch(
                host.url("/0"), into=io.BytesIO(), limit=9, seconds=PATIENT, headers={"X-Told": "1"}, private=private
            )
            heads = [*host.heads[:2], other.heads[0], *host.heads[2:]]
        assert all(b"X-Told: 1" in head for head in heads)
        return [b"Authorization" in head for head in heads]

    steps: list[str] = []

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        await _leading(*steps)(reader, writer, head)

    assert _met(behave, use) == [True, True, False, False, False]


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("https://SHOP.example:443/b?c=d", True),
        ("http://shop.example:443/a", False),
        ("https://shop.example:444/a", False),
        ("https://shop.example.evil/a", False),
    ],
)
def test_where_scheme_host_and_port_are_the_same_the_same_server_answers(address: str, same: bool) -> None:
    assert (urls.origin("https://shop.example/a") == urls.origin(address)) is same


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        (("http://10.0.0.1/",), Reason.REFUSED),
        (("http://[::ffff:a9fe:a9fe]/",), Reason.REFUSED),
        (("file:///etc/passwd",), Reason.REFUSED),
        (("http://anna:secret@127.0.0.1/",), Reason.REFUSED),
        (("/0",), Reason.REDIRECTS),
    ],
)
def test_every_redirect_is_guarded_like_the_first_address(steps: tuple[str, ...], reason: Reason) -> None:
    with pytest.raises(CallFailed) as failed:
        _fetched(_leading(*steps), path="/0")
    assert failed.value.reason is reason


def test_the_inbox_alone_is_reached_on_a_private_address() -> None:
    async def use(host: hosts.Host, _: client.Client) -> list[object]:
        own = Policy(own_port=host.port, own_url=host.url("").rstrip("/"))
        seen: list[object] = []
        async with client.opened(own) as calls:
            for path in ("/inbox/token", "/products", "/inbox/token/../../products"):
                try:
                    seen.append((await calls.post(host.url(path), body=b"", headers={}, seconds=PATIENT)).status)
                except CallFailed as failed:
                    seen.append(failed.reason)
        return seen

    assert _met(hosts.answering(), use) == [200, Reason.REFUSED, Reason.REFUSED]


def test_a_certificate_that_nobody_vouches_for_ends_the_call(tmp_path: Path) -> None:
    async def call() -> None:
        tls = hosts.self_signed(tmp_path)
        async with hosts.listening(hosts.answering(), tls=tls) as host, client.opened(OPEN) as calls:
            await calls.post(host.url().replace("http", "https"), body=b"", headers={}, seconds=PATIENT)

    with pytest.raises(CallFailed, match="certificate is not valid: self-signed") as failed:
        asyncio.run(call())
    assert failed.value.reason is Reason.CERTIFICATE
