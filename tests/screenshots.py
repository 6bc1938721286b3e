"""Takes the pictures of the documentation from the real product: `python -m tests.screenshots` writes docs/images.

It serves from a temporary folder, imports files that the product makes up itself, and looks at each page twice, in
light and in dark. The running import is caught on its way, so its numbers differ from time to time.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from product_importer.imports import mock_file
from tests.servers import children, chromium
from tests.source import ROOT, SRC

IMAGES = ROOT / "docs" / "images"
SIZE: Any = {"width": 1240, "height": 820}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
ROWS = 300_000
CAUGHT = 75  # percent: half of the products are written

PRICE_LIST = """Preisliste Winter

Art.-Nr.;Bezeichnung;Beschreibung (DE);VK netto;Lieferant
MUG-1103;Steinzeugbecher 350 ml;Innen glasiert;14,50;Nordholz
00090.750;Kabelwanne;Pulverbeschichteter Stahl;27,00;Kern GmbH
LMP-0412;Große Bogenleuchte, weiß;E27, 12 W;1.189,00;Lumo
BTL-0077;Isolierflasche 750 ml;Hält 12 h warm;n/a;Kern GmbH
PLT-0519;Terrakottatopf 18 cm;;12,90;Lumo
"""


def main() -> None:
    """Take every picture anew."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, _served(Path(folder)) as base, chromium.running() as browser:
        contexts = [browser.new_context(viewport=SIZE, color_scheme=scheme) for scheme in SCHEMES]
        pages = dict(zip(SCHEMES, (context.new_page() for context in contexts), strict=True))
        for name, step in STEPS.items():
            place = step(base, Path(folder))
            for page in pages.values():
                page.goto(base + place, wait_until="domcontentloaded")
            if name == "dashboard":
                _wait(base, lambda newest: newest["progress"]["percent"] >= CAUGHT)
            for scheme, page in pages.items():
                page.screenshot(path=IMAGES / f"{name}-{scheme}.png")
                page.goto("about:blank")  # a live page loads itself anew at the end, over the next one
        for context in contexts:
            context.close()


def _running(base: str, folder: Path) -> str:
    """Import a small file to its end and a corrected one after it, then start a large one."""
    for name, rows, seed in (("winter-prices.csv", 40_000, 1), ("winter-prices-corrected.csv", 60_000, 1)):
        _send(base, _made(folder / name, rows, seed))
        _wait(base, _is_over)
    _send(base, _made(folder / "spring-catalog.csv", ROWS, 2))
    return "/admin/dashboard"


def _account(base: str, folder: Path) -> str:
    return f"/admin/imports/{_wait(base, _is_over)['task_id']}"


def _rejects(base: str, folder: Path) -> str:
    return f"/admin/imports/{_newest(base)['task_id']}?tab=rejects"


def _mapping(base: str, folder: Path) -> str:
    unclear = folder / "price-list-winter.csv"
    unclear.write_text(PRICE_LIST, encoding="cp1252")
    return f"/admin/imports/{_send(base, unclear)}/mapping"


STEPS: dict[str, Callable[[str, Path], str]] = {
    "dashboard": _running,
    "account": _account,
    "rejects": _rejects,
    "mapping": _mapping,
}


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """Run `serve` with its data in `folder`, and give its address once it answers."""
    port = children.free_port()
    environment = {**os.environ, "PYTHONPATH": str(SRC), "DATA_DIR": str(folder / "data"), "PORT": str(port)}
    serving = subprocess.Popen([sys.executable, "-m", "product_importer", "serve"], env=environment)
    base = f"http://127.0.0.1:{port}"
    try:
        _until(lambda: _answers(base))
        yield base
    finally:
        serving.terminate()
        serving.wait(timeout=20)


def _made(path: Path, rows: int, seed: int) -> Path:
    mock_file.generate(path, rows=rows, seed=seed)
    return path


def _send(base: str, path: Path) -> str:
    """Upload a file as the dashboard does, and return the id of its import."""
    place = f"{base}/upload?name={path.name}&interactive=true"
    request = urllib.request.Request(place, path.read_bytes(), {"Content-Type": "text/csv"})
    with urllib.request.urlopen(request) as answer:
        return str(json.load(answer)["task_id"])


def _newest(base: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{base}/imports?per_page=1") as answer:
        newest: dict[str, Any] = json.load(answer)["items"][0]
    return newest


def _wait(base: str, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    _until(lambda: wanted(_newest(base)))
    return _newest(base)


def _is_over(newest: dict[str, Any]) -> bool:
    return newest["finished_at"] is not None


def _answers(base: str) -> bool:
    try:
        with urllib.request.urlopen(f"{base}/readyz") as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _until(happened: Callable[[], bool], patience: float = 120.0) -> None:
    """Ask again and again; raises TimeoutError after `patience` seconds."""
    end = time.monotonic() + patience
    while not happened():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {patience:.0f} s in vain")
        time.sleep(0.1)


if __name__ == "__main__":
    main()
