"""The one kind of refusal: a status, a stable code, words for a person and what to do."""

from typing import ClassVar


class AppError(Exception):
    """A refusal that a person can act on; `web.errors` renders it as a page or as problem+json.

    Subclasses stand beside the function that raises them and set `status` (an HTTP status), `code`
    (stable, listed in docs/errors.md), `title` (what was found) and `action` (what to do). The words of
    one case are given as `detail`; further facts become members of the problem document. `passing` says
    that the same may succeed at another attempt, so that a job it stops is not ended by it.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "BAD_REQUEST"
    title: ClassVar[str] = "The request cannot be carried out"
    action: ClassVar[str] = ""
    passing: ClassVar[bool] = False

    def __init__(self, detail: str = "", **facts: object) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.facts = facts


class NotFound(AppError):
    """Nothing answers to that id or path."""

    status = 404
    code = "NOT_FOUND"
    title = "Nothing was found here"
    action = "Check the address; what you look for may have been deleted."


class CursorInvalid(AppError):
    """The cursor was not given out by this list as it stands."""

    status = 422
    code = "CURSOR_INVALID"
    title = "This place in the list does not exist"
    action = "Start again without a cursor."
