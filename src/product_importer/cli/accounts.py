"""The commands `admin create` and `admin setup-link`, and what a starting server says while it has no account."""

import getpass
import sys

from sqlalchemy.orm import Session

from product_importer import migrations
from product_importer.accounts import links, users
from product_importer.accounts.models import LinkKind
from product_importer.accounts.roles import Role
from product_importer.cli import listening, opening, terminal
from product_importer.kit import database
from product_importer.kit.settings import Settings

ACTOR = "system"


def create(email: str) -> None:
    """Make an admin, or make one of an account that is there, with the password that is typed or piped in."""
    opening.catalog()
    address = users.address(email)
    password_hash = users.require_password(_asked(), email=address)
    with database.transaction() as session:
        made = users.make_admin(session, email=address, password_hash=password_hash, actor=ACTOR)
    terminal.notes.print(f"{address} {'is an admin' if made else 'is an admin again, with this password'}")


def setup_link() -> None:
    """Print a one-time link for the first account."""
    settings = opening.catalog()
    with database.transaction() as session:
        if users.exist(session):
            raise users.AlreadySetUp
        key = _link(session)
    terminal.results.print(address_of(settings, key), markup=False)


def greet(settings: Settings) -> None:
    """Make the first admin that the environment names, or say the link for one where others are served, too.

    A database that is away or not migrated yet keeps no server from starting: a link can be had later.
    """
    try:
        if migrations.pending(database.connect(settings.database)):
            return
        if _from_environment(settings) or settings.trusts_this_machine:
            return
        with database.transaction() as session:
            key = None if users.exist(session) else _link(session)
    except database.FAULTS:
        terminal.notes.print("The database is not answering yet. `product-importer admin setup-link` gives a link.")
        return
    if key:
        terminal.results.print("This server is locked until its first account is made. Within an hour, open")
        terminal.results.print(address_of(settings, key), markup=False)


def address_of(settings: Settings, key: str) -> str:
    """Return the whole address of a one-time link."""
    return f"{settings.public_url.rstrip('/') or listening.url(settings)}/setup?token={key}"


def _from_environment(settings: Settings) -> bool:
    """Make the admin of ADMIN_EMAIL while there is no account, and say whether one was named."""
    password = settings.admin_password.get_secret_value()
    if settings.admin_password_file is not None:
        password = settings.admin_password_file.read_text().strip()
    if not settings.admin_email or not password:
        return False
    with database.reading() as session:
        if users.exist(session):
            return True
    address = users.address(settings.admin_email)
    password_hash = users.require_password(password, email=address)
    with database.transaction() as session:
        if not users.exist(session):
            users.create_first(session, email=address, password_hash=password_hash, actor=ACTOR)
            terminal.notes.print(f"{address} is the first admin")
    return True


def _link(session: Session) -> str:
    return links.make(session, LinkKind.SETUP, actor=ACTOR, role=Role.ADMIN)


def _asked() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password (12 characters or more): ")
    if getpass.getpass("Once more: ") != password:
        terminal.refuse("The two are not the same.", "Run the command again.")
    return password
