"""What can happen to a product, as journal, webhooks and API call it."""

from typing import Final

PRODUCT_CREATED: Final = "product.created"
PRODUCT_UPDATED: Final = "product.updated"
PRODUCT_DELETED: Final = "product.deleted"
