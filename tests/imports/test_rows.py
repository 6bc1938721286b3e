"""Records become products or rejects, each for the right reason."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from product_importer.catalog import schemas
from product_importer.imports.checking import mapping, policies, price, rows
from product_importer.imports.checking.rejected import Rejected, shown
from product_importer.imports.codes import Code, Remark
from product_importer.imports.fields import CLEAR_BITS
from product_importer.imports.source.broken import Broken
from product_importer.imports.source.reader import Batch
from product_importer.imports.states import Blank, Decimal, Mode

HEADER = ["SKU", "Name", "Description", "Price", "Active"]
EXPLICIT = {"sku": "SKU", "name": "Name", "description": "Description", "price": "Price", "active": "Active"}


def checker(
    *,
    blanks: policies.Blanks | None = None,
    decimal: Decimal | None = Decimal.POINT,
    fields: Sequence[str] = tuple(EXPLICIT),
    guard: bool = True,
) -> rows.Checker:
    explicit = {field: EXPLICIT[field] for field in fields}
    found = mapping.resolve(HEADER, explicit=explicit, mode=Mode.UPDATE_ONLY)
    return rows.Checker(found, blanks or {}, decimal, guard=guard)


def batch(*records: Sequence[str], broken: Sequence[Broken] = ()) -> Batch:
    return Batch(range(2, 2 + len(records)), [list(record) for record in records], list(broken), 0)


def check(*records: Sequence[str], **options: Any) -> rows.Checked:
    return checker(**options).check(batch(*records))


def accepted(*record: str, **options: Any) -> tuple[object, ...]:
    checked = check(record, **options)
    assert checked.rejected == []
    return checked.accepted[0][1:]


def rejected(*record: str, **options: Any) -> Rejected:
    checked = check(record, **options)
    assert checked.accepted == []
    return checked.rejected[0]


def test_a_plain_row_is_taken_as_it_is() -> None:
    assert accepted("A-1", "Pump", "A text", "12.50", "yes") == ("a-1", "A-1", "Pump", "A text", "12.50", True, 0)


def test_cells_are_trimmed_and_skus_cleaned() -> None:
    row = accepted(" A \u200b 1 ", "  Pump ", " text\n ", " 12.5 ", " No ")
    assert row == ("a 1", "A 1", "Pump", "text", "12.50", False, 0)


def test_columns_that_are_absent_keep_what_there_is() -> None:
    assert accepted("A-1", "x", "x", "x", "x", fields=("sku",)) == ("a-1", "A-1", None, None, None, None, 0)


@pytest.mark.parametrize(
    ("at", "cell", "code", "column"),
    [
        (0, "", Code.SKU_BLANK, "SKU"),
        (0, " \u200b", Code.SKU_BLANK, "SKU"),
        (0, "__CLEAR__", Code.SKU_BLANK, "SKU"),
        (0, "1.23457E+11", Code.SKU_SPOILT, "SKU"),
        (0, "1,23457E+11", Code.SKU_SPOILT, "SKU"),
        (0, "#####", Code.SKU_SPOILT, "SKU"),
        (0, "#N/A", Code.SKU_SPOILT, "SKU"),
        (0, "x" * 256, Code.SKU_TOO_LONG, "SKU"),
        (1, "", Code.NAME_BLANK, "Name"),
        (1, "\u00a0", Code.NAME_BLANK, "Name"),
        (1, "__CLEAR__", Code.NAME_BLANK, "Name"),
        (1, "x" * 501, Code.NAME_TOO_LONG, "Name"),
        (3, "", Code.PRICE_BLANK, "Price"),
        (3, "abc", Code.PRICE_INVALID, "Price"),
        (3, "-1", Code.PRICE_NEGATIVE, "Price"),
        (3, "99999999999", Code.PRICE_TOO_LARGE, "Price"),
        (4, "maybe", Code.ACTIVE_INVALID, "Active"),
        (4, "__CLEAR__", Code.ACTIVE_INVALID, "Active"),
    ],
)
def test_a_cell_that_breaks_a_rule_is_reported_with_code_and_column(
    at: int, cell: str, code: Code, column: str
) -> None:
    record = ["A-1", "Pump", "text", "1", "1"]
    record[at] = cell
    found = rejected(*record)
    assert (found.line, found.code, found.column, found.cells) == (2, code, column, record)


@pytest.mark.parametrize("sku", ["00123", "90.750", "1E5", "3E-10", "12E", "PIPE-05", "x" * 255, "#12", "E+11", "_x"])
def test_skus_are_text_and_stay_as_they_are(sku: str) -> None:
    assert accepted(sku, "Pump", "", "1", "1")[1] == sku


def test_blank_cells_keep_by_default_where_they_may() -> None:
    assert accepted("A-1", "Pump", " ", "1.00", "")[3:] == (None, "1.00", None, 0)


def test_blank_cells_clear_keep_or_reject_as_chosen() -> None:
    blanks = {"description": Blank.CLEAR, "price": Blank.CLEAR, "active": Blank.KEEP}
    assert accepted("A-1", "Pump", "", "", "", blanks=blanks)[3:] == (
        None, None, None, sum(CLEAR_BITS.values()),
    )  # fmt: skip
    assert accepted("A-1", "Pump", "x", "", "", blanks={"price": Blank.KEEP})[3:] == ("x", None, None, 0)
    assert rejected("A-1", "Pump", "", "1", "", blanks={"description": Blank.REJECT}).code == Code.DESCRIPTION_BLANK


def test_the_token_clears_under_any_policy() -> None:
    row = accepted("A-1", "Pump", "__CLEAR__", " __CLEAR__ ", "1", blanks={"description": Blank.REJECT})
    assert row[3:] == (None, None, True, sum(CLEAR_BITS.values()))


def test_zero_is_a_price_and_no_blank() -> None:
    assert accepted("A-1", "Pump", "", "0", "0")[4:6] == ("0", False)


def test_one_quote_of_the_formula_guard_is_removed_and_counted() -> None:
    check_all = checker()
    checked = check_all.check(batch(["'=1+1", "'-x", "''@y", "1", "1"], ["B", "'tis", "it's", "1", "1"]))
    assert [row[2:5] for row in checked.accepted] == [("=1+1", "-x", "'@y"), ("B", "'tis", "it's")]
    assert check_all.remarks.tallies[Remark.GUARD_REMOVED].count == 3
    assert accepted("'=1", "Pump", "", "1", "1", guard=False)[1] == "'=1"


def test_rounding_is_counted_with_its_first_line_and_example() -> None:
    check_all = checker()
    checked = check_all.check(batch(["A", "Pump", "", "1.005", "1"], ["B", "Pump", "", "2.50", "1"]))
    assert [row[5] for row in checked.accepted] == ["1.00", "2.50"]
    (notice,) = check_all.remarks.notices()
    assert (notice.code, notice.count) == (Remark.PRICE_ROUNDED, 1)
    assert "line 2" in notice.message
    assert "1.005 became 1.00" in notice.message


def test_some_recordsof_blank_cells_are_counted_by_nobody() -> None:
    checked = check(["", " ", "", "\u00a0", ""], ["A", "Pump", "", "1", ""])
    assert ([row[0] for row in checked.accepted], checked.rejected) == ([3], [])


def test_broken_some_recordsare_rejects_with_their_text_and_lines() -> None:
    broken = [Broken(5, Code.QUOTE_UNBALANCED, 'C,"x\ny\n', "a quote is left open", lines=2)]
    checked = checker().check(batch(["A", "Pump", "", "-1", "1"], broken=broken))
    assert [(found.line, found.code) for found in checked.rejected] == [
        (2, Code.PRICE_NEGATIVE), (5, Code.QUOTE_UNBALANCED),
    ]  # fmt: skip
    assert checked.rejected[1].raw == 'C,"x\ny'
    assert "lines 5 to 6" in checked.rejected[1].message


def test_a_reported_value_is_short_and_harmless() -> None:
    found = rejected("A", "x\x1b[31m" * 200, "", "1", "1")
    assert len(found.value) <= 1_000
    assert found.value.isprintable()
    assert shown("a\nb\u202e") == "a\\nb\\u202e"


def test_the_sign_is_taken_from_the_first_batch_and_confirmed_by_all() -> None:
    check_all = checker(decimal=None)
    first = check_all.check(batch(["A", "Pump", "", "1,50", "1"], ["B", "Pump", "", "1.234", "1"]))
    assert [row[5] for row in first.accepted] == ["1.50", "1234.00"]
    assert check_all.decimal is Decimal.COMMA
    assert check_all.settled() is Decimal.COMMA


def test_a_column_that_turns_out_otherwise_says_so_at_the_end() -> None:
    check_all = checker(decimal=None)
    check_all.check(batch(["A", "Pump", "", "1.234", "1"]))
    check_all.check(batch(["B", "Pump", "", "1,50", "1"]))
    assert (check_all.decimal, check_all.settled()) == (Decimal.POINT, Decimal.COMMA)


def test_a_column_in_which_nothing_tells_the_sign_is_refused_unless_it_is_given() -> None:
    records = batch(["A", "Pump", "", "1.234", "1"], ["B", "Pump", "", "12", "1"])
    undecided, told = checker(decimal=None), checker(decimal=Decimal.COMMA)
    undecided.check(records)
    assert [row[5] for row in told.check(records).accepted] == ["1234.00", "12"]
    assert told.settled() is Decimal.COMMA
    with pytest.raises(price.DecimalAmbiguous):
        undecided.settled()


cells = st.one_of(
    st.sampled_from(
        ["", " ", "A-1", "'=x", "__CLEAR__", "1.50", "1,50", "-1", "yes", "x" * 600, "É", "1E+11", "#N/A", "1\n2"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
)
PLAIN = ("A-1", "Pump", "", "1.50", "yes")
nearly_plain = st.builds(lambda at, cell: [*PLAIN[:at], cell, *PLAIN[at + 1 :]], st.integers(0, 4), cells)
some_records = st.one_of(
    st.lists(nearly_plain, min_size=1, max_size=30),
    st.lists(st.lists(cells, min_size=5, max_size=5), min_size=1, max_size=30),
)


@given(some_records, st.sampled_from(Decimal))
@example([["", *PLAIN[1:]], ["", *PLAIN[1:]], [*PLAIN]], Decimal.POINT)
def test_rows_judged_together_come_out_as_rows_judged_alone(records: list[list[str]], sign: Decimal) -> None:
    together = check(*records, decimal=sign)
    alone = [check(record, decimal=sign) for record in records]
    assert [row[1:] for row in together.accepted] == [row[1:] for one in alone for row in one.accepted]
    assert [found.code for found in together.rejected] == [found.code for one in alone for found in one.rejected]


@given(some_records)
@example([[*PLAIN[:3], "1\n2", "yes"], [*PLAIN]])
def test_what_is_accepted_satisfies_the_catalogs_own_rules(records: list[list[str]]) -> None:
    for _, key, sku, name, description, cost, _, _ in check(*records, blanks={"price": Blank.KEEP}).accepted:
        product = schemas.ProductIn(sku=sku, name=name, description=description, price=cost)
        assert (product.sku, product.name, product.description) == (sku, name, description)
        assert key == schemas.sku_key(sku)


@pytest.mark.parametrize(
    ("choice", "mode"),
    [
        ({"sku": Blank.KEEP}, Mode.UPSERT),
        ({"name": Blank.KEEP}, Mode.UPSERT),
        ({"name": Blank.CLEAR}, Mode.UPDATE_ONLY),
        ({"active": Blank.CLEAR}, Mode.UPSERT),
        ({"colour": Blank.KEEP}, Mode.UPSERT),
    ],
)
def test_a_policy_that_leaves_a_product_without_what_it_needs_is_refused(
    choice: Mapping[str, Blank], mode: Mode
) -> None:
    with pytest.raises(policies.PolicyImpossible):
        policies.chosen(choice, mode)


def test_a_choice_of_policies_is_completed_with_the_defaults() -> None:
    chosen = policies.chosen({"price": Blank.KEEP, "name": Blank.KEEP}, Mode.UPDATE_ONLY)
    assert chosen == policies.BLANKS | {"price": Blank.KEEP, "name": Blank.KEEP}
