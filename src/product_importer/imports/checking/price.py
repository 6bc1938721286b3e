"""Prices as people write them: one cell read under a decimal sign, and the sign decided from a whole column."""

import decimal
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from product_importer.catalog import schemas
from product_importer.imports.codes import Code
from product_importer.imports.states import Decimal
from product_importer.kit.errors import AppError

LONGEST = 64  # characters; no price needs more, and the patterns below stay fast

# ISO 4217 codes in use; any other word beside a number is text.
_ISO: Final = re.compile(
    r"AED|AFN|ALL|AMD|ANG|AOA|ARS|AUD|AWG|AZN|BAM|BBD|BDT|BGN|BHD|BIF|BMD|BND|BOB|BRL|BSD|BTN|BWP|BYN"
    r"|BZD|CAD|CDF|CHF|CLP|CNY|COP|CRC|CUP|CVE|CZK|DJF|DKK|DOP|DZD|EGP|ERN|ETB|EUR|FJD|FKP|GBP|GEL|GHS"
    r"|GIP|GMD|GNF|GTQ|GYD|HKD|HNL|HTG|HUF|IDR|ILS|INR|IQD|IRR|ISK|JMD|JOD|JPY|KES|KGS|KHR|KMF|KPW|KRW"
    r"|KWD|KYD|KZT|LAK|LBP|LKR|LRD|LSL|LYD|MAD|MDL|MGA|MKD|MMK|MNT|MOP|MRU|MUR|MVR|MWK|MXN|MYR|MZN|NAD"
    r"|NGN|NIO|NOK|NPR|NZD|OMR|PAB|PEN|PGK|PHP|PKR|PLN|PYG|QAR|RON|RSD|RUB|RWF|SAR|SBD|SCR|SDG|SEK|SGD"
    r"|SHP|SLE|SOS|SRD|SSP|STN|SVC|SYP|SZL|THB|TJS|TMT|TND|TOP|TRY|TTD|TWD|TZS|UAH|UGX|USD|UYU|UZS|VED"
    r"|VES|VND|VUV|WST|XAF|XCD|XOF|XPF|YER|ZAR|ZMW|ZWG|ZWL"
)
_CURRENCY = r"[A-Za-z]{3}|[A-Z]{0,2}[^\w\s.,'’()+−–-]|kr\.?|zł|Kč|Ft"
_CELL = re.compile(
    rf"(?P<open>\()?\s*(?P<minus>[-−–+])?\s*(?P<before>{_CURRENCY})?\s*(?P<inner>[-−–+])?\s*"
    rf"(?P<body>[0-9.,](?:[0-9.,'’\s]*[0-9])?(?:[eE][+-]?[0-9]{{1,3}})?)"
    rf"\s*(?P<after>{_CURRENCY})?\s*(?P<trailing>[-−–])?\s*(?P<close>\))?"
)
_GROUPED = r"[1-9][0-9]{{0,2}}(?:(?P<group>[{groups}])[0-9]{{3}})(?:(?P=group)[0-9]{{3}})*"
_NUMBER = r"(?P<whole>[0-9]*|{grouped})(?:{sign}(?P<places>[0-9]+))?(?P<power>[eE][+-]?[0-9]{{1,3}})?"


def _number(sign: str, other: str) -> re.Pattern[str]:
    grouped = _GROUPED.format(groups=f"{other}'’ \u00a0\u202f\u2009")
    return re.compile(_NUMBER.format(grouped=grouped, sign=re.escape(sign)))


_NUMBERS: Final = {Decimal.POINT: _number(".", ","), Decimal.COMMA: _number(",", ".")}


class DecimalAmbiguous(AppError):
    """The prices can be read in two ways, and nothing in the column says which is meant."""

    status = 422
    code = "DECIMAL_AMBIGUOUS"
    title = "The decimal sign of the prices is not clear"
    action = "Say which sign separates the cents: send decimal=. or decimal=, with the file."


@dataclass(frozen=True, slots=True)
class Price:
    """A price that may be stored: digits, at most one point and two places; `rounded` when places were lost."""

    text: str
    rounded: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a cell is no price."""

    code: Code
    detail: str


def read(cell: str, sign: Decimal) -> Price | Refused:
    """Read one cell that is not blank, with `sign` before the cents."""
    value, exact = _value(cell, sign)
    if value is None:
        return Refused(Code.PRICE_INVALID, f"it is not a number with “{sign}” before the cents")
    if value < 0:
        return Refused(Code.PRICE_NEGATIVE, "")
    if (value and value.adjusted() > 10) or (cents := schemas.rounded(value)) > schemas.PRICE_MAX:
        return Refused(Code.PRICE_TOO_LARGE, f"it is above {schemas.PRICE_MAX:,}")
    if exact and cents != value:
        return Refused(Code.PRICE_INVALID, "scientific notation is accepted only when it is exact to the cent")
    return Price(f"{abs(cents):f}", rounded=cents != value)


def _value(cell: str, sign: Decimal) -> tuple[decimal.Decimal | None, bool]:
    """Give the cell's value, or None, and whether it is written with an exponent."""
    if len(cell) > LONGEST:
        return None, False
    number, below = _NUMBERS[sign].fullmatch(cell), False
    if number is None:
        if cell[:1].isdigit() and cell[-1:].isdigit():
            return None, False  # there is no currency or sign to look for
        parts = _CELL.fullmatch(cell.strip())
        if parts is None or not _is_one_amount(parts):
            return None, False
        number = _NUMBERS[sign].fullmatch(parts["body"])
        below = any((parts[place] or "+") != "+" for place in ("open", "minus", "inner", "trailing"))
    if number is None:
        return None, False
    whole, group, places, power = number.group("whole", "group", "places", "power")
    if not (whole or places) or (group and power):
        return None, False
    digits = whole.replace(group, "") if group else whole
    value = decimal.Decimal(f"{digits or 0}.{places or 0}{power or ''}")
    return (value.copy_negate() if below else value), bool(power)


def _is_one_amount(parts: re.Match[str]) -> bool:
    currencies = [word for word in (parts["before"], parts["after"]) if word]
    signs = [sign for sign in (parts["minus"], parts["inner"], parts["trailing"], parts["open"]) if sign]
    balanced = bool(parts["open"]) == bool(parts["close"])
    return balanced and len(currencies) <= 1 and len(signs) <= 1 and all(map(_is_currency, currencies))


def _is_currency(word: str) -> bool:
    by_sign = unicodedata.category(word[-1]) == "Sc" or word in ("kr", "kr.", "zł", "Kč", "Ft")
    return by_sign or _ISO.fullmatch(word.upper()) is not None


@dataclass(slots=True)
class Evidence:
    """What a column's prices say about its decimal sign, gathered while the file streams by once.

    A cell that is a number under one sign only speaks for that sign; one that is a different number under
    each is ambiguous. Plain cells are counted by batch, the others one by one: the file is read under the
    sign its first batch shows, and only where the whole column says otherwise does it have to be read again.
    """

    point: int = 0
    comma: int = 0
    ambiguous: int = 0
    example: str = ""

    def add(self, cell: str) -> None:
        """Weigh one cell that is not blank."""
        point, comma = _value(cell, Decimal.POINT)[0], _value(cell, Decimal.COMMA)[0]
        if point is None or comma is None:
            self.point += point is not None
            self.comma += comma is not None
        elif point != comma:
            self.ambiguous += 1
            self.example = self.example or cell.strip()

    def add_plain(self, count: int, sign: Decimal) -> None:
        """Count cells that are known to be plain under `sign` and to contain it."""
        if sign is Decimal.POINT:
            self.point += count
        else:
            self.comma += count

    @property
    def verdict(self) -> Decimal | None:
        """The sign most cells show; None when the column leaves it open."""
        if self.point == self.comma:
            return None if self.point or self.ambiguous else Decimal.POINT
        return Decimal.POINT if self.point > self.comma else Decimal.COMMA

    def decided(self) -> Decimal:
        """Give the verdict, or raise DecimalAmbiguous with what was seen."""
        if (verdict := self.verdict) is not None:
            return verdict
        if self.point:
            found = f"{self.point:,} prices are written with a point before the cents and as many with a comma"
        else:
            more = f" and {self.ambiguous - 1:,} more can each" if self.ambiguous > 1 else " can"
            found = f"“{self.example}”{more} be read in two ways"
        raise DecimalAmbiguous(
            f"{found}; a price such as 12.50 or 12,50 would settle it.", example=self.example, ambiguous=self.ambiguous
        )


def decide(values: Iterable[str]) -> Decimal | None:
    """Decide a column's sign from all its cells; None when every telling cell is ambiguous."""
    evidence = Evidence()
    for value in values:
        if value and not value.isspace():
            evidence.add(value)
    return evidence.verdict
