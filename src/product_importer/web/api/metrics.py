"""The figures for Prometheus."""

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from product_importer.web import metrics
from product_importer.web.roles import admin_or_token

router = APIRouter(tags=["health"])


@router.get("/metrics", dependencies=[Depends(admin_or_token)], response_class=Response)
def scrape(request: Request) -> Response:
    """Answer in Prometheus' text format: queues, leases, imports, rows, slices, images, requests of this process."""
    return Response(metrics.text(request.app.state.metrics), media_type=CONTENT_TYPE_LATEST)
