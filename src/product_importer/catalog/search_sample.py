"""Some of the texts that are searched: by them it is guessed how many match, and what an index is best asked for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from product_importer.catalog import search_text
from product_importer.catalog.filters import Filters
from product_importer.catalog.models import Product, ProductText
from product_importer.catalog.search_text import GRAM
from product_importer.kit import database

# What a text costs that an index names, or that is read with all others, beside one entry in the list of a trigram:
# 2 µs, 0.2 µs (PostgreSQL reads with several processes) and 0.04 µs were measured.
NAMED, READ = 45, 5
SELDOM: Final = 0.05  # share of the texts: trigrams that fewer have are always worth asking for
SAMPLE: Final = 300  # texts by which it is guessed how many match
LOOKED_FOR: Final = 60  # trigrams of one word that are looked for


@dataclass(frozen=True, slots=True)
class Sample:
    """Every so many-th text (`step`); how many match, how many meet what else is wanted, and how many do both."""

    texts: Sequence[str]
    step: int
    meant: int
    rest: int
    both: int

    def worth_asking(self, words: Sequence[str], *, enough: int) -> Sequence[str]:
        """Return the parts of `words` that an index of trigrams is best asked for; nothing where reading is quicker.

        The index tells which trigrams a text has, and not where: a list of those that many texts have is long, and
        says little. No more than `enough` texts are wanted: the index names so many soon, and a reader may find them
        at the end, for those that match often stand together.
        """
        share = min(1.0, enough / max(1, self.meant * self.step))
        having = {gram: self._having(gram) for word in words for gram in _grams(word)}
        chosen = _chosen(having, len(self.texts), share)
        return [part for word in words for part in _joined(word, chosen)]

    def is_rest_quicker(self, asked: Sequence[str]) -> bool:
        """Return whether there is less to read of the texts that meet the rest than of those that have what is asked.

        Nothing asked is every text; either way reading ends as soon as enough is found.
        """
        named = sum(all(part in text for part in asked) for text in self.texts)
        return READ * self.rest < (NAMED * named if asked else READ * len(self.texts))

    def _having(self, gram: str) -> frozenset[int]:
        return frozenset(place for place, text in enumerate(self.texts) if gram in text)


def numbers(session: Session) -> range:
    """Return the numbers of every so many-th text: some hundred of all, or none where there is none."""
    first, last = (session.scalar(select(end(ProductText.number))) for end in (func.min, func.max))
    if first is None or last is None:
        return range(0)
    return range(first, last + 1, max(1, (last - first) // SAMPLE))


def take(session: Session, filters: Filters, rest: Filters, numbers: range) -> Sample:
    """Look at the texts of these numbers; `rest` is what of the filters the texts do not tell."""
    is_left = cast(rest.condition(), Integer)
    some = select(ProductText.text, is_left).where(database.face().is_one_of(ProductText.number, numbers))
    if not rest.is_empty:
        some = some.join(Product, Product.id == ProductText.product_id)
    found = session.execute(some).all()
    is_met = search_text.matcher(filters)
    meant = [left for text, left in found if is_met(text)]
    left = [left for _, left in found]
    return Sample([text for text, _ in found], numbers.step, len(meant), rest=sum(left), both=sum(meant))


def _grams(word: str) -> list[str]:
    """Return the trigrams of a word, and letters beside a sign: there an index has a word's beginning or its end."""
    places = range(min(LOOKED_FOR, len(word) - GRAM + 1))
    grams = (word[at : at + GRAM] for at in places)
    return [gram for gram in grams if gram[1:].isalnum() or gram[:-1].isalnum()]


def _joined(word: str, chosen: Collection[str]) -> Sequence[str]:
    """Return the whole word where each of its trigrams was chosen, else those that were."""
    grams = _grams(word)
    some = [gram for gram in grams if gram in chosen]
    return [word] if some and len(some) == len(grams) else some


def _chosen(having: Mapping[str, frozenset[int]], seen: int, share: float) -> Collection[str]:
    """Choose rare trigrams, then the one that saves most, as long as any saves; none where reading costs less."""
    chosen = {gram for gram, those in having.items() if len(those) <= SELDOM * seen}
    left = frozenset(range(seen)).intersection(*(having[gram] for gram in chosen))
    listed = sum(len(having[gram]) for gram in chosen)
    while others := having.keys() - chosen:
        cost = {gram: len(having[gram]) + NAMED * share * len(left & having[gram]) for gram in sorted(others)}
        best = min(cost, key=cost.__getitem__)
        if cost[best] >= NAMED * share * len(left):
            break
        chosen.add(best)
        left, listed = left & having[best], listed + len(having[best])
    return chosen if listed + NAMED * share * len(left) < READ * seen else set()
