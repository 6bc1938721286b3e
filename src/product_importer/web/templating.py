"""Values into HTML: one strict Jinja environment for every page and every fragment."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from product_importer.imports import codes
from product_importer.web import assets
from product_importer.web.access import reader
from product_importer.web.forms import feed_form
from product_importer.web.views import (
    bars,
    bulk_view,
    charts,
    images_view,
    import_view,
    journal_view,
    outcomes_view,
    pager,
    product_view,
    undo_view,
    webhook_view,
    words,
)

FOLDER = Path(__file__).parent / "templates"

FILTERS = {
    "number": words.number,
    "products": words.products,
    "work": words.work,
    "percent": words.percent,
    "bytes": words.size,
    "capacity": words.capacity,
    "duration": words.duration,
    "about": words.about,
    "ago": words.ago,
    "when": words.when,
    "who": words.who,
    "delimiter": words.delimiter,
    "shown": words.value,
    "shown_or_nothing": words.value_or_nothing,
    "encoding": words.encoding,
    "day": words.day,
}
GLOBALS = {
    "static": assets.static,
    "outcomes_view": outcomes_view,
    "bars": bars,
    "bulk_view": bulk_view,
    "charts": charts,
    "journal_view": journal_view,
    "feed_form": feed_form,
    "images_view": images_view,
    "product_view": product_view,
    "undo_view": undo_view,
    "import_view": import_view,
    "hooks": webhook_view,
    "explanations": codes.EXPLANATIONS,
    "lineage": outcomes_view.lineage,
    "lines": words.lines,
    "may": reader.may,
    "signed_in": reader.signed_in,
    "window": pager.window,
}


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(FILTERS)
    made.globals.update(GLOBALS)
    return made


environment = _environment()


def render(request: Request, name: str, *, status_code: int = 200, **context: Any) -> HTMLResponse:
    """Answer a whole page; raises jinja2.UndefinedError when the context lacks a value the page shows."""
    page = environment.get_template(name).render(request=request, **context)
    return HTMLResponse(page.encode("utf-8", "replace"), status_code)  # a broken file may be quoted


def fragment(name: str, **context: object) -> str:
    """Give a piece of a page, for a stream or a poll."""
    return environment.get_template(name).render(**context)
