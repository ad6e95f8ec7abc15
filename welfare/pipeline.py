"""福祉につなぐ流れ: how many people stand at which stage between the first sign and the answer, and who they are.

Only that somebody stands there and since when; nothing of the case is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.urls import reverse

from toyota_collect.calendar import fiscal_year
from toyota_collect.dated import value_on
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import BoardCell, BoardRow, BoardTable
from welfare.models import Consent, HardshipFlag, LawyerQuestion, Referral
from welfare.signal_facts import OLD_DAYS

PER_PAGE = 50
SIGN_DAYS = 14  # of a printed sheet that nobody has signed


@dataclass(frozen=True, slots=True)
class Stage:
    """``since``: the field that tells how long somebody has stood here; ``late_days``: after how many it is too long."""

    code: str
    label: str
    rows: QuerySet[Any]
    since: str
    late_days: int | None
    url: str


def stages(*, on: date) -> list[Stage]:
    """In their order; the first is a page of its own."""
    year = date(fiscal_year(on), 4, 1)
    answer_days = value_on("referral.terms", on)["answer_days"]
    silent_days = value_on("lawyer_question.terms", on)["silent_days"]
    under_way = Referral.objects.handed_over().exclude(state=Referral.State.ANSWERED)
    answered = Referral.objects.handed_over().filter(state=Referral.State.ANSWERED, answered_on__range=(year, on))
    unsigned = Consent.objects.filter(given_on=None, dropped_on=None)
    asked = LawyerQuestion.objects.filter(answered_on=None)
    listed = reverse("welfare:pipeline")
    return [
        Stage(
            "signs",
            "見立て待ち",
            HardshipFlag.objects.to_assess(on=on),
            "found_on",
            OLD_DAYS,
            reverse("welfare:signals"),
        ),
        Stage("unsigned", "署名待ち", unsigned, "made_on", SIGN_DAYS, f"{listed}?stage=unsigned"),
        Stage("under_way", "回答待ち", under_way, "handed_on", answer_days, f"{listed}?stage=under_way"),
        Stage("answered", "今年度の回答", answered, "answered_on", None, f"{listed}?stage=answered"),
        Stage("asked", "委任前の照会", asked, "asked_on", silent_days, f"{listed}?stage=asked"),
    ]


def board_tables(user: Any, on: date) -> Iterator[BoardTable]:
    """For who may refer; a constant number of queries."""
    if not allows(user, Permission.SUPPORT_REFER):
        return
    rows = []
    for stage in stages(on=on):
        days = list(stage.rows.values_list(stage.since, flat=True))
        most = stage.late_days
        late = sum(most is not None and day is not None and (on - day).days > most for day in days)
        note = f"{most}日超 {late}人" if late else ""
        rows.append(BoardRow(stage.label, (BoardCell(len(days)),), stage.url, "care" if late else "", note))
    yield BoardTable("welfare", "福祉につなぐ", ("段階", "人"), tuple(rows), stages=True)


def page(*, on: date, code: str, page_number: str | None) -> dict[str, Any]:
    """The people of one stage, those who stand there longest first."""
    found = [stage for stage in stages(on=on) if stage.code != "signs"]
    chosen = next((stage for stage in found if stage.code == code), found[0])
    rows = chosen.rows.select_related("person").annotate(stands_since=F(chosen.since)).order_by(chosen.since, "pk")
    return {
        "stage": chosen,
        "page": (paged := Paginator(rows, PER_PAGE).get_page(page_number)),
        "rows": [{"row": row, "days": (on - row.stands_since).days if row.stands_since else None} for row in paged],
        "filters": [
            {"label": one.label, "url": f"?stage={one.code}", "count": one.rows.count(), "current": one is chosen}
            for one in found
        ],
    }
