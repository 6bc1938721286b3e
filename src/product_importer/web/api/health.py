"""Whether the process lives and can work, for whoever supervises it."""

from fastapi import APIRouter, Depends, Response

from product_importer import migrations
from product_importer.kit import database
from product_importer.web.roles import anyone
from product_importer.web.schemas import Ready

router = APIRouter(tags=["health"], dependencies=[Depends(anyone)])


@router.get("/livez")
def livez() -> dict[str, str]:
    """Answer as long as the process serves."""
    return {"status": "ok"}


@router.get("/readyz")
def readyz(response: Response) -> Ready:
    """Answer 200 when the database answers and is migrated, else 503 with what is missing."""
    checks = {"database": _database()}
    ready = all(state == "ok" for state in checks.values())
    response.status_code = 200 if ready else 503
    return Ready(ready=ready, checks=checks)


def _database() -> str:
    try:
        return "migrations are pending" if migrations.pending(database.engine()) else "ok"
    except Exception as error:  # noqa: BLE001 - whatever it is, we are not ready
        return f"no answer: {type(error).__name__}"
