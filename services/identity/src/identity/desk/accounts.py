"""Signing in, signing up with an invitation, accounts of the ministry, API keys."""

import hashlib
import logging
from dataclasses import dataclass, field
from datetime import timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.errors import Unavailable
from chassis.logs import event
from contracts.ballots import b64
from identity import codes, metrics, staff
from identity.desk import tokens
from identity.desk.desk import Desk
from identity.reasons import Refused
from identity.retiring import opened
from identity.staff import KEY_PURPOSES, Person
from identity.store import invitations
from identity.store import staff as store
from identity.store.place import Txn

KEY_PREFIX = "guzgu_"
WRAPPING = "KEY_WRAP_KEY was changed: set KEY_WRAP_KEY_PREVIOUS to what it was, then run `python -m identity rewrap`"
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$NxDdxWJxBtpLB8QvYxvWvsA0hrXKcmS0FyWUf0lBKUg"


@dataclass(frozen=True, kw_only=True, slots=True)
class NewAccount:
    """An account just made; the secrets are shown once and kept nowhere in clear."""

    person: Person
    totp_secret: str = field(repr=False)
    otpauth: str = field(repr=False)
    password: str = field(repr=False, default="")


def sign_in(desk: Desk, user: str, password: str, code: str) -> Person:
    """Who this is; Refused with one answer for a wrong user, password or one-time code."""
    now = desk.clock()
    account = store.get(desk.place, user) if len(user) <= 60 else None
    if account is not None and account.wait_until is not None and now < account.wait_until:
        metrics.SIGN_INS.labels("too-many-attempts").inc()
        raise Refused("too-many-attempts", round((account.wait_until - now).total_seconds()) + 1)
    right = desk.passwords.right(account.password_hash if account else _NOBODY, password)
    if account is None or not account.active:
        right = False
    elif right:
        step = staff.matching_step(_unwrapped(desk, user, account.totp_wrapped), code, now)
        right = step is not None and store.use_step(desk.place, user, step)
    if right and account is not None:
        metrics.SIGN_INS.labels("done").inc()
        return account.person
    if account is not None:
        wait = staff.wait_after(account.mistakes + 1)
        store.mistaken(desk.place, user, now + timedelta(seconds=wait) if wait else None)
    metrics.SIGN_INS.labels("wrong-credentials").inc()
    raise Refused("wrong-credentials")


def _wrapped(desk: Desk, user: str, secret: bytes) -> bytes:
    nonce = desk.random_bytes(12)
    return nonce + AESGCM(desk.wrap_key).encrypt(nonce, secret, f"totp/{user}".encode())


def _unwrapped(desk: Desk, user: str, wrapped: bytes) -> bytes:
    try:
        return opened(wrapped, f"totp/{user}".encode(), (desk.wrap_key, desk.retiring.wrap_key))
    except InvalidTag as error:
        event("one-time secret does not open", level=logging.ERROR, hint=WRAPPING)
        raise Unavailable("key-wrapping", 60, WRAPPING) from error


def current(desk: Desk, user: str, issued: int, session: str = "") -> Person | None:
    """The person of a name, as long as the account is active, its secrets were not reset after this token was `issued`
    (seconds since 1970), and the page session, if one is named, was not signed out."""
    account = store.get(desk.place, user)
    if account is None or not account.active or session in account.ended or issued < account.reset:
        return None
    return account.person


def sign_out(desk: Desk, who: Person, session: str) -> None:
    """Ends a page session: whoever kept its cookie has nothing of it."""
    now = desk.clock()
    store.end_session(desk.place, who.user, session, now + timedelta(seconds=tokens.COOKIE_SECONDS), now)


def add_ministry(
    desk: Desk, user: str, role: str, scope: str | None, password: str | None = None, by: Person | None = None
) -> NewAccount:
    """A new account of the ministry with a random password; Refused for a bad name, role or scope. `by` is the officer
    who adds it; None for the operator."""
    person = Person(user=staff.check_user(user), role=role, scope=staff.check_role(role, scope))
    if role == "coordinator":
        raise Refused("bad-role")
    secret, chosen = desk.random_bytes(20), password or b64(desk.random_bytes(15))
    store.add(desk.place, person, desk.passwords.hash(chosen), _wrapped(desk, user, secret), desk.clock())
    desk.note(by or person, "staff-added", role=role, user=user)
    return NewAccount(
        person=person, totp_secret=staff.totp_text(secret), otpauth=staff.otpauth(user, secret), password=chosen
    )


def of_ministry(desk: Desk, user: str) -> Person:
    """The active account of the ministry of this name; Refused if there is none. Coordinators' accounts are their
    schools' own: who takes one over must wait, and be seen, as an invitation does."""
    account = store.get(desk.place, user)
    if account is None or not account.active or account.person.role not in staff.MINISTRY_ROLES:
        raise Refused("unknown-user")
    return account.person


def end(desk: Desk, who: Person, user: str) -> None:
    """Ends an account of the ministry: its pages and tokens work no more. Refused for the last officer's."""
    person = of_ministry(desk, user)

    def act(txn: Txn) -> None:
        if not store.end(desk.place, user, txn):
            raise Refused("unknown-user")
        if person.role == "officer" and not store.active_officers(desk.place, txn):
            raise Refused("last-officer")
        desk.note(who, "staff-ended", txn, user=user)

    desk.place.transaction(act)


def sign_up(desk: Desk, invitation: str, user: str, password: str) -> NewAccount:
    """A coordinator's account by a printed invitation, which is spent; earlier coordinators' accounts end."""
    peppers = [pepper for pepper in (desk.pepper, desk.retiring.pepper) if pepper is not None]
    hashed = [codes.invitation_hash(pepper, codes.normal(invitation)) for pepper in peppers]
    found = next(filter(None, (invitations.by_hash(desk.place, one) for one in hashed)), None)
    if found is None:
        raise Refused("unknown-invitation")
    if found.works_from is not None and desk.clock() < found.works_from:
        raise Refused("invitation-not-yet")
    person = Person(user=staff.check_user(user), role="coordinator", school=found.school)
    password_hash = desk.passwords.hash(staff.check_password(password, user))
    secret = desk.random_bytes(20)

    def act(txn: Txn) -> None:
        if not invitations.use(desk.place, found.code_hash, txn):
            raise Refused("unknown-invitation")
        invitations.withdraw(desk.place, found.school, "handover", txn)  # an earlier coordinator's letter ends with her
        for earlier in store.coordinators(desk.place, found.school, txn):
            desk.note(person, "coordinator-ended", txn, user=earlier.user)
        store.retire(desk.place, found.school, txn)
        store.add(desk.place, person, password_hash, _wrapped(desk, user, secret), desk.clock(), txn)
        desk.note(person, "coordinator-signed-up", txn)

    desk.place.transaction(act)
    return NewAccount(person=person, totp_secret=staff.totp_text(secret), otpauth=staff.otpauth(user, secret))


def add_api_key(desk: Desk, who: Person, name: str, purpose: str = KEY_PURPOSES[0]) -> str:
    """A new API key for the ministry's own systems, shown once: for the "registry", or for "data" alone."""
    key = KEY_PREFIX + b64(desk.random_bytes(32))
    store.add_key(desk.place, staff.check_user(name), api_key_hash(key), purpose, desk.clock())
    desk.note(who, "api-key-added", name=name)
    return key


def api_key_hash(key: str) -> str:
    """What is kept of an API key: 256 random bits need no slow hash."""
    return hashlib.sha256(key.encode()).hexdigest()


def rotate_api_key(desk: Desk, who: Person, name: str) -> str:
    """Another key in place of one, shown once; the old one is refused from now on. Refused if there is none."""
    key = KEY_PREFIX + b64(desk.random_bytes(32))
    if not store.replace_key(desk.place, name, api_key_hash(key), desk.clock()):
        raise Refused("unknown-user")
    desk.note(who, "api-key-rotated", name=name)
    return key


def remove_api_key(desk: Desk, who: Person, name: str) -> None:
    """Ends an API key."""
    if store.remove_key(desk.place, name):
        desk.note(who, "api-key-removed", name=name)


def reset(desk: Desk, who: Person, user: str) -> NewAccount | None:
    """A new password and one-time secret for an account; its old ones, its tokens and pages work no more. None if there
    is no such active account."""
    account = store.get(desk.place, user)
    if account is None or not account.active:
        return None
    secret, password = desk.random_bytes(20), b64(desk.random_bytes(15))
    store.replace_secrets(desk.place, user, desk.passwords.hash(password), _wrapped(desk, user, secret), desk.clock())
    desk.note(who, "secrets-reset", user=user)
    return NewAccount(
        person=account.person,
        totp_secret=staff.totp_text(secret),
        otpauth=staff.otpauth(user, secret),
        password=password,
    )


def rewrap(desk: Desk) -> int:
    """Wraps every one-time secret under the key of now that is still under the one before; how many."""
    done = 0
    for user, wrapped in store.wrapped_secrets(desk.place):
        about = f"totp/{user}".encode()
        try:
            opened(wrapped, about, (desk.wrap_key,))
        except InvalidTag:
            secret = opened(wrapped, about, (desk.retiring.wrap_key,))
            done += store.rewrap(desk.place, user, wrapped, _wrapped(desk, user, secret))
    return done
