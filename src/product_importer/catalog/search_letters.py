"""The characters of all texts that are searched: with them an index of trigrams can be asked for two letters.

Wherever the two stand, one of these characters follows them, or the text ends; one stands before them, or it begins.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from product_importer.catalog.models import SearchedLetter
from product_importer.kit.database import sets


def note(session: Session, texts: Sequence[str]) -> None:
    """Keep the characters of these texts, in the transaction that keeps the texts."""
    new = set().union(*texts).difference(known(session))
    if new:
        letters = [{"letter": letter} for letter in sorted(new)]
        session.execute(sets.insert_on_conflict(session, SearchedLetter).on_conflict_do_nothing(), letters)


def known(session: Session) -> Sequence[str]:
    """Return every character that a text can have."""
    return session.scalars(select(SearchedLetter.letter).order_by(SearchedLetter.letter)).all()
