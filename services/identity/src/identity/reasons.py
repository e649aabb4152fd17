"""Every reason for which identity refuses something: a closed list, with the HTTP status and a sentence for each."""

from collections.abc import Mapping

STATUS: Mapping[str, tuple[int, str]] = {
    "not-signed-in": (401, "Sign in first, or send a valid bearer token."),
    "wrong-credentials": (401, "User, password or one-time code is wrong, or the one-time code was used already."),
    "not-allowed": (403, "This role may not do that."),
    "wrong-form-token": (403, "This form was not made by us for you, or it is too old; load the page again."),
    "too-many-attempts": (429, "Too many attempts; wait a little."),
    "unknown-user": (404, "There is no such active account."),
    "unknown-import": (404, "There is no such file of the register."),
    "unknown-slip": (404, "This slip cannot be used."),
    "unknown-session": (404, "There is no such session."),
    "unknown-school": (404, "There is no such school."),
    "unknown-campaign": (404, "There is no such campaign."),
    "unknown-invitation": (404, "This invitation cannot be used."),
    "not-yet-open": (425, "The session is not open yet."),
    "session-closed": (410, "The session is closed."),
    "code-used": (409, "This code was used."),
    "changed-meanwhile": (409, "Somebody changed this at the same moment; look at it again."),
    "session-exists": (409, "There is a session of this school, campaign and level already."),
    "campaign-exists": (409, "There is a campaign of this name already."),
    "user-exists": (409, "There is a user of this name already."),
    "key-exists": (409, "There is an API key of this name already."),
    "invitation-not-yet": (409, "This re-issued invitation works only 72 hours after it was printed."),
    "school-ended": (409, "This school has ended: what it has stays, nothing new begins."),
    "predecessor-took-part": (
        409,
        "A school that this one came from has a session of this campaign and level: its people would count twice.",
    ),
    "last-officer": (409, "The last officer's account cannot be ended: nobody could make another one."),
    "not-open": (409, "The session is not open."),
    "not-planned": (409, "Only a planned session can be cancelled; an open one is closed."),
    "not-closed": (409, "The session is not closed yet."),
    "sharing-shows-others": (
        409,
        "Fewer than five schools that do not share would be left in a published class, so theirs could be worked out.",
    ),
    "already-closing": (409, "The session is closed for good."),
    "campaign-closed": (409, "The campaign is closed."),
    "bad-dates": (422, "The dates do not fit: a session ends after it begins, in the future, and inside its campaign."),
    "unknown-level": (422, "The registry has nobody of this school at this level."),
    "unknown-group": (422, "This group does not answer at this level, or is not part of the session."),
    "unknown-item": (422, "One of the optional items is not offered to this group at this level."),
    "bad-own-item": (422, "An own item needs a text of 1 to 200 characters in every language, at most ten of them."),
    "unknown-questionnaire": (422, "There is no such version of the questionnaire."),
    "bad-campaign-name": (
        422,
        "A campaign has a short name of small letters, digits and hyphens, and a title of up to 120 characters in "
        "every language.",
    ),
    "bad-ending": (
        422,
        "Some schools end and are followed by others: many by one, or one by many, each named once; a school cannot "
        "follow itself alone.",
    ),
    "bad-school": (422, "A field of the school is empty, too long or not a number."),
    "bad-threshold": (422, "A threshold may be raised, never lowered."),
    "too-many-slips": (422, "More slips than the registry's number allows; the ministry can correct the number."),
    "bad-slip-cap": (422, "A number of slips may be raised above the one that holds, to at most 20,000."),
    "bad-header": (422, "The file's first line is not the list of columns that was agreed."),
    "not-csv": (422, "The file is not CSV in UTF-8."),
    "weak-password": (422, "A password has 10 to 200 characters and does not contain the user name."),
    "bad-user-name": (422, "A user name has 3 to 60 small letters, digits, dots, hyphens or underscores."),
    "bad-blinded-message": (422, "The blinded message is not a number below the key's modulus."),
    "bad-role": (422, "There is no such role, or it needs a scope."),
}

BUSY = (503, "Not possible at this moment; send the same request again after Retry-After seconds.")


class Refused(Exception):
    """What was asked for is refused; `reason` is a key of STATUS, label, log field and answer alike."""

    def __init__(self, reason: str, retry_after: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status, self.detail = STATUS[reason]
        self.retry_after = retry_after
