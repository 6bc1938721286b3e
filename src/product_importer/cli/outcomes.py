"""The account of an import in the terminal: six outcomes, their sum, and the rejects by reason."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from product_importer.catalog.wishes import Wished
from product_importer.imports import queries
from product_importer.imports.codes import EXPLANATIONS, Code
from product_importer.imports.snapshot import Counts, Failure, RejectGroup, Repeat, Snapshot
from product_importer.imports.states import Outcome, State
from product_importer.web.views import words

NAMED = 12  # columns that are named before it says "and 40 more"
COLOURS = {Outcome.CREATED: "green", Outcome.UPDATED: "blue", Outcome.REJECTED: "red"}


def rendered(snapshot: Snapshot, groups: Sequence[RejectGroup]) -> RenderableType:
    """Lay out what became of a file, for a finished import; `groups` are its rejects by code and column."""
    parts: list[RenderableType] = [
        Text(),
        _headline(snapshot),
        _outcomes(queries.account_shown(snapshot)),
    ]
    if snapshot.state is not State.WAITING:
        parts.append(_in_seed_words(snapshot.counts))
    if snapshot.repeats:
        parts.append(_repeated(snapshot.repeats))
    if snapshot.error:
        parts.append(_failure(snapshot.error))
    if groups:
        parts += [Text(), _reasons(groups)]
    parts += [
        Text.from_markup(f"[yellow]![/] {escape(notice.message)}: {notice.count:,}") for notice in snapshot.warnings
    ]
    if snapshot.images and snapshot.images.wished:
        parts.append(_pictures(snapshot.images))
    if snapshot.ignored_columns:
        parts.append(_not_read(snapshot.ignored_columns))
    return Group(*parts)


def _repeated(before: Repeat) -> Text:
    return Text(f"  The same file was imported {words.ago(before.finished_at)} as import {before.number}", style="dim")


def _headline(snapshot: Snapshot) -> Text:
    marks = {State.COMPLETED: "[bold green]✓[/]", State.WAITING: "[bold yellow]?[/]"}
    mark = marks.get(snapshot.state, "[bold red]✗[/]")
    took = ""
    if snapshot.started_at and snapshot.finished_at:
        took = f" in {words.duration((snapshot.finished_at - snapshot.started_at).total_seconds())}"
    status = snapshot.status.partition(":")[0]
    file = escape(snapshot.file.name)
    return Text.from_markup(f"{mark} Import {snapshot.number} · [bold]{file}[/] · {escape(status)}{took}")


def _outcomes(counts: Counts) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 3, 0, 2))
    table.add_column()
    table.add_column(justify="right")
    for outcome in Outcome:
        count = getattr(counts, outcome)
        style = COLOURS.get(outcome, "") if count else "dim"
        table.add_row(outcome.capitalize(), words.number(count), style=style)
    table.add_row("Rows", words.number(counts.rows), style="bold")
    return table


def _in_seed_words(counts: Counts) -> Text:
    total, imported, updated, invalid = map(
        words.number, (counts.rows, counts.created, counts.updated, counts.rejected)
    )
    return Text(f"  Total {total} · Imported {imported} · Updated {updated} · Invalid {invalid}", style="dim")


def _pictures(wished: Wished) -> Text:
    told = f"{words.number(wished.shown)} of {words.number(wished.wished)} shown"
    failed = f", {words.number(wished.failed)} failed" if wished.failed else ""
    waiting = f", {words.number(wished.waiting)} to be fetched by the worker" if wished.waiting else ""
    return Text(f"  Images: {told}{waiting}{failed}", style="dim")


def _not_read(columns: Sequence[str]) -> Text:
    more = len(columns) - NAMED
    return Text(f"Columns not read: {', '.join(columns[:NAMED])}{f' and {more} more' if more > 0 else ''}", style="dim")


def _failure(error: Failure) -> Text:
    found = f"\n[bold red]{escape(error.code)}[/] {escape(error.message)}"
    return Text.from_markup(f"{found}\n[bold]What to do:[/] {escape(error.action)}")


def _reasons(groups: Sequence[RejectGroup]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right")
    table.add_column(overflow="fold")
    for group in groups:
        where = words.lines(group.lines, group.count)
        column = f" in {escape(group.column)}" if group.column else ""
        action = EXPLANATIONS[Code(group.code)].action
        told = f"[red]{group.code}[/]{column} · {where}\n[dim]{escape(action)}[/]"
        table.add_row(f"  {words.number(group.count)}", told)
    return table
