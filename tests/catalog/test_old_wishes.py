"""What is over is forgotten around wishes that stand: these keep their addresses, whoever wishes at that moment."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update

from product_importer.catalog import old_wishes, wishes
from product_importer.catalog.wish_models import AddressState, ImageAddress, ImageWish, WishState
from product_importer.catalog.wishes import Wish, Wished
from product_importer.kit import database, ids, runtime
from product_importer.kit.settings import Settings
from tests import makers
from tests.makers import ACTOR
from tests.patience import until

HERE, THERE = "https://shop.example/here.png", "https://shop.example/there.png"


def wish(url: str) -> uuid.UUID:
    """Wish for the picture of an address as an import does, and return the import."""
    import_id = ids.new_id()
    with database.transaction() as session:
        wishes.add(session, import_id, [Wish(ids.new_id(), url, 0)], actor=ACTOR)
    return import_id


def forget() -> int:
    with database.transaction() as session:
        return old_wishes.forget(session, select(ImageWish.import_id))


@pytest.mark.usefixtures("started")
def test_an_address_that_somebody_wishes_for_is_not_alone_and_stays() -> None:
    wish(HERE)
    wish(THERE)
    with database.transaction() as session:
        session.execute(delete(ImageWish).where(ImageWish.address_id == wishes.address_id(THERE)))
    with database.reading() as session:
        alone = old_wishes.alone(session)
    assert alone == [wishes.address_id(THERE)]
    wish(THERE)
    with database.transaction() as session:
        assert old_wishes.forget_addresses(session, alone) == 0
        assert session.scalar(select(func.count()).select_from(ImageAddress)) == 2


@pytest.mark.server
def test_what_is_wished_for_again_at_that_moment_is_not_forgotten(tmp_path: Path, postgres_url: str) -> None:
    runtime.start(Settings(data_dir=tmp_path, database_url=postgres_url))
    import_id = wish(HERE)
    with database.transaction() as session:
        session.execute(update(ImageWish).values(state=WishState.FAILED))
        session.execute(update(ImageAddress).values(state=AddressState.FAILED))
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            wishes.retry(session, import_id)
            forgotten = pool.submit(forget)
            until(makers.somebody_waits)
        assert forgotten.result() == 0
    with database.reading() as session:
        assert wishes.counted(session, import_id) == Wished(wished=1, waiting=1)
    database.engine().dispose()
