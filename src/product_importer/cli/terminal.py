"""How the terminal speaks: results to standard output, everything else to standard error, refusals with what to do."""

import contextlib
from collections.abc import Iterator
from typing import NoReturn

import pydantic
from rich.console import Console
from rich.markup import escape

from product_importer.kit.errors import AppError

COULD_NOT_RUN = 2  # exit status: bad usage, no file, no database

results = Console(highlight=False, soft_wrap=True)
notes = Console(stderr=True, highlight=False, soft_wrap=True)


def refuse(found: str, action: str, *, status: int = COULD_NOT_RUN) -> NoReturn:
    """Say what was found and what to do, and end with the exit status."""
    notes.print(f"[bold red]✗[/] {escape(found)}")
    if action:
        notes.print(f"  [bold]What to do:[/] {escape(action)}")
    raise SystemExit(status)


@contextlib.contextmanager
def refusals() -> Iterator[None]:
    """Turn what a person can act on into a refusal; anything else is a defect and keeps its traceback."""
    try:
        yield
    except AppError as error:
        refuse(f"{error.detail} ({error.code})", error.action)
    except pydantic.ValidationError as error:
        refuse(_settings_words(error), "Correct the environment; docs/settings.md explains every setting.")
    except Exception as error:
        from sqlalchemy.exc import DBAPIError  # heavy, and a supervisor never needs it

        if not isinstance(error, DBAPIError):
            raise
        refuse(f"The database did not answer as expected: {error.orig}", "Run `product-importer check`.")


def _settings_words(error: pydantic.ValidationError) -> str:
    wrong = (f"{'.'.join(map(str, fault['loc'])).upper()}: {fault['msg']}" for fault in error.errors())
    return "A setting cannot be used. " + "; ".join(wrong)
