"""The end of streams: who is signed in keeps listening whatever the database does for a moment."""

import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import QueuePool

from product_importer.accounts import sessions
from product_importer.kit import database
from product_importer.web import response_headers
from tests.accounts.makers import make_session, make_user

pytestmark = pytest.mark.usefixtures("started")


def test_a_database_without_a_free_connection_ends_no_stream_and_no_look(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = make_session(make_user())
    with database.transaction() as session:
        principal = sessions.find(session, key)
        assert principal is not None
    small = create_engine(database_url, poolclass=QueuePool, pool_size=1, max_overflow=0, pool_timeout=0.01)
    with small.connect(), monkeypatch.context() as patch:
        patch.setattr(database, "_engine", small)
        assert response_headers._stands(principal)
    small.dispose()
    with database.transaction() as session:
        sessions.drop(session, principal.session_id)
    assert not response_headers._stands(principal)
