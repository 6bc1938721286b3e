"""Fresh, migrated databases of both kinds: each a copy of a template that was migrated once."""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from product_importer import migrations
from product_importer.kit import database
from tests.servers.postgres import Postgres

SQLITE = "sqlite"
POSTGRESQL = "postgresql"


@dataclass(slots=True)
class Databases:
    """Makes databases on demand; `postgres` is asked for only when one of its kind is wanted."""

    folder: Path
    postgres: Callable[[], Postgres]
    templates: dict[str, str] = field(default_factory=dict)  # kind -> URL

    @contextlib.contextmanager
    def fresh(self, kind: str, *, folder: Path) -> Iterator[str]:
        """Give the URL of a migrated database without rows; a SQLite file lies in `folder`."""
        template = self.templates.get(kind) or self._migrated(kind)
        if kind == SQLITE:
            copy = folder / "product-importer.db"
            shutil.copyfile(template.removeprefix("sqlite:///"), copy)
            yield f"sqlite:///{copy}"
            return
        url = self.postgres().create(template=template)
        try:
            yield url
            with (folder / "postgresql.dump").open("a") as dump:  # searched for secrets when all tests are over
                dump.writelines(f"{line}\n" for line in self.postgres().rows(url))
        finally:
            self.postgres().drop(url)

    @contextlib.contextmanager
    def empty(self, kind: str, *, folder: Path) -> Iterator[str]:
        """Give the URL of a database in which no migration has run."""
        if kind == SQLITE:
            yield f"sqlite:///{folder / 'empty.db'}"
            return
        url = self.postgres().create()
        try:
            yield url
        finally:
            self.postgres().drop(url)

    def _migrated(self, kind: str) -> str:
        url = f"sqlite:///{self.folder / 'template.db'}" if kind == SQLITE else self.postgres().create()
        engine = database.connect(url)
        migrations.upgrade(engine)
        engine.dispose()  # a database that somebody is connected to cannot be copied
        self.templates[kind] = url
        return url
