"""The catalog that benchmarks make in bulk is one that an import could have left."""

from benchmarks import filling
from product_importer.catalog import queries
from product_importer.catalog.filters import Filters
from product_importer.catalog.order import Order
from product_importer.journal import queries as journal
from product_importer.kit import database
from product_importer.kit.settings import Settings
from product_importer.web.requests.journal_query import JournalQuery


def test_products_that_were_made_in_bulk_are_listed_found_and_in_the_journal(started: Settings) -> None:
    filling.fill(40)
    with database.reading() as session:
        everything = queries.page(session, Filters(), Order(), page=1, per_page=50)
        inactive = queries.page(session, Filters(active=False), Order(), page=1, per_page=50)
        imported = queries.page(session, Filters(import_id=filling.IMPORT), Order(), page=1, per_page=50)
        told = journal.page(session, JournalQuery(sku="PRD-0000007").wanted(session))
    assert (everything.total.count, inactive.total.count, imported.total.count) == (40, 2, 40)
    assert [entry.sku for entry in told.items] == ["PRD-0000007"]
