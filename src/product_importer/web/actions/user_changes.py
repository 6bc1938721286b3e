"""A change of a user, the same from a form and from a program."""

import uuid

from sqlalchemy.orm import Session

from product_importer.accounts import users
from product_importer.accounts.models import User
from product_importer.web.forms.account_forms import UserChange


def apply(session: Session, user_id: uuid.UUID, wanted: UserChange, *, actor: str) -> User:
    """Carry a change out; raises UserNotFound, LastAdmin."""
    user = users.user_of(session, user_id)
    if wanted.role is not None:
        user = users.change_role(session, user_id, wanted.role, actor=actor)
    if wanted.disabled is not None:
        user = (users.disable if wanted.disabled else users.enable)(session, user_id, actor=actor)
    return user
