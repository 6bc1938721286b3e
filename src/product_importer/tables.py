"""Every table, imported once: what migrations compare against and tests look through."""

from product_importer.accounts.models import Link, SignIn, Token, User
from product_importer.catalog.bulk_models import BulkJob
from product_importer.catalog.models import InactiveText, Product, ProductText, SearchedLetter
from product_importer.catalog.wish_models import ImageAddress, ImageWish
from product_importer.feeds.models import Feed
from product_importer.imports.memory import MappingMemory
from product_importer.imports.models import Counter, ImportJob, LateSkip, RejectedRecord, Slice, Undo, UndoKept
from product_importer.journal.models import Batch, Entry
from product_importer.kit.database.types import Base
from product_importer.kit.idempotency import IdempotentRequest
from product_importer.media.models import Image, ProductImage, Variant
from product_importer.uploads.models import Part, Upload
from product_importer.webhooks.inbox import InboxMessage
from product_importer.webhooks.models import Attempt, Delivery, Duty, Endpoint

metadata = Base.metadata

__all__ = [
    "Attempt",
    "Batch",
    "BulkJob",
    "Counter",
    "Delivery",
    "Duty",
    "Endpoint",
    "Entry",
    "Feed",
    "IdempotentRequest",
    "Image",
    "ImageAddress",
    "ImageWish",
    "ImportJob",
    "InactiveText",
    "InboxMessage",
    "LateSkip",
    "Link",
    "MappingMemory",
    "Part",
    "Product",
    "ProductImage",
    "ProductText",
    "RejectedRecord",
    "SearchedLetter",
    "SignIn",
    "Slice",
    "Token",
    "Undo",
    "UndoKept",
    "Upload",
    "User",
    "Variant",
    "metadata",
]
