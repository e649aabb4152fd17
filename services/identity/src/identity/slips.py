"""Slips as a PDF."""

from identity.desk.conduct import Slips
from identity.desk.desk import Desk
from identity.staff import Person


def pdf(desk: Desk, who: Person, made: Slips) -> bytes:
    """The PDF of fresh slips."""
    raise NotImplementedError
