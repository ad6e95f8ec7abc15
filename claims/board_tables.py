"""The tables of the supervisor's board that the ledger and the desk know: each figure with the list behind it.

No table ranks members of staff, and none tells of money by person: it shows who has how much to do.
"""

from collections import Counter
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from claims.standing import OVERDUE, PLACES, UNTOUCHED, Standing
from debtors.assignment_page import NOBODY
from debtors.models import WorkItem
from debtors.services.assigning import officers
from toyota_collect.models import Approval, User
from toyota_collect.registry import BoardCell, BoardRow, BoardTable, registry
from toyota_collect.templatetags.tc import percent_of

LONG = 7  # days: a decision that waits longer is marked
SOON = 6  # months: a clock that ends within them and that nobody works on is urgent


def standing_table(standing: Standing) -> BoardTable:
    """Everybody who owes something, each in one line."""
    urls = {UNTOUCHED: reverse("claims:untouched"), OVERDUE: f"{reverse('debtors:work')}?whose=overdue"}
    rows = (
        BoardRow(
            label,
            (
                BoardCell(standing.people[code], urls.get(code, ""), "care" if code in urls else ""),
                BoardCell(percent_of(standing.people[code], standing.all_people)),
                BoardCell(standing.yen[code]),
            ),
        )
        for code, label in PLACES.items()
    )
    return BoardTable(
        "standing",
        "滞納のある人は、いまどこにいるか",
        ("状態", "人", "割合（％）", "滞納（円）"),
        tuple(rows),
        note="1人は1つの状態に入ります（上から順に、はじめに当てはまったもの）。",
    )


def clocks_table(clocks: list[dict[str, Any]]) -> BoardTable:
    """What lapses within a year, and how much of it nobody has a next step for."""
    url = reverse("claims:countdown")
    rows = (
        BoardRow(
            row["label"],
            (
                BoardCell(row["instalments"], f"{url}?months={row['months']}"),
                BoardCell(row["yen"]),
                BoardCell(row["idle"], tone="urgent" if row["idle"] and row["months"] <= SOON else ""),
            ),
        )
        for row in clocks
    )
    return BoardTable(
        "clocks",
        "時効が近い期別",
        ("時効まで", "期別", "金額（円）", "次の一手のない期別"),
        tuple(rows),
        note="時効の最終日が計算された期別だけを数えています。",
        url=url,
        action="時効の一覧を開く",
    )


def officers_table(standing: Standing, plans: dict[str, Any], *, on: date) -> BoardTable:
    """Who has how many people and steps. Nobody's money, and in the order of the accounts."""
    steps = WorkItem.objects.filter(closed_at=None).order_by().values("owner")
    counted = steps.annotate(late=Count("pk", filter=Q(due_on__lt=on)), all=Count("pk"))
    items = {row["owner"]: row for row in counted}
    # A role may have changed since somebody was given people: they are shown all the same, and so is nobody.
    having = (standing.officers.keys() | plans["officers"].keys() | items.keys()) - {None}
    users = {user.pk: user for user in officers()} | {user.pk: user for user in User.objects.filter(pk__in=having)}
    order: list[int | None] = sorted(users, key=lambda pk: users[pk].username)
    rows = [
        _officer(
            users.get(pk) if pk else None, standing.officers.get(pk, {}), items.get(pk, {}), plans["officers"].get(pk)
        )
        for pk in [*order, None]
        if pk in having or pk is None
    ]
    return BoardTable(
        "officers",
        "担当ごと",
        ("担当", "人", "うち未折衝", "一手の超過", "一手の未了", "分納不履行％"),
        tuple(rows),
        note="人は滞納のある人、一手は次の一手の件数です。持ち件数の偏りを見る表で、職員の成績ではありません。",
        url=reverse("debtors:assignment"),
        action="割り振りを見直す",
    )


def _officer(
    user: User | None, places: dict[str, int], items: dict[str, int], plans: tuple[int, int] | None
) -> BoardRow:
    work, key = reverse("debtors:work"), str(user.pk) if user else NOBODY
    untouched, late = places.get(UNTOUCHED, 0), items.get("late", 0)
    running, broken = plans or (0, 0)
    return BoardRow(
        str(user) if user else "担当なし",
        (
            BoardCell(sum(places.values())),
            BoardCell(untouched, f"{reverse('claims:untouched')}?officer={key}", "care" if untouched else ""),
            BoardCell(late, f"{work}?whose=overdue&owner={key}", "care" if late else ""),
            BoardCell(items.get("all", 0), f"{work}?whose=all&owner={key}"),
            BoardCell(percent_of(broken, running)),
        ),
    )


def approvals_table(user: Any, *, on: date) -> BoardTable:
    """What waits for a decision, by kind: of the user's own, of others, and since when."""
    mine = set(Approval.objects.decidable_by(user, on=on).values_list("pk", flat=True))
    waiting = Approval.objects.waiting().order_by("requested_at").values_list("pk", "subject_type", "requested_at")
    own: Counter[str] = Counter()
    others: Counter[str] = Counter()
    oldest: dict[str, int] = {}
    for pk, kind, at in waiting:
        (own if pk in mine else others)[kind] += 1
        oldest.setdefault(kind, (timezone.now() - at).days)
    url = reverse("approvals:waiting")
    rows = (
        BoardRow(
            registry.subject_labels.get(kind, kind),
            (
                BoardCell(own[kind], f"{url}?show=mine&kind={kind}" if own[kind] else "", "act" if own[kind] else ""),
                BoardCell(others[kind], f"{url}?show=others&kind={kind}" if others[kind] else ""),
                BoardCell(oldest[kind], tone="care" if oldest[kind] > LONG else ""),
            ),
        )
        for kind in sorted(oldest, key=lambda kind: -oldest[kind])
    )
    return BoardTable(
        "approvals",
        "決裁待ち",
        ("種類", "自分が決める（件）", "ほかの人が決める（件）", "最も古いもの（日）"),
        tuple(rows),
        url=url,
        action="決裁を開く",
        empty="決裁を待つものはありません。",
    )
