"""The words of pages: read from YAML, complete in every language or not at all."""

import datetime as clock
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from string import Formatter
from typing import Any

import yaml
from babel import Locale

from look import locale
from look.paths import TEXTS

Forms = Mapping[str, str]
Translate = Callable[..., str]


class MissingText(Exception):
    """Texts that a page would lack: each problem names its key and language."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problems))


class Texts:
    """Every text of a package in every language; a text is a mapping from plural category to words."""

    def __init__(self, entries: Mapping[str, Mapping[str, Forms]], languages: Sequence[str]) -> None:
        self._entries = entries
        self.languages = tuple(languages)

    def keys(self) -> frozenset[str]:
        """The names of all texts."""
        return frozenset(self._entries)

    def get(self, key: str, language: str, **values: object) -> str:
        """The words of `key` with its placeholders filled; `count=` chooses the plural.

        Numbers and days are written as the language writes them. Raises KeyError for an unknown key or a missing value.
        """
        if key not in self._entries:
            raise KeyError(f"no text {key!r}")
        forms = self._entries[key][language]
        words = forms.get(_category(values.get("count"), language), forms["other"])
        return words.format_map({name: _Written(value, language) for name, value in values.items()})

    def bind(self, language: str) -> Translate:
        """`get` in one language, for templates: t("key", name=value)."""
        if language not in self.languages:
            raise KeyError(f"no texts in {language!r}")

        def t(key: str, /, **values: object) -> str:
            return self.get(key, language, **values)

        return t


class _Written:
    """A value inside a text, written by the rule of a language when it is formatted."""

    def __init__(self, value: object, language: str) -> None:
        self._value = value
        self._language = language

    def __format__(self, spec: str) -> str:
        value = self._value
        if spec:
            return format(value, spec)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return locale.number(value, self._language)
        if isinstance(value, clock.datetime):
            raise TypeError("write a time with look.locale.datetime, which asks for the zone")
        if isinstance(value, clock.date):
            return locale.date(value, self._language)
        return str(value)


def load(path: Path, languages: Sequence[str] = ("en", "az"), *, shared: bool = True) -> Texts:
    """The texts of the file at `path` and, if `shared`, the page frame's own (keys that begin with `look.`).

    Raises MissingText naming every key and language that is missing, empty, or differs in its placeholders.
    """
    entries: dict[str, Mapping[str, Forms]] = {}
    problems: list[str] = []
    for file in dict.fromkeys([TEXTS, path] if shared else [path]):
        written = file.read_text(encoding="utf-8")
        raw = yaml.safe_load(written) or {}
        if not isinstance(raw, dict):
            raise MissingText([f"{file.name}: not a mapping of keys"])
        problems += [f"{key}: written twice" for key in _repeated(written)]
        for key, found in raw.items():
            by_language = {language: _forms(found, language) for language in languages}
            problems += _problems(str(key), by_language)
            entries[str(key)] = by_language
    if problems:
        raise MissingText(problems)
    return Texts(entries, languages)


def _repeated(written: str) -> list[str]:
    """Keys that stand more than once: YAML would silently keep the last."""
    root = yaml.compose(written, Loader=yaml.SafeLoader)
    counts = Counter(str(name.value) for name, _ in root.value) if isinstance(root, yaml.MappingNode) else Counter()
    return [key for key, count in counts.items() if count > 1]


def _forms(found: Any, language: str) -> dict[str, str]:
    words = found.get(language) if isinstance(found, dict) else None
    forms = words if isinstance(words, dict) else {"other": words}
    return {str(category): text for category, text in forms.items() if isinstance(text, str) and text.strip()}


def _problems(key: str, by_language: Mapping[str, Forms]) -> Iterator[str]:
    plural = any(set(forms) - {"other"} for forms in by_language.values())
    placeholders: dict[str, frozenset[str]] = {}
    for language, forms in by_language.items():
        needed = _categories(language) if plural else {"other"}
        for category in sorted(needed - set(forms)):
            yield f"{key} [{language}]: missing" + (f" ({category})" if plural else "")
        for category in sorted(set(forms) - needed):
            yield f"{key} [{language}]: no plural category {category!r}"
        if forms:
            try:
                placeholders[language] = frozenset().union(*map(_names, forms.values()))
            except ValueError as error:
                yield f"{key} [{language}]: {error}"
    if len(set(placeholders.values())) > 1:
        shown = ", ".join(f"{language} has {sorted(names)}" for language, names in placeholders.items())
        yield f"{key} [{'/'.join(placeholders)}]: placeholders differ: {shown}"


def _names(text: str) -> frozenset[str]:
    names = frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)
    for name in names:
        if not name.isidentifier():  # an attribute or index would let a text reach into the values it is given
            raise ValueError(f"not a plain placeholder: {{{name}}}")
    return names


def _categories(language: str) -> set[str]:
    return {*Locale.parse(language, sep="-").plural_form.tags, "other"}


def _category(count: object, language: str) -> str:
    if not isinstance(count, int | float):
        return "other"
    return str(Locale.parse(language, sep="-").plural_form(count))
