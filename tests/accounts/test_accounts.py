"""Accounts on both databases: links work once, sessions and tokens end, an admin stays, no secret is stored."""

import threading
from collections.abc import Callable

import pytest
import time_machine
from sqlalchemy import select

from product_importer import tables
from product_importer.accounts import keys, links, passwords, sessions, tokens, users
from product_importer.accounts.chores import forget_expired
from product_importer.accounts.links import LinkInvalid
from product_importer.accounts.models import LinkKind, User
from product_importer.accounts.passwords import PasswordWeak
from product_importer.accounts.roles import Role, Scope
from product_importer.accounts.users import EmailInvalid, EmailTaken, LastAdmin
from product_importer.kit import clock, database
from product_importer.kit.errors import AppError
from product_importer.kit.settings import Settings
from tests import makers as journal
from tests.accounts.makers import PASSWORD, make_session, make_token, make_user, password_hash


def shown(key: str) -> bool:
    """Tell whether a session's key still opens anything."""
    with database.reading() as session:
        return sessions.find(session, key) is not None


def valid(key: str) -> bool:
    """Tell whether a token still opens anything."""
    with database.reading() as session:
        return tokens.find(session, key) is not None


def outcomes(*calls: Callable[[], object]) -> list[str]:
    """Do all of it at once and return the name of what came of each."""
    done: list[str] = []

    def run(call: Callable[[], object]) -> None:
        try:
            database.retried(call)
            done.append("done")
        except AppError as error:
            done.append(type(error).__name__)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(done)


def test_of_two_who_use_a_set_up_link_at_once_one_becomes_the_admin(started: Settings) -> None:
    with database.transaction() as session:
        keys_made = [links.make(session, LinkKind.SETUP, actor="system", role=Role.ADMIN) for _ in range(2)]

    def accept(key: str, email: str) -> Callable[[], object]:
        def use() -> object:
            with database.transaction() as session:
                return users.accept(session, key, email=email, password_hash="x")

        return use

    pairs = [(keys_made[0], "a@example.com"), (keys_made[0], "b@example.com"), (keys_made[1], "c@example.com")]
    assert outcomes(*(accept(*pair) for pair in pairs)) == ["LinkInvalid", "LinkInvalid", "done"]
    with database.reading() as session:
        assert [user.role for user in users.everybody(session)] == [Role.ADMIN]


def test_an_invitation_names_email_and_role_and_is_over_after_a_week(started: Settings) -> None:
    admin = make_user()
    with database.transaction() as session:
        key = users.invite(session, email="ben@example.com", role=Role.VIEWER, actor=admin.actor)
        late = users.invite(session, email="cid@example.com", role=Role.VIEWER, actor=admin.actor)
    with database.transaction() as session:
        ben = users.accept(session, key, email="mallory@example.com", password_hash="x")
    assert (ben.email, ben.role) == ("ben@example.com", Role.VIEWER)
    with time_machine.travel(clock.now() + clock.seconds(7 * 86_400), tick=False):
        with database.reading() as session, pytest.raises(LinkInvalid):
            links.find(session, late)
        assert forget_expired.run() == 1
    with database.transaction() as session, pytest.raises(EmailTaken):
        users.invite(session, email="BEN@example.com".casefold(), role=Role.ADMIN, actor=admin.actor)


def test_of_two_admins_who_remove_each_other_one_stays(started: Settings) -> None:
    anna, ben = make_user("anna@example.com"), make_user("ben@example.com")

    def disable(user: User) -> Callable[[], object]:
        def run() -> object:
            with database.transaction() as session:
                return users.disable(session, user.id, actor="system")

        return run

    assert outcomes(disable(anna), disable(ben)) == ["LastAdmin", "done"]
    with database.transaction() as session:
        [left] = session.scalars(select(User).where(User.disabled_at.is_(None)))
        with pytest.raises(LastAdmin):
            users.change_role(session, left.id, Role.VIEWER, actor="system")


def test_whoever_is_disabled_is_out_at_once_with_all_they_hold(started: Settings) -> None:
    make_user()
    ben = make_user("ben@example.com", Role.EDITOR)
    session_key, token = make_session(ben), make_token(ben, [Scope.READ])
    with database.transaction() as session:
        reset = users.reset(session, ben.id, actor="system")
    assert (shown(session_key), valid(token)) == (True, True)
    with database.transaction() as session:
        users.disable(session, ben.id, actor="system")
    assert (shown(session_key), valid(token)) == (False, False)
    with database.reading() as session:
        with pytest.raises(LinkInvalid):
            links.find(session, reset)
        assert users.proven(session, "ben@example.com")[1] is None


def test_sessions_end_by_rest_by_age_and_with_the_password(started: Settings) -> None:
    anna = make_user()
    resting, present, other = (make_session(anna) for _ in range(3))
    with time_machine.travel(clock.now() + clock.seconds(sessions.IDLE + 1), tick=False):
        assert not shown(resting)
        assert forget_expired.run() == 3
    present, other = make_session(anna), make_session(anna)
    with database.transaction() as session:
        known = sessions.find(session, present)
        assert known
        users.set_password(session, users.user_of(session, anna.id), "y", keep=known.session_id)
    assert (shown(present), shown(other)) == (True, False)


def test_a_token_ends_when_its_time_is_over_or_it_is_revoked_and_its_name_stays_taken(started: Settings) -> None:
    anna = make_user()
    with database.transaction() as session:
        wanted = tokens.Wanted("nightly", [Scope.READ, Scope.IMPORTS], days=1)
        token, key = tokens.create(session, wanted, user_id=anna.id, actor=anna.actor)
        known = tokens.find(session, key)
    assert known
    assert (known.actor, known.role) == ("token:nightly", Role.ADMIN)
    assert known.scopes == frozenset({Scope.READ, Scope.IMPORTS})
    with time_machine.travel(clock.now() + clock.seconds(86_401), tick=False):
        assert not valid(key)
    with database.transaction() as session:
        tokens.revoke(session, token.id, user_id=anna.id, actor=anna.actor)
    assert not valid(key)
    with database.transaction() as session, pytest.raises(tokens.TokenNameTaken):
        tokens.create(session, tokens.Wanted("Nightly", [Scope.READ], None), user_id=anna.id, actor=anna.actor)


def test_the_journal_tells_what_happened_to_accounts(started: Settings) -> None:
    anna = make_user()
    with database.transaction() as session:
        users.change_role(session, make_user("ben@example.com", Role.VIEWER).id, Role.EDITOR, actor=anna.actor)
    make_session(anna)
    make_token(anna, [Scope.READ], name="nightly")
    told = {line[0]: line[4] for line in journal.journal_lines()}
    assert told["user.role_changed"] == {"name": "ben@example.com", "role": ["viewer", "editor"]}
    assert told["token.created"] == {"name": "nightly", "scopes": ["read"]}
    assert {"user.created", "session.started"} <= set(told)


def test_nothing_that_opens_a_door_is_stored(started: Settings) -> None:
    anna = make_user()
    with database.transaction() as session:
        link = users.reset(session, anna.id, actor="system")
    secrets = [PASSWORD, make_session(anna), make_token(anna, [Scope.ADMIN]), link]
    with database.reading() as session:
        stored = "\n".join(
            str(row) for table in tables.metadata.sorted_tables for row in session.execute(select(table))
        )
    assert keys.digest(link) in stored
    assert [secret for secret in secrets if secret in stored] == []


@pytest.mark.parametrize("password", ["short", "anna@example.com", "aaaaaaaaaaaaaaa", "x" * 201])
def test_a_password_that_anybody_would_try_is_refused(password: str) -> None:
    with pytest.raises(PasswordWeak):
        passwords.require_good(password, email="anna@example.com")


@pytest.mark.parametrize("email", ["", "anna", "anna@", "a b@example.com", "anna@example.com\nx"])
def test_what_is_no_email_is_refused(email: str) -> None:
    with pytest.raises(EmailInvalid):
        users.address(email)


def test_a_password_is_checked_and_nobody_has_one() -> None:
    assert passwords.matches(PASSWORD, password_hash())
    assert not passwords.matches("another one, no less long", password_hash())
    assert not passwords.matches(PASSWORD, None)
