"""Letters with which the ministry invites schools: one to a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from identity.slips import texts
from look import paths


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """One school's letter: whom it is for, the code, and from when on it works, in words ("": at once)."""

    name: str
    region: str
    registry_id: str
    code: str = field(repr=False)
    works_from: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Letters:
    """Letters in one language, as many as there are pages."""

    origin: str
    lang: str
    letters: tuple[Letter, ...] = field(repr=False)

    def __len__(self) -> int:
        return len(self.letters)

    def part(self, start: int, end: int) -> "Letters":
        """Some of them."""
        return replace(self, letters=self.letters[start:end])

    def html(self) -> str:
        """The pages that become the PDF."""
        environment = Environment(
            loader=PackageLoader("identity"),
            autoescape=select_autoescape(),
            undefined=StrictUndefined,
            trim_blocks=True,
        )
        values: Mapping[str, object] = {
            "t": texts().bind(self.lang),
            "lang": self.lang,
            "font": paths.FONT,
            "address": f"{self.origin}/join",
            "letters": self.letters,
        }
        return environment.get_template("print/letters.html").render(values)


def in_order(letters: Sequence[Letter]) -> tuple[Letter, ...]:
    """By region and then number, as they are handed out."""
    return tuple(sorted(letters, key=lambda one: (one.region, one.registry_id)))
