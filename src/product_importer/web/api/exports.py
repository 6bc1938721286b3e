"""Products as a file, for programs and for the page's link."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import Field

from product_importer.catalog import export
from product_importer.web import downloads
from product_importer.web.requests.product_filters import ProductQuery
from product_importer.web.roles import viewer

router = APIRouter(tags=["products"])


class ExportQuery(ProductQuery):
    """What is exported, and whether formulas are guarded."""

    guard: bool = Field(default=True, description="Put a ' before text that a spreadsheet would take for a formula.")


@router.get("/products/export.csv", dependencies=[Depends(viewer)], response_class=StreamingResponse)
def export_csv(asked: Annotated[ExportQuery, Query()]) -> StreamingResponse:
    """Download exactly the products that match the filters, as a file that imports again without changes."""
    return downloads.csv_file(export.written(asked.filters(), guard=asked.guard), "products.csv")
