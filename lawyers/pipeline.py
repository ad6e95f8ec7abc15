"""弁護士へ委任する流れ: how many cases stand at which stage, and which they are. The city's side alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Exists, F, OuterRef, QuerySet, Sum
from django.urls import reverse

from lawyers.models import LegalCase, Proceeding
from toyota_collect.calendar import fiscal_year
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import BoardCell, BoardRow, BoardTable

PER_PAGE = 50
State = LegalCase.State


@dataclass(frozen=True, slots=True)
class Stage:
    code: str
    label: str
    rows: QuerySet[LegalCase]


def stages(*, on: date) -> list[Stage]:
    """In their order. A case before a court stands at that stage alone."""
    year = date(fiscal_year(on), 4, 1)
    accepted = LegalCase.objects.filter(state=State.ACCEPTED)
    in_court = Exists(Proceeding.objects.filter(case=OuterRef("pk"), closed_on=None))
    return [
        Stage("picked", "束の中", LegalCase.objects.filter(state=State.PICKED)),
        Stage("handed", "受任待ち", LegalCase.objects.filter(state=State.HANDED)),
        Stage("accepted", "受任", accepted.filter(~in_court)),
        Stage("court", "裁判手続", accepted.filter(in_court)),
        Stage("ended", "今年度の終了", LegalCase.objects.filter(handed_on__isnull=False, ended_on__range=(year, on))),
    ]


def board_tables(user: Any, on: date) -> Iterator[BoardTable]:
    """For who may see the cases; a constant number of queries."""
    if not allows(user, Permission.LAWYER_OFFICE):
        return
    url = reverse("lawyers:cases")
    rows = (BoardRow(one.label, (BoardCell(one.rows.count()),), f"{url}?stage={one.code}") for one in stages(on=on))
    yield BoardTable("lawyers", "弁護士に引き継ぐ", ("段階", "件"), tuple(rows), stages=True)


def page(*, on: date, code: str, page_number: str | None) -> dict[str, Any]:
    """The cases of one stage, the oldest first."""
    found = stages(on=on)
    chosen = next((stage for stage in found if stage.code == code), found[0])
    rows = chosen.rows.select_related("person", "mandate__firm").annotate(
        yen=Sum(F("lines__principal_yen") + F("lines__other_yen"), default=0)
    )
    return {
        "stage": chosen,
        "page": Paginator(rows.order_by("handed_on", "pk"), PER_PAGE).get_page(page_number),
        "filters": [
            {"label": one.label, "url": f"?stage={one.code}", "count": one.rows.count(), "current": one is chosen}
            for one in found
        ],
    }
