"""A machine somewhere on the network that answers calls as a test says, on a real socket."""

import asyncio
import contextlib
import datetime as dt
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], Awaitable[None]]


@dataclass(slots=True)
class Host:
    """Where it listens on loopback, and the head of every request that reached it."""

    port: int = 0
    heads: list[bytes] = field(default_factory=list)

    def url(self, path: str = "/", *, name: str = "127.0.0.1") -> str:
        """Return an address that leads here."""
        return f"http://{name}:{self.port}{path}"


@contextlib.asynccontextmanager
async def listening(behave: Behaviour, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Host]:
    """Listen on a free port of loopback; each connection is read to the end of its head and given to `behave`."""
    host = Host()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            host.heads.append(head)
            await behave(reader, writer, head)
        writer.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0, ssl=tls)
    host.port = server.sockets[0].getsockname()[1]
    try:
        yield host
    finally:
        server.close()


def answering(status: str = "200 OK", *headers: str, body: bytes = b"") -> Behaviour:
    """Answer with this status, these further headers and this body, and hang up."""

    async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
        lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers)
        writer.write("\r\n".join((*lines, "", "")).encode() + body)
        await writer.drain()

    return behave


def sending(*blocks: bytes, every: float = 0.0, repeated: int = 1) -> Behaviour:
    """Send these bytes as they are, the last block again and again, and hang up."""

    async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
        for block in (*blocks[:-1], *(blocks[-1],) * repeated):
            writer.write(block)
            await writer.drain()
            await asyncio.sleep(every)

    return behave


def self_signed(folder: Path) -> ssl.SSLContext:
    """Make a certificate for 127.0.0.1 that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + dt.timedelta(1)
    )
    file = folder / "certificate.pem"
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(key.private_bytes(*plain) + made.sign(key, hashes.SHA256()).public_bytes(plain[0]))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
