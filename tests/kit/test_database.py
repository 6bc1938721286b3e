"""One face for two databases: the same promises, kept by each in its own way."""

import datetime as dt
import uuid
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, StatementError, TimeoutError
from sqlalchemy.pool import QueuePool

from product_importer.catalog.models import Product
from product_importer.imports import staging
from product_importer.kit import database
from product_importer.kit.database import postgres_scratch, sqlite_scratch
from product_importer.kit.database.face import Access
from tests.makers import make_product, stored_products
from tests.servers import databases

pytestmark = pytest.mark.usefixtures("started")

ROW = (2, "a-1", "A-1", "Mug", None, "12.5", True, 0)  # as `staging.staged` has it


def on_sqlite() -> bool:
    return database.engine().dialect.name == "sqlite"


@pytest.fixture
def area() -> str:
    """An empty scratch area."""
    name = f"import_7_{uuid.uuid4().hex[:8]}"
    database.face().create_scratch(database.engine(), name)
    return name


def areas() -> list[str]:
    engine = database.engine()
    if on_sqlite():
        return sorted(path.name for path in Path(f"{engine.url.database}.scratch").iterdir())
    with engine.connect() as connection:
        named = text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'import%' ORDER BY nspname")
        return list(connection.scalars(named).all())


def add_product() -> Product:
    return Product(sku="A-1", sku_key="a-1", name="Mug", price=Decimal("1.10"))


def test_leaving_the_block_commits() -> None:
    with database.transaction() as session:
        session.add(add_product())
    assert list(stored_products()) == ["a-1"]


def test_an_exception_rolls_back_and_goes_on() -> None:
    with pytest.raises(KeyError), database.transaction() as session:
        session.add(add_product())
        session.flush()
        raise KeyError
    assert stored_products() == {}


@pytest.mark.server
@pytest.mark.parametrize("database_url", [databases.POSTGRESQL], indirect=True)
def test_a_reading_transaction_cannot_write_on_postgresql() -> None:
    with pytest.raises(DBAPIError, match="read-only"), database.reading() as session:
        session.add(add_product())
        session.flush()


def test_who_reads_waits_for_no_writer() -> None:
    make_product("A-1", name="Mug")
    with database.transaction() as session:
        session.execute(update(Product).values(name="Cup"))
        assert stored_products()["a-1"].name == "Mug"
    assert stored_products()["a-1"].name == "Cup"


def test_a_value_comes_back_as_it_went_in() -> None:
    made = make_product("A-1", price=Decimal("9999999999.99"), description="ж", active=False)
    back = stored_products()["a-1"]
    assert (back.price, back.description, back.active) == (Decimal("9999999999.99"), "ж", False)
    assert (back.created_at, back.created_at.tzinfo) == (made.created_at, made.created_at.tzinfo)


def test_a_moment_without_a_zone_is_refused_and_one_of_another_zone_comes_back_in_utc() -> None:
    noon = dt.datetime(2026, 11, 27, 12, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    with pytest.raises(StatementError, match="has no zone"), database.transaction() as session:
        session.add(Product(sku="A-1", sku_key="a-1", name="Mug", created_at=noon.replace(tzinfo=None)))
    with database.transaction() as session:
        session.add(Product(sku="A-1", sku_key="a-1", name="Mug", created_at=noon))
    assert stored_products()["a-1"].created_at == dt.datetime(2026, 11, 27, 10, tzinfo=dt.UTC)


def test_a_failing_callback_after_the_commit_keeps_no_other_from_running() -> None:
    heard: list[str] = []
    with database.transaction() as session:
        session.add(add_product())
        database.after_commit(session, lambda: heard.append(f"{1 // 0}"))
        database.after_commit(session, lambda: heard.append("second"))
    assert heard == ["second"]
    assert list(stored_products()) == ["a-1"]


def test_a_dropped_connection_costs_its_transaction_and_no_other() -> None:
    with pytest.raises(DBAPIError) as caught, database.transaction() as session:
        session.add(add_product())
        session.flush()
        database.cut(session)
        session.execute(select(1))
    assert database.is_fault(caught.value)
    assert not database.may_retry(caught.value)
    assert not database.is_scratch_lost(caught.value)
    assert stored_products() == {}


def test_another_writers_lock_is_a_reason_to_try_again(database_url: str) -> None:
    impatient = {"timeout": 0} if on_sqlite() else {"options": "-c lock_timeout=1"}
    other = create_engine(database_url, connect_args=impatient)
    product = make_product("A-1")
    with database.transaction() as session:
        session.get_one(Product, product.id, with_for_update=True).name = "Cup"
        session.flush()
        with pytest.raises(DBAPIError) as caught, other.begin() as connection:
            connection.execute(text("UPDATE products SET name = 'Jug'"))
    other.dispose()
    assert database.may_retry(caught.value)
    assert not database.is_full(caught.value)
    assert not database.is_scratch_lost(caught.value)


def test_a_full_disk_is_recognised() -> None:
    with pytest.raises(DBAPIError) as caught, database.transaction() as session:
        if on_sqlite():
            session.execute(text("PRAGMA max_page_count = 1"))
            row = {"sku": "A", "name": "x" * 5_000}
            session.execute(insert(Product), [{**row, "sku_key": f"a-{number}"} for number in range(200)])
        else:
            session.execute(text("DO $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = 'disk_full'; END $$"))
    assert database.is_full(caught.value)
    assert not database.may_retry(caught.value)
    assert not database.is_scratch_lost(caught.value)


def test_that_no_connection_came_free_is_a_fault_of_the_database(database_url: str) -> None:
    small = create_engine(database_url, poolclass=QueuePool, pool_size=1, max_overflow=0, pool_timeout=0.01)
    with small.connect(), pytest.raises(TimeoutError) as caught:
        small.connect()
    small.dispose()
    assert database.is_fault(caught.value)
    assert database.is_away(caught.value)
    assert not database.may_retry(caught.value)
    assert not database.is_full(caught.value)


def test_what_is_no_error_of_the_database_is_not_taken_for_one() -> None:
    assert not database.is_fault(ValueError())
    assert not database.may_retry(OSError())
    assert not database.is_full(KeyError())


def test_a_scratch_area_is_filled_once_and_then_read_beside_the_catalog(area: str) -> None:
    make_product("A-1", price=Decimal("12.50"))
    staged, pictures = staging.staged.c, staging.pictures.c
    with database.transaction(Access.LOAD, scratch=area) as session:
        staging.add(session, [ROW, (3, "b-2", "B-2", "Lamp", "Nice", None, None, 2)])
        staging.add_pictures(session, [(2, "A-1")])
        same = select(staged.line).where(staged.sku_key == Product.sku_key, staged.price == Product.price)
        assert session.scalars(same).all() == [2]
        rows = [tuple(row) for row in session.execute(select(staging.staged).order_by(staged.line))]
    assert rows == [(*ROW[:5], Decimal("12.50"), True, 0), (3, "b-2", "B-2", "Lamp", "Nice", None, None, 2)]
    database.face().seal_scratch(database.engine(), area)
    with database.transaction(scratch=area) as session:
        assert session.scalars(select(pictures.line).where(pictures.urls == Product.sku)).all() == [2]


def test_one_connection_sees_one_scratch_area_after_the_other(area: str) -> None:
    other = f"{area}2"
    database.face().create_scratch(database.engine(), other)
    for name, count in ((area, 1), (other, 2)):
        with database.transaction(Access.LOAD, scratch=name) as session:
            staging.add(session, [ROW] * count)
    counted = select(func.count()).select_from(staging.staged)
    for name, count in ((area, 1), (other, 2), (area, 1)):
        with database.transaction(Access.LOAD, scratch=name) as session:
            assert session.scalar(counted) == count


@pytest.mark.parametrize(
    ("rows", "shares", "even"), [(39, [], []), (40, ["a-23"], ["a-20"]), (90, ["a-40", "a-69"], ["a-30", "a-60"])]
)
def test_a_large_table_is_cut_into_pieces_that_end_at_once(
    area: str, monkeypatch: pytest.MonkeyPatch, rows: int, shares: list[str], even: list[str]
) -> None:
    for way in (postgres_scratch, sqlite_scratch):
        monkeypatch.setattr(way, "PIECE", 20)
    with database.transaction(Access.LOAD, scratch=area) as session:
        staging.add(session, [(number, f"a-{number:02}", *ROW[2:]) for number in reversed(range(rows))])
        database.face().analyze(session.connection(), staging.staged, "sku_key")
        found = database.face().cut_points(session.connection(), staging.staged, "sku_key", pieces=3)
    assert found == (even if on_sqlite() else shares)


def test_a_scratch_area_whose_filling_failed_is_empty(area: str) -> None:
    with pytest.raises(KeyError), database.transaction(Access.LOAD, scratch=area) as session:
        staging.add(session, [ROW])
        raise KeyError
    with pytest.raises(DBAPIError), database.transaction(scratch=area) as session:
        session.execute(select(staging.staged))


def test_scratch_areas_are_dropped_by_the_beginning_of_their_name(area: str) -> None:
    others = ["import_7_new", "import_70_old"]
    for name in others:
        database.face().create_scratch(database.engine(), name)
    for name in (area, *others):
        with database.transaction(Access.LOAD, scratch=name) as session:
            staging.add(session, [ROW])
    database.face().drop_scratch(database.engine(), "import_7_", keep="import_7_new")
    assert areas() == sorted(others)


def test_a_scratch_area_that_is_still_being_filled_stops_nobody(area: str) -> None:
    with database.transaction(Access.LOAD, scratch=area) as session:
        staging.add(session, [ROW])
        database.face().drop_scratch(database.engine(), area)
    database.face().drop_scratch(database.engine(), area)
    assert areas() == []
