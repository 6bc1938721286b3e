"""A subject is found by its SKU through an index, whatever imports have written."""

from sqlalchemy import event, text

from product_importer.catalog import actions
from product_importer.catalog.schemas import ProductIn, ProductPatch
from product_importer.journal import skus
from product_importer.kit import database
from product_importer.kit.settings import Settings


def test_both_ways_to_a_sku_lead_through_an_index(started: Settings) -> None:
    with database.transaction() as session:
        product = actions.create(session, ProductIn(sku="A-1", name="Mug"), actor="user:anna")
    with database.transaction() as session:
        actions.change(session, product.id, ProductPatch(sku="B-1"), actor="user:anna")
    engine, plans = database.engine(), []
    is_postgresql = engine.dialect.name == "postgresql"
    with database.reading() as session:
        if is_postgresql:
            session.execute(text("SET LOCAL enable_seqscan = off"))
        connection, asked = session.connection(), []
        event.listen(connection, "before_cursor_execute", lambda *call: asked.append(call[2:4]))
        found = [skus.subjects(session, sku) for sku in ("A-1", "b-1", "C-1")]
        for statement, values in asked[:2]:
            plan = connection.exec_driver_sql(f"EXPLAIN {'' if is_postgresql else 'QUERY PLAN'} {statement}", values)
            plans.append(" ".join(str(row) for row in plan))
    assert found == [{product.id}, {product.id}, set()]
    assert ["ix_journal_entries_" in plan for plan in plans] == [True, True]  # of either index, so small a table it is
