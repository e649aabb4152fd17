"""The participation monitor: how many schools take part, where help is needed, and what the next wave has to reach."""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.questionnaire import CURRENT, GROUPS, LEVELS
from look import locale
from reporter.national import places
from reporter.national.progress import PEOPLE, RULES, Count, Progress, progress
from reporter.pages.rendering import Pages
from reporter.readers.access import Viewer
from reporter.told.words import Voice


def monitor(
    pages: Pages,
    message: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    viewer: Viewer,
    language: str,
) -> Mapping[str, Any]:
    """What the page shows of one campaign: figures, a finding, rows by region and level, who needs help, the wave."""
    voice = pages.voice(language, CURRENT)
    found = progress(message, rows, viewer)
    groups = [group for group in GROUPS if found.whole.reached[group] or group in PEOPLE]
    regions = sorted(found.regions, key=lambda name: (found.regions[name].share, locale.sort_key(name, language)))
    levels = sorted(found.levels, key=LEVELS.index)
    wave = RULES["wave"]["share"]
    schools = sum(found.regions[name].to_reach(wave) for name in regions)
    return {
        "campaign": message["campaign"],
        "name": message["names"].get(language, message["campaign"]),
        "empty": found.whole.opened == 0,
        "finding": _finding(voice, found, regions),
        "figures": [
            (found.whole.opened, voice.t("monitor.opened"), voice.t("monitor.of", count=found.whole.registered)),
            (found.whole.begun, voice.t("monitor.begun"), ""),
            (found.whole.enough, voice.t("monitor.enough"), ""),
        ],
        "groups": groups,
        "regions": [_row(voice, places.name(name, language), found.regions[name], groups) for name in regions],
        "levels": [_row(voice, _level(voice, name), found.levels[name], groups) for name in levels],
        "help": [
            (places.name(name, language), [_why(voice, why, found.regions[name]) for why in found.help[name]])
            for name in regions
            if name in found.help
        ],
        "wave": [_wave(voice, places.name(name, language), found.regions[name], wave) for name in regions],
        "wave_total": _total(voice, found.whole, schools),
        "wave_schools": schools,
        "wave_share": voice.percent(wave),
        "wave_regions": sum(found.regions[name].to_reach(wave) > 0 for name in regions),
        "all_regions": len(regions),
    }


def _level(voice: Voice, level: str) -> str:
    return voice.questionnaire.level_name(level, voice.language)


def _finding(voice: Voice, found: Progress, regions: Sequence[str]) -> str:
    if not found.whole.opened:
        return voice.t("monitor.find_none")
    share = voice.percent(found.whole.share)
    if not found.help:
        return voice.t("monitor.find_well", share=share)
    return voice.t("monitor.find_help", share=share, count=len(found.help), all=len(regions))


def _row(voice: Voice, name: str, count: Count, groups: Sequence[str]) -> Mapping[str, Any]:
    return {
        "name": name,
        "share": count.share,
        "numbers": [
            *(voice.number(number) for number in (count.registered, count.opened)),
            voice.percent(count.share),
            *(voice.number(number) for number in (count.begun, count.enough)),
            *(voice.number(count.reached[group]) for group in groups),
        ],
    }


def _why(voice: Voice, why: str, count: Count) -> str:
    if not count.opened:
        return voice.t("monitor.why_none")
    if why == "few-schools":
        return voice.t("monitor.why_few-schools", share=voice.percent(count.share))
    if why == "few-begun":
        return voice.t("monitor.why_few-begun", begun=count.begun, opened=count.opened)
    return voice.t("monitor.why_few-answers", enough=count.enough, begun=count.begun)


def _wave(voice: Voice, name: str, count: Count, wave: float) -> tuple[str, ...]:
    people = (voice.number(count.not_invited(group)) for group in PEOPLE)
    return (
        name,
        voice.number(count.registered),
        voice.number(count.missing),
        voice.number(count.to_reach(wave)),
        *people,
    )


def _total(voice: Voice, whole: Count, schools: int) -> tuple[str, ...]:
    people = (voice.number(whole.not_invited(group)) for group in PEOPLE)
    numbers = (voice.number(number) for number in (whole.registered, whole.missing, schools))
    return voice.t("monitor.total"), *numbers, *people
