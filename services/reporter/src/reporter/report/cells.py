"""What of a report stands in one cell or sentence: whole per cent, one decimal, bounds, an item's words."""

from contracts.questionnaire import OwnItem, Questionnaire
from reporter.report.assembly import GroupState, SessionView
from reporter.shown import figures
from reporter.shown.figures import Mean
from reporter.shown.tables import Share, ShownItem

Cell = str | int | float | None


def text(view: SessionView, code: str, group: str, questionnaire: Questionnaire, language: str) -> str:
    """An item's words as this group reads it, the school's own ones included."""
    if code in view.own:
        return OwnItem(code=code, texts=view.own[code]).text(language)
    return questionnaire.text(code, group, view.level, language).text


def share_text(share: Share, masked: Cell = "masked") -> Cell:
    """A share in whole per cent as a cell: 35, "≤5", "≥95", or "masked"."""
    if share.kind == "share":
        return share.percent
    return masked if share.kind == "masked" else {"at-most": "≤", "at-least": "≥"}[share.kind] + str(share.percent)


def percent(share: float | None) -> int | None:
    """A share of 0 to 1 in whole per cent, halves upwards."""
    return None if share is None else int(100 * share + 0.5)


def mean_cells(mean: Mean | None) -> tuple[float | None, float | None, float | None]:
    """(mean, low, high) with one decimal."""
    return (None, None, None) if mean is None else (tenths(mean.value), tenths(mean.low), tenths(mean.high))


def item_agree(item: ShownItem) -> int | None:
    """The agree share of an item in whole per cent."""
    return None if item.shares is None else percent(figures.agree(figures.chances(item.shares)))


def left_in_box(group: GroupState) -> int | None:
    """How many slips should be left over, known after the close."""
    slips = group.slips
    return None if not slips else max(0, slips["issued"] - slips["used"] - slips["revoked"])


def tenths(value: float | None) -> float | None:
    """A mean as it leaves: with one decimal."""
    return None if value is None else round(value, 1)
