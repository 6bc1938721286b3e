"""The commands of the terminal with their help; what each does is in a module of its own, loaded when it is run."""

from pathlib import Path
from typing import Annotated

import typer

from product_importer import __version__
from product_importer.cli import import_options, terminal, upkeep
from product_importer.imports import mock_file
from product_importer.imports.options import Options
from product_importer.imports.states import Mode
from product_importer.kit import lifeline, loading

app = typer.Typer(
    name="product-importer",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    epilog="With nothing set, all data lives in the folder [bold]data[/]; docs/settings.md explains every setting.",
)
admin = typer.Typer(help="Create accounts where no admin can: the first one, or one whose password is lost.")
app.add_typer(admin, name="admin", no_args_is_help=True, rich_help_panel="Set up and check")
RUN, WORK, LOOK = "Run servers", "Work with data", "Set up and check"

Host = Annotated[str | None, typer.Option(help="Address to listen on; without it HOST, or 127.0.0.1.")]
Port = Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on; without it PORT, or 8000.")]


def main() -> None:
    """Run the command that the command line names; the entry point of the program `product-importer`."""
    lifeline.die_with_parent()
    with terminal.refusals():
        app()


def _say_version(asked: bool) -> None:
    if asked:
        terminal.results.print(f"Product Importer {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", callback=_say_version, is_eager=True)
    ] = False,
) -> None:
    """Half a million supplier rows into a catalog, each one accounted for."""


@app.command(rich_help_panel=RUN)
def serve(host: Host = None, port: Port = None) -> None:
    """Run everything on this machine: web server and worker, watched and restarted by one supervisor.

    Ctrl-C or SIGTERM ends it: work in progress is given back within ten seconds and goes on at the next start.
    """
    from product_importer.cli import serving

    serving.serve(host=host, port=port)


@app.command(rich_help_panel=RUN)
def web(host: Host = None, port: Port = None) -> None:
    """Run the web server alone, for server mode: several may serve one database."""
    from product_importer.cli import serving

    serving.web(host=host, port=port)


@app.command(rich_help_panel=RUN)
def worker() -> None:
    """Run a worker alone: a Celery worker where CELERY_BROKER_URL names a broker, else one that asks the database."""
    from product_importer.cli import serving

    serving.work()


@app.command("import", rich_help_panel=WORK)
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The supplier's file.")],
    mapping: import_options.Mapping = None,
    preset: import_options.Shop = None,
    encoding: import_options.Encoding = None,
    delimiter: import_options.Delimiter = None,
    header_line: import_options.HeaderLine = None,
    sheet: import_options.Sheet = None,
    decimal: import_options.Sign = None,
    guard: import_options.Guard = True,
    mode: import_options.Ways = Mode.UPSERT,
    blanks: import_options.Blanks = None,
    interactive: import_options.Interactive = False,
    check_columns: import_options.CheckColumns = False,
    review: import_options.Review = False,
    max_rejects: import_options.MaxRejects = None,
    json: Annotated[bool, typer.Option("--json", help="Print the account as JSON to standard output.")] = False,
) -> None:
    """Import a file here and now, with a progress bar, and print what became of every row.

    Columns with usual names (SKU, Item no., Title, Unit price …) are found automatically; name others as in
    [bold]--mapping sku=StockCode,name=Description,price=UnitPrice[/]. Ctrl-C cancels; what was written stays written.

    Where a question comes up ([bold]--review[/], [bold]--max-rejects[/]) you are asked here; without a terminal the
    import is left waiting, for the dashboard or the API to answer.

    Exit status: 0 completed and no row rejected, 1 rows rejected or not completed, 2 could not run.
    """
    with loading.staying():
        from product_importer.cli import importing

    options = {name: value for name, value in locals().items() if name in Options.model_fields}
    importing.import_file(file, options=options, json=json)


@app.command(rich_help_panel=WORK)
def undo(
    import_: Annotated[str, typer.Argument(metavar="NUMBER_OR_ID", help="The number or id of the import.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Take an import back: delete what it created and restore what it updated, unless it was edited since.

    The exact numbers are shown first, and nothing is done without a yes. What was edited stays and is listed.

    Exit status: 0 all taken back, 1 something stays or nothing was done, 2 could not run.
    """
    with loading.staying():
        from product_importer.cli import undoing

    undoing.undo(import_, sure=yes)


@app.command("export", rich_help_panel=WORK)
def export_products(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write; - is standard output.")],
    search: Annotated[str | None, typer.Option("--search", "-q", help="Words in SKU, name or description.")] = None,
    sku: Annotated[str | None, typer.Option(help="A part of the SKU.")] = None,
    name: Annotated[str | None, typer.Option(help="A part of the name.")] = None,
    active: Annotated[
        bool | None, typer.Option("--active/--inactive", help="Only active, or only inactive products.")
    ] = None,
    guard: Annotated[
        bool,
        typer.Option("--guard/--no-guard", help="Put a ' before text that a spreadsheet would take for a formula."),
    ] = True,
) -> None:
    """Write products as CSV, all of them or those that match, in the order of their SKU.

    Importing the file again changes nothing. An existing file is replaced once the new one is complete.
    """
    with loading.staying():
        from product_importer.catalog.filters import Filters
        from product_importer.cli import exporting

    exporting.export_products(file, Filters(sku=sku, name=name, q=search, active=active), guard=guard)


@app.command("generate-csv", rich_help_panel=WORK)
def generate_csv(
    rows: Annotated[int, typer.Option(min=0, help="Lines below the header.")] = mock_file.ROWS,
    seed: Annotated[int, typer.Option(help="The same seed makes the same file.")] = 1,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Where to write; - is standard output.")] = None,
) -> None:
    """Make up a supplier's file with every common fault, and print what importing it must result in.

    SKUs run PROD-00001, PROD-00002, … with repetitions in other spelling, lines that cannot be accepted, texts that
    run over several lines and names beyond ASCII.
    """
    from product_importer.cli import files

    files.generate_csv(rows=rows, seed=seed, output=output)


@app.command(rich_help_panel=WORK)
def seed() -> None:
    """Add the demo products; those that already exist stay as they are.

    TEST-000 "Demo Product" at 10.00, and the first three SKUs of the file that `generate-csv` makes: importing that
    file then updates three products and creates the others.
    """
    with loading.staying():
        from product_importer.cli import products

    products.seed()


@app.command(rich_help_panel=LOOK)
def migrate(
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing when all went well.")] = False,
) -> None:
    """Bring the database up to date; safe while servers run, and when two do it at once."""
    with loading.staying():
        from product_importer.cli import opening

    opening.migrate(quiet=quiet)


@app.command(rich_help_panel=LOOK)
def check() -> None:
    """Check that settings, database, storage and broker are in place, and say what to do where one is not.

    Exit status: 0 all in place, 1 something is not.
    """
    with loading.staying():
        from product_importer.cli import checking

    checking.check()


@admin.command("create")
def admin_create(email: Annotated[str, typer.Argument(help="The address they sign in with.")]) -> None:
    """Create an admin; the password is asked for, or read from standard input if that is not a terminal.

    An existing account with that email becomes an admin, is enabled, and gets the password.
    """
    with loading.staying():
        from product_importer.cli import accounts

    accounts.create(email)


@admin.command("setup-link")
def admin_setup_link() -> None:
    """Print a link at which the first account is made: it works once, within an hour."""
    with loading.staying():
        from product_importer.cli import accounts

    accounts.setup_link()


upkeep.add(app, panel=LOOK)
