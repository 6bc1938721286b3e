"""Reading and checking beside bare csv.reader, in turn on the same file: seconds of processor time and their ratio."""

import csv
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from product_importer.imports.checking import mapping, rows
from product_importer.imports.source import dialect, reader
from product_importer.imports.states import Mode

ROWS, ROUNDS, BLOCK = 500_000, 5, 2**20
WORDS = ["alpha", "beta", "gamma", "delta", "steel", "brass", "large", "small", "pump", "valve", "gasket", "hose"]


def main() -> None:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        for title, several in (("one line a record", 0.0), ("5 % over two lines", 0.05)):
            path = Path(folder) / "products.csv"
            _write(path, wanted, several)
            print(f"{wanted:,} clean rows, {path.stat().st_size / 1e6:.0f} MB, {title}")
            _compare(path, wanted)


def _compare(path: Path, wanted: int) -> None:
    """Run the contenders in turn; the ratio is taken within each round, so that a busy machine harms both."""
    contenders: dict[str, Callable[[Path], int]] = {"csv.reader": _bare, "reading": _read, "and checking": _checked}
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, run in contenders.items():
            begin = time.process_time()
            counted = run(path)
            times[name].append(time.process_time() - begin)
            assert counted == wanted, (name, counted)
    for name, taken in times.items():
        ratio = statistics.median(one / bare for one, bare in zip(taken, times["csv.reader"], strict=True))
        print(f"  {name:20} {statistics.median(taken):6.2f} s  {wanted / min(taken):>9,.0f} rows/s  x {ratio:.2f}")


def _bare(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def _read(path: Path) -> int:
    return sum(len(batch.records) for batch in _opened(path))


def _checked(path: Path) -> int:
    opened = _opened(path)
    checker = rows.Checker(mapping.resolve(opened.header, explicit=None, mode=Mode.UPSERT), {}, None)
    return sum(len(checker.check(batch).accepted) for batch in opened)


def _opened(path: Path) -> reader.Reader:
    with path.open("rb") as file:
        head = file.read(dialect.HEAD)
    return reader.open_reader(_blocks(path), dialect.sniff(head, whole=False))


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def _write(path: Path, wanted: int, several: float) -> None:
    chance = random.Random(1)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["sku", "name", "description", "price", "vendor"])
        for number in range(wanted):
            text = " ".join(chance.choices(WORDS, k=10)) + (", " + chance.choice(WORDS)) * (chance.random() < 0.3)
            text += ("\n" + chance.choice(WORDS)) * (chance.random() < several)
            name, price = " ".join(chance.choices(WORDS, k=4)), f"{chance.randint(0, 99_999) / 100:.2f}"
            writer.writerow([f"PROD-{number:06d}", name, text, price, "ACME"])


if __name__ == "__main__":
    main()
