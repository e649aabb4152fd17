"""A made-up language from right to left: the page built with it, and questionnaires put into it on their way."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from playwright.sync_api import Route

from collector import page
from support.visiting import Visitor
from support.walking import Walk

LANGUAGE = "ar-XB"
LETTERS = "ابجدهوزحطيكلمنسعفصقرشتثخذض"
PAGE = Path(__file__).parents[2] / "services/collector/page"


def pseudo(text: str) -> str:
    """Each letter as one that runs leftwards, as the page's build does it; placeholders stay."""
    parts = re.split(r"(\{\w+\})", text)
    return "".join(
        part if part.startswith("{") else re.sub("[A-Za-z]", lambda each: LETTERS[ord(each[0].lower()) - 97], part)
        for part in parts
    )


def build(folder: Path) -> dict[str, Any]:
    """Builds the page with this language into a folder; the list of its files."""
    subprocess.run(["node", "build.mjs", "--pseudo", f"--out={folder}"], cwd=PAGE, check=True)
    listed: dict[str, Any] = json.loads((folder / "files.json").read_text("utf-8"))
    return listed


def put(visitor: Visitor, folder: Path, listed: dict[str, Any]) -> None:
    """Serves the built script in place of the site's own, and questionnaires in this language."""
    script = (folder / listed["entries"]["script"]).read_text("utf-8")
    address = f"**/page/{page.load().entries['script']}"
    visitor.page.context.route(address, lambda route: route.fulfill(body=script, content_type="text/javascript"))
    visitor.page.context.route(f"**/questionnaire?lang={LANGUAGE}", questionnaire)
    visitor.page.context.route("**/v1/responses", in_english)


def questionnaire(route: Route) -> None:
    """The English questionnaire, its words turned."""
    answer = route.fetch(url=route.request.url.replace(LANGUAGE, "en"))
    form = answer.json()
    form["language"] = LANGUAGE
    form["scale"] = turned(form["scale"])
    form["texts"] = turned(form["texts"])
    for group in form["groups"].values():
        for item in group["items"]:
            if item["language"] == "en":  # what a school wrote in Azerbaijani alone stays as it is
                item["text"], item["hint"], item["language"] = pseudo(item["text"]), pseudo(item["hint"]), LANGUAGE
        for question in group["background"]:
            question["text"] = pseudo(question["text"])
            for option in question["options"]:
                option["text"] = pseudo(option["text"])
    route.fulfill(status=answer.status, json=form)


def turned(value: Any) -> Any:
    """All texts in nested members."""
    if isinstance(value, str):
        return pseudo(value)
    if isinstance(value, list):
        return [turned(each) for each in value]
    return {name: turned(each) for name, each in value.items()}


def in_english(route: Route) -> None:
    """The collector knows real languages alone; in which one was answered is not kept anyway."""
    route.continue_(post_data=(route.request.post_data or "").replace(f'"{LANGUAGE}"', '"en"'))


class PseudoWalk(Walk):
    """A respondent who reads this language."""

    def say(self, key: str, **values: object) -> str:
        texts, child = page.texts(), f"{key}.child"
        primary = self.group == "student" and self.signer.message.level == "primary"
        return pseudo(texts.get(child if primary and child in texts.keys() else key, "en", **values))  # noqa: SIM118
