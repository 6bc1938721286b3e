"""What an installation holds beside products: pictures, edits by hand, an undo, people, tokens, webhooks, feeds."""

import io
import random
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Final

from PIL import Image as Canvas
from sqlalchemy import select

from product_importer.accounts.roles import Role, Scope
from product_importer.catalog import actions as catalog
from product_importer.catalog.models import Product
from product_importer.catalog.schemas import ProductPatch
from product_importer.feeds import actions as feeds
from product_importer.feeds.schemas import FeedIn
from product_importer.imports.models import Undo
from product_importer.imports.states import UndoState
from product_importer.imports.undoing import undo_actions
from product_importer.kit import database
from product_importer.media import queries as media
from product_importer.media.models import ImageState
from product_importer.web.actions import attaching
from tests.accounts import makers as accounts
from tests.makers import make_upload
from tests.webhooks import makers as webhooks

EDITS: Final = 1_000  # products changed by hand
LOOK: Final = 0.2  # seconds
LONGEST: Final = 600.0  # seconds after which a worker is taken for lost
ACTOR: Final = "user:anna@example.com"


def move_in() -> None:
    """Make users, tokens, endpoints that nobody answers at, and feeds."""
    for email, role in (("anna@example.com", Role.ADMIN), ("ben@example.com", Role.EDITOR)):
        user = accounts.make_user(email, role)
        accounts.make_session(user)
        accounts.make_token(user, [Scope.READ], name=f"Till of {email}")
    webhooks.make_endpoint("http://127.0.0.1:9/hooks", mode="summary", headers={"X-Api-Key": "of the receiver"})
    webhooks.make_endpoint("http://127.0.0.1:9/all", "upload.completed", "image.ready", description="Schaufenster Ø")
    with database.transaction() as session:
        feeds.create(session, FeedIn(name="Oakmill", url="http://127.0.0.1:9/prices.csv"), actor=ACTOR)
        feeds.create(session, FeedIn(name="Till in the shop"), actor=ACTOR)


def edit(*, seed: int = 1) -> None:
    """Change some products by hand, each in a transaction of its own as a person does."""
    dice = random.Random(seed)
    for product_id in _some_products(EDITS):
        wanted = ProductPatch(description=f"Edited by hand, {dice.randrange(10_000)}: é, Ø, Я, 木.")
        with database.transaction() as session:
            catalog.change(session, product_id, wanted, actor=ACTOR)


def hang_pictures(count: int) -> None:
    """Attach so many pictures, no two alike, to as many products, and wait until their sizes are made."""
    for number, product_id in enumerate(_some_products(count)):
        upload_id = make_upload(_picture(number), name=f"{number}.jpg")
        attaching.attach_received(product_id, upload_id, actor=ACTOR, name=f"{number}.jpg")
    _wait(lambda: _ready() == count, f"{count} pictures")


def take_back(import_id: uuid.UUID) -> None:
    """Undo an import and wait for its end."""
    with database.transaction() as session:
        undo_id = undo_actions.start(session, import_id, actor=ACTOR).id
    _wait(lambda: _state(undo_id) is UndoState.COMPLETED, "the undo")


def _ready() -> int:
    with database.reading() as session:
        return media.states(session)[ImageState.READY]


def _state(undo_id: uuid.UUID) -> UndoState:
    with database.reading() as session:
        return session.get_one(Undo, undo_id).state


def _wait(is_done: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + LONGEST
    while not is_done():
        if time.monotonic() > until:
            raise RuntimeError(f"waited {LONGEST:g} s in vain for {what}")
        time.sleep(LOOK)


def _some_products(count: int) -> Sequence[uuid.UUID]:
    with database.reading() as session:
        return session.scalars(select(Product.id).order_by(Product.sku_key).limit(count)).all()


def _picture(number: int) -> bytes:
    """Return a JPEG of 1,600 by 1,200 pixels; its number, as a comment, makes its bytes its own."""
    canvas = Canvas.linear_gradient("L").resize((1_600, 1_200)).convert("RGB")
    canvas.paste((number % 256, number // 256, 90), (200, 200, 1_400, 1_000))
    file = io.BytesIO()
    canvas.save(file, "JPEG", quality=85, comment=f"{number}")
    return file.getvalue()
