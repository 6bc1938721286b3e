"""A private S3: moto's server on a loopback port, in this process."""

import contextlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version

from tests.servers import presence

ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}


@dataclass(frozen=True, slots=True)
class Bucket:
    """One empty bucket: the server's address, and the bucket's name."""

    endpoint: str
    name: str

    @property
    def url(self) -> str:
        """The bucket as a storage URL."""
        return f"s3://{self.name}"


@contextlib.contextmanager
def running() -> Iterator[str]:
    """Give the address of a new server."""
    from moto.server import ThreadedMotoServer  # half a second, in every process that runs tests

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    presence.used["S3"] = f"moto {version('moto')} (in this process)"
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def make_bucket(endpoint: str) -> Bucket:
    """Make an empty bucket with a name of its own."""
    name = f"bucket-{uuid.uuid4().hex}"
    import boto3

    access, secret, region = ENVIRONMENT.values()
    session = boto3.Session(aws_access_key_id=access, aws_secret_access_key=secret, region_name=region)
    session.client("s3", endpoint_url=endpoint).create_bucket(Bucket=name)
    return Bucket(endpoint, name)
