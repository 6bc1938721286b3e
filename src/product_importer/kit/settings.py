"""Everything that can be set, read once from the environment; docs/settings.md explains each."""

import functools
import ipaddress
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, IPvAnyNetwork, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def _with_driver(url: str) -> str:
    """Name psycopg where a platform hands out `postgres://` or `postgresql://`."""
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url


def _listed(names: object) -> object:
    """Split what the environment gives as one text: `shop.example, www.shop.example`."""
    return [name.strip() for name in names.split(",") if name.strip()] if isinstance(names, str) else names


class Settings(BaseSettings):
    """The settings of one process; the environment name of each is its own in capitals."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    data_dir: Path = Path("data")
    database_url: Annotated[str, AfterValidator(_with_driver)] = ""
    redis_url: str = ""
    celery_broker_url: str = ""
    storage_url: str = ""
    storage_endpoint: str = ""
    secret_key: SecretStr = SecretStr("")

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=1, le=65535)
    public_url: str = ""
    allowed_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)] = ()
    trusted_proxies: Annotated[tuple[IPvAnyNetwork, ...], NoDecode, BeforeValidator(_listed)] = ()
    admin_email: str = ""
    admin_password: SecretStr = SecretStr("")
    admin_password_file: Path | None = None
    requests_per_minute: int = Field(3_000, ge=1)

    max_upload_bytes: int = Field(2 * 2**30, ge=1)
    max_open_uploads: int = Field(100, ge=1)
    max_open_upload_bytes: int = Field(20 * 2**30, ge=1)
    upload_idle_seconds: int = Field(60, ge=1, le=3600)
    outbound_allow_networks: Annotated[
        tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...], NoDecode, BeforeValidator(_listed)
    ] = ()
    keep_files_days: int = Field(90, ge=1, le=36_500)
    keep_journal_days: int = Field(0, ge=0, le=36_500)  # 0 is for ever
    keep_deliveries_days: int = Field(14, ge=1, le=3_650)
    worker_threads: int = Field(2, ge=1, le=32)
    import_parallel: int = Field(2, ge=1, le=32)
    log_format: str = Field("auto", pattern="^(auto|console|json)$")
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$")

    @property
    def database(self) -> str:
        """The database to use: DATABASE_URL, or the embedded SQLite file in DATA_DIR."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'product-importer.db'}"

    @property
    def storage(self) -> str:
        """Where files are kept: STORAGE_URL, or the folder `files` in DATA_DIR."""
        return self.storage_url or (self.data_dir.resolve() / "files").as_uri()

    @property
    def server_mode(self) -> bool:
        """Whether a broker carries the bells, so that Celery workers run the tasks."""
        return bool(self.celery_broker_url)

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the web server."""
        return self.host in LOOPBACK

    @property
    def trusts_this_machine(self) -> bool:
        """Whether the person here needs no account while there is none: nothing says that others are served, too."""
        return self.loopback and not (self.public_url or self.trusted_proxies)

    @property
    def own_url(self) -> str:
        """The address of this server without `/` at its end: PUBLIC_URL, on loopback what it listens on, else empty."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url.rstrip("/") or (f"http://{host}:{self.port}" if self.loopback else "")


@functools.cache
def current() -> Settings:
    """Return the settings of this process, read from the environment at the first call."""
    return Settings()
