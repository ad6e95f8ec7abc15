"""Freezing and opening fiscal years."""

from datetime import date

import pytest

from claims.models import FrozenYear
from claims.services.years import SUBJECT, YearRefused, freeze_year, reopen_year
from tests.factories.debtors import user
from toyota_collect import approvals

pytestmark = pytest.mark.django_db


def decision(subject_type: str, subject_key: str, *, answer: str = "approved"):
    asked = approvals.ask(subject_type=subject_type, subject_key=subject_key, title="x", by=user("receipts_clerk"))
    return approvals.decide(approval_id=asked.pk, decision=answer, by=user("supervisor"), reason="架空")


@pytest.fixture
def chief():
    return user("supervisor")


def test_a_year_is_frozen_when_it_is_over(chief):
    with pytest.raises(YearRefused, match="まだ終わっていない"):
        freeze_year(year=2025, on=date(2026, 3, 31), by=chief)
    freeze_year(year=2025, on=date(2026, 4, 1), by=chief)
    freeze_year(year=2025, on=date(2026, 4, 2), by=chief)
    assert FrozenYear.objects.get().frozen_on == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("subject_type", "subject_key", "answer"),
    [
        pytest.param(SUBJECT, "2025", "rejected", id="sent back"),
        pytest.param(SUBJECT, "2024", "approved", id="another year"),
        pytest.param("claims.hold", "2025", "approved", id="another matter"),
    ],
)
def test_only_an_approved_decision_about_the_year_opens_it(chief, subject_type, subject_key, answer):
    freeze_year(year=2025, on=date(2026, 6, 1), by=chief)
    with pytest.raises(YearRefused, match="その年度について承認された決裁"):
        reopen_year(year=2025, decision=decision(subject_type, subject_key, answer=answer), by=chief)
    assert FrozenYear.objects.exists()


def test_a_decision_opens_a_year_once(chief):
    freeze_year(year=2025, on=date(2026, 6, 1), by=chief)
    approved = decision(SUBJECT, "2025")
    reopen_year(year=2025, decision=approved, by=chief)
    freeze_year(year=2025, on=date(2026, 6, 2), by=chief)
    with pytest.raises(YearRefused, match="すでに一度"):
        reopen_year(year=2025, decision=approved, by=chief)
    reopen_year(year=2025, decision=decision(SUBJECT, "2025"), by=chief)
    with pytest.raises(YearRefused, match="締めてありません"):
        reopen_year(year=2025, decision=decision(SUBJECT, "2025"), by=chief)
