"""The command `undo`: shows what taking an import back would do, asks, and does the work in this process."""

import threading
import time
import uuid

import typer
from rich.markup import escape
from sqlalchemy.orm import Session

from product_importer.cli import live, opening, terminal
from product_importer.imports import history, queries
from product_importer.imports.snapshot import Snapshot
from product_importer.imports.states import State
from product_importer.imports.undoing import undo_actions, undo_queries, undo_run
from product_importer.kit import database, tasks
from product_importer.web.views import undo_view, words

ACTOR = "user:local"
LOOK = 0.2  # seconds between two looks at the numbers
SHOWN = 20  # products that are named before it says how many more there are


def undo(wanted: str, *, sure: bool) -> None:
    """Undo the import with this number or id; ends with the exit status."""
    opening.catalog()
    with database.reading() as session:
        import_id = _found(session, wanted)
        seen = queries.snapshot(session, import_id)
        foretold = None if seen.undo else undo_view.foretold(undo_queries.preview(session, import_id))
    terminal.notes.print(f"Import {seen.number} · [bold]{escape(seen.file.name)}[/]")
    if foretold is not None:
        terminal.notes.print(foretold, markup=False)
        if not sure and not typer.confirm("Undo it?", err=True):
            terminal.notes.print("Nothing was done.")
            raise SystemExit(1)
    ended = _carried_out(import_id)
    _tell(ended)
    raise SystemExit(0 if ended.state is State.UNDONE and not (ended.undo and ended.undo.kept) else 1)


def _found(session: Session, wanted: str) -> uuid.UUID:
    """Read a number as people say it, or an id as programs do."""
    try:
        return history.numbered(session, int(wanted)) if wanted.isdecimal() else uuid.UUID(wanted)
    except ValueError:
        terminal.refuse(f"{wanted!r} is neither an import's number nor its id.", "Give either, as in: undo 41")


def _carried_out(import_id: uuid.UUID) -> Snapshot:
    """Begin, or join in where an undo is running, and show how far it is until it ends."""
    with database.transaction() as session:
        running = queries.snapshot(session, import_id).undoing
        undo_id = undo_queries.id_of(session, import_id) if running else None
        undo_id = undo_id or undo_actions.start(session, import_id, actor=ACTOR).id
    worker = threading.Thread(target=_work, args=(undo_id, import_id), daemon=True)
    worker.start()
    with live.undoing() as show:
        while (seen := queries.seen(import_id)).undoing:
            show(seen)
            time.sleep(LOOK)
    worker.join()
    return seen


def _work(undo_id: uuid.UUID, import_id: uuid.UUID) -> None:
    """Run the undo's task again and again; other workers may take part, so it may also end elsewhere."""
    while queries.seen(import_id).undoing:
        tasks.run(undo_run.run_undo, undo_id)
        time.sleep(LOOK)


def _tell(ended: Snapshot) -> None:
    if ended.undo is None or ended.undo.error:
        problem = ended.undo.error if ended.undo else None
        terminal.refuse(problem.message if problem else "It stopped.", problem.action if problem else "", status=1)
    terminal.notes.print(f"[bold green]✓[/] {undo_view.done(ended.undo)}")
    with database.reading() as session:
        kept = undo_queries.kept(session, ended.task_id)
    for one in kept[:SHOWN]:
        who = f" by {words.who(one.who)}" if one.who else ""
        terminal.notes.print(f"  {one.sku}  {undo_view.kept_words(one)}{who}", markup=False)
    if (more := ended.undo.kept + ended.undo.gone - SHOWN) > 0:
        terminal.notes.print(f"  and {words.number(more)} more; the import's page lists the first 1,000.")
