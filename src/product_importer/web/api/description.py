"""The description of the API, for whoever may look at what it describes."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from product_importer.web.roles import viewer

router = APIRouter()


@router.get("/api/v1/openapi.json", dependencies=[Depends(viewer)])
def openapi(request: Request) -> JSONResponse:
    """Return the OpenAPI document."""
    described: dict[str, Any] = request.app.openapi()
    return JSONResponse(described)
