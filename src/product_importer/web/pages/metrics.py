"""How the installation has been doing: imports, rows, speed, faults and webhooks by day, and what waits now."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from product_importer.imports import figures
from product_importer.kit.tasks import figures as work
from product_importer.web import templating
from product_importer.web.deps import Actor, Reading
from product_importer.web.pages import rail
from product_importer.web.roles import viewer
from product_importer.webhooks import figures as webhooks

router = APIRouter()
Days = Annotated[int, Query(ge=1, le=90)]


@router.get("/admin/metrics", dependencies=[Depends(viewer)])
def metrics(request: Request, session: Reading, actor: Actor, days: Days = 30) -> HTMLResponse:
    """Show the last days."""
    context: dict[str, Any] = {
        "span": days,
        "days": figures.days(session, days),
        "faults": figures.faults(session, days)[:10],
        "pace": figures.pace(session),
        "hooks_by_day": webhooks.days(session, days),
        "loads": work.loads(session),
        "sending": webhooks.sending(session),
    }
    return templating.render(request, "metrics.html", **rail.context(session, "metrics", actor), **context)
