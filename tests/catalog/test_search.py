"""The search index finds what looking through all products finds, however far it lags behind."""

import uuid
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, select, text

from product_importer import migrations
from product_importer.catalog import actions, queries, search, search_index, search_text, selection
from product_importer.catalog.filters import Filters
from product_importer.catalog.models import InactiveText, ProductText, SearchedLetter
from product_importer.catalog.order import Direction, Order, Sort
from product_importer.catalog.schemas import ProductIn, ProductPatch
from product_importer.imports.models import ImportJob
from product_importer.kit import clock, database
from product_importer.kit.failpoints import Injected
from product_importer.kit.settings import Settings
from product_importer.kit.tasks import leases
from tests import makers

ASKED = [
    Filters(q="mug"), Filters(q="MUG éCLAIR"), Filters(q="groẞ"), Filters(q="οδοσ"), Filters(q='"50% wool_'),
    Filters(name="mug"), Filters(sku="a-1"), Filters(q="ug"), Filters(q="mug xx"), Filters(q="nothing"),
    Filters(description="stor", active=True), Filters(q="new name"), Filters(q="lamp"), Filters(q="\x1fmu"),
    Filters(description="mug"), Filters(name="stor"), Filters(sku="mug"), Filters(description="part"),
    Filters(name="odd\x1f"), Filters(q="mug", active=False), Filters(q="mug", sku="a", name="ÉCL", description="dry"),
    Filters(name="mug éclair"), Filters(name="g l"), Filters(name=" l"), Filters(q="gl"), Filters(q="gq"),
    Filters(q="q"), Filters(name="cup  lamp"), Filters(description="wool_ KIND"), Filters(description='" kind'),
]  # fmt: skip


@pytest.fixture
def eager(started: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index that is asked however few products there are, and that follows at once."""
    monkeypatch.setattr(search, "SMALL", 0)
    monkeypatch.setattr(search_index, "QUIET", -1.0)
    monkeypatch.setattr(search_index, "CHUNK", 2)


def create(sku: str, name: str, description: str | None = None) -> uuid.UUID:
    with database.transaction() as session:
        wanted = ProductIn(sku=sku, name=name, description=description)
        return actions.create(session, wanted, actor="user:anna").id


def change(product_id: uuid.UUID, **values: Any) -> None:
    with database.transaction() as session:
        actions.change(session, product_id, ProductPatch(**values), actor="user:anna")


def follow() -> int:
    """Do the chore; returns how many batches it took in."""
    return search_index.follow_products.run()


def seen() -> list[list[str]]:
    """Return what is found for everything that is asked, and require the totals to agree."""
    with database.reading() as session:
        pages = [queries.page(session, one, Order(), page=1, per_page=50) for one in ASKED]
        totals = [queries.page(session, one, Order(), page=2, per_page=50).total for one in ASKED]
    assert [total.count for total in totals] == [len(page.items) for page in pages]
    return [[product.sku for product in page.items] for page in pages]


def followed(filters: Filters, order: Order) -> list[str]:
    """Return what is found page by page, two at a time, by number and by cursor, which must agree."""
    numbered: list[str] = []
    cursor: str | None = None
    with database.reading() as session:
        for page in range(1, 9):
            one = queries.page(session, filters, order, page=page, per_page=2)
            other = queries.page(session, filters, order, page=1, per_page=2, cursor=cursor)
            assert [product.sku for product in one.items] == [product.sku for product in other.items]
            assert (one.page, one.pages, one.total) == (page, other.pages, other.total)
            numbered += [product.sku for product in one.items]
            if (cursor := one.next_cursor) is None:
                return numbered
    raise AssertionError("the list does not end")


def looked_through(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Return what is found without the index."""
    with monkeypatch.context() as patched:
        patched.setattr(search, "SMALL", 10**9)
        return seen()


def queried(q: str, *, index_only: bool = False) -> list[str]:
    """Return what is found for a text, PostgreSQL using its index even for so few."""
    with database.reading() as session:
        if index_only and database.engine().dialect.name == "postgresql":
            session.execute(text("SET LOCAL enable_seqscan = off"))
        return [product.sku for product in queries.page(session, Filters(q=q), Order(), page=1, per_page=99).items]


def found(filters: Filters) -> list[str]:
    """Return what is found, which must be as many as are counted."""
    with database.reading() as session:
        page = queries.page(session, filters, Order(), page=1, per_page=99)
        assert queries.page(session, filters, Order(), page=2, per_page=99).total.count == len(page.items)
    return [product.sku for product in page.items]


def source(filters: Filters) -> Any:
    """Return which table's texts are asked; None where products are looked through."""
    with database.reading() as session:
        known = search.known(session, filters)
    return None if known is None else known.source


def indexed() -> dict[uuid.UUID, str]:
    with database.reading() as session:
        wanted = select(ProductText.product_id, ProductText.text).order_by(ProductText.number)
        return {product_id: words for product_id, words in session.execute(wanted)}  # noqa: C416 - typed so


def test_the_index_and_looking_through_find_the_same_at_every_step(
    eager: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    mug = create("A-1", "Mug Éclair", "Stored dry")
    create("A-2", "GROß ΟΔΟΣ", 'The "50% wool_" kind')
    lamp = create("B-1", "Mug lamp", "no story")
    create("B-3", "odd\x1fpart")
    create("B-4", "Cup  lamp, Quite Q")
    assert seen() == looked_through(monkeypatch)
    assert follow() == 5
    assert len(indexed()) == 5
    assert seen() == looked_through(monkeypatch)
    change(mug, name="New name")  # not indexed yet: the index still says "mug éclair"
    create("B-2", "Mug, new")
    with database.transaction() as session:
        selection.delete(session, [lamp], actor="user:anna")
    assert seen() == looked_through(monkeypatch)
    assert seen()[0] == ["B-2"]
    assert follow() == 3
    assert seen() == looked_through(monkeypatch)
    assert {words.partition("\x1f")[0] for words in indexed().values()} == {"a-1", "a-2", "b-2", "b-3", "b-4"}


def test_a_text_of_the_sample_is_met_where_the_database_says_so(eager: None) -> None:
    create("A-1", "Mug Éclair", "Stored dry")
    create("A-2", "GROß ΟΔΟΣ", 'The "50% wool_" kind')
    create("B-1", "Mug lamp", "no story")
    follow()
    told = [one for one in ASKED if search_text.tells(one)]
    met = [{id_ for id_, words in indexed().items() if search_text.matcher(one)(words)} for one in told]
    with database.reading() as session:
        exact = [set(session.scalars(select(ProductText.product_id).where(search_text.exact(one)))) for one in told]
    assert met == exact
    assert sum(map(len, met)) > len(told) / 2


def test_an_import_is_indexed_once_it_is_quiet_and_a_price_alone_costs_nothing(
    eager: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    makers.import_file(makers.csv_file(*(f"A-{number},Mug {number},,1.00" for number in range(5))))
    monkeypatch.setattr(search_index, "QUIET", 60.0)
    assert follow() == 0
    create("B-1", "Lamp")
    assert follow() == 1  # a change by hand does not wait
    assert seen() == looked_through(monkeypatch)
    monkeypatch.setattr(search_index, "QUIET", -1.0)
    assert follow() >= 1
    before = indexed()
    assert len(before) == 6
    makers.edit_product("A-1", price=Decimal("2.00"))
    follow()
    assert list(indexed().items()) == list(before.items())


def test_while_a_file_is_read_the_index_waits(eager: None, monkeypatch: pytest.MonkeyPatch) -> None:
    makers.import_file(makers.csv_file("A-1,Mug,,1.00"))
    reading = makers.make_import(makers.csv_file("A-2,Lamp,,1.00"))
    with database.transaction() as session:
        assert leases.claim(session, ImportJob, ImportJob.id == reading) is not None
    assert follow() == 0
    with monkeypatch.context() as patched:
        patched.setattr(search_index, "PATIENCE", -1.0)
        assert follow() >= 1
    makers.import_file(makers.csv_file("A-3,Mug,,1.00"))
    assert follow() == 0
    with database.transaction() as session:
        session.get_one(ImportJob, reading).lease_until = clock.now() - clock.seconds(1)
    assert follow() >= 1


def test_a_worker_that_is_cut_in_the_middle_of_a_batch_does_it_again(
    eager: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    makers.import_file(makers.csv_file(*(f"A-{number},Mug {number},,1.00" for number in range(5))))
    with monkeypatch.context() as patched, pytest.raises(Injected):
        patched.setenv("FAILPOINTS", f"search.chunk=error@3;{database.engine().dialect.name}=error")
        follow()
    assert len(indexed()) == 4
    assert seen() == looked_through(monkeypatch)
    follow()
    assert len(indexed()) == 5
    assert seen() == looked_through(monkeypatch)


def test_pages_of_a_search_follow_each_other_in_every_order_however_they_are_found(
    eager: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [f"{prefix}-{number},Mug {number % 3},,{number}.50" for prefix in "BA" for number in range(4)]
    makers.import_file(makers.csv_file(*lines, "C-1,Lamp,,9.00"))
    follow()
    makers.edit_product("A-1", name="Cup")
    makers.edit_product("B-2", name="Mug, edited")
    orders = [Order(sort, direction) for sort in Sort for direction in Direction]
    ways = []
    for many, walk in ((100, 10_000), (0, 10_000), (0, 2)):  # listed by the index; walked to; walked to in vain
        monkeypatch.setattr(search, "MANY", many)
        monkeypatch.setattr(search, "WALK", walk)
        ways.append([followed(Filters(q="mug"), order) for order in orders])
    monkeypatch.setattr(search, "SMALL", 10**9)
    monkeypatch.setattr(queries, "FAR", 4)
    assert ways == [[followed(Filters(q="mug"), order) for order in orders]] * 3
    assert [len(skus) for skus in ways[0]] == [7] * len(orders)


def test_more_than_are_counted_are_not_counted_and_an_index_far_behind_is_not_asked(
    eager: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "COUNTED", 3)
    for number in range(5):
        create(f"A-{number}", "Mug")
    follow()
    with database.reading() as session:
        found = queries.page(session, Filters(q="mug"), Order(), page=1, per_page=2)
        assert (found.total, len(found.items)) == (queries.Total(3, exact=False), 2)
        none = queries.page(session, Filters(q="mug", active=False), Order(), page=2, per_page=2)
        assert none.total == queries.Total(0, exact=True)
    monkeypatch.setattr(search, "BEHIND", 1)
    create("A-6", "Mug")
    with database.reading() as session:
        assert search.known(session, Filters(q="a-6")) is not None
    create("A-7", "Mug")
    with database.reading() as session:
        assert search.known(session, Filters(q="a-7")) is None
        assert [one.sku for one in queries.page(session, Filters(q="a-7"), Order(), page=1, per_page=2).items] == [
            "A-7"
        ]


def inactive() -> set[str]:
    with database.reading() as session:
        return set(session.scalars(select(InactiveText.sku_key)))


def test_what_is_not_active_is_searched_in_a_table_of_its_own_that_follows_every_switch(eager: None) -> None:
    wanted = Filters(q="mug", active=False)
    mugs = [create(f"A-{number}", "Mug") for number in range(30)]
    off, lamp = create("B-1", "Mug, off"), create("B-2", "Lamp, off")
    for one in (off, lamp):
        change(one, active=False)
    follow()
    kept = indexed()
    assert inactive() == {"b-1", "b-2"}
    assert (found(wanted), source(wanted)) == (["B-1"], InactiveText)
    change(mugs[3], active=False)  # not taken in yet
    change(off, active=True)
    assert (found(wanted), source(wanted)) == (["A-3"], InactiveText)
    follow()
    assert (inactive(), indexed()) == ({"a-3", "b-2"}, kept)  # no text was indexed anew
    change(lamp, name="Mug, once a lamp")
    with database.transaction() as session:
        selection.delete(session, [mugs[3]], actor="user:anna")
    follow()
    assert (inactive(), found(wanted), len(indexed())) == ({"b-2"}, ["B-2"], 31)


def test_rare_words_are_asked_of_the_index_even_among_what_is_not_active(eager: None) -> None:
    for number in range(30):
        change(create(f"A-{number:02}", f"Mug {number}"), active=number % 2 > 0)
    follow()
    assert (found(Filters(q="mug 12", active=False)), source(Filters(q="12", active=False))) == (["A-12"], InactiveText)
    assert source(Filters(q="mug", active=False)) is InactiveText
    assert source(Filters(q="zebra", active=False)) is ProductText
    assert source(Filters(q="mug", active=True)) is None  # what is active is rarer than the word
    assert found(Filters(q="mug", active=True)) == [f"A-{number:02}" for number in range(1, 30, 2)]


def test_the_migration_puts_aside_what_is_not_active(eager: None) -> None:
    change(create("A-1", "Mug"), active=False)
    create("A-2", "Mug")
    follow()
    migrations.downgrade(database.engine(), "20261127_2250")
    migrations.upgrade(database.engine())
    assert inactive() == {"a-1"}


def test_two_letters_are_found_before_whatever_follows_them_at_the_end_and_at_the_beginning(
    eager: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    following = ["", *"a7 -]^\\[$.|'\"%_\x7fé日İ\u13a0ß\u0301\u2028😀"]
    for number, sign in enumerate(following):
        create(f"A-{number:02}", f"Mug xq{sign}")
        create(f"B-{number:02}", "Mug", f"xq{sign}")
    create("C-00xq", "Mug", "x q")
    create("XQ-00", "Mug")
    skus = [f"{letter}-{number:02}" for letter in "AB" for number in range(len(following))]
    skus += ["C-00xq", "XQ-00"]
    follow()
    assert queried("XQ", index_only=True) == queried("xq") == skus
    assert queried("mq", index_only=True) == []
    monkeypatch.setattr(f"{database.face().contains_pairs.__module__}.LETTERS", 3)
    assert queried("xq", index_only=True) == skus


def test_letters_that_an_index_met_before_they_were_kept_are_found_by_the_migration(eager: None) -> None:
    create("A-1", "Mug xqé")
    follow()
    with database.transaction() as session:
        session.execute(delete(SearchedLetter).where(SearchedLetter.letter != "m"))
    assert queried("xq") == []
    migrations.downgrade(database.engine(), "20261126_2215")
    migrations.upgrade(database.engine())
    assert queried("xq", index_only=True) == ["A-1"]


def test_texts_that_were_searched_with_their_spaces_are_found_after_the_migration_and_back(eager: None) -> None:
    create("A-1", "Mug Quartz", "red lamp")
    follow()
    (now,) = indexed().values()
    migrations.downgrade(database.engine(), "20261127_2240")
    (before,) = indexed().values()
    assert (before, now) == ("a-1\x1fmug quartz\x1fred lamp", "a-1\x1fmug\u01f7quartz\x1fred\u01f7lamp")
    migrations.upgrade(database.engine())
    assert list(indexed().values()) == [now]
    with database.reading() as session:
        found = queries.page(session, Filters(name="g q", description="d l"), Order(), page=1, per_page=9)
        assert [product.sku for product in found.items] == ["A-1"]
