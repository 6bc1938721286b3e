"""Which question an import stops at: what its options ask for and a person has not agreed to yet."""

from collections.abc import Mapping
from typing import Any

from product_importer.imports.checking import price
from product_importer.imports.models import ImportJob
from product_importer.imports.options import Options
from product_importer.imports.states import Decimal, Question


def after_planning(job: ImportJob, *, rejected: int, rows: int) -> Question | None:
    """Return what a person is to be asked about the finished plan, or None when it may be applied.

    A yes to the rejects holds for the file. A yes to a review holds for the plan that was seen, so a new plan
    asks again, unless slices of the import are written already and the rest follows them.
    """
    options = Options.model_validate(job.options)
    if options.max_rejects is not None and rejected > options.max_rejects * rows and not agreed(job, Question.REJECTS):
        return Question.REJECTS
    return Question.REVIEW if options.review and job.next_position == 1 else None


def agreed(job: ImportJob, question: Question) -> bool:
    """Return whether a person has said yes to the question."""
    return question in job.agreed


def is_reviewed(job: ImportJob) -> bool:
    """Return whether a person said yes to the plan, and nothing of it is written yet."""
    return agreed(job, Question.REVIEW) and job.next_position == 1


def of_decimal(job: ImportJob, refusal: price.DecimalAmbiguous) -> dict[str, Any] | None:
    """Return what to show beside the question for the decimal sign; None when nobody is there to be asked."""
    if not Options.model_validate(job.options).interactive:
        return None
    example = str(refusal.facts.get("example") or "")
    return {"detail": refusal.detail, "example": example, "readings": _readings(example)}


def _readings(example: str) -> Mapping[str, str]:
    """Read the example under each sign."""
    found = {sign.value: price.read(example, sign) for sign in Decimal} if example else {}
    return {sign: read.text for sign, read in found.items() if isinstance(read, price.Price)}
