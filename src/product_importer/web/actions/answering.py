"""The answer to a waiting import's question, the same from a program and from a page's form."""

import uuid
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from product_importer.imports import answers, inspection, queries
from product_importer.imports.options import Options, Target
from product_importer.imports.states import Decimal, Question, State
from product_importer.kit import database
from product_importer.web import errors


class Settled(BaseModel):
    """What was unclear, settled: the columns of the fields, or the sign before the cents."""

    model_config = ConfigDict(extra="forbid")

    mapping: dict[Target, str] | None = None
    decimal: Decimal | None = None

    @model_validator(mode="after")
    def _one(self) -> "Settled":
        if (self.mapping is None) is (self.decimal is None):
            raise ValueError("send either mapping or decimal")
        return self


class Answer(BaseModel):
    """What is said: yes to a plan (`apply`), yes in spite of rejects (`go_on`), no (`discard`), or what is meant."""

    model_config = ConfigDict(extra="forbid")

    answer: Literal["apply", "go_on", "discard"] | Settled
    version: int | None = Field(None, description="Counts only if the import still stands at this version.")


def read(said: Mapping[str, Any]) -> Answer:
    """Read an answer that a form sent; Invalid names what is wrong with it."""
    try:
        return Answer.model_validate(said)
    except ValidationError as wrong:
        raise errors.invalid(wrong) from None


def take(import_id: uuid.UUID, said: Answer) -> None:
    """Carry the answer out; NothingAsked where the import does not wait for it."""
    if isinstance(said.answer, Settled) and said.answer.mapping is not None:
        _settle(import_id, {str(field): column for field, column in said.answer.mapping.items()}, said.version)
        return
    with database.transaction() as session:
        if isinstance(said.answer, Settled):
            answers.set_decimal(session, import_id, said.answer.decimal or Decimal.POINT, version=said.version)
        else:
            word = {"apply": answers.apply, "go_on": answers.accept_rejects, "discard": answers.discard}[said.answer]
            word(session, import_id, version=said.version)


def _settle(import_id: uuid.UUID, columns: dict[str, str], version: int | None) -> None:
    """Let an import go on with these columns; raises what the file's head refuses about them."""
    with database.reading() as session:
        job = queries.job_of(session, import_id)
    if job.state is not State.WAITING or job.question is not Question.MAPPING:
        raise answers.NothingAsked
    options = Options.model_validate({**job.options, "mapping": columns})
    found = inspection.inspect(job.upload_id, options.settled())
    with database.transaction() as session:
        answers.set_mapping(session, import_id, options=options, found=found, version=version)
