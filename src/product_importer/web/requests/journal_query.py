"""The query parameters that narrow the journal down, read once for the API, the page and the file."""

import datetime as dt
import uuid
from typing import Annotated
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from product_importer.catalog import queries as products
from product_importer.catalog import schemas
from product_importer.journal import skus
from product_importer.journal.queries import Wanted
from product_importer.kit.texts import STORABLE
from product_importer.web.requests.validation import BLANK_IS_NONE

Text = Annotated[Annotated[str, Field(max_length=255), STORABLE] | None, BLANK_IS_NONE]
Day = Annotated[dt.date | None, BLANK_IS_NONE]


class JournalQuery(BaseModel):
    """Use it, or a subclass with more, as `Annotated[JournalQuery, Query()]`: other parameters are refused by name."""

    model_config = ConfigDict(extra="forbid")

    type: Text = Field(default=None, description="Such as product.updated.", examples=["product.deleted"])
    actor: Text = Field(default=None, description="Who did it.", examples=["user:local"])
    sku: Text = Field(default=None, description="The SKU that a product has, or had.")
    subject: Annotated[uuid.UUID | None, BLANK_IS_NONE] = Field(
        default=None, description="The id of the product or the import that it happened to."
    )
    import_id: Annotated[uuid.UUID | None, BLANK_IS_NONE] = Field(
        default=None, alias="import", description="The import that it came from."
    )
    since: Day = Field(default=None, description="The first day, in UTC.")
    until: Day = Field(default=None, description="The last day, in UTC.")

    def wanted(self, session: Session) -> Wanted:
        """Return what was asked for as the journal understands it."""
        return Wanted(
            type=self.type or "",
            actor=self.actor or "",
            subjects=self._subjects(session),
            import_id=self.import_id,
            since=_moment(self.since, dt.time.min),
            until=_moment(self.until, dt.time.max),
        )

    def _subjects(self, session: Session) -> frozenset[uuid.UUID] | None:
        """Find the product that has the SKU, and those that had it."""
        given = [{self.subject}] if self.subject else []
        if self.sku:
            sku = schemas.sku_text(self.sku)
            now = products.by_keys(session, [schemas.sku_key(sku)]).values()
            given.append({product.id for product in now} | skus.subjects(session, sku))
        return frozenset(set.intersection(*given)) if given else None


class JournalPage(JournalQuery):
    """One page of the journal."""

    cursor: Annotated[str | None, Field(max_length=80), BLANK_IS_NONE] = None
    limit: int = Field(default=50, ge=1, le=500)


def _moment(day: dt.date | None, time: dt.time) -> dt.datetime | None:
    return dt.datetime.combine(day, time, dt.UTC) if day else None


def query(asked: JournalQuery) -> str:
    """Return the filters as the query of an address, without a place in the list; "" when there are none."""
    values = asked.model_dump(mode="json", by_alias=True, include=set(JournalQuery.model_fields), exclude_none=True)
    return urlencode(values)
