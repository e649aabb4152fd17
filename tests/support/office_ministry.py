"""What an officer sees: the register and its changes, letters, campaigns, accounts, the log, key cards."""

import re
from pathlib import Path

from identity.desk import register
from identity.staff import Person
from support.identity import REGISTER
from support.office_walker import Walker

BAD_ROW = "004,Sınaq,Baku,nowhere,az,full,primary,1,2,3,0\n"


class Ministry(Walker):
    """The ministry's pages."""

    def register(self) -> None:
        self.secrets["officer"] = self.house.officer["totp_secret"]
        self.sign_in("officer")
        self.open("/schools", "schools-none")
        self.open("/campaigns", "campaigns-none")
        self.open("/schools/import", "import")
        self.page.set_input_files("#register", {"name": "r.csv", "mimeType": "text/csv", "buffer": b"\xff"})
        self.wrong("import-wrong")
        register = {"name": "r.csv", "mimeType": "text/csv", "buffer": (REGISTER + BAD_ROW).encode()}
        self.page.set_input_files("#register", register)  # type: ignore[arg-type]  # a file's payload
        self.send("import-look")
        self.open("/schools/import", "import-waiting")
        self.page.locator(".notice a").click()
        self.made("import-taken")
        self.open("/schools", "schools")
        self.open("/schools?q=nowhere", "schools-none-found")

    def made(self, state: str, button: str = "form[data-progress] button[type=submit]") -> None:
        """Starts long work that the page shows, waits for the page that it leads to, and looks."""
        with self.page.expect_navigation(url=re.compile("/schools/imports/")):
            self.page.locator(button).first.click()
        self.page.wait_for_selector(".notice-good")
        self.look(self.page, state)

    def register_changes(self) -> None:
        """A second file: schools that changed, one that closed, one that goes on in another; then by hand."""
        self.sign_in("officer")
        lines = [line for line in REGISTER.splitlines(keepends=True) if not line.startswith("003")]
        new = "005,Yeni məktəb,Baku,urban,ru,full,primary,2,10,90,0\n"
        extra = "006,Köhnə məktəb,Baku,rural,az,full,primary,1,4,30,0\n"
        for text in (extra, "".join(lines).replace("3,24,117", "3,25,121") + new):
            body = text if text.startswith("registry_id") else REGISTER.splitlines(keepends=True)[0] + text
            self.open("/schools/import")
            file = {"name": "r.csv", "mimeType": "text/csv", "buffer": body.encode()}
            self.page.set_input_files("#register", file)  # type: ignore[arg-type]  # a file's payload
            if text is not extra:
                self.page.locator("#whole").check(force=True)
            self.send("import-changes" if text is not extra else None)
            if text is extra:
                self.made("import-one")
        gone, over = self.school("003"), self.school("006")
        self.page.locator(f"[id='fate-{gone}']").select_option("closed")
        self.page.locator(f"[id='fate-{over}']").select_option("follows")
        self.wrong("import-changes-wrong", "form[data-progress] button", **{f"into-{over}": "999", "word": "x"})
        self.page.locator("#word").fill(self.say("confirm.end"))
        self.page.locator(f"[id='into-{over}']").fill("005")
        self.made("import-changed")
        self.open("/schools?show=ended", "schools-ended")
        self.open(f"/schools/{self.school('005')}", "school-entry-after")
        self.open(f"/schools/{gone}", "school-entry-ended")
        self.open(f"/schools/{gone}/end", "school-reopen")
        self.send(None)
        self.open(f"/schools/{gone}/edit", "school-edit")
        self.wrong("school-edit-wrong", name="")
        self.send("school-edited", name="Gəncə Peşə Liseyi", **{"vocational-students": "280"})
        self.open(f"/schools/{gone}/end", "school-end")
        self.wrong("school-end-wrong", word="x")

    def invitation(self) -> str:
        self.open("/schools/invitations", "invitations")
        with self.page.expect_download() as saved:
            self.page.locator("form[data-progress] button").first.click()
        assert Path(saved.value.path()).read_bytes()[:5] == b"%PDF-"
        self.look(self.page, "invitations-made")
        self.open(f"/schools/{self.school()}", "school-entry")
        self.send("invitation", "main form[action$='/invitation'] button")
        return self.page.locator(".participation-code").inner_text()

    def ministry(self) -> None:
        self.sign_in("officer")
        self.open("/campaigns/new", "campaign-new")
        self.wrong("campaign-wrong", campaign="Not A Slug")
        days = {"opens": self.day(0), "closes": self.day(20)}
        self.wrong("campaign-wrong-days", campaign="autumn", **{"name-az": "Payız", "name-en": "Autumn"})
        self.send("campaign-look", campaign="autumn", **{"name-az": "Payız", "name-en": "Autumn"}, **days)
        self.send(None, "main button[value=start]")
        self.house.turn()
        self.open("/campaigns", "campaigns")
        self.open("/campaigns/autumn/close", "campaign-close")
        self.wrong("campaign-close-wrong", word="x")
        self.accounts()
        self.open("/report", "report")

    def accounts(self) -> None:
        self.open("/people", "people")
        add = "form[action='/people'] button"
        self.page.locator("details summary").first.click()
        self.wrong("people-wrong", add, user="x")
        self.page.locator("input[name=role][value=auditor]").check(force=True)
        self.send("person-made", add, user="nigar")
        for deed in ("reset", "end"):
            self.open(f"/people/nigar/{deed}", f"person-{deed}")
            self.wrong(f"person-{deed}-wrong", word="x")
            self.send(None, word=self.say(f"confirm.{deed}"))
        key = "form[action='/keys'] button"
        self.open("/people")
        self.page.locator("details summary").last.click()
        self.wrong("keys-wrong", key, name="x")
        self.send("key-made", key, name="office")
        for deed in ("rotate", "remove"):
            self.open(f"/keys/office/{deed}", f"key-{deed}")
            self.wrong(f"key-{deed}-wrong", word="x")
            self.send(None, word=self.say(f"confirm.{deed}"))

    def auditor(self) -> None:
        self.sign_in("officer")
        self.open("/audit", "audit")
        self.open("/audit?act=school-changed&who=officer", "audit-filtered")
        assert self.page.evaluate("fetch('/audit.csv').then((r) => r.text())").startswith("at,act,")
        officer = Person(user="officer", role="officer")
        places = [(("Baku", "Guba", "Shirvan")[n % 5 // 2], ("rural", "urban")[n % 2]) for n in range(40)]
        rows = [
            f"9{n:02d},Məktəb {n},{region},{settlement},az,full,primary,1,9,80,0"
            for n, (region, settlement) in enumerate(places)
        ]
        register.take(self.house.desk, officer, "\n".join((REGISTER.splitlines()[0], *rows)))
        self.open("/campaigns/new")
        days = {"opens": self.day(30), "closes": self.day(60)}
        self.send("campaign-look-classes", campaign="spring", **{"name-az": "Yaz", "name-en": "Spring"}, **days)
        self.send("campaign-back", "main button[value=back]")
        self.open("/manifest", "manifest")
        row = self.house.desk.place["sessions"].find_one({"school": self.school()})
        assert row is not None
        self.open(f"/manifest?fingerprint={row['fingerprint']}", "manifest-found")
        self.open("/manifest?fingerprint=nothing", "manifest-not-found")
