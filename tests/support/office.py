"""Leads one browser through every page and state of identity's workspaces, and stops at each to look."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext
from werkzeug.serving import WSGIRequestHandler, make_server

from support.identity import House
from support.office_endings import Endings
from support.office_keyboard import Keyboard
from support.office_ministry import Ministry
from support.office_school import School
from support.office_walker import PASSWORD


class Quiet(WSGIRequestHandler):
    """Writes no line for every request."""

    def log(self, type: str, message: str, *args: Any) -> None:
        return


@contextmanager
def served(house: House) -> Iterator[str]:
    """Serves identity's web app; its origin."""
    server = make_server("127.0.0.1", 0, house.app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()


def hold_at_the_door(context: BrowserContext) -> None:
    """The step over to the reports happens at once; here it waits for a look."""
    context.route("**/submit.js", lambda route: route.fulfill(body="", content_type="text/javascript"))


@dataclass
class Tour(Ministry, School, Endings, Keyboard):
    """The whole walk."""

    def go_round(self) -> None:
        """Everything once, in the order in which it happens in a country."""
        self.visitor()
        self.register()
        letter = self.invitation()
        self.join(letter, "leyla")
        self.sign_in("leyla")
        self.empty_school()
        self.ministry()
        self.sign_in("leyla")
        self.guided_act()
        session, planned = self.sessions()
        self.paper(session)
        self.end_of_planned(planned)
        self.more_slips(session)
        self.closing(session)
        self.sharing(session)
        self.handing_over()
        self.keyboard()
        self.register_changes()
        self.auditor()

    def visitor(self) -> None:
        for path, state in (("/", "start"), ("/docs", "docs"), ("/nothing", "missing"), ("/sign-in", "sign-in")):
            self.open(path, state)
        self.wrong("sign-in-wrong", user="nobody", password="x", code="1")
        self.open("/join", "join")
        self.wrong("join-wrong", invitation="2222", user="nobody", password=PASSWORD, again=PASSWORD)
        self.wrong("join-differ", invitation="2222", user="nobody", password=PASSWORD, again="x")
