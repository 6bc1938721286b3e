"""The command `seed`: adds the products of the demonstration."""

from decimal import Decimal

from product_importer.catalog import actions
from product_importer.catalog.schemas import ProductIn
from product_importer.cli import opening, terminal
from product_importer.imports import mock_file
from product_importer.kit import database

ACTOR = "user:local"
DEMO = ProductIn(sku="TEST-000", name="Demo Product", price=Decimal("10.00"))
# No line of a made file has these names and this price, so importing one updates each of them.
OLD = [ProductIn(sku=sku, name=f"Old name of {sku}", price=Decimal("1.00")) for sku in mock_file.FIRST_SKUS]


def seed() -> None:
    """Add the products that are not there yet, and say which."""
    opening.catalog()
    for wanted in (DEMO, *OLD):
        with database.transaction() as session:
            made = actions.create_unless_present(session, wanted, actor=ACTOR)
        stands = "added" if made else "already exists and stays as it is"
        terminal.notes.print(f"{wanted.sku} {stands}")
