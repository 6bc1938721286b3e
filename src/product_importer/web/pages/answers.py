"""The forms by which a person answers a waiting import: apply, go on, discard, or which sign is meant."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import RedirectResponse

from product_importer.imports.states import Decimal
from product_importer.web.actions import answering
from product_importer.web.pages import places
from product_importer.web.roles import editor

router = APIRouter(prefix="/admin/imports/{import_id}/answer")


@router.post("", dependencies=[Depends(editor)])
def answer(
    import_id: uuid.UUID, answer: Annotated[str, Form()], version: Annotated[int | None, Form()] = None
) -> RedirectResponse:
    """Take the word of a button, or a decimal sign, as said of the import as it was shown."""
    word = {"decimal": answer} if answer in tuple(Decimal) else answer
    answering.take(import_id, answering.read({"answer": word, "version": version}))
    return places.to_import(import_id)
