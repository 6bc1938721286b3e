"""Every page with made-up values under the product's own security policy: for tests and for looking at.

Run `python -m tests.web.preview` and open http://127.0.0.1:8899/ for a list of the pages.
"""

import asyncio
import contextlib
import dataclasses
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from product_importer.imports.snapshot import Counts, Progress, Snapshot
from product_importer.imports.states import State
from product_importer.web import assets, templating
from tests.web import samples

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob: data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SHELL = {"actor": "user:local", "counts_in_rail": {"running": 1, "products": 512_304}}
IMPORT = {"nav": "imports", "groups": samples.GROUPS, "rejects": samples.REJECTS, "rejects_total": 3_425}
FRESH = {"running": 0, "products": 0}

PAGES: dict[str, tuple[str, dict[str, object]]] = {
    "dashboard": (
        "dashboard.html",
        {"nav": "dashboard", "recent": samples.RECENT, "running": [samples.APPLYING], "first_run": False},
    ),
    "first-run": (
        "dashboard.html",
        {"nav": "dashboard", "recent": [], "running": [], "first_run": True, "counts_in_rail": FRESH},
    ),
    "imports": (
        "imports.html",
        {"nav": "imports", "imports": samples.RECENT * 4, "page": 3, "pages": 12, "total": 240},
    ),
    "imports-none": ("imports.html", {"nav": "imports", "imports": [], "page": 1, "pages": 1, "total": 0}),
    "import": ("import.html", {**IMPORT, "snapshot": samples.COMPLETED, "tab": "account"}),
    "import-rejects": ("import.html", {**IMPORT, "snapshot": samples.COMPLETED, "tab": "rejects"}),
    "import-file": ("import.html", {**IMPORT, "snapshot": samples.COMPLETED, "tab": "file"}),
    "import-reading": (
        "import.html",
        {"nav": "imports", "groups": [], "rejects": [], "rejects_total": 0, "snapshot": samples.READING}
        | {"tab": "account"},
    ),
    "import-failed": (
        "import.html",
        {"nav": "imports", "groups": [], "rejects": [], "rejects_total": 0, "snapshot": samples.FAILED}
        | {"tab": "account"},
    ),
    "import-waiting": (
        "import.html",
        {"nav": "imports", "groups": [], "rejects": [], "rejects_total": 0, "snapshot": samples.WAITING}
        | {"tab": "account"},
    ),
    "import-cancelled": ("import.html", {**IMPORT, "snapshot": samples.CANCELLED, "tab": "account", "groups": []}),
    "mapping": (
        "mapping.html",
        {"nav": "imports", "snapshot": samples.WAITING, "columns": samples.COLUMNS, "fields": samples.FIELDS}
        | {"error": "One column must hold the SKU before the import can go on."},
    ),
    "products": (
        "products.html",
        {"nav": "products", "items": samples.make_products(), "page": 2, "pages": 25_616, "total": 512_304}
        | {"per_page": 20},
    ),
    "products-none": (
        "products.html",
        {"nav": "products", "items": [], "page": 1, "pages": 1, "total": 0, "per_page": 20},
    ),
    "error": (
        "error.html",
        {"status": 500, "title": "This page could not be made", "code": "INTERNAL_ERROR"}
        | {"detail": "The fault is ours, not in your file. Nothing was written by this request; running imports go on."}
        | {"action": "Try again in a moment.", "request_id": "req_0193a4d2c7d17a40"},
    ),
    "error-missing": (
        "error.html",
        {"status": 404, "title": "Nothing is here", "code": "NOT_FOUND", "request_id": ""}
        | {"detail": "Nothing is here", "action": "Check the address; what you look for may have been deleted."},
    ),
}


def page(request: Request) -> Response:
    """Render the named page."""
    template, context = PAGES[request.path_params["name"]]
    return templating.render(request, template, **{**SHELL, **context})


def contents(request: Request) -> Response:
    """List the pages."""
    return HTMLResponse("".join(f'<p><a href="/pages/{name}">{name}</a></p>' for name in PAGES))


def moved(step: int) -> Snapshot:
    """Give the running import some steps later; it is completed at the tenth."""
    if step >= 10:
        return samples.make_snapshot(42, name="autumn-stock.csv")
    created = 200_000 + 20_000 * step
    counts = Counts(created + 16_000, created, 11_000, 900, 1_900, 0, 2_200)
    progress = Progress(71.6 + 2 * step, counts.rows, 500_000, 61_000, 4.6 - step / 4)
    return dataclasses.replace(samples.APPLYING, counts=counts, progress=progress, version=17 + step)


def stream(request: Request) -> Response:
    """Send the running import's panel, ten times or without end, as the product's stream does."""
    return StreamingResponse(_events(request.app.state.pace), media_type="text/event-stream")


async def _events(pace: float) -> AsyncIterator[str]:
    for step in range(11):
        lines = templating.fragment("_live.html", snapshot=moved(step)).splitlines()
        yield "event: panel\n" + "".join(f"data: {line}\n" for line in lines) + "\n"
        await asyncio.sleep(pace)
    yield "event: end\ndata: completed\n\n"


def live(request: Request) -> Response:
    """Answer the panel once, as a poll gets it."""
    return HTMLResponse(templating.fragment("_live.html", snapshot=moved(3)))


async def upload(request: Request) -> Response:
    """Take a file: a name with "bad" in it is refused, any other becomes import 42."""
    form = await request.form()
    file = form["file"]
    if isinstance(file, str) or "bad" in (file.filename or ""):
        problem = {"title": "This is not a CSV file", "detail": "It begins like a picture.", "action": "Choose a CSV."}
        return JSONResponse({**problem, "code": "FILE_NOT_CSV"}, 415, media_type="application/problem+json")
    return JSONResponse({"task_id": str(samples.APPLYING.task_id), "interactive": form["interactive"]}, 202)


def running(request: Request) -> Response:
    """Show the import that an upload leads to: working, and completed once its stream has ended."""
    snapshot = samples.APPLYING if request.app.state.working else samples.COMPLETED
    request.app.state.working = False
    return templating.render(request, "import.html", **SHELL, **{**IMPORT, "snapshot": snapshot, "tab": "account"})


class Policy:
    """Adds the security policy to every answer."""

    def __init__(self, app: Starlette) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        async def sending(message) -> None:  # type: ignore[no-untyped-def]
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"content-security-policy", POLICY.encode())]
            await send(message)

        await self.app(scope, receive, sending)


def application(*, pace: float = 0.05, streams: bool = True) -> Starlette:
    """Make the preview; `pace` is the seconds between two events, without `streams` only polls are answered."""
    routes = [
        Route("/", contents),
        Route("/pages/{name}", page),
        Route("/upload", upload, methods=["POST"]),
        Route("/admin/imports/{id}", running),
        Route("/admin/imports/{id}/live", live),
        Mount(assets.PREFIX, assets.Assets()),
    ]
    if streams:
        routes.insert(4, Route("/admin/imports/{id}/live/stream", stream))
    app = Starlette(routes=routes)
    app.state.pace = pace
    app.state.working = True
    return app


@contextlib.contextmanager
def served(app: Starlette) -> Iterator[str]:
    """Serve on a free loopback port for as long as the block lasts; gives the base address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(Policy(app), log_level="critical", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=10)


if __name__ == "__main__":
    uvicorn.run(Policy(application(pace=0.5)), port=8899)
