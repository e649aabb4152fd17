"""Invitations of schools: the ministry's one for each, and beside it the one with which a coordinator hands over."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pymongo import ReplaceOne

from chassis.mongo import told_apart
from identity.store.place import Document, Place, Txn

Kind = Literal["invitation", "handover"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Invitation:
    """An invitation not yet used: hash of its code, who made it, and from when on it works (None: at once)."""

    kind: Kind
    school: str
    code_hash: str = field(repr=False)
    works_from: datetime | None
    printed: datetime


def _invitation(row: Document) -> Invitation:
    return Invitation(
        kind="handover" if row["_id"].startswith("handover/") else "invitation",
        school=row["invitation_for"],
        code_hash=row["invitation_hash"],
        works_from=row["works_from"],
        printed=row["printed"],
    )


@told_apart()
def put(place: Place, invitation: Invitation, txn: Txn = None) -> None:
    """Stores an invitation in place of any other of its kind and school."""
    put_all(place, [invitation], txn)


@told_apart()
def put_all(place: Place, made: Sequence[Invitation], txn: Txn = None) -> None:
    """Stores many, each in place of any other of its kind and school."""
    place["staff"].bulk_write(
        [ReplaceOne({"_id": f"{one.kind}/{one.school}"}, _document(one), upsert=True) for one in made],
        ordered=False,
        session=txn,
    )


def _document(invitation: Invitation) -> Document:
    return {
        "invitation_for": invitation.school,
        "invitation_hash": invitation.code_hash,
        "works_from": invitation.works_from,
        "printed": invitation.printed,
    }


@told_apart()
def waiting(place: Place) -> frozenset[str]:
    """Schools with an invitation of the ministry's that was not used yet."""
    rows = place["staff"].find({"_id": {"$regex": "^invitation/"}}, {"invitation_for": 1})
    return frozenset(str(row["invitation_for"]) for row in rows)


@told_apart()
def by_hash(place: Place, code_hash: str) -> Invitation | None:
    """The invitation with this hash."""
    row = place["staff"].find_one({"invitation_hash": code_hash})
    return None if row is None else _invitation(row)


@told_apart()
def of_school(place: Place, school: str, kind: Kind = "invitation") -> Invitation | None:
    """A school's invitation that was not used yet."""
    row = place["staff"].find_one({"_id": f"{kind}/{school}"})
    return None if row is None else _invitation(row)


@told_apart()
def use(place: Place, code_hash: str, txn: Txn) -> bool:
    """Deletes an invitation; whether it was still there."""
    return place["staff"].delete_one({"invitation_hash": code_hash}, session=txn).deleted_count == 1


@told_apart()
def withdraw(place: Place, school: str, kind: Kind, txn: Txn = None) -> bool:
    """Deletes a school's invitation of this kind; whether there was one."""
    return place["staff"].delete_one({"_id": f"{kind}/{school}"}, session=txn).deleted_count == 1
