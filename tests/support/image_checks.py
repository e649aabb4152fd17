"""What an image of ours may hold: its packages, its user, and nothing to build or test with."""

import json
from collections.abc import Callable, Iterator
from subprocess import CompletedProcess

Docker = Callable[..., "CompletedProcess[str]"]
FORBIDDEN = ("gcc", "g++", "cc", "make", "cargo", "go", "node", "npm", "git", "curl", "wget")
FONTS = ("guzgu/identity", "guzgu/reporter")
LOOK = """
import importlib.metadata as m, json, os, re, shutil, sys
names = {d.metadata["Name"].lower().replace("_", "-").replace(".", "-"): d for d in m.distributions()
         if str(d.locate_file("")).startswith("/opt/guzgu")}
needed = {re.split(r"[^A-Za-z0-9_.-]", r)[0].lower().replace("_", "-").replace(".", "-")
          for d in names.values() for r in d.requires or ()}
ours = [n for n in names if n.startswith("guzgu-")]
tests = [os.path.join(b, f) for b, _, fs in os.walk("/opt/guzgu") for f in fs
         if re.match(r"test_.*[.]py$", f) and any("/" + o[6:] + "/" in b for o in ours)]
print(json.dumps({
    "uid": os.getuid(), "tools": [t for t in sys.argv[1:] if shutil.which(t)],
    "unneeded": sorted(n for n in names if n not in needed and n not in ours), "ours": ours, "tests": tests,
    "fonts": os.path.exists("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"),
}))
"""


def size(docker: Docker, image: str) -> int:
    """Bytes of an image with all below it."""
    return int(docker("image", "inspect", "--format", "{{.Size}}", image).stdout)


def faults(docker: Docker, image: str) -> Iterator[str]:
    """A sentence for each thing in an image that should not be there, or should be and is not."""
    command = ["run", "--rm", "--network", "none", "--read-only", "--cap-drop", "ALL", image]
    found = json.loads(docker(*command, "python", "-c", LOOK, *FORBIDDEN).stdout)
    if found["uid"] != 10001:
        yield f"it runs as user {found['uid']}"
    if found["tools"]:
        yield f"it holds {', '.join(found['tools'])}"
    if found["unneeded"]:
        yield f"nothing needs {', '.join(found['unneeded'])}"
    if found["tests"]:
        yield f"it holds tests of ours: {found['tests'][0]}"
    if not found["ours"]:
        yield "it holds nothing of ours"
    if image in FONTS and not found["fonts"]:
        yield "its PDF pages would have no font with all letters"
