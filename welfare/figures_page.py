"""What the page of the figures shows: a quarter's precision, recall and gaps from real outcomes, and what came of help."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from toyota_collect.templatetags.tc import fiscal_year_short
from welfare import outcomes
from welfare.models import FlagAssessment, HardshipFlag, SignalRule
from welfare.rules.shares import FEWEST, Share, by_group, by_rule, figures

MOST_QUARTERS = 8
GOALS = {"recall": 90, "precision": 60, "gap": 10}  # per cent; gaps in points


def page(*, on: date, quarter: str) -> dict[str, Any]:
    """The chosen quarter (``2026-3``: calendar year and quarter), or the one the day lies in."""
    quarters = quarters_to(on, outcomes.first_day())
    chosen = next((one for one in quarters if one["code"] == quarter), quarters[0])
    first, last = span = chosen["span"]
    decided, known = outcomes.decided(span), outcomes.known_otherwise(span)
    people = {one.person for one in decided} | {one.person for one in known}
    groups = outcomes.groups_of(people, on=min(last, on)) if people else {name: set() for name in outcomes.GROUPS}
    labels = dict(SignalRule.objects.order_by("starts_on").values_list("code", "label"))
    reasons = Counter(one.reason for one in decided if one.reason)
    whole = figures(decided, known)
    return {
        "quarters": [one | {"current": one is chosen, "url": f"?quarter={one['code']}"} for one in quarters],
        "chosen": chosen,
        "running": last >= on,
        "precision": _shown(whole.precision, GOALS["precision"]),
        "recall": _shown(whole.recall, GOALS["recall"]),
        "waiting": HardshipFlag.objects.waiting().count(),
        "groups": [_group(outcomes.GROUPS[name], one) for name, one in by_group(decided, known, groups).items()],
        "rules": [{"label": labels.get(code, code), **_shown(share)} for code, share in by_rule(decided).items()],
        "rejections": [(label, reasons[code]) for code, label in FlagAssessment.Reason.choices if reasons[code]],
        "fewest": FEWEST,
        "goals": GOALS,
        "reached": _shown(outcomes.reached(span)),
        "redefault": [{"months": months, **_shown(outcomes.redefault(months, on=on))} for months in (6, 12)],
        "money": outcomes.money((first, min(last, on))),
    }


def quarters_to(on: date, since: date | None) -> list[dict[str, Any]]:
    """The quarters from the day's back to that of ``since``, the latest first; at most two years."""
    found = []
    place = on.year * 4 + (on.month - 1) // 3
    last = place if since is None else max(since.year * 4 + (since.month - 1) // 3, place - MOST_QUARTERS + 1)
    for one in range(place, last - 1, -1):
        year, quarter = divmod(one, 4)
        first = date(year, quarter * 3 + 1, 1)
        after = date(year + (quarter == 3), (quarter * 3 + 3) % 12 + 1, 1)
        fiscal = year - (quarter == 0)
        label = f"{fiscal_year_short(fiscal)}年度 第{(quarter + 3) % 4 + 1}四半期"
        found.append(
            {"code": f"{year}-{quarter + 1}", "label": label, "span": (first, after - timedelta(days=1)), "count": None}
        )
    return found


def _shown(share: Share, goal: int | None = None) -> dict[str, Any]:
    """A share in per cent with its interval; ``missed``: of enough cases, it lies below the goal."""
    low, high = share.interval or (None, None)
    percent = None if share.value is None else round(share.value * 100, 1)
    return {
        "part": share.part,
        "whole": share.whole,
        "percent": percent,
        "low": None if low is None else round(low * 100),
        "high": None if high is None else round(high * 100),
        "missed": goal is not None and percent is not None and share.whole >= FEWEST and percent < goal,
    }


def _group(label: str, one: Any) -> dict[str, Any]:
    gaps = {"precision_gap": one.precision_gap, "recall_gap": one.recall_gap}
    points = {name: None if gap is None else round(gap * 100, 1) for name, gap in gaps.items()}
    missed = any(gap is not None and gap > GOALS["gap"] for gap in points.values())
    own, rest = one.own, one.rest
    return {
        "label": label,
        "precision": _shown(own.precision),
        "precision_rest": _shown(rest.precision),
        "recall": _shown(own.recall),
        "recall_rest": _shown(rest.recall),
        **points,
        "missed": missed,
    }
