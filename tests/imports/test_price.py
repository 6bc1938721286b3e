"""Prices as people write them, and the decimal sign told from a column."""

import decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from product_importer.imports.checking import price
from product_importer.imports.checking.price import Evidence, Price, Refused
from product_importer.imports.codes import Code
from product_importer.imports.states import Decimal

POINT, COMMA = Decimal.POINT, Decimal.COMMA


@pytest.mark.parametrize(
    ("cell", "sign", "text"),
    [
        ("12", POINT, "12.00"),
        (" 12.5 ", POINT, "12.50"),
        ("1,234.56", POINT, "1234.56"),
        ("1.234,56", COMMA, "1234.56"),
        ("1 234,56", COMMA, "1234.56"),
        ("1\u00a0234\u00a0567,5", COMMA, "1234567.50"),
        ("1'234.56", POINT, "1234.56"),
        ("1’234.56", POINT, "1234.56"),
        ("€ 12.50", POINT, "12.50"),
        ("12,50\u00a0€", COMMA, "12.50"),
        ("EUR 12.50", POINT, "12.50"),
        ("12.50usd", POINT, "12.50"),
        ("US$5", POINT, "5.00"),
        ("5 kr", POINT, "5.00"),
        ("+5", POINT, "5.00"),
        ("-0", POINT, "0.00"),
        (".5", POINT, "0.50"),
        ("0", POINT, "0.00"),
        ("007", POINT, "7.00"),
        ("5.738e+01", POINT, "57.38"),
        ("5,738E1", COMMA, "57.38"),
        ("1E3", POINT, "1000.00"),
        ("9999999999.99", POINT, "9999999999.99"),
        ("2.50000", POINT, "2.50"),
    ],
)
def test_a_price_is_read_as_it_is_meant(cell: str, sign: Decimal, text: str) -> None:
    assert price.read(cell, sign) == Price(text)


@pytest.mark.parametrize(
    ("cell", "text"), [("2.345", "2.34"), ("2.355", "2.36"), ("0.001", "0.00"), ("9999999999.994", "9999999999.99")]
)
def test_more_than_two_places_are_rounded_half_to_even_and_said(cell: str, text: str) -> None:
    assert price.read(cell, POINT) == Price(text, rounded=True)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("-5", Code.PRICE_NEGATIVE),
        ("5-", Code.PRICE_NEGATIVE),
        ("−5", Code.PRICE_NEGATIVE),
        ("€-5", Code.PRICE_NEGATIVE),
        ("(5.00)", Code.PRICE_NEGATIVE),
        ("-0.001", Code.PRICE_NEGATIVE),
        ("10000000000", Code.PRICE_TOO_LARGE),
        ("9999999999.995", Code.PRICE_TOO_LARGE),
        ("1E10", Code.PRICE_TOO_LARGE),
        ("1e400", Code.PRICE_TOO_LARGE),
        ("1e-5", Code.PRICE_INVALID),
        ("12,50", Code.PRICE_INVALID),
        ("1,23,456", Code.PRICE_INVALID),
        ("1.234.567", Code.PRICE_INVALID),
        ("1,234,5", Code.PRICE_INVALID),
        ("12 50", Code.PRICE_INVALID),
        ("1..2", Code.PRICE_INVALID),
        (".", Code.PRICE_INVALID),
        ("NaN", Code.PRICE_INVALID),
        ("inf", Code.PRICE_INVALID),
        ("-inf", Code.PRICE_INVALID),
        ("N/A", Code.PRICE_INVALID),
        ("free", Code.PRICE_INVALID),
        ("5%", Code.PRICE_INVALID),
        ("5 EUR $", Code.PRICE_INVALID),
        ("ABC 5", Code.PRICE_INVALID),
        ("1_000", Code.PRICE_INVALID),
        ("١٢", Code.PRICE_INVALID),
        ("0x10", Code.PRICE_INVALID),
        ("1" * 100, Code.PRICE_INVALID),
    ],
)
def test_what_is_no_price_is_refused_with_its_reason(cell: str, code: Code) -> None:
    found = price.read(cell, POINT)
    assert isinstance(found, Refused)
    assert found.code == code


amounts = st.decimals(0, decimal.Decimal("9999999999.99"), places=2)


@given(amount=amounts, sign=st.sampled_from(Decimal), group=st.sampled_from(["", " ", "'", "\u00a0", "other"]))
def test_every_amount_comes_back_from_every_way_of_writing_it(
    amount: decimal.Decimal, sign: Decimal, group: str
) -> None:
    other = "," if sign is POINT else "."
    marks = {",": other if group == "other" else group, ".": sign.value}
    written = "".join(marks.get(char, char) for char in f"{amount:,.2f}")
    assert price.read(written, sign) == Price(f"{amount:.2f}")


@given(cell=st.text(max_size=30), sign=st.sampled_from(Decimal))
def test_any_text_is_either_a_storable_price_or_refused(cell: str, sign: Decimal) -> None:
    found = price.read(cell, sign)
    if isinstance(found, Price):
        assert 0 <= decimal.Decimal(found.text) <= decimal.Decimal("9999999999.99")
        assert found.text.isascii()


@pytest.mark.parametrize(
    ("column", "sign"),
    [
        (["12.50", "1,234"], POINT),
        (["12,50", "1.234"], COMMA),
        (["1.234,56"], COMMA),
        (["1.234.567"], COMMA),
        (["0.123"], POINT),
        (["1234.567"], POINT),
        (["1 234.567"], POINT),
        (["12", "", " ", "n/a"], POINT),
        (["1.5", "2.5", "3,5"], POINT),
        (["5.738e+01"], POINT),
        (["1.234", "1.234", "12"], None),
        (["1,234"], None),
        (["1,5", "1.5"], None),
    ],
)
def test_the_sign_is_decided_once_from_all_prices(column: list[str], sign: Decimal) -> None:
    assert price.decide(column) is sign


def test_an_undecided_column_says_what_was_seen() -> None:
    evidence = Evidence()
    for cell in ("1.234", "2.345"):
        evidence.add(cell)
    with pytest.raises(price.DecimalAmbiguous, match=r"^“1\.234” and 1 more can each be read in two ways;"):
        evidence.decided()
    evidence = Evidence(point=3, comma=3)
    with pytest.raises(price.DecimalAmbiguous, match="as many with a comma"):
        evidence.decided()
