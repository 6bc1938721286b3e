"""Bells over Celery: a message that is lost or cannot be sent costs nothing, and nobody waits for it."""

import socket
import threading
import uuid
from collections.abc import Iterator

import pytest
from kombu.exceptions import OperationalError

from product_importer.imports.run import run_import
from product_importer.kit import runtime, tasks
from product_importer.kit.settings import Settings
from product_importer.kit.tasks import on_celery
from tests.makers import csv_file, job_of, make_import
from tests.patience import PATIENCE


class Closing:
    """Something that takes every connection, counts it, and hangs up."""

    def __init__(self) -> None:
        self.connections = 0
        self._ear = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self._ear.getsockname()[1]}/0"
        self._thread = threading.Thread(target=self._take, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._ear.shutdown(socket.SHUT_RDWR)
        self._ear.close()
        self._thread.join(PATIENCE)

    def _take(self) -> None:
        while True:
            try:
                line, _ = self._ear.accept()
            except OSError:
                return
            self.connections += 1
            line.close()


@pytest.fixture
def closing() -> Iterator[Closing]:
    """A broker that hangs up."""
    broker = Closing()
    yield broker
    broker.close()


def test_who_rings_does_not_try_again_and_again(closing: Closing) -> None:
    settings = Settings(celery_broker_url=closing.url)
    runner = on_celery.CeleryRunner(on_celery.make_app(settings, brisk=True))
    with pytest.raises(OperationalError, match=r"[Cc]onnection"):
        runner.ring(run_import, uuid.uuid4())
    assert 1 <= closing.connections <= 3


def test_an_import_starts_although_its_bell_cannot_be_sent(closing: Closing, started: Settings) -> None:
    runtime.start(started.model_copy(update={"celery_broker_url": closing.url}))
    import_id = make_import(csv_file("A-1,Mug,,1.00"))
    assert closing.connections > 0
    assert job_of(import_id).token is None


@pytest.mark.server
def test_a_message_names_the_task_and_the_row_and_nothing_else(redis_url: str) -> None:
    app, row = on_celery.make_app(Settings(celery_broker_url=redis_url), brisk=True), uuid.uuid4()
    on_celery.CeleryRunner(app).ring(run_import, row)
    with app.connection_for_read() as connection, connection.SimpleQueue("imports") as queue:
        message = queue.get(timeout=PATIENCE)
        assert message.headers["task"] == "imports.run.run_import"
        assert message.payload[:2] == [[], {"row_id": str(row)}]
        message.ack()


def test_every_task_has_its_queue_and_celery_keeps_no_results() -> None:
    app = on_celery.make_app(Settings(celery_broker_url="redis://127.0.0.1/0"))
    assert set(on_celery.queues()) >= {task.queue for task in tasks.registry.values()} | {"default"}
    assert {queue.name: queue.routing_key for queue in app.conf.task_queues} == {
        name: name for name in on_celery.queues()
    }
    assert set(tasks.registry) <= set(app.tasks)
    assert (app.conf.task_acks_late, app.conf.task_reject_on_worker_lost, app.conf.task_ignore_result) == (True,) * 3
    assert app.conf.accept_content == ["json"]
