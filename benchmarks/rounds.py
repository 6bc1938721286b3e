"""Rounds: every contender imports the same file into a database of its own, in turn, three times over."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from benchmarks import checks, floors, measure, product, servers
from benchmarks.measure import Cost, Server, Usage
from benchmarks.product import Home
from benchmarks.sample import Copy, Sample

ROOT = Path(__file__).resolve().parent.parent
FLOOR, PRODUCT, PEER = "a", "b", "c"  # as issue and documentation call them


@dataclass(frozen=True, slots=True)
class Scenario:
    """What the catalog holds when the file comes, by what the import then does, and the account it must give."""

    name: str
    copy: Copy
    expected: dict[str, int]


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to import, with a database of its own; `settle` brings that to rest before a run."""

    url: str
    run: Callable[[Scenario], Usage]
    settle: Callable[[], None]


Costs = dict[str, dict[str, list[Cost]]]  # scenario -> contender -> one cost a round


def scenarios(sample: Sample) -> tuple[Scenario, ...]:
    """Return the three states of the catalog in the order in which they follow from each other."""
    always = {"rows": sample.rows, "superseded": sample.superseded, "rejected": sample.rejected}
    kept = sample.distinct - sample.halves
    return (
        Scenario("empty", sample.first, {**always, "created": sample.distinct}),
        Scenario("half changed", sample.changed, {**always, "updated": sample.halves, "unchanged": kept}),
        Scenario("unchanged", sample.changed, {**always, "unchanged": sample.distinct}),
    )


def on_postgres(sample: Sample, server: servers.Measured, home: Home, *, rounds: int) -> Costs:
    """Measure floor, product and peer on PostgreSQL."""
    costs: Costs = defaultdict(lambda: defaultdict(list))
    for number in range(rounds):
        with ExitStack() as stack:
            homes = [stack.enter_context(fresh(server, home)) for _ in range(3)]
            runs = (partial(_psql, server, homes[0]), partial(_product, homes[1]), partial(_peer, homes[2]))
            settles = [partial(server.settle, one.url) for one in homes]
            made = map(Contender, [one.url for one in homes], runs, settles)
            _round(costs, dict(zip((FLOOR, PRODUCT, PEER), made, strict=True)), sample, server, number)
    return costs


def on_sqlite(sample: Sample, folder: Path, *, rounds: int) -> Costs:
    """Measure floor and product on SQLite."""
    costs: Costs = defaultdict(lambda: defaultdict(list))
    for number in range(rounds):
        paths = [folder / f"{number}-{name}.db" for name in (FLOOR, PRODUCT)]
        homes = [Home(f"sqlite:///{path}", folder) for path in paths]
        for home in homes:
            home.enter()
        runs = (partial(_sqlite_cli, paths[0]), partial(_product, homes[1]))
        made = [Contender(home.url, run, os.sync) for home, run in zip(homes, runs, strict=True)]
        _round(costs, dict(zip((FLOOR, PRODUCT), made, strict=True)), sample, measure.NoServer(), number)
        for path in paths:
            path.unlink()
    return costs


def _round(costs: Costs, contenders: dict[str, Contender], sample: Sample, server: Server, number: int) -> None:
    """Let each contender meet each scenario once; who begins changes from round to round."""
    names = list(contenders)
    for scenario in scenarios(sample):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            contenders[name].settle()
            cost = _measured(contenders[name], scenario, server)
            costs[scenario.name][name].append(cost)
            print(
                f"  round {number + 1}, {scenario.name}, ({name}): {cost.seconds:.2f} s, {measure.load()}", flush=True
            )
        digests = {name: checks.digest(contender.url) for name, contender in contenders.items()}
        checks.require_equal(digests, products=sample.distinct)


def _measured(contender: Contender, scenario: Scenario, server: Server) -> Cost:
    log, busy = server.wal(), server.cpu()
    usage = contender.run(scenario)
    return Cost(usage, server.cpu() - busy, server.wal() - log)


def _psql(server: servers.Measured, home: Home, scenario: Scenario) -> Usage:
    return floors.psql(server, home.url, scenario.copy)


def _sqlite_cli(path: Path, scenario: Scenario) -> Usage:
    return floors.sqlite_cli(path, scenario.copy)


def _product(home: Home, scenario: Scenario) -> Usage:
    return product.run(home, scenario.copy.raw, expected=scenario.expected)


def _peer(home: Home, scenario: Scenario) -> Usage:
    path = os.pathsep.join((str(ROOT), str(ROOT / "src")))
    command = [product.PYTHON, "-m", "benchmarks.peer", home.url, str(scenario.copy.raw)]
    return measure.child(command, env={**os.environ, "PYTHONPATH": path}, cwd=ROOT)


@contextmanager
def fresh(server: servers.Measured, home: Home) -> Iterator[Home]:
    """Give a home with a new database of the server, migrated, and dropped afterwards."""
    url = server.server.create()
    made = replace(home, url=url.replace("postgresql://", "postgresql+psycopg://"))
    made.enter()
    try:
        yield made
    finally:
        server.server.drop(url)
