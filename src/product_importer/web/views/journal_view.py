"""What the journal tells, in words: Price 10.00 to 12.00, by import 41, line 3,517."""

from dataclasses import dataclass

from product_importer.web.views import words
from product_importer.web.views.journal_entries import Told


@dataclass(frozen=True, slots=True)
class Deed:
    """How one kind of entry is drawn: its word, icon and colour class."""

    word: str
    icon: str
    kind: str


KNOWN = {
    "product.created": Deed("Created", "plus", "is-created"),
    "product.updated": Deed("Updated", "pencil", "is-updated"),
    "product.deleted": Deed("Deleted", "trash", "is-rejected"),
    "image.attached": Deed("Image added", "photo", "is-created"),
    "image.ready": Deed("Image ready", "check", "is-unchanged"),
    "image.failed": Deed("Image failed", "alert-triangle", "is-rejected"),
    "image.primary": Deed("Image made primary", "star", "is-updated"),
    "image.removed": Deed("Image removed", "trash", "is-rejected"),
    "user.created": Deed("Account created", "plus", "is-created"),
    "user.invited": Deed("Invited", "send", "is-created"),
    "user.reset": Deed("Password link created", "refresh", "is-updated"),
    "user.role_changed": Deed("Role changed", "pencil", "is-updated"),
    "user.password_changed": Deed("Password changed", "pencil", "is-updated"),
    "user.disabled": Deed("Account disabled", "minus", "is-rejected"),
    "user.enabled": Deed("Account enabled", "check", "is-created"),
    "session.started": Deed("Signed in", "check", "is-unchanged"),
    "session.ended": Deed("Signed out", "minus", "is-unchanged"),
    "token.created": Deed("Token created", "plus", "is-created"),
    "token.revoked": Deed("Token revoked", "minus", "is-rejected"),
    "feed.created": Deed("Feed added", "plus", "is-created"),
    "feed.updated": Deed("Feed changed", "pencil", "is-updated"),
    "feed.deleted": Deed("Feed removed", "trash", "is-rejected"),
    "feed.failed": Deed("Feed failed", "alert-triangle", "is-rejected"),
    "endpoint.added": Deed("Webhook added", "webhook", "is-created"),
    "endpoint.changed": Deed("Webhook changed", "webhook", "is-updated"),
    "endpoint.removed": Deed("Webhook removed", "webhook", "is-rejected"),
    "endpoint.disabled": Deed("Webhook disabled", "webhook", "is-superseded"),
    "endpoint.rotated": Deed("Webhook secret renewed", "webhook", "is-updated"),
    "upload.completed": Deed("Import completed", "table-import", "is-unchanged"),
}
FIELDS = {"sku": "SKU"}
NAMED = ("image.", "user.", "session.", "token.", "feed.")


def deed(type_: str) -> Deed:
    """Tell how an entry of this type is drawn; one that nobody foresaw is named by its type."""
    return KNOWN.get(type_) or Deed(type_.replace(".", " ").capitalize(), "notebook", "is-unchanged")


def field(name: str) -> str:
    """Name a product's field at the beginning of a line."""
    return FIELDS.get(name, name.capitalize())


def changes(one: Told) -> dict[str, list[str | bool | None]]:
    """Return an update's fields with before and after; other entries have facts of their own, which are not shown."""
    told = one.changes if one.type == "product.updated" and one.changes else {}
    return {name: pair for name, pair in told.items() if isinstance(pair, list) and len(pair) == 2}


def named(one: Told) -> str:
    """Name the file, the account, the token or the feed that an entry is about; "" for any other."""
    return str((one.changes or {}).get("name", "")) if one.type.startswith(NAMED) else ""


def by_hand(one: Told) -> str:
    """Name who did it: you; anna, who undid the import; "" for what an import did in its own name."""
    if one.by_import is None:
        return words.who(one.actor)
    return f"undone by {words.who(one.actor)}" if one.undoes else ""
