"""The question of a waiting import, asked in the terminal."""

import sys

from product_importer.cli import outcomes, terminal
from product_importer.imports import answers
from product_importer.imports.snapshot import Snapshot
from product_importer.imports.states import Question
from product_importer.kit import database
from product_importer.web.views import words


def settled(seen: Snapshot) -> bool:
    """Ask whether a waiting import is to go on, and pass the answer on; False where nothing or nobody can be asked."""
    if seen.question is Question.MAPPING:
        terminal.notes.print(f"Check its columns first, on the page /admin/imports/{seen.task_id}/mapping")
    if seen.question not in (Question.REVIEW, Question.REJECTS):
        return False
    if not sys.stdin.isatty():
        terminal.notes.print(
            f"Nothing is written yet. It is waiting for an answer: POST /imports/{seen.task_id}/answer"
        )
        return False
    terminal.notes.print(outcomes.rendered(seen, []))
    yes = terminal.notes.input(f"{_words(seen)} [y/N] ").strip().casefold() in ("y", "yes")
    go_on = answers.apply if seen.question is Question.REVIEW else answers.accept_rejects
    with database.transaction() as session:
        (go_on if yes else answers.discard)(session, seen.task_id, version=seen.version)
    return True


def _words(seen: Snapshot) -> str:
    if seen.question is Question.REJECTS:
        return f"Rejected rows: {words.number(seen.counts.rejected)}. Go on without them?"
    if seen.asked and seen.asked.moved:
        return f"The catalog has changed for {words.number(seen.asked.moved)} products since. Apply this plan?"
    return "Nothing is written yet. Apply this plan?"
