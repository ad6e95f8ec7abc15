"""What the consent sheet offers on a day, from the city's dated settings: troubles, what is told, to whom, and the words."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from toyota_collect.calendar import last_day_of_period
from toyota_collect.dated import value_on

TROUBLES, ITEMS, RECIPIENTS = "consent.troubles", "consent.items", "consent.recipients"
TERMS, WORDS = "consent.terms", "consent.words"


def choices(key: str, *, on: date) -> list[tuple[str, str]]:
    """Codes and labels of a list of the sheet."""
    return [(row["code"], row["label"]) for row in value_on(key, on)]


def labels(key: str, codes: Collection[str], *, on: date) -> list[str]:
    """The labels of the codes in the list's order; a code the city has taken out since is shown as it is."""
    known = dict(choices(key, on=on))
    return [known[code] for code in known if code in codes] + sorted(set(codes) - set(known))


def unknown(key: str, codes: Collection[str], *, on: date) -> set[str]:
    """Codes that the list does not have."""
    return set(codes) - {code for code, _ in choices(key, on=on)}


def grounds_of_items(*, on: date) -> dict[str, Sequence[str]]:
    """On which grounds the facts of each item were learned."""
    return {row["code"]: row["grounds"] for row in value_on(ITEMS, on)}


def terms(*, on: date) -> dict[str, Any]:
    return dict(value_on(TERMS, on))


def until(*, on: date, months: int) -> date:
    """The last day of a term of ``months`` that begins on ``on``."""
    return last_day_of_period(on, months=months)


def ticked(key: str, codes: Collection[str], *, on: date) -> list[dict[str, Any]]:
    """All boxes of a list, for the paper: label, and whether it is ticked."""
    return [{"code": code, "label": label, "ticked": code in codes} for code, label in choices(key, on=on)]
