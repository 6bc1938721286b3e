"""What a feed is told to be, and how it is seen."""

import datetime as dt
import uuid
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from product_importer.feeds.models import FeedOutcome
from product_importer.imports.options import Options
from product_importer.kit.errors import AppError
from product_importer.kit.outbound import urls

SHORTEST, LONGEST = 5, 7 * 24 * 60  # minutes between two looks
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class FeedIn(BaseModel):
    """What whoever makes a feed says; without an address it is only pushed to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name = Field(description="How people call it.")
    url: str = Field("", max_length=urls.LONGEST, description="Where the file lies: https://…, or nothing for pushes.")
    every_minutes: int = Field(1440, ge=SHORTEST, le=LONGEST, description="Minutes between two looks.")
    enabled: bool = Field(True, description="Whether it is looked at.")
    options: Options = Field(default_factory=Options, description="As for POST /upload.")

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

    @property
    def host(self) -> str:
        """Return whose file it is."""
        return urlsplit(self.url).hostname or ""
