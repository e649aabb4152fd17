"""The demo's hand-out for a running stack: staged by the demo's own code, but for two schools and few people."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from stack.services import Services


def handed_out(services: "Services", http: httpx.Client, path: Path) -> Any:
    """What stands in the file that the demo writes."""
    from country.script import script
    from country.staging import enrolled_schools, staged_sessions
    from stack.handout import handout, write
    from stack.opening import ministry

    whole = script(12)
    schools = (whole.schools[0], whole.schools[6])
    cues = [cue for cue in whole.cues if cue.school in schools]
    played = replace(whole, schools=schools, cues=cues, turnout=0.02)
    officer = ministry(services, http)
    enrolled = enrolled_schools(officer.identity, played, http, services.site.identity)
    staged = staged_sessions(played, enrolled, http, services.site.collector, lambda done: None)
    write(path, handout(services.site, officer, enrolled, staged))
    return json.loads(path.read_text("utf-8"))
