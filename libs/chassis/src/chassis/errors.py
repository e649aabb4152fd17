"""The failures that every service knows: rejected for good, unavailable for now, stopped on purpose."""


class Rejected(Exception):
    """A message that can never be handled; `reason` is a short code, label and log field alike."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason


class Unavailable(Exception):
    """Something we need is away; the same attempt may succeed after `retry_after` seconds. `detail`: a sentence for
    operators where it is there and refuses us, else ""."""

    def __init__(self, reason: str, retry_after: int = 2, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
        self.retry_after = retry_after


class Fenced(Exception):
    """Another process owns what this one held: let go of it at once, without writing."""


class Fatal(Exception):
    """The process cannot go on; its message says what an operator should do."""
