"""Entries of the journal as people and programs see them: each with the import that it names."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from product_importer.imports import history
from product_importer.journal import queries
from product_importer.journal.queries import Event


class ImportNamed(BaseModel):
    """The import that something came from."""

    id: uuid.UUID
    number: int
    file: str


class Told(BaseModel):
    """One entry of the journal: what happened to what, when, by whom, through which import and line."""

    model_config = ConfigDict(populate_by_name=True)

    at: dt.datetime
    type: str = Field(examples=["product.updated"])
    actor: str
    subject_id: uuid.UUID
    sku: str | None
    version: int = Field(description="The subject's version after it.")
    by_import: ImportNamed | None = Field(alias="import")
    line: int | None = Field(description="The line of the import's file.")
    changes: dict[str, Any] | None = Field(description="Of an update: each changed field with its value before, after.")

    @property
    def undoes(self) -> bool:
        """Whether a person took an import back by this; what an import does itself is done in its own name."""
        return self.by_import is not None and not self.actor.startswith("import:")


class ToldPage(BaseModel):
    """Some entries, newest first, and where the older ones begin."""

    items: list[Told]
    next_cursor: str | None


def page_of(session: Session, page: queries.Page) -> ToldPage:
    """Return a page of the journal with the imports that it names."""
    return ToldPage(items=named(session, page.items), next_cursor=page.next_cursor)


def named(session: Session, events: Sequence[Event]) -> list[Told]:
    """Give each entry its import's number and file."""
    names = history.names(session, {event.import_id for event in events if event.import_id})
    return [_told(event, names) for event in events]


def _told(event: Event, names: dict[uuid.UUID, tuple[int, str]]) -> Told:
    known = names.get(event.import_id) if event.import_id else None
    by_import = ImportNamed(id=event.import_id, number=known[0], file=known[1]) if known and event.import_id else None
    return Told(
        at=event.at,
        type=event.type,
        actor=event.actor,
        subject_id=event.subject_id,
        sku=event.sku,
        version=event.version,
        by_import=by_import,
        line=event.line,
        changes=event.changes,
    )
