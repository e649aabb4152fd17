"""What a coordinator sees when something ends: the close, the shared report, the next coordinator."""

import re
from typing import Any

from support.office_walker import Walker


class Endings(Walker):
    """A school's pages from the end of its session on."""

    def closing(self, session: str) -> None:
        self.open(f"/sessions/{session}/close")
        self.send("session-settling", word=self.say("confirm.close"))
        self.house.turn()
        self.house.clock.move(self.house.settings.settle_seconds + 1)
        self.house.turn()
        self.open(f"/sessions/{session}", "session-closed")
        self.open("/school", "school-report")

    def sharing(self, session: str) -> None:
        at = f"/sessions/{session}/share"
        self.open(at, "share")
        self.wrong("share-wrong", word="x")
        self.send("session-shared", word=self.say("confirm.share"))
        self.sign_in("officer")
        self.open(f"/schools/{self.school()}", "school-entry-shared")
        self.open(f"/report?session={session}", "report-shared")
        self.sign_in("leyla")
        self.open(at, "share-on")
        self.send(None)
        self.crowd(session)
        self.open(at, "share-hindered")
        self.open("/log", "log-full")

    def crowd(self, session: str) -> None:
        """Five other schools of the same classes, of which nobody knows yet whether anybody answered; a slip of ours
        was used."""
        sessions: Any = self.house.desk.place["sessions"]
        sessions.update_one({"_id": session}, {"$set": {"final.teacher.used": 4}})
        row = sessions.find_one({"_id": session})
        for number in range(5):
            sessions.insert_one({**row, "_id": f"OTHER{number}", "school": f"OTHER{number}", "final": {}})

    def handing_over(self) -> None:
        self.open("/handover", "handover")
        letter = "form:has(#word) button"
        self.wrong("handover-wrong", letter, word="x")
        self.send("handover-letter", letter, word=self.say("confirm.handover"))
        self.open("/handover", "handover-waiting")
        self.send(None, "form button[name=withdraw]")
        self.send(None, letter, word=self.say("confirm.handover"))
        code = re.sub(r"\s", "", self.page.locator(".participation-code").inner_text())
        self.page.context.clear_cookies()
        self.join(code, "murad")
        self.sign_in("murad")
        self.open("/log", "log-handed-over")
