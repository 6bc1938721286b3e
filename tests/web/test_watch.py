"""Progress as it is watched: every change once, never backwards, one poller for everybody, and an end."""

import asyncio
import contextlib
import json
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import delete, event, update

from product_importer.imports.models import ImportJob
from product_importer.imports.states import State
from product_importer.kit import database
from product_importer.web.watch import EVERY
from tests import makers
from tests.gate import Gate
from tests.patience import until
from tests.web.doors import Doors, Event

STREAMS = ["/upload/progress/{}", "/api/v1/upload/progress/{}", "/admin/imports/{}/live/stream"]
LINES = makers.csv_file(*(f"A-{number:05},Lamp,,5.00" for number in range(12_000)))  # three slices on SQLite
VIEWERS = 12


@contextlib.contextmanager
def working_on(import_id: str) -> Iterator[None]:
    """Be the worker in another thread."""
    worker = threading.Thread(target=makers.run_import_to_end, args=(uuid.UUID(import_id),))
    worker.start()
    try:
        yield
    finally:
        worker.join()


def change(import_id: str, **values: Any) -> None:
    """Change an import as a worker would."""
    with database.transaction() as session:
        wanted = update(ImportJob).where(ImportJob.id == uuid.UUID(import_id))
        session.execute(wanted.values(version=ImportJob.version + 1, **values))


def started(served: Doors, data: bytes = LINES, **options: str) -> str:
    return str(served.upload(data, **options).json["task_id"])


def up_to(state: str, events: Iterator[Event]) -> list[Event]:
    """Take what is told until the import is in a state."""
    taken = [next(events)]
    while json.loads(taken[-1].data)["state"] != state:
        taken.append(next(events))
    return taken


def numbers(seen: list[Event]) -> list[int]:
    return [int(one.id) for one in seen if one.id]


def test_a_stream_tells_every_phase_in_order_and_ends_with_the_account(served: Doors, gate: Gate) -> None:
    import_id = started(served)
    gate.shut("import.reading")
    with served.stream(f"/upload/progress/{import_id}") as events:
        seen = up_to("queued", events)
        with working_on(import_id):
            for state, following in (("reading", "checking"), ("checking", "applying")):
                seen += up_to(state, events)
                gate.shut(f"import.{following}")
            seen += up_to("applying", events)
            gate.open()
            seen += events
    told = [json.loads(one.data) for one in seen]
    percents = [one["progress"]["percent"] for one in told]
    assert numbers(seen) == sorted(set(numbers(seen)))
    assert percents == sorted(percents)
    assert [*dict.fromkeys(one["state"] for one in told)] == ["queued", "reading", "checking", "applying", "completed"]
    assert told[-1]["counts"]["created"] == told[-1]["counts"]["rows"] == 12_000
    assert {one.kind for one in seen} == {"progress"}
    assert told[-1] == served.get(f"/upload/status/{import_id}").json


def test_the_pages_stream_tells_the_panel_and_then_that_it_is_over(served: Doors) -> None:
    import_id = started(served)
    with working_on(import_id), served.stream(f"/admin/imports/{import_id}/live/stream") as events:
        *panels, last = list(events)
    assert {one.kind for one in panels} == {"panel"}
    assert all(one.data.startswith('<div class="live"') for one in panels)
    assert 'data-state="completed"' in panels[-1].data
    assert (last.kind, last.data) == ("end", "over")


@pytest.mark.parametrize("stream", STREAMS)
def test_the_stream_of_an_ended_import_says_so_and_ends_at_once(served: Doors, stream: str) -> None:
    import_id = started(served, b"sku,name\nA-1,Lamp\n")
    makers.run_import_to_end(uuid.UUID(import_id))
    with served.stream(stream.format(import_id)) as events:
        first, *rest = list(events)
    assert "completed" in first.data
    assert [one.kind for one in rest] in ([], ["end"])


@pytest.mark.parametrize("stream", STREAMS)
def test_an_import_that_waits_for_a_person_keeps_no_stream_open(served: Doors, stream: str) -> None:
    import_id = started(served, b"a,b\n1,2\n", interactive="true")
    with served.stream(stream.format(import_id)) as events:
        assert "waiting" in next(events).data
        assert [one.kind for one in events] in ([], ["end"])


@pytest.mark.parametrize("stream", STREAMS)
def test_an_unknown_import_is_refused_before_any_stream_begins(served: Doors, stream: str) -> None:
    answer = served.get(stream.format(uuid.UUID(int=7)))
    assert (answer.status, answer.json["code"]) == (404, "IMPORT_NOT_FOUND")
    assert served.get(stream.format("seven")).status == 422


def test_many_viewers_cost_one_poller(served: Doors) -> None:
    import_id, looks = started(served), 0

    def count(*_: object) -> None:
        nonlocal looks
        looks += 1

    with contextlib.ExitStack() as stack:
        viewers = [stack.enter_context(served.stream(f"/upload/progress/{import_id}")) for _ in range(VIEWERS)]
        assert {numbers([next(viewer)])[0] for viewer in viewers} == {1}
        began = time.monotonic()
        event.listen(database.engine(), "begin", count)
        for version in range(2, 6):
            change(import_id, rows_read=version)
            assert {numbers([next(viewer)])[0] for viewer in viewers} == {version}
        elapsed, looked = time.monotonic() - began, looks - 4
    assert looked <= elapsed / EVERY + 2
    until(lambda: not watched(served))


def test_a_viewer_who_leaves_is_forgotten(served: Doors) -> None:
    import_id = started(served)
    with served.stream(f"/upload/progress/{import_id}") as events:
        assert next(events).id == "1"
        assert watched(served) == {uuid.UUID(import_id)}
    change(import_id)
    until(lambda: not watched(served))
    assert watched(served) == set()


def test_an_import_that_is_deleted_ends_its_own_stream_and_nobody_elses(served: Doors) -> None:
    gone, stays = started(served), started(served)
    with served.stream(f"/upload/progress/{gone}") as ending, served.stream(f"/upload/progress/{stays}") as going:
        assert (next(ending).id, next(going).id) == ("1", "1")
        with database.transaction() as session:
            session.execute(delete(ImportJob).where(ImportJob.id == uuid.UUID(gone)))
        assert list(ending) == []
        change(stays, rows_read=500)
        assert next(going).id == "2"


def test_one_import_that_cannot_be_shown_keeps_nobody_from_the_others(served: Doors) -> None:
    broken, stays = started(served), started(served)
    with served.stream(f"/upload/progress/{broken}") as silent, served.stream(f"/upload/progress/{stays}") as going:
        assert (next(silent).id, next(going).id) == ("1", "1")
        change(broken, error={"what": "nobody wrote so"})
        change(stays, rows_read=500)
        assert next(going).id == "2"
        change(broken, error=None)
        assert next(silent).id == "3"


def test_who_comes_later_gets_the_newest_at_once(served: Doors) -> None:
    import_id = started(served)
    with served.stream(f"/upload/progress/{import_id}") as early:
        assert next(early).id == "1"
        change(import_id, rows_read=500)
        assert next(early).id == "2"
        with served.stream(f"/upload/progress/{import_id}") as late:
            assert next(late).id == "2"
            change(import_id, state=State.CANCELLED)
            assert [one.id for one in late] == [one.id for one in early] == ["3"]


def test_a_server_that_is_told_to_stop_ends_its_streams(served: Doors) -> None:
    import_id = started(served)
    with served.stream(f"/upload/progress/{import_id}") as events:
        assert next(events).id == "1"
        served.server.handle_exit(signal.SIGTERM, None)
        assert list(events) == []


def watched(served: Doors) -> set[uuid.UUID]:
    """List the imports that somebody watches, as the server's own thread sees them."""
    watch = served.server.config.app.state.watch  # type: ignore[union-attr]
    assert isinstance(watch.closing, asyncio.Event)
    return set(watch._followers)


def test_a_page_may_follow_an_import_that_waits_until_somebody_answers(served: Doors) -> None:
    import_id = started(served, b"a,b\n1,2\n", interactive="true")
    with served.stream(f"/admin/imports/{import_id}/live/stream?waits=true") as events:
        first = next(events)
        change(import_id, state=State.CANCELLED)
        then = next(events)
        assert (int(then.id) > int(first.id), 'data-state="cancelled"' in then.data) == (True, True)
        assert [one.kind for one in events] in ([], ["end"])
