"""The desk: everything that an act needs, built once in `main`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contracts.questionnaire import Questionnaire
from identity.guesses import Guesses
from identity.passwords import Passwords
from identity.printer import Printer
from identity.retiring import Retiring
from identity.settings import Settings
from identity.signers import Signers
from identity.staff import Person
from identity.store import records
from identity.store.place import Place, Txn


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """Clock, randomness, keys and stores; `bank` gives the questionnaire of a version."""

    settings: Settings
    place: Place
    clock: Callable[[], datetime]
    random_bytes: Callable[[int], bytes]
    bank: Callable[[str], Questionnaire]
    signers: Signers
    guesses: Guesses
    printer: Printer
    passwords: Passwords
    pepper: bytes = field(repr=False)
    wrap_key: bytes = field(repr=False)
    cookie_key: bytes = field(repr=False)
    grant_key: Ed25519PrivateKey = field(repr=False)
    manifest_key: EllipticCurvePrivateKey = field(repr=False)
    retiring: Retiring = field(repr=False, default=Retiring())  # frozen

    def note(self, who: Person, act: str, txn: Txn = None, **about: object) -> None:
        """Adds an act to the audit log."""
        if who.school and "school" not in about:
            about["school"] = who.school
        records.note(self.place, self.random_bytes(12).hex(), self.clock(), who.user, act, about, txn)

    def note_all(self, who: Person, lines: Sequence[Mapping[str, object]], txn: Txn = None) -> None:
        """Adds many acts at once, each with its `act` and what it is about."""
        now, drawn = self.clock(), [self.random_bytes(12).hex() for _ in lines]
        rows = [{"_id": name, "at": now, "who": who.user, **line} for name, line in zip(drawn, lines, strict=True)]
        records.note_all(self.place, rows, txn)
