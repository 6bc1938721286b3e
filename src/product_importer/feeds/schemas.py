"""What a feed is told to be, and how it is seen."""

import datetime as dt
import uuid
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, computed_field, field_validator, model_validator

from product_importer.feeds.models import FeedOutcome
from product_importer.imports.options import Options
from product_importer.kit import secrets
from product_importer.kit.errors import AppError
from product_importer.kit.outbound import headers as further
from product_importer.kit.outbound import urls
from product_importer.kit.outbound.headers import Headers
from product_importer.kit.secrets import Unreadable
from product_importer.kit.texts import Storable

SHORTEST, LONGEST = 5, 7 * 24 * 60  # minutes between two looks
PURPOSE: Final = "feeds"  # that headers are sealed for
Name = Annotated[Storable, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class FeedIn(BaseModel):
    """What whoever makes a feed says; without an address it is only pushed to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name = Field(description="Its name for people.")
    url: str = Field(
        "",
        max_length=urls.LONGEST,
        description="Where the file is: https://…, or nothing for pushes. A name and password in it become a header.",
    )
    headers: Headers | None = Field(
        None, description="Sent with each check, and never shown again: only their names are. If left out, they stay."
    )
    every_minutes: int = Field(1440, ge=SHORTEST, le=LONGEST, description="Minutes between two checks.")
    enabled: bool = Field(True, description="Whether it is checked.")
    options: Options = Field(default_factory=Options, description="As for POST /upload.")

    @model_validator(mode="before")
    @classmethod
    def _without_login(cls, sent: Any) -> Any:
        """Keep the name and password of an address with the headers, where nobody reads them."""
        if not isinstance(sent, dict) or not isinstance(sent.get("url"), str):
            return sent
        url, login = urls.without_login(sent["url"])
        headers = sent.get("headers") or {}
        if login is None or not isinstance(headers, dict):
            return sent
        return {**sent, "url": url, "headers": {**headers, "Authorization": login}}

    @field_validator("url")
    @classmethod
    def _callable(cls, url: str) -> str:
        """Refuse what cannot be called as it is written; what lies behind it is judged when it is called."""
        try:
            return str(urls.checked(url)) if url.strip() else ""
        except AppError as refused:
            raise ValueError(refused.detail) from refused


class FeedFault(BaseModel):
    """Why the last time failed."""

    code: str
    message: str
    action: str


class FeedSeen(BaseModel):
    """A feed as it stands; `failures` counts those in a row."""

    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    name: str
    url: str
    headers: list[str] | None = Field(description="The names of its headers; null where they cannot be read.")
    every_minutes: int
    enabled: bool
    options: Options
    version: int
    created_at: dt.datetime
    next_at: dt.datetime | None
    outcome: FeedOutcome | None
    looked_at: dt.datetime | None
    import_id: uuid.UUID | None
    failures: int
    error: FeedFault | None

    @field_validator("headers", mode="before")
    @classmethod
    def _names(cls, kept: Any) -> Any:
        """Show no more than the names of what is sealed."""
        return kept if isinstance(kept, list) else further.names(kept, purpose=PURPOSE)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def unreadable(self) -> Unreadable | None:
        """Why its headers cannot be read, where SECRET_KEY has changed."""
        return secrets.unreadable({"headers": "enter its headers again"} if self.headers is None else {})

    @property
    def host(self) -> str:
        """Return whose file it is."""
        return urlsplit(self.url).hostname or ""
