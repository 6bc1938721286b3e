"""What is said about accounts, by forms and by programs alike, and who may say it."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from product_importer.accounts import tokens
from product_importer.accounts.principal import Principal
from product_importer.accounts.roles import Role, Scope
from product_importer.kit.errors import AppError
from product_importer.web.access.identity import Identity


class NoAccount(AppError):
    """The person at an open machine has no account, so nothing can belong to it."""

    status = 409
    code = "NO_ACCOUNT"
    title = "There is no account yet"
    action = "Create the first account under Account; until then programs on this machine need no token."


def _name(raw: str) -> str:
    name = raw.strip()
    if not name or not name.isprintable():
        raise ValueError("Give it a name without line breaks, such as nightly-sync.")
    return name


class TokenWanted(BaseModel):
    """A token that is asked for."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=100), AfterValidator(_name)] = Field(examples=["nightly-sync"])
    scopes: list[Scope] = Field(min_length=1, max_length=len(Scope))
    days: int | None = Field(
        90, ge=1, le=tokens.DAYS_MAX, description="How long it lasts; null means until it is revoked."
    )

    def wanted(self) -> tokens.Wanted:
        """Return it as accounts understand it."""
        return tokens.Wanted(self.name, self.scopes, self.days)


class Invitation(BaseModel):
    """Somebody to be invited, and as what."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(max_length=255, examples=["anna@example.com"])
    role: Literal[Role.VIEWER, Role.EDITOR, Role.ADMIN]


class UserChange(BaseModel):
    """What is to change about a user; what is absent stays."""

    model_config = ConfigDict(extra="forbid")

    role: Literal[Role.VIEWER, Role.EDITOR, Role.ADMIN] | None = None
    disabled: bool | None = None


def principal_of(asking: Identity) -> Principal:
    """Return the account of whoever asks; raises NoAccount."""
    if asking.principal is None:
        raise NoAccount
    return asking.principal
