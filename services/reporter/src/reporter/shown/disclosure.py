"""What may be shown of a snapshot: the one function between released counts and everything a school sees."""

from collections.abc import Mapping
from typing import Any, Final

from contracts.questionnaire import OWN_CODES, Questionnaire
from reporter.shown import masking
from reporter.shown.snapshot import ANSWER_CLASSES, Snapshot, read
from reporter.shown.tables import Share, ShownGroup, ShownItem, ShownOption, Withheld

FEWEST_ITEM_RATERS: Final = 5
LEADER_BANDS_BELOW: Final = 5
OWN_FROM: Final = 10
BACKGROUND_FROM: Final = 20
SMALLEST_BACKGROUND_CLASS: Final = 3
BAND_TOPS: Final = (0.25, 0.5, 0.75)


def show(document: Mapping[str, Any], k: int, questionnaire: Questionnaire) -> ShownGroup | Withheld:
    """The shown table of a `snapshots` document of a group with threshold `k`; BadSnapshot for a malformed one."""
    snapshot = read(document)
    if snapshot.n < k:
        return Withheld(group=snapshot.group, reason="below-k")
    bands_only = snapshot.group == "leader" and snapshot.n < LEADER_BANDS_BELOW
    raters = max(k, FEWEST_ITEM_RATERS)
    items = {code: counts[:ANSWER_CLASSES] for code, counts in snapshot.items.items() if code not in OWN_CODES}
    own = {code: counts[:ANSWER_CLASSES] for code, counts in snapshot.items.items() if code in OWN_CODES}
    return ShownGroup(
        group=snapshot.group,
        level=snapshot.level,
        snapshot=snapshot.id,
        n=snapshot.n,
        k=k,
        as_of=snapshot.as_of,
        final=snapshot.final,
        items={} if bands_only else {code: _item(code, counts, raters) for code, counts in items.items()},
        own={code: _own_item(code, counts, raters, snapshot.n) for code, counts in own.items()},
        background=_background(snapshot, questionnaire) if snapshot.n >= BACKGROUND_FROM else {},
        bands=_bands(snapshot, items, k, questionnaire) if bands_only else None,
    )


def _item(code: str, counts: tuple[int, ...], raters: int) -> ShownItem:
    rated = sum(counts)
    if rated < raters:
        return ShownItem(code=code, rated=None, shares=None, reason="few-raters")
    labels = masking.table(counts)
    if labels is None:
        return ShownItem(code=code, rated=rated, shares=None, reason="would-be-solved")
    limit = masking.grain(rated).limit
    return ShownItem(code=code, rated=rated, shares=tuple(_share(label, limit) for label in labels))


def _own_item(code: str, counts: tuple[int, ...], raters: int, n: int) -> ShownItem:
    if n < OWN_FROM:
        return ShownItem(code=code, rated=None, shares=None, reason="fewer-than-10")
    return _item(code, counts, max(raters, OWN_FROM))


def _share(label: int, limit: int) -> Share:
    if label == masking.LOW:
        return Share(kind="at-most", percent=limit)
    if label == masking.HIGH:
        return Share(kind="at-least", percent=100 - limit)
    if label == masking.JOINT:
        return Share(kind="masked")
    return Share(kind="share", percent=label)


def _bands(
    snapshot: Snapshot, items: Mapping[str, tuple[int, ...]], k: int, questionnaire: Questionnaire
) -> dict[str, int]:
    """Area to band, from the core items that at least k people rated; an area without one is left out."""
    found = {}
    for area, codes in questionnaire.area_items(snapshot.level, snapshot.group).items():
        rated = [items[code] for code in codes if code in items and sum(items[code]) >= k]
        if rated:
            share = sum((counts[3] + counts[4]) / sum(counts) for counts in rated) / len(rated)
            quarter, half, most = BAND_TOPS
            found[area] = (share >= quarter) + (share > half) + (share > most)
    return found


def _background(snapshot: Snapshot, questionnaire: Questionnaire) -> dict[str, tuple[ShownOption, ...]]:
    found: dict[str, tuple[ShownOption, ...]] = {}
    for code, counts in snapshot.background.items():
        question = questionnaire.questions.get(code)
        if question is None:
            continue
        if question.kind == "many":
            base = snapshot.n - counts.get("pn", 0) - counts.get("skipped", 0)
            options = {option: counts.get(option, 0) for option in question.options}
            found[code] = _ticks(options, base) if base >= BACKGROUND_FROM else ()
        else:
            found[code] = _classes({option: counts.get(option, 0) for option in (*question.options, "pn", "skipped")})
    return {code: options for code, options in found.items() if options}


def _ticks(counts: Mapping[str, int], base: int) -> tuple[ShownOption, ...]:
    """Each option of a tick list by itself, in shares of the `base` people who filled in the list."""
    size = masking.grain(base)
    rim = max(size.limit, masking.rounded(SMALLEST_BACKGROUND_CLASS, base, size.step))
    found = []
    for option, count in counts.items():
        share = masking.rounded(count, base, size.step)
        if count < SMALLEST_BACKGROUND_CLASS or share <= size.limit:
            found.append(ShownOption(option=option, share=Share(kind="at-most", percent=rim)))
        elif base - count < SMALLEST_BACKGROUND_CLASS or share >= 100 - size.limit:
            found.append(ShownOption(option=option, share=Share(kind="at-least", percent=100 - rim)))
        else:
            found.append(ShownOption(option=option, share=Share(kind="share", percent=share)))
    return tuple(found)


def _classes(counts: Mapping[str, int]) -> tuple[ShownOption, ...]:
    """The answers to a closed question in shares of all; those of fewer than three people are one class together."""
    total = sum(counts.values())
    if not total:
        return ()
    rising = sorted(counts, key=lambda option: counts[option])
    merged = [option for option in rising if counts[option] < SMALLEST_BACKGROUND_CLASS]
    for option in rising[len(merged) :]:
        if not 0 < sum(counts[small] for small in merged) < SMALLEST_BACKGROUND_CLASS:
            break
        merged.append(option)
    step = masking.grain(total).step
    shown = [(option, count) for option, count in counts.items() if option not in merged]
    rest = [(None, sum(counts[option] for option in merged))] if merged else []
    return tuple(
        ShownOption(option=option, share=Share(kind="share", percent=masking.rounded(count, total, step)))
        for option, count in [*shown, *rest]
    )
