"""What one test has compiled, the next need not: all connections to one kind of database share their statements.

SQLAlchemy keeps compiled statements with the engine, and nearly every test connects an engine of its own: a quarter of
what a test cost was to write out the same SQL again.
"""

from collections.abc import MutableMapping
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, event
from sqlalchemy.util import LRUCache

_dialects: dict[str, Dialect] = {}  # by name; what is compiled is kept for one dialect object
_statements: MutableMapping[Any, Any] = LRUCache(5000)


def share() -> None:
    """Let every connection that this process opens from now on find what others have compiled."""
    event.listen(Engine, "engine_connect", _with_shared_statements)


def _with_shared_statements(connection: Connection) -> None:
    connection.dialect = _dialects.setdefault(connection.dialect.name, connection.dialect)
    connection.execution_options(compiled_cache=_statements)
