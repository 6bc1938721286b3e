"""Counts, sizes, times and names as people read them."""

import datetime as dt
from collections.abc import Sequence

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ENCODINGS = {
    "utf-8": "UTF-8",
    "cp1252": "Windows-1252",
    "iso8859-1": "Latin-1",
    "iso8859-15": "Latin-9",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16, big-endian",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp850": "DOS 850",
    "mac-roman": "Mac Roman",
}
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
WORK = {
    "run_import": "Imports",
    "run_undo": "Undos",
    "run_bulk": "Bulk changes",
    "run_feed": "Feeds",
    "verify_upload": "Uploads verified",
    "develop_image": "Image sizes made",
    "fetch_images": "Images fetched by address",
    "dispatch_events": "Events made into deliveries",
    "deliver_pending": "Webhooks sent",
}
LINES_NAMED = 5  # how many lines a reason names before it says "and 1,199 more"


def number(value: int) -> str:
    """Write a count in full: 1,234,567."""
    return f"{value:,}"


def products(count: int) -> str:
    """Write a number of products: 1 product, 512,304 products."""
    return f"{number(count)} {'product' if count == 1 else 'products'}"


def work(task: str) -> str:
    """Say what a task does, by the last part of its name."""
    name = task.rpartition(".")[2]
    return WORK.get(name, name)


def share(part: int, total: int) -> str:
    """Write a part of a total as a percentage that never hides a row: 0.62%, below 0.01%, none."""
    if not part or not total:
        return "none"
    percent = 100 * part / total
    return "below 0.01%" if percent < 0.005 else f"{percent:.2f}%"


def percent(value: float) -> str:
    """Write a progress of 0 to 100 with one decimal, and the end without."""
    return "100" if value >= 100 else f"{value:.1f}"


def size(count: int) -> str:
    """Write a number of bytes in decimal units: 68.0 MB."""
    if count < 1_000:
        return f"{count} bytes"
    amount = count / 1_000
    for unit in ("KB", "MB"):
        if amount < 999.95:
            return f"{amount:.1f} {unit}"
        amount /= 1_000
    return f"{amount:,.1f} GB"


def capacity(count: int) -> str:
    """Write a limit as settings give it, in binary units: 2 GiB, 512 MiB, 1.5 MiB."""
    amount, unit = float(count), "bytes"
    for larger in ("KiB", "MiB", "GiB"):
        if amount < 1_024:
            break
        amount, unit = amount / 1_024, larger
    return f"{amount:,.1f}".removesuffix(".0") + f" {unit}"


def duration(seconds: float) -> str:
    """Write a measured time: 9.4 s, 42 s, 2 min 5 s, 1 h 3 min."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def about(seconds: float | None) -> str:
    """Write an estimated time, no more exact than it is: about 5 s, about 2 min; "not yet known" for None."""
    if seconds is None:
        return "not yet known"
    if seconds < 59.5:
        return f"about {max(1, round(seconds))} s"
    return f"about {duration(60 * round(seconds / 60))}"


def ago(moment: dt.datetime, now: dt.datetime | None = None) -> str:
    """Write how long ago an aware moment was, and its date once that says more."""
    now = now or dt.datetime.now(dt.UTC)
    seconds = (now - moment).total_seconds()
    if seconds < 2:
        return "now"
    if seconds < 60:
        return f"{seconds:.0f} s ago"
    if seconds < 3_600:
        return f"{seconds // 60:.0f} min ago"
    if seconds < 86_400:
        return f"{seconds // 3_600:.0f} h ago"
    return "yesterday" if seconds < 172_800 else _date(moment, with_year=moment.year != now.year)


def when(moment: dt.datetime) -> str:
    """Write an aware moment in full: 22 Nov 2026, 07:56 UTC (the browser turns it into its own time)."""
    moment = moment.astimezone(dt.UTC)
    return f"{_date(moment, with_year=True)}, {moment:%H:%M} UTC"


def who(actor: str) -> str:
    """Write an actor's name: "you" for the open single-user server, else the name behind its kind."""
    kind, _, name = actor.partition(":")
    if actor == "user:local":
        return "you"
    return name if kind == "user" else f"{kind} {name}".strip()


def lines(numbers: Sequence[int], count: int) -> str:
    """Name the first lines of `count`, three and more neighbours drawn together: Lines 7, 30 to 44 and 11 more."""
    runs = _runs(numbers)[:LINES_NAMED]
    named = ", ".join(_run(first, last) for first, last in runs)
    more = count - sum(b - a + 1 for a, b in runs)
    return f"{'Line' if count == 1 else 'Lines'} {named}{f' and {number(more)} more' if more > 0 else ''}"


def value(stored: str | bool) -> str:
    """Write a product's value: a flag as yes or no, a text as it is."""
    return {True: "yes", False: "no"}[stored] if isinstance(stored, bool) else stored


def value_or_nothing(stored: str | bool | None) -> str:
    """Write a product's value as `value` does, and say so where there is none."""
    return "nothing" if stored is None or stored == "" else value(stored)


def delimiter(sign: str) -> str:
    """Name a delimiter and show it where it can be seen: semicolon ;"""
    name = DELIMITERS.get(sign, "")
    return f"{name} {sign}".strip()


def encoding(name: str) -> str:
    """Name an encoding as programs that write it do: Windows-1252."""
    return ENCODINGS.get(name, name)


def day(moment: dt.datetime) -> str:
    """Write the day of an aware moment: 22 Nov."""
    return _date(moment, with_year=moment.year != dt.datetime.now(dt.UTC).year)


def _date(moment: dt.datetime, *, with_year: bool) -> str:
    day = f"{moment.day} {MONTHS[moment.month - 1]}"
    return f"{day} {moment.year}" if with_year else day


def _run(first: int, last: int) -> str:
    if first == last:
        return number(first)
    return f"{number(first)}{' to ' if last > first + 1 else ', '}{number(last)}"


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for line in numbers:
        if runs and line == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], line)
        else:
            runs.append((line, line))
    return runs
