"""決裁区分: whose decision a matter needs, by its kind and its amount (職務権限規程, dated setting ``approval.ranks``)."""

from collections.abc import Mapping
from typing import Any

from django.db import models


class DecisionRank(models.TextChoices):
    """決裁の職位, from the lower to the higher; the higher may decide what the lower may."""

    CHIEF = "chief", "係長"
    MANAGER = "manager", "課長"
    DIRECTOR = "director", "部長"


ORDER = list(DecisionRank.values)
ALL_SUBJECTS = "*"


def rank_needed(table: Mapping[str, Any], *, subject_type: str, amount_yen: int | None) -> str:
    """The lowest rank that may decide.

    Args:
        table: by subject type (``*``: all others) a list of ``[up to yen (included) or null, rank]``, ascending.
        amount_yen: ``None`` counts as more than any limit: what has no figure is not for the lowest rank.

    Raises:
        ValueError: the table has no row that reaches so far, or names an unknown rank; the message is Japanese.
    """
    rows = table.get(subject_type) or table.get(ALL_SUBJECTS) or []
    for limit_yen, rank in rows:
        if limit_yen is None or (amount_yen is not None and amount_yen <= limit_yen):
            return str(DecisionRank(rank).value)
    raise ValueError(
        f"決裁区分の表に「{subject_type}」の上限のない行がありません。設定「approval.ranks」を直してください。"
    )


def reaches(rank: str, needed: str) -> bool:
    """Whether somebody of ``rank`` ("" = none) may decide what needs ``needed``."""
    return rank in ORDER and ORDER.index(rank) >= ORDER.index(needed)


def ranks_below(rank: str) -> list[str]:
    """The ranks that ``rank`` reaches, itself included; none for ""."""
    return ORDER[: ORDER.index(rank) + 1] if rank in ORDER else []
