"""Freezing and opening fiscal years."""

from datetime import date

import pytest
from django.urls import reverse

from claims.models import FrozenYear
from claims.services.years import SUBJECT, YearRefused, carried_over, freeze_year, reopen_year
from tests.factories.claims import book, claim, pay
from tests.factories.debtors import user
from toyota_collect import approvals
from toyota_collect.models import Approval

pytestmark = pytest.mark.django_db


def decision(subject_type: str, subject_key: str, *, answer: str = "approved"):
    asked = approvals.ask(subject_type=subject_type, subject_key=subject_key, title="x", by=user("receipts_clerk"))
    return approvals.decide(approval_id=asked.pk, decision=answer, by=user("supervisor"), reason="架空")


@pytest.fixture
def chief():
    return user("supervisor")


def test_a_year_is_frozen_after_its_books_are_closed_自治法235条の5(chief):
    with pytest.raises(YearRefused, match="出納閉鎖（令和8年5月31日）のあと"):
        freeze_year(year=2025, on=date(2026, 5, 31), by=chief)
    freeze_year(year=2025, on=date(2026, 6, 1), by=chief)
    freeze_year(year=2025, on=date(2026, 6, 2), by=chief)
    assert FrozenYear.objects.get().frozen_on == date(2026, 6, 1)


def test_freezing_writes_down_what_is_carried_over(chief):
    part, paid, later = claim(), claim(), claim()
    book(part, "levy", "fee", 100, on=date(2026, 3, 31))
    assert carried_over(2025) == (1, 100)
    pay(part, 4_000, on=date(2027, 3, 31))
    pay(paid, 10_000, on=date(2026, 9, 1))
    pay(later, 10_000, on=date(2027, 4, 1))
    frozen = freeze_year(year=2026, on=date(2027, 6, 1), by=chief)
    assert (frozen.carried_count, frozen.carried_yen) == (2, 16_100)


def test_money_of_the_closing_weeks_counts_for_its_accounting_year(chief):
    owed = claim()
    book(owed, "receipt", "principal", -10_000, on=date(2027, 5, 20), accounting_year=2026)
    assert carried_over(2026) == (0, 0)


def test_the_page_freezes_and_asks_to_open_again(client, chief, settings):
    clerk = user("receipts_clerk")
    client.force_login(clerk)
    assert "令和8年度" in client.get(reverse("claims:years")).content.decode()
    client.post(reverse("claims:year-freeze", args=[2026]))
    assert not FrozenYear.objects.exists()
    client.post(reverse("claims:year-freeze", args=[2025]))
    assert FrozenYear.objects.get().by == clerk
    client.post(reverse("claims:year-reopen", args=[2025]), {"reason": " "})
    assert not Approval.objects.exists()
    client.post(reverse("claims:year-reopen", args=[2025]), {"reason": "記帳の誤り（架空）"})
    assert "決裁待ち" in client.get(reverse("claims:years")).content.decode()
    approvals.decide(approval_id=Approval.objects.get().pk, decision="approved", by=chief)
    assert not FrozenYear.objects.exists()


@pytest.mark.parametrize(
    ("subject_type", "subject_key", "answer"),
    [
        pytest.param(SUBJECT, "2025", "rejected", id="sent back"),
        pytest.param(SUBJECT, "2024", "approved", id="another year"),
        pytest.param("claims.hold", "2025", "approved", id="another matter"),
    ],
)
def test_only_an_approved_decision_about_the_year_opens_it(chief, subject_type, subject_key, answer):
    for year in (2024, 2025):
        freeze_year(year=year, on=date(2026, 6, 1), by=chief)
    with pytest.raises(YearRefused, match="その年度について承認された決裁"):
        reopen_year(year=2025, decision=decision(subject_type, subject_key, answer=answer), by=chief)
    assert FrozenYear.objects.filter(year=2025).exists()


def test_a_decision_opens_a_year_once(chief):
    freeze_year(year=2025, on=date(2026, 6, 1), by=chief)
    approved = decision(SUBJECT, "2025")
    assert not FrozenYear.objects.exists()
    freeze_year(year=2025, on=date(2026, 6, 2), by=chief)
    with pytest.raises(YearRefused, match="すでに一度"):
        reopen_year(year=2025, decision=approved, by=chief)
    decision(SUBJECT, "2025")
    assert not FrozenYear.objects.exists()
    with pytest.raises(approvals.ApprovalRefused, match="締めてありません"):
        decision(SUBJECT, "2025")
