"""An undo in words: what it would do, what it did, and what stays."""

from typing import Protocol

from product_importer.imports.snapshot import Snapshot
from product_importer.imports.states import Fate, State
from product_importer.imports.undoing.undo_queries import Kept
from product_importer.web.views import words


class Tallied(Protocol):
    """The four numbers of an undo, foretold or done."""

    @property
    def deleted(self) -> int:
        """Created by the import and untouched since."""
        ...

    @property
    def restored(self) -> int:
        """Updated by the import and untouched since."""
        ...

    @property
    def kept(self) -> int:
        """Edited since."""
        ...

    @property
    def gone(self) -> int:
        """Deleted since."""
        ...


def possible(snapshot: Snapshot) -> bool:
    """Tell whether an undo may be asked for."""
    ended = snapshot.state in (State.COMPLETED, State.CANCELLED)
    return ended and not snapshot.undo and bool(snapshot.counts.created or snapshot.counts.updated)


def foretold(tally: Tallied) -> str:
    """Say what an undo does: Deletes the 3 products it created and restores 2 it updated. 1 was edited since; ..."""
    return _sentences(tally, "deletes the {} it created", "restores {} it updated", nothing="has nothing to undo")


def done(tally: Tallied) -> str:
    """Say what an undo did: Deleted 3 products and restored 2. 1 was edited since; what was edited stays as it is."""
    return _sentences(tally, "deleted {}", "restored {}", nothing="nothing was undone")


def kept_words(kept: Kept) -> str:
    """Say why a product stays, for the terminal: edited since, price stays 77.00."""
    if kept.what is Fate.DELETED:
        return "deleted since"
    stays = ", ".join(f"{field} stays {shown(now)}" for field, (_, now) in (kept.fields or {}).items())
    return f"edited since{f', {stays}' if stays else ''}"


def shown(value: str | bool | None) -> str:
    """Write a field's value as a person reads it."""
    named = {None: "empty", True: "active", False: "inactive"}
    return value if isinstance(value, str) else named[value]


def _sentences(tally: Tallied, deletes: str, restores: str, *, nothing: str) -> str:
    did = [deletes.format(words.products(tally.deleted))] if tally.deleted else []
    if tally.restored:
        did.append(restores.format(words.number(tally.restored) if did else words.products(tally.restored)))
    first = " and ".join(did or [nothing])
    told = [f"{first[0].upper()}{first[1:]}."]
    if tally.kept:
        was = "was" if tally.kept == 1 else "were"
        told.append(f"{words.number(tally.kept)} {was} edited since; what was edited stays as it is.")
    if tally.gone:
        was = "was" if tally.gone == 1 else "were"
        told.append(f"{words.number(tally.gone)} {was} deleted since.")
    return " ".join(told)
