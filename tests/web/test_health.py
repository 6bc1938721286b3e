"""Whether the server lives and can work, as its supervisor asks."""

from pathlib import Path

import pytest

from product_importer.kit import database
from product_importer.kit.settings import Settings
from tests.servers import children
from tests.servers.postgres import PrivatePostgres
from tests.web import doors
from tests.web.doors import Doors


def test_a_server_with_its_schema_is_ready(served: Doors) -> None:
    assert served.get("/livez").json == {"status": "ok"}
    ready = served.get("/readyz")
    assert (ready.status, ready.json) == (200, {"ready": True, "checks": {"database": "ok"}})


def test_a_server_without_its_schema_is_not_ready_but_lives(tmp_path: Path, empty_database_url: str) -> None:
    settings = Settings(data_dir=tmp_path, database_url=empty_database_url, port=children.free_port())
    with doors.serving(settings) as served:
        ready = served.get("/readyz")
        assert (ready.status, ready.json["checks"]) == (503, {"database": "migrations are pending"})
        assert served.get("/livez").status == 200
    database.engine().dispose()


@pytest.mark.slow
@pytest.mark.kill
@pytest.mark.server
def test_a_server_whose_database_went_away_says_so_and_is_ready_again_with_it(
    tmp_path: Path, private_postgres: PrivatePostgres
) -> None:
    settings = Settings(data_dir=tmp_path, database_url=private_postgres.url, port=children.free_port())
    with doors.serving(settings) as served:
        before = served.get("/readyz").json["checks"]
        private_postgres.kill()
        away = served.get("/readyz")
        assert (away.status, away.json["checks"]) == (503, {"database": "no answer: OperationalError"})
        assert served.get("/livez").status == 200
        assert served.get("/products").status == 503
        private_postgres.start()
        assert served.get("/readyz").json["checks"] == before
    database.engine().dispose()
