"""弁護士 on the supervisor's board: what waits for the city, and deadlines of courts that are near or were missed."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.cache import cache
from django.urls import reverse

from lawyers.figures import Figures, all_figures
from lawyers.models import CaseQuestion, LegalCase, MoneyDifference, Proposal, Settlement
from lawyers.office_pages import deadlines_near
from toyota_collect.money import comma, yen_text
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import BoardLine

KEEP_SECONDS = 600  # the board is opened often, its figures change slowly; the page of the figures counts anew


def board_lines(user: Any, on: date) -> Iterator[BoardLine]:
    if not allows(user, Permission.LAWYER_OFFICE):
        return
    office, cases = reverse("lawyers:office"), LegalCase.objects.with_firm()
    rows = deadlines_near(on=on)
    near = [row for row in rows if "problem" in row or row["deadline"].near or row["deadline"].missed]
    if near:
        tone = "urgent" if any("problem" in row or row["deadline"].missed for row in near) else "care"
        yield BoardLine("弁護士", tone, f"裁判の期限が近いか過ぎたもの {comma(len(near))}件", office)
    proposals = Proposal.objects.waiting().count()
    questions = CaseQuestion.objects.filter(by_firm=True, answer="", case__in=cases).count()
    if proposals or questions:
        text = f"答えを待つ提案 {comma(proposals)}件・質問 {comma(questions)}件"
        yield BoardLine("弁護士", "act", text, office)
    if broken := Settlement.objects.filter(defaulted_on__isnull=False, case__in=cases).count():
        yield BoardLine("弁護士", "care", f"和解の不履行 {comma(broken)}件", office)
    if (whole := _whole(on)).cases:
        text = (
            f"引き渡した件 {comma(whole.cases)}件（いま {comma(whole.open)}件）　入金 {yen_text(whole.recovered_yen)}"
            f"　費用 {yen_text(whole.cost_yen)}　差引 {yen_text(whole.net_yen)}　福祉へ {comma(whole.to_welfare)}件"
        )
        yield BoardLine("弁護士の成績", "", text, reverse("lawyers:figures"))
    if allows(user, Permission.LAWYER_MONEY) and (
        differences := MoneyDifference.objects.filter(closed_on=None).count()
    ):
        yield BoardLine("弁護士", "care", f"お金の差異 {comma(differences)}件", reverse("lawyers:money"))


def _whole(on: date) -> Figures:
    """The figures in all, counted once in ten minutes."""
    key = f"lawyers.board.{on.isoformat()}"
    found: Figures | None = cache.get(key)
    if found is None:
        found = all_figures()["whole"]
        cache.set(key, found, KEEP_SECONDS)
    return found
