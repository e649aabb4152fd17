"""What a coordinator sees while a session is opened and runs: the act in steps, slips, what is handed out."""

from pathlib import Path

from support.identity import REGISTER
from support.office_walker import Walker


class School(Walker):
    """A school's pages until its session ends."""

    def empty_school(self) -> None:
        self.open("/school", "school-empty")
        self.open("/sessions/new", "session-none")
        self.open("/schools", "refused")
        self.open("/log", "log")

    def guided_act(self) -> None:
        step = "main button[name=go]"
        self.open("/sessions/new", "act-when")
        self.wrong("act-when-wrong", step)
        self.page.locator("input[name=level][value=lower-secondary]").check(force=True)
        self.wrong("act-when-late", step, **{"closes-day": self.day(400)})
        self.send("act-optional", step, **{"closes-day": self.day(9)})
        self.page.locator("input[name=optional]").first.check(force=True)
        self.send("act-own", step)
        self.wrong("act-own-wrong", step, **{"own-1-az": "Kitabxanamız rəqəmsaldır."})
        self.send("act-expected", step, **{"own-1-en": "Our library is digital."})
        self.wrong("act-expected-wrong", step, **{"expected-lower-secondary-student": "many"})
        self.send("act-look", step, **{"expected-lower-secondary-student": "700"})
        self.page.locator("details summary").first.click()
        self.look(self.page, "act-look-open")
        self.send(None, "main button[value=own]")
        assert self.page.locator("[id='own-1-en']").input_value() == "Our library is digital."
        for _ in range(2):
            self.send(None, step)
        assert self.page.locator("strong", has_text=self.say("preview.own")).count() > 0
        self.send("school-print", step)

    def sessions(self) -> tuple[str, str]:
        """The open session, and another that is only planned; the register's second level comes by a new import."""
        more = "002,Bakı 20 saylı məktəb,Baku,urban,az,full secondary,primary,5,20,300,0\n"
        client = self.house.client()
        key = self.house.post("/v1/api-keys", self.house.headers(**self.house.officer), name="tour")["api_key"]
        head = {"Authorization": f"Bearer {key}"}
        taken = client.post(
            "/v1/schools/import", data=(REGISTER + more).encode(), headers=head, content_type="text/csv"
        )
        assert taken.get_json()["refused"] == [], taken.text
        self.sign_in("leyla")
        self.open("/sessions/new")
        self.page.locator("input[name=level][value=primary]").check(force=True)
        self.page.locator("input[name=when][value=later]").check(force=True)
        days = {"opens-day": self.day(3), "closes-day": self.day(9)}
        self.send(None, "main button[name=go]", **days)
        for _ in range(4):
            self.send(None, "main button[name=go]")
        self.house.turn()
        rows = {row["level"]: row["_id"] for row in self.house.desk.place["sessions"].find({"school": self.school()})}
        return str(rows["lower-secondary"]), str(rows["primary"])

    def paper(self, session: str) -> None:
        at = f"/sessions/{session}"
        self.open("/school", "school-sessions")
        self.open(at, "session-open")
        self.open(f"{at}/slips/teacher", "slips-none")
        make = "form[data-progress] button[type=submit]"
        self.wrong("slips-wrong", make, count="9999")
        self.page.locator("#count").fill("9")
        self.page.locator("input[name=each][value='12']").first.check(force=True)
        with self.page.expect_download() as saved:
            self.page.locator(make).first.click()
        assert Path(saved.value.path()).read_bytes()[:5] == b"%PDF-"
        assert saved.value.suggested_filename == f"guzgu-{session}-teacher.pdf"
        self.page.locator("[data-file]:visible").wait_for()
        assert self.page.locator(".progress-count").inner_text() == "9 / 9"
        self.look(self.page, "slips-made")
        self.open(f"{at}/slips/teacher", "slips-some")
        again = "form[data-progress]:has([name=replace]) button[type=submit]"
        self.wrong("slips-replace-wrong", again, word="x")
        self.page.locator("#word").fill(self.say("confirm.replace"))
        with self.page.expect_download():
            self.page.locator(again).click()
        for name in ("board/student", "preview", "note", "close"):
            self.open(f"{at}/{name}", name.partition("/")[0])
        self.wrong("close-wrong", word="x")
        self.open(f"{at}/share", "share-not-closed")
        self.open(f"/parents/{session}", "parents")
        self.open(at)
        extend = "form[action$='/extend'] button"
        self.wrong("extend-wrong", extend, **{"closes-day": self.day(900)})
        self.send("session-slips", extend, **{"closes-day": self.day(8)})

    def end_of_planned(self, planned: str) -> None:
        self.open(f"/sessions/{planned}", "session-planned")
        self.open(f"/sessions/{planned}/cancel", "cancel")
        self.send("session-cancelled", word=self.say("confirm.cancel"))

    def more_slips(self, session: str) -> None:
        self.sign_in("officer")
        self.open(f"/schools/{self.school()}", "school-entry-sessions")
        raised = f"form:has([id='cap-{session}-teacher']) button"
        self.page.locator("details summary").first.click()
        self.wrong("cap-wrong", raised, **{f"cap-{session}-teacher": "1"})
        self.send("cap-raised", raised, **{f"cap-{session}-teacher": "300"})
        self.send("invitation-again", "main form[action$='/invitation'] button")
        self.sign_in("leyla")
        self.open("/school", "school-invited-again")
