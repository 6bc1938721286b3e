"""PostgreSQL, Redis and whole Celery workers die in the middle of work: it goes on, exact, when they are back."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from product_importer import migrations
from product_importer.imports.states import State
from product_importer.kit import database, runtime, tasks
from product_importer.kit.settings import Settings
from tests import makers
from tests.fire import hurry, oracle
from tests.fire.scenes import prepared
from tests.fire.workers import Fleet, at_work, brought_to_rest
from tests.server_mode.conftest import Crew
from tests.servers.postgres import PrivatePostgres
from tests.servers.redis import PrivateRedis
from tests.webhooks import receiver
from tests.webhooks.makers import deliveries, make_endpoint

pytestmark = [pytest.mark.server, pytest.mark.kill, pytest.mark.slow]


@pytest.fixture
def mortal(private_postgres: PrivatePostgres, private_redis: PrivateRedis, tmp_path: Path) -> Iterator[Fleet]:
    """A Celery worker on servers of its own, which may be killed."""
    url = private_postgres.create()
    migrations.upgrade(database.connect(url))
    redis = private_redis.fresh()
    settings = Settings(data_dir=tmp_path, database_url=url, redis_url=redis, celery_broker_url=redis, worker_threads=1)
    runtime.start(settings)
    with at_work(Fleet(settings, tmp_path / "fleet", extra={hurry.BEAT: "3600"})) as fleet:
        yield fleet
    database.engine().dispose()
    tasks.use(None)


def test_a_database_that_was_killed_has_lost_the_plan_and_the_file_is_read_again(
    mortal: Fleet, private_postgres: PrivatePostgres
) -> None:
    file, catalog = prepared(seed=31)
    mortal.arm("import.slice.taken=freeze@3")
    import_id = makers.make_import(file.data)
    mortal.until(mortal.frozen)
    lost = makers.job_of(import_id).scratch
    private_postgres.kill()
    private_postgres.start()
    (worker,) = mortal.frozen()
    os.kill(worker, signal.SIGCONT)
    brought_to_rest(mortal, import_id)
    assert makers.job_of(import_id).scratch != lost
    assert oracle.observed(import_id) == oracle.expected(file, catalog)


def test_a_broker_that_was_killed_with_all_its_messages_costs_nothing_but_time(
    mortal: Fleet, private_redis: PrivateRedis
) -> None:
    file, catalog = prepared(seed=32)
    mortal.arm("import.slice.taken=freeze@3")
    import_id = makers.make_import(file.data)
    mortal.until(mortal.frozen)
    private_redis.kill()
    (worker,) = mortal.frozen()
    os.kill(worker, signal.SIGKILL)
    private_redis.start()
    brought_to_rest(mortal, import_id)
    assert oracle.observed(import_id) == oracle.expected(file, catalog)


def test_an_import_that_starts_while_the_broker_is_away_is_found_by_the_sweep(
    mortal: Fleet, private_redis: PrivateRedis
) -> None:
    file, catalog = prepared(seed=33)
    private_redis.kill()
    import_id = makers.make_import(file.data)
    assert makers.seen_import(import_id).state is State.QUEUED
    private_redis.start()
    brought_to_rest(mortal, import_id)
    assert oracle.observed(import_id) == oracle.expected(file, catalog)


def test_a_broker_killed_under_pending_webhooks_loses_no_event_and_changes_no_id(
    mortal: Fleet, private_redis: PrivateRedis
) -> None:
    with receiver.listening() as inbox:
        make_endpoint(inbox.url, "product.updated")
        makers.make_product("EDITED")
        mortal.arm("webhook.posted=freeze")
        _edit("before", times=3)
        mortal.until(mortal.frozen)
        posted = {request.id: request.body for request in inbox.seen}
        private_redis.kill()
        (sender,) = mortal.frozen()
        os.kill(sender, signal.SIGKILL)
        _edit("while it was away", times=3)
        private_redis.start()  # it keeps nothing on disk: every bell is gone
        mortal.until(lambda: [one.state for one in deliveries()] == ["delivered"] * 6)
    seen = {(request.id, request.body) for request in inbox.seen}
    assert {one.message_id for one in deliveries()} == dict(seen).keys()
    assert (len(seen), posted.items() <= seen) == (6, True)
    assert len(inbox.seen) > 6  # what had been posted and was not recorded came again


def test_a_celery_worker_killed_whole_leaves_nobody_behind_and_the_next_one_goes_on(crew: Crew) -> None:
    file, catalog = prepared(seed=34)
    fleet = crew(1)
    fleet.arm("import.slice.taken=sleep:2@3")
    import_id = makers.make_import(file.data)
    fleet.until(lambda: fleet.fired)
    before = set(fleet.pids())
    fleet.kill_first()
    brought_to_rest(fleet, import_id)
    assert oracle.observed(import_id) == oracle.expected(file, catalog)
    fleet.until(lambda: not before & set(fleet.pids()))


def test_a_message_of_a_killed_child_is_delivered_again_and_written_once(crew: Crew) -> None:
    file, catalog = prepared(seed=35)
    fleet = crew(1)
    fleet.arm("import.slice.merged=kill@2")
    import_id = makers.make_import(file.data)
    brought_to_rest(fleet, import_id)
    assert fleet.fired
    assert fleet.deaths == 0
    assert oracle.observed(import_id) == oracle.expected(file, catalog)


def _edit(words: str, *, times: int) -> None:
    for number in range(times):
        makers.edit_product("EDITED", name=f"{words} {number}")
