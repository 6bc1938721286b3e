"""The switches of the command `import`: one for each option of an import, with its help."""

from typing import Annotated

import typer

from product_importer.imports.checking.presets import Preset
from product_importer.imports.states import Decimal, Mode

READING, RULES, ASKING = "How the file is read", "What becomes of its rows", "When you are asked"

Mapping = Annotated[
    list[str] | None,
    typer.Option(
        "--mapping",
        "-m",
        metavar="FIELD=COLUMN,…",
        help="Which column feeds which field, by its header.",
        rich_help_panel=READING,
    ),
]
Shop = Annotated[
    Preset | None,
    typer.Option("--preset", help="The shop whose export this is; none for no known one.", rich_help_panel=READING),
]
Encoding = Annotated[
    str | None,
    typer.Option(help="The text encoding, if the guess is wrong: utf-8, cp1252, …", rich_help_panel=READING),
]
Delimiter = Annotated[
    str | None,
    typer.Option(help="The character between two cells, or the word tab.", rich_help_panel=READING),
]
HeaderLine = Annotated[
    int | None,
    typer.Option("--header-line", min=1, max=1000, help="The line of the header.", rich_help_panel=READING),
]
Sheet = Annotated[
    str | None,
    typer.Option(help="The sheet to read of an Excel workbook, by its name.", rich_help_panel=READING),
]
Sign = Annotated[
    Decimal | None,
    typer.Option(
        "--decimal", help="The sign before the cents, where the file leaves it open.", rich_help_panel=READING
    ),
]
Guard = Annotated[
    bool,
    typer.Option(
        "--guard/--no-guard",
        help="Remove one ' that guards spreadsheets against formulas from the start of a cell.",
        rich_help_panel=READING,
    ),
]
Ways = Annotated[
    Mode,
    typer.Option("--mode", help="Whether products may be created, updated, or both.", rich_help_panel=RULES),
]
Blanks = Annotated[
    list[str] | None,
    typer.Option(
        "--blanks",
        metavar="FIELD=POLICY,…",
        help="What a blank cell means: reject the row, keep the value, or clear it.",
        rich_help_panel=RULES,
    ),
]
Interactive = Annotated[
    bool,
    typer.Option(
        "--interactive",
        help="Let it wait for the dashboard where something is unclear, instead of refusing it.",
        rich_help_panel=ASKING,
    ),
]
CheckColumns = Annotated[
    bool,
    typer.Option(
        "--check-columns", help="Let it wait for the dashboard to check its columns first.", rich_help_panel=ASKING
    ),
]
Review = Annotated[
    bool,
    typer.Option(
        "--review", help="Show what would change, and write only once you approve it.", rich_help_panel=ASKING
    ),
]
MaxRejects = Annotated[
    float | None,
    typer.Option(
        "--max-rejects",
        min=0,
        max=1,
        help="The share of rejected rows above which you are asked first.",
        rich_help_panel=ASKING,
    ),
]
