"""The proof that a form was sent from a page of ours: bound to the reader's own session and to nothing else."""

import hashlib
import hmac
from typing import Final

PURPOSE: Final = b"guzgu-reporter form v1"


def form_token(key: bytes, sealed: str) -> str:
    """The token of a session's forms; `sealed` is the session's cookie, which no other site can read."""
    own = hmac.digest(key, PURPOSE, hashlib.sha256)
    return hmac.new(own, sealed.encode(), hashlib.sha256).hexdigest()


def holds(key: bytes, sealed: str, token: str) -> bool:
    """Whether a token is this session's."""
    return hmac.compare_digest(form_token(key, sealed).encode(), token.encode())
