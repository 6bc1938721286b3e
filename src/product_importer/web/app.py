"""The web application: every router, behind the guards."""

import asyncio
import functools
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute

from product_importer import __version__, worker
from product_importer.catalog import bulk_queries
from product_importer.catalog import wishes as wished
from product_importer.imports import queries
from product_importer.kit import runtime
from product_importer.kit.settings import Settings
from product_importer.kit.tasks import sweeper
from product_importer.media import queries as galleries
from product_importer.web import assets, errors, schemas
from product_importer.web import metrics as measured
from product_importer.web.access.limits import Limits
from product_importer.web.api import (
    accounts,
    control,
    description,
    events,
    exports,
    feeds,
    health,
    images,
    imports,
    inspections,
    jobs,
    journal,
    mending,
    metrics,
    products,
    reviews,
    webhooks,
    wishes,
)
from product_importer.web.guards import Guards
from product_importer.web.pages import (
    account,
    answers,
    dashboard,
    deliveries,
    entrance,
    inbox,
    mapping,
    mend,
    product_forms,
    reference,
    users,
)
from product_importer.web.pages import control as control_pages
from product_importer.web.pages import feeds as feed_pages
from product_importer.web.pages import images as image_pages
from product_importer.web.pages import imports as import_pages
from product_importer.web.pages import jobs as job_pages
from product_importer.web.pages import journal as journal_pages
from product_importer.web.pages import metrics as metrics_page
from product_importer.web.pages import product as product_page
from product_importer.web.pages import products as product_pages
from product_importer.web.pages import webhooks as webhook_pages
from product_importer.web.pages import wishes as wish_pages
from product_importer.web.requests import versions
from product_importer.web.tus import routes as tus
from product_importer.web.watch import Watch

API = (
    tus.router,
    imports.router,
    inspections.router,
    control.router,
    reviews.router,
    mending.router,
    exports.router,
    feeds.router,
    journal.router,
    jobs.router,
    products.router,
    images.router,
    accounts.router,
    webhooks.router,
    wishes.router,
)
PAGES = (
    dashboard.router,
    import_pages.router,
    control_pages.router,
    answers.router,
    mapping.router,
    mend.router,
    job_pages.router,
    journal_pages.router,
    product_pages.router,
    product_forms.router,
    product_page.router,
    image_pages.router,
    entrance.router,
    account.router,
    users.router,
    metrics_page.router,
    feed_pages.router,
    wish_pages.router,
    webhook_pages.router,
    deliveries.router,
    inbox.router,
    reference.router,
)


def create_app(settings: Settings) -> FastAPI:
    """Make the application; it opens database and storage when it starts."""
    worker.gather()
    app = FastAPI(
        title="Product Importer",
        version=__version__,
        lifespan=_lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        routes=[*_routes()],
        webhooks=events.webhooks,
    )
    closing = asyncio.Event()
    app.state.limits = Limits(settings)
    app.state.settings, app.state.watch = settings, Watch(queries.snapshot, closing)
    app.state.bulk_watch = Watch(bulk_queries.seen, closing)
    app.state.gallery_watch = Watch(galleries.gallery, closing)
    app.state.fetching_watch = Watch(wished.fetching, closing, every=2.0)  # it counts all wishes of an import
    app.mount(assets.PREFIX, assets.Assets(), name="static")
    errors.install(app)
    app.state.metrics = measured.registry()
    app.add_middleware(Guards, settings=settings)
    app.add_middleware(measured.Requests, registry=app.state.metrics)
    return app


@functools.cache
def _routes() -> tuple[BaseRoute, ...]:
    """Put the routers together, once a process: what FastAPI makes of each route takes longer than all else here."""
    refused: schemas.Responses = {"4XX": schemas.problem("A refusal; docs/errors.md has the codes")}
    whole, versioned = APIRouter(), APIRouter(prefix=versions.V1, responses=refused)
    for router in API:
        versioned.include_router(router)
        whole.include_router(router, include_in_schema=False)
    whole.include_router(versioned)
    whole.include_router(health.router)
    whole.include_router(description.router, include_in_schema=False)
    whole.include_router(metrics.router)
    for router in PAGES:
        whole.include_router(router, include_in_schema=False)
    return tuple(whole.routes)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open what the process needs; in server mode sweep too, so that no job waits for a lost bell."""
    settings: Settings = app.state.settings
    runtime.start(settings)
    stop = threading.Event()
    if settings.server_mode:
        sweeper.keep_sweeping(stop)
    yield
    stop.set()
    app.state.watch.closing.set()
