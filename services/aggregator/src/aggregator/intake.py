"""What a record of `responses-v1` is worth: a response to count, a duplicate, a marker, or dead with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass

from aggregator.forms import answer_row, background_marks
from aggregator.terms import CellTerms, Lookup, Terms
from chassis.errors import Rejected
from contracts.ballots import response_id
from contracts.codec import Malformed, decode
from contracts.messages import Purged, ResponseSubmitted, SessionClosed, SlipCounts

REASONS = (
    "malformed",
    "unexpected-type",
    "unknown-session",
    "wrong-partition",
    "wrong-key",
    "wrong-id",
    "not-in-terms",
    "late",
)
"""Every reason for which a record is buried."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """A response that belongs to a cell: its id as 16 bytes, not yet compared with the ids known."""

    terms: Terms
    group: str
    cell: CellTerms
    key: bytes
    response: ResponseSubmitted

    def rows(self) -> tuple[bytes, list[tuple[str, str]]]:
        """(a byte an item, background pairs); Rejected if it answers what was not asked."""
        return answer_row(self.cell.form, self.response.answers), background_marks(
            self.cell.form, self.response.background
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Closing:
    """The close marker of a session that is known; slip counts of every group."""

    terms: Terms
    groups: Mapping[str, SlipCounts]


def read(value: bytes | None, partition: int, lookup: Lookup) -> Placed | Closing | Purged:
    """What this record is; Rejected says why it can never be counted. Unavailable passes: ask again later."""
    try:
        message = decode(value)
    except Malformed as error:
        raise Rejected("malformed", error.reason) from error
    if type(message) is ResponseSubmitted:
        return _placed(message, partition, lookup)
    if isinstance(message, SessionClosed):
        terms = _terms(message.session, message.school, partition, lookup)
        if message.groups.keys() != terms.groups.keys():
            raise Rejected("not-in-terms")
        return Closing(terms=terms, groups=message.groups)
    if isinstance(message, Purged):
        return message
    raise Rejected("unexpected-type")


def _placed(message: ResponseSubmitted, partition: int, lookup: Lookup) -> Placed:
    terms = _terms(message.session, message.school, partition, lookup)
    cell = terms.groups.get(message.group)
    if cell is None or message.level != terms.level or message.questionnaire != terms.questionnaire:
        raise Rejected("not-in-terms")
    if message.ballot.key_id != cell.key_id:
        raise Rejected("wrong-key")
    if message.response_id != response_id(cell.key_id, message.ballot.message):
        raise Rejected("wrong-id")
    return Placed(terms=terms, group=message.group, cell=cell, key=bytes.fromhex(message.response_id), response=message)


def _terms(session: str, school: str, partition: int, lookup: Lookup) -> Terms:
    terms = lookup(session)
    if terms is None:
        raise Rejected("unknown-session")
    if terms.partition != partition:
        raise Rejected("wrong-partition")
    if terms.school != school:
        raise Rejected("not-in-terms")
    return terms
