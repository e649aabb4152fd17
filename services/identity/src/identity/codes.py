"""Codes that people read and type: their alphabet, check character, grouping, and what is kept of them."""

import hashlib
import hmac
from collections.abc import Callable

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
SESSION, PARTICIPATION, SCHOOL, INVITATION = 8, 9, 13, 16
"""Lengths with the check character, which is the last one."""
GROUP_LETTERS = {"leader": "L", "teacher": "T", "student": "S", "trainer": "C"}
RandomBytes = Callable[[int], bytes]
_VALUES = {letter: number for number, letter in enumerate(ALPHABET)}
_FAIR = 256 - 256 % len(ALPHABET)


def check_character(body: str) -> str:
    """The character number Σ i·vᵢ mod 31, i = 1, 2, … from the left; KeyError for a letter outside the alphabet."""
    return ALPHABET[sum(i * _VALUES[letter] for i, letter in enumerate(body, 1)) % len(ALPHABET)]


def make(length: int, random_bytes: RandomBytes) -> str:
    """A random code of `length` characters, check character included; every letter is equally likely."""
    letters: list[str] = []
    while len(letters) < length - 1:
        letters += [ALPHABET[byte % len(ALPHABET)] for byte in random_bytes(length) if byte < _FAIR]
    body = "".join(letters[: length - 1])
    return body + check_character(body)


def normal(text: str) -> str:
    """A code as it stands on the wire: upper case, without hyphens and spaces."""
    return "".join(text.split()).replace("-", "").upper()


def well_formed(code: str, length: int) -> bool:
    """Whether a normal code has this length, only letters of the alphabet and the right check character."""
    return len(code) == length and all(letter in _VALUES for letter in code) and check_character(code[:-1]) == code[-1]


def grouped(code: str) -> str:
    """A code as it is printed: hyphens after every fourth character."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def session_line(session: str, group: str) -> str:
    """The line to type before the participation code: `SSSS-SSSS-G`."""
    return f"{grouped(session)}-{GROUP_LETTERS[group]}"


def keyed_hash(pepper: bytes, session: str, group: str, code: str, cost: int) -> bytes:
    """32 bytes kept instead of a participation code: HMAC-SHA-256 under the pepper, then scrypt of n = `cost`.

    Session and group are part of it, so a code is unknown with any other.
    """
    keyed = hmac.digest(pepper, f"{session}/{group}/{code}".encode(), "sha256")
    return hashlib.scrypt(keyed, salt=b"guzgu participation code", n=cost, r=1, p=1, maxmem=256 << 20, dklen=32)


def invitation_hash(pepper: bytes, invitation: str) -> str:
    """What is kept of an invitation: 74 random bits need no slow hash."""
    return hmac.new(pepper, b"invitation/" + invitation.encode(), "sha256").hexdigest()
