"""The terms of every school session: what the fold has to know of it, and nothing that may change later."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from aggregator.forms import Form, form_of
from aggregator.release import Rule, rule
from chassis.kafka import Record
from contracts.codec import Malformed, decode
from contracts.messages import SchoolSession
from contracts.topics import partition


@dataclass(frozen=True, kw_only=True, slots=True)
class CellTerms:
    """The terms of one group of one session."""

    key_id: str
    registered: int
    form: Form
    rule: Rule


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """The terms of one session; `partition` is where its records belong."""

    session: str
    school: str
    campaign: str
    level: str
    questionnaire: str
    partition: int
    groups: Mapping[str, CellTerms]


Lookup = Callable[[str], Terms | None]
"""The terms of a session, None once it is certain that there is none. May raise Unavailable."""
ReadToEnd = Callable[[float], Iterable[Record]]
"""The records of `sessions-v1` not yet read, up to where it ends when asked; Unavailable after so many seconds."""


class TermsBook:
    """All sessions as `sessions-v1` tells them. Terms are kept as first read; the message of the highest revision
    stands in `messages` for whoever wants the timetable too."""

    def __init__(self, read_to_end: ReadToEnd, patience: float = 10.0) -> None:
        self._read_to_end = read_to_end
        self._patience = patience
        self._forms: dict[Form, Form] = {}
        self._terms: dict[str, Terms] = {}
        self.messages: dict[str, SchoolSession] = {}
        self.fresh: set[str] = set()
        self.unreadable = 0

    def refresh(self) -> None:
        """Reads on to where the topic ends now; `fresh` gathers the sessions that came or changed."""
        for record in self._read_to_end(self._patience):
            if record.value is None:
                continue
            try:
                message = decode(record.value)
            except Malformed:
                self.unreadable += 1
                continue
            if isinstance(message, SchoolSession):
                self._take(message)

    def get(self, session: str) -> Terms | None:
        """The terms as far as they were read."""
        return self._terms.get(session)

    def asker(self) -> Lookup:
        """A look-up for records that were received before this call: an unknown session is asked for once more, by
        reading to an end that lies behind every one of those records, before it counts as unknown."""
        asked = False

        def lookup(session: str) -> Terms | None:
            nonlocal asked
            found = self._terms.get(session)
            if found is None and not asked:
                self.refresh()
                asked = True
                found = self._terms.get(session)
            return found

        return lookup

    def _take(self, message: SchoolSession) -> None:
        known = self.messages.get(message.session)
        if known is not None and known.timetable.revision >= message.timetable.revision:
            return
        self.messages[message.session] = message
        self.fresh.add(message.session)
        if message.session not in self._terms:
            self._terms[message.session] = terms_of(message, self._forms)


def terms_of(message: SchoolSession, forms: dict[Form, Form] | None = None) -> Terms:
    """The terms in a session's message; equal forms become one object in `forms`."""
    shared: dict[Form, Form] = {} if forms is None else forms
    groups = {}
    for name, group in sorted(message.groups.items()):
        form = form_of(group)
        groups[name] = CellTerms(
            key_id=group.key_id,
            registered=group.registered,
            form=shared.setdefault(form, form),
            rule=rule(name, group.k, group.registered),
        )
    return Terms(
        session=message.session,
        school=message.school,
        campaign=message.campaign,
        level=message.level,
        questionnaire=message.questionnaire,
        partition=partition(message.school),
        groups=groups,
    )
