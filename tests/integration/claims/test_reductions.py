"""Late charge that is reduced by decision stays reduced. All people are synthetic."""

from datetime import date

import pytest
from django.urls import reverse

from claims.models import Entry, LateReduction
from claims.services import reductions
from claims.services.charges import amounts_due
from tests.factories.claims import claim
from tests.factories.debtors import person, user
from toyota_collect import approvals
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
REASON = "病気・負傷により納付が遅れた"


@pytest.fixture
def owed():
    return claim(person(), principal_yen=200_000, due_on=date(2026, 1, 31))


@pytest.fixture
def collector():
    return user(Role.COLLECTOR)


def ask(owed, by, **facts):
    defaults = {"kind": "full", "reason": REASON, "evidence": "診断書（架空）", "applied_on": DAY, "on": DAY}
    return reductions.ask(claim_id=owed.pk, by=by, **(defaults | facts))


def approve(made):
    approvals.decide(approval_id=made.approval.pk, decision="approved", by=user(Role.SUPERVISOR))
    made.refresh_from_db()
    return made


def late(owed, on=DAY):
    owed.refresh_from_db()
    return amounts_due([owed], as_of=on)[owed.pk].late_yen


def test_all_of_it_is_off_and_what_comes_later_still_grows(owed, collector):
    before, later = late(owed), late(owed, date(2026, 12, 20))
    made = approve(ask(owed, collector))
    assert made.booked_yen == before > 0
    assert late(owed) == 0
    assert late(owed, date(2026, 12, 20)) == later - before
    assert [(e.kind, e.amount_yen) for e in owed.entries.filter(component="late")] == [
        ("late_fixed", before),
        ("exemption", -before),
    ]


def test_a_part_of_it_is_off(owed, collector):
    before = late(owed)
    approve(ask(owed, collector, kind="part", yen=1_000))
    assert late(owed) == before - 1_000


def test_what_a_period_brought_is_off(owed, collector):
    """April to June 2026: 91 days at 9.1 % of 200,000 yen are 4,537 yen, which the truncation to 100 makes 4,500 or 4,600."""
    before = late(owed)
    made = approve(ask(owed, collector, kind="period", from_on=date(2026, 4, 1), to_on=date(2026, 6, 30)))
    assert made.booked_yen in (4_500, 4_600)
    assert late(owed) == before - made.booked_yen


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        pytest.param({"reason": "気の毒"}, "事由", id="no reason of the ordinance"),
        pytest.param({"evidence": " "}, "書類", id="no evidence"),
        pytest.param({"applied_on": date(2026, 11, 21)}, "今日まで", id="a day to come"),
        pytest.param({"kind": "part"}, "1円以上", id="no sum"),
        pytest.param({"kind": "period", "from_on": DAY, "to_on": date(2026, 11, 19)}, "期間", id="a period backwards"),
        pytest.param(
            {"kind": "period", "from_on": date(2025, 1, 1), "to_on": date(2025, 2, 1)}, "ありません", id="no charge"
        ),
    ],
)
def test_an_application_that_says_too_little_is_refused(owed, collector, facts, problem):
    with pytest.raises(reductions.ReductionRefused, match=problem):
        ask(owed, collector, **facts)
    assert not LateReduction.objects.exists()


def test_it_is_booked_once(owed, collector):
    made = approve(ask(owed, collector))
    with pytest.raises(reductions.ReductionRefused, match="すでに"):
        reductions.carry_out(made.approval, by=collector, today=DAY)
    assert Entry.objects.filter(kind="exemption").count() == 1


def test_the_page_asks_for_the_decision(client, owed, collector):
    client.force_login(collector)
    url = reverse("claims:reduction-new", args=[owed.identity.person.number])
    assert "診断" not in client.get(url).content.decode()
    typed = {"claim_id": owed.pk, "applied_on": "2026-11-18", "reason": REASON, "kind": "full", "evidence": "診断書"}
    assert client.post(url, typed).status_code == 302
    assert "決裁待ち" in client.get(url).content.decode()
