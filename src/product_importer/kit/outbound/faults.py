"""What aiohttp raises, put into a reason and words."""

import os
import ssl

import aiohttp

from product_importer.kit.outbound.failure import CallFailed, Reason


def explained(error: Exception) -> CallFailed:
    """Put what aiohttp raised into a reason and words."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            return CallFailed(Reason.NAME, f"The name {error.host} does not resolve to any address.")
        case aiohttp.ClientConnectorCertificateError():
            return CallFailed(Reason.CERTIFICATE, f"The certificate is not valid: {_certificate(error)}.")
        case aiohttp.ClientSSLError():
            return CallFailed(Reason.CERTIFICATE, "No encrypted connection could be negotiated.")
        case aiohttp.ClientConnectorError():
            return CallFailed(Reason.UNREACHABLE, f"No connection to {error.host}:{error.port}: {_cause(error)}.")
        case aiohttp.InvalidURL() | ValueError():
            return CallFailed(Reason.REFUSED, f"The address cannot be called: {error}.")
        case aiohttp.ClientResponseError():
            return CallFailed(Reason.NOT_HTTP, f"The answer is not HTTP: {error.message.splitlines()[0]}")
        case _:
            return CallFailed(Reason.CUT, "The connection was cut before the answer was complete.")


def _certificate(error: aiohttp.ClientConnectorCertificateError) -> str:
    cause = error.certificate_error
    return cause.verify_message if isinstance(cause, ssl.SSLCertVerificationError) else str(cause)


def _cause(error: aiohttp.ClientConnectorError) -> str:
    number = error.os_error.errno
    return (os.strerror(number) if number else str(error.os_error)).lower()
