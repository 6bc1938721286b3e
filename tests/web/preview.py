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
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from product_importer.accounts.roles import Role
from product_importer.imports.snapshot import Counts, Progress, Snapshot
from product_importer.web import assets, response_headers, templating
from product_importer.web.access import reader
from product_importer.web.tus import headers
from tests.web import pages, samples

VENDOR = Path(__file__).parent / "vendor"  # axe-core, which a page may load from its own origin only


def page(request: Request) -> Response:
    """Render the named page."""
    template, context = pages.PAGES[request.path_params["name"]]
    return HTMLResponse(templating.fragment(template, request=request, **(pages.SHELL | context)))


def contents(request: Request) -> Response:
    """List the pages."""
    return HTMLResponse("".join(f'<p><a href="/pages/{name}">{name}</a></p>' for name in pages.PAGES))


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
    state = request.app.state
    return StreamingResponse(_events(state.pace, state.stops_at, state.go_on), media_type="text/event-stream")


async def _events(pace: float, stops_at: int | None, go_on: threading.Event) -> AsyncIterator[str]:
    for step in range(11):
        while stops_at is not None and step > stops_at and not go_on.is_set():
            await asyncio.sleep(0.02)
        lines = templating.fragment("_live.html", snapshot=moved(step)).splitlines()
        yield "event: panel\n" + "".join(f"data: {line}\n" for line in lines) + "\n"
        await asyncio.sleep(pace)
    yield "event: end\ndata: completed\n\n"


def job_stream(request: Request) -> Response:
    """Say nothing of a bulk job, and stay open."""
    return StreamingResponse(_silence(), media_type="text/event-stream")


async def _silence() -> AsyncIterator[str]:
    yield ": here\n\n"
    await asyncio.sleep(60)


def live(request: Request) -> Response:
    """Answer the panel once, as a poll gets it."""
    return HTMLResponse(templating.fragment("_live.html", snapshot=moved(3)))


async def announce(request: Request) -> Response:
    """Open an upload under the file's own name; nothing of it is kept."""
    told = headers.announcement(request.headers)
    return Response(status_code=201, headers={"Location": f"/uploads/{told.name}", "Tus-Resumable": "1.0.0"})


async def take(request: Request) -> Response:
    """Take a piece in, as long as it is, or forget the upload."""
    end = int(request.headers.get("upload-offset", 0)) + len(await request.body())
    return Response(status_code=204, headers={"Upload-Offset": str(end), "Tus-Resumable": "1.0.0"})


async def start(request: Request) -> Response:
    """Start an import: an upload with "bad" in its name is refused, any other becomes import 42."""
    told = await request.json()
    request.app.state.sent = {name: value for name, value in told.items() if name != "upload_id"}
    if "bad" in told["upload_id"]:
        problem = {"title": "This is not a CSV file", "detail": "It begins like an image.", "action": "Choose a CSV."}
        return JSONResponse({**problem, "code": "FILE_NOT_CSV"}, 422, media_type="application/problem+json")
    return JSONResponse({"task_id": str(samples.APPLYING.task_id)}, 202)


def running(request: Request) -> Response:
    """Show the import that an upload leads to: working, and completed once its stream has ended."""
    snapshot = samples.APPLYING if request.app.state.working else samples.COMPLETED
    request.app.state.working = False
    context = {**pages.SHELL, **pages.IMPORT, "request": request, "snapshot": snapshot, "tab": "account"}
    return HTMLResponse(templating.fragment("import.html", **context))


class Policy:
    """Adds the security policy to every answer, and lets the reader be an admin, who sees all of a page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    (b"content-security-policy", response_headers.POLICY.encode()),
                ]
            await send(message)

        reader.begin().role = Role.ADMIN
        await self.app(scope, receive, sending)


def application(*, pace: float = 0.05, streams: bool = True, stops_at: int | None = None) -> Starlette:
    """Make the preview; `pace` is the seconds between two events, without `streams` only polls are answered.

    A stream that `stops_at` a step says it and no other until `state.go_on` is set.
    """
    routes: list[BaseRoute] = [
        Route("/", contents),
        Route("/pages/{name}", page),
        Route("/uploads", announce, methods=["POST"]),
        Route("/uploads/{name}", take, methods=["PATCH", "DELETE"]),
        Route("/imports", start, methods=["POST"]),
        Route("/admin/imports/{id}", running),
        Route("/admin/imports/{id}/live", live),
        Route("/admin/jobs/{id}/live/stream", job_stream),
        Route("/admin/products/{id}/images/stream", job_stream),
        Route("/admin/imports/{id}/images/stream", job_stream),
        Mount(assets.PREFIX, assets.Assets()),
        Mount("/vendor", StaticFiles(directory=VENDOR)),
    ]
    if streams:
        routes.insert(0, Route("/admin/imports/{id}/live/stream", stream))
    app = Starlette(routes=routes)
    app.state.pace = pace
    app.state.stops_at, app.state.go_on = stops_at, threading.Event()
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
