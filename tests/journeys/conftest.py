"""Shops of both kinds, and pictures of what their visitors see."""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.journeys import shop
from tests.journeys.shop import Shop
from tests.servers import databases, redis, s3

PICTURES = os.environ.get("JOURNEY_PICTURES")  # a folder for pictures of every station, for whoever wants to look
WIDTHS = (1280, 390)
Opens = Callable[..., AbstractContextManager[Shop]]


@pytest.fixture(scope="session", params=["embedded", pytest.param("server", marks=pytest.mark.server)])
def opens(
    request: pytest.FixtureRequest, database_maker: databases.Databases, tmp_path_factory: pytest.TempPathFactory
) -> Opens:
    """Opens a shop, embedded or with PostgreSQL, Redis, Celery and S3."""

    @contextlib.contextmanager
    def open_one(**settings: str) -> Iterator[Shop]:
        folder = tmp_path_factory.mktemp("shop")
        with contextlib.ExitStack() as stack:
            if request.param == "server":
                url = stack.enter_context(database_maker.fresh(databases.POSTGRESQL, folder=folder))
                broker, storage = request.getfixturevalue("redis_server"), request.getfixturevalue("s3_server")
                settings |= _server(url, broker, storage)
            yield stack.enter_context(shop.running(folder, settings))

    return open_one


def _server(url: str, broker: redis.Redis, storage: str) -> Mapping[str, str]:
    bucket = s3.make_bucket(storage)
    files = {"STORAGE_URL": bucket.url, "STORAGE_ENDPOINT": bucket.endpoint, **s3.ENVIRONMENT}
    return {"DATABASE_URL": url, "REDIS_URL": broker.fresh(), "CELERY_BROKER_URL": broker.fresh(), **files}


@pytest.fixture(scope="session")
def open_shop(opens: Opens) -> Iterator[Shop]:
    """A shop that most journeys share, in whatever order they come."""
    with opens() as opened:
        yield opened


@pytest.fixture
def picture(opens: Opens, request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Takes pictures of a station, light and dark, wide and narrow, where JOURNEY_PICTURES names a folder."""
    kind = request.node.callspec.params["opens"]

    def take(page: Page, name: str) -> None:
        if not PICTURES:
            return
        before = page.viewport_size
        for width in WIDTHS:
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                page.set_viewport_size({"width": width, "height": 900})
                place = Path(PICTURES) / f"{kind}-{name}-{width}-{scheme}.png"
                page.screenshot(path=place, full_page=True, animations="disabled")
        if before:
            page.set_viewport_size(before)

    return take
