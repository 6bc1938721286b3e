"""The command `import`: goes the way of every import, only that this process does the work."""

import contextlib
import re
import signal
import threading
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import pydantic

from product_importer.cli import asking, live, opening, outcomes, terminal
from product_importer.imports import actions, queries, run
from product_importer.imports.checking.mapping import ColumnAmbiguous, ColumnMissing
from product_importer.imports.fields import TARGETS
from product_importer.imports.options import Options
from product_importer.imports.snapshot import Snapshot
from product_importer.imports.states import WORKING, Blank, State
from product_importer.kit import database, tasks
from product_importer.kit.flag import Flag
from product_importer.uploads import actions as uploads
from product_importer.web.actions import intake

ACTOR = "user:local"
EXAMPLES = {"mapping": "sku=StockCode,name=Description", "blanks": "price=keep,description=clear"}
LOOK = 0.2  # seconds between two looks at the numbers
_NEXT_FIELD = re.compile(r",(?=\s*(?:sku|name|description|price|active|images)\s*=)")


def import_file(file: Path, *, options: Mapping[str, Any], json: bool) -> None:
    """Take the file in, work on its import, and print its account; ends with the exit status."""
    given = {name: value for name, value in options.items() if value is not None}
    given |= {name: _pairs(name, given[name]) for name in EXAMPLES if name in given}
    wanted = Options.model_validate(given)
    _look_at(file)
    opening.catalog()
    import_id = _started(file, wanted)
    ended = _carried_out(import_id)
    while asking.settled(ended):
        ended = _carried_out(import_id)
    with database.reading() as session:
        groups = queries.reject_groups(session, import_id)
    terminal.notes.print(outcomes.rendered(ended, groups))
    if json:
        terminal.results.print(pydantic.TypeAdapter(Snapshot).dump_json(ended, indent=2).decode(), markup=False)
    raise SystemExit(0 if ended.state is State.COMPLETED and not ended.counts.rejected else 1)


def _pairs(option: str, said: list[str]) -> dict[str, str]:
    """Read `sku=StockCode,name=Item, long`: a comma separates only where a field's name follows it."""
    known = list(Blank) if option == "blanks" else None
    pairs = [part.partition("=") for given in said for part in _NEXT_FIELD.split(given)]
    for field, equals, value in pairs:
        if field.strip() not in TARGETS or not equals or not value.strip() or (known and value.strip() not in known):
            terminal.refuse(
                f"--{option} cannot be read at {field.strip() + equals + value!r}.",
                f"Write pairs as in --{option} {EXAMPLES[option]}; fields are {', '.join(TARGETS)}.",
            )
    return {field.strip(): value.strip() for field, _, value in pairs}


def _look_at(file: Path) -> None:
    try:
        file.open("rb").close()
    except OSError as error:
        terminal.refuse(f"{file} cannot be read: {error.strerror}.", "Check the path and who may read the file.")


def _started(file: Path, options: Options) -> uuid.UUID:
    """Take the file in and make its import, or refuse before anything runs."""
    upload_id = _received(file)
    try:
        return intake.start(upload_id, actor=ACTOR, options=options).import_id
    except (ColumnMissing, ColumnAmbiguous) as unclear:
        terminal.refuse(f"{unclear.detail} ({unclear.code})", "Name the columns: --mapping sku=…,name=…,price=…")


def _received(file: Path) -> uuid.UUID:
    upload_id = uploads.open_upload(name=file.name, actor=ACTOR)
    with file.open("rb") as opened, live.receiving(file.stat().st_size) as received:
        uploads.append_all(upload_id, opened, after_part=received)
    return upload_id


def _carried_out(import_id: uuid.UUID) -> Snapshot:
    """Work on the import in a thread and show how far it is, until it ends; Ctrl-C asks it to stop."""
    ended, interrupted = threading.Event(), Flag()
    worker = threading.Thread(target=_work, args=(import_id, ended), daemon=True)
    worker.start()
    with live.working() as show, _heard(interrupted):
        while (seen := queries.seen(import_id)).state in WORKING:
            show(seen)
            if interrupted.wait(LOOK):
                _cancel(import_id)
                interrupted = Flag()
    ended.set()
    worker.join()
    return seen


def _work(import_id: uuid.UUID, ended: threading.Event) -> None:
    """Run the import's task again and again; other workers may take part, so it may also end elsewhere."""
    while not ended.is_set():
        tasks.run(run.run_import, import_id)
        ended.wait(LOOK)


@contextlib.contextmanager
def _heard(interrupted: Flag) -> Iterator[None]:
    """Take the first Ctrl-C as a request; the second ends the process as usual."""
    usual = signal.getsignal(signal.SIGINT)

    def hear(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, usual)
        interrupted.set()

    signal.signal(signal.SIGINT, hear)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)


def _cancel(import_id: uuid.UUID) -> None:
    terminal.notes.print("Stopping after the slice at work; Ctrl-C again leaves at once.")
    with contextlib.suppress(actions.ImportOver), database.transaction() as session:
        actions.cancel(session, import_id)
