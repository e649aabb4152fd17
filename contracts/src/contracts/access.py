"""What a database user may do, as contracts/access.yaml says it."""

from collections.abc import Mapping
from functools import cache

import yaml

from contracts.data import folder


@cache
def rights(user: str, database: str) -> Mapping[str, str]:
    """{collection: read | append | write} of a user in a database of access.yaml."""
    raw = yaml.safe_load(folder("access.yaml").read_text("utf-8"))
    collections = raw["databases"][database]["collections"]
    return {name: words[user] for name, words in collections.items() if user in words}
