"""Measures the making of a picture's three sizes against vipsthumbnail, run once for each of the same sizes.

Run `python -m benchmarks.images`; it needs the program vipsthumbnail (Debian: libvips-tools).
"""

import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyvips

from product_importer.media import darkroom, developing

ROUNDS = 7  # interleaved, so that both feel the same neighbours


def main() -> None:
    """Print for each picture both medians in seconds, and their ratio."""
    if shutil.which("vipsthumbnail") is None:
        raise SystemExit("vipsthumbnail is not installed.")
    with tempfile.TemporaryDirectory() as folder:
        for name, file in _pictures(Path(folder)):
            ours, theirs = _medians(lambda file=file: _ours(file), lambda file=file: _theirs(file))
            print(f"{name:<24} ours {ours:.2f} s   vipsthumbnail {theirs:.2f} s   {ours / theirs:.2f} x")


def _pictures(folder: Path) -> list[tuple[str, Path]]:
    noise = [pyvips.Image.gaussnoise(4_000, 3_000, mean=128, sigma=60).gaussblur(2).cast("uchar") for _ in range(3)]
    image = noise[0].bandjoin(noise[1:]).copy(interpretation="srgb")
    saved = {
        "12 MP JPEG": ("a.jpg", {"Q": 90}),
        "12 MP progressive JPEG": ("b.jpg", {"Q": 90, "interlace": True}),
        "12 MP PNG": ("a.png", {"compression": 3}),
        "12 MP WebP": ("a.webp", {"Q": 85}),
    }
    for name, options in saved.values():
        image.write_to_file(str(folder / name), **options)
    return [(name, folder / file) for name, (file, _) in saved.items()]


def _medians(one: Callable[[], None], other: Callable[[], None]) -> tuple[float, float]:
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for work, times in zip((one, other), took, strict=True):
            began = time.perf_counter()
            work()
            times.append(time.perf_counter() - began)
    return statistics.median(took[0]), statistics.median(took[1])


def _ours(file: Path) -> None:
    with file.open("rb") as opened:
        developing.develop(opened)


def _theirs(file: Path) -> None:
    environment = {**os.environ, "VIPS_CONCURRENCY": "1"}
    for box in darkroom.BOXES:
        out = str(file.with_name(f"{file.stem}-{box}.webp")) + "[Q=80,effort=4,strip]"
        command = ["vipsthumbnail", str(file), "--size", f"{box}x{box}>", "--output", out]
        subprocess.run(command, check=True, env=environment, capture_output=True)


if __name__ == "__main__":
    main()
