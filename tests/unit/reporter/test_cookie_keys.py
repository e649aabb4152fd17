"""The reporter's COOKIE_KEY is changed: who is signed on stays so while the old key is set, and no longer."""

from datetime import UTC, datetime

from flask import Flask

from reporter.readers import signon
from reporter.readers.access import Viewer
from reporter.web.answers import Sessions

OLD, NEW = b"o" * 32, b"n" * 32
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
VIEWER = Viewer(role="coordinator", school="SCHOOLCODE123")
DURING = Sessions(key=NEW, before=OLD, secure=False, clock=lambda: NOW)
AFTER = Sessions(key=NEW, secure=False, clock=lambda: NOW)
BEFORE = Sessions(key=OLD, secure=False, clock=lambda: NOW)


def test_a_session_of_the_old_key_opens_during_the_change_and_not_after() -> None:
    sealed = signon.seal(VIEWER, OLD, NOW)
    for headers in ({"Authorization": f"Bearer {sealed}"}, {"Cookie": f"{DURING.cookie}={sealed}"}):
        with Flask("t").test_request_context(headers=headers):
            assert DURING.viewer() == VIEWER
            assert AFTER.viewer() is None


def test_new_sessions_are_sealed_by_the_new_key_alone() -> None:
    with Flask("t").test_request_context(headers={"Cookie": f"{AFTER.cookie}={signon.seal(VIEWER, NEW, NOW)}"}):
        assert DURING.viewer() == AFTER.viewer() == VIEWER
        assert BEFORE.viewer() is None


def test_a_form_of_a_page_from_before_is_taken_during_the_change_and_not_after() -> None:
    with Flask("t").test_request_context(headers={"Cookie": f"{DURING.cookie}={signon.seal(VIEWER, OLD, NOW)}"}):
        token = BEFORE.form_token()
        assert DURING.form_holds(token)
        assert DURING.form_holds(DURING.form_token())
        assert not AFTER.form_holds(token)
