"""A supervisor's decisions in the browser: many at once with the evidence of each, and a mailing of 督促状 between two."""

import re
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import expect

from claims.models import BookingSource, ClaimEvent
from notices.models import DunningRun
from notices.services.dunning_paper import make_all
from tests.e2e.conftest import SignIn
from tests.e2e.pictures import take
from tests.e2e.test_accessibility import faults
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, user
from toyota_collect import approvals
from toyota_collect.models import Approval
from toyota_collect.permissions import Role

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Any, transactional_db: None) -> None:
    settings.MEDIA_ROOT, settings.BASE_DATE = tmp_path, TODAY
    BookingSource.objects.update(by="own")


def test_many_are_approved_with_the_evidence_of_each_before_the_eyes(sign_in: SignIn, complaints: list[str]) -> None:
    collector = user(Role.COLLECTOR)
    for number in range(1, 5):
        approvals.ask(
            subject_type="claims.payment_case",
            subject_key=f"架空{number}",
            title=f"架空の件 {number}",
            amount_yen=number * 10_000,
            evidence={"調べた日": "2026-11-10", "残額（円）": number * 10_000},
            by=collector,
        )
    # Nobody carries these out: they are decided as such.
    Approval.objects.update(subject_type="架空")
    page = sign_in(Role.SUPERVISOR)
    page.get_by_role("link", name=re.compile("決裁")).first.click()
    expect(page.get_by_role("table", name=re.compile("決裁の根拠"))).to_be_visible()
    assert faults(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("link", name=re.compile("まとめて決める")).click()
    expect(page.get_by_role("table", name=re.compile("決裁の根拠"))).to_have_count(4)
    take(page, "deciding")
    assert faults(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    for number in (1, 2, 4):
        page.get_by_role("checkbox", name=re.compile(f"架空の件 {number}")).check()
    page.get_by_label("理由").fill("4件の根拠を確かめた")
    page.get_by_role("button", name="印を付けたものを承認する").click()
    expect(page.get_by_text("3件を承認しました")).to_be_visible()
    expect(page.get_by_role("link", name="架空の件 3")).to_be_visible()
    assert sorted(Approval.objects.filter(decision="approved").values_list("title", flat=True)) == [
        "架空の件 1",
        "架空の件 2",
        "架空の件 4",
    ]
    assert complaints == []


def test_reminders_go_from_the_count_to_the_post_and_the_payer_is_pulled(
    sign_in: SignIn, complaints: list[str]
) -> None:
    payer = claim(person(name="架空 一男"), due_on=date(2026, 11, 2))
    owing = claim(person(name="架空 二郎"), due_on=date(2026, 11, 2), principal_yen=34_500)
    operator = sign_in(Role.PRINT_OPERATOR)
    operator.get_by_role("link", name="督促状").click()
    operator.get_by_role("link", name=re.compile("新しく作る")).click()
    operator.get_by_role("button", name="数える").click()
    expect(operator.get_by_text("44,500円")).to_be_visible()
    operator.get_by_role("button", name="決裁を依頼する").click()

    supervisor = sign_in(Role.SUPERVISOR)
    supervisor.goto("/approvals/")
    expect(supervisor.get_by_role("row", name=re.compile("指定期限.*令和8年11月30日"))).to_be_visible()
    supervisor.get_by_role("button", name="承認する").click()
    expect(supervisor.get_by_text("承認としました")).to_be_visible()

    run = DunningRun.objects.get()
    operator.reload()
    operator.get_by_role("button", name=re.compile("作り始める")).click()
    make_all(run_id=run.pk, today=TODAY)
    pay(payer, 10_000, on=TODAY)
    operator.reload()
    expect(operator.get_by_role("table", name="引き抜く督促状").get_by_text("架空 一男")).to_be_visible()
    assert faults(operator) == []
    operator.set_viewport_size({"width": 1440, "height": 900})
    operator.get_by_role("button", name=re.compile("1通を引き抜いて")).click()
    expect(operator.get_by_role("main").get_by_text("発送を登録しました")).to_be_visible()
    assert list(ClaimEvent.objects.filter(kind="dunning").values_list("claim_id", flat=True)) == [owing.pk]
    assert complaints == []
