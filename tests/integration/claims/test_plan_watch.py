"""分納 after the deed: kept, late, broken, found the next morning. Everything is synthetic."""

from datetime import date
from typing import Any

import pytest

from claims import plan_documents as documents
from claims.models import Claim, ClaimEvent, Hold, Payment, PlanBreach
from claims.services import plan_watch, plans
from claims.services.plan_standing import state_of
from debtors.models import Person, WorkItem
from tests.factories.claims import book, claim, pay
from tests.factories.debtors import system_user, user
from tests.factories.plans import DAY, signed, standing_on, words
from toyota_collect.models import AuditEvent, Setting
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
SECOND = date(2026, 12, 25)  # a Friday


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def collector():
    return user(Role.COLLECTOR)


def test_it_is_broken_on_the_morning_after_the_days_of_grace(collector):
    plan = signed(claim(due_on=date(2027, 3, 31)), by=collector)  # 25 November, 25 December, 25 January
    assert [standing_on(plan, date(2026, 11, day)) for day in (25, 26)] == ["kept", "late"]
    assert [standing_on(plan, date(2026, 12, day)) for day in (5, 6)] == ["late", "broken"]


def test_money_counts_against_the_sum_that_fell_due(collector):
    owed = claim(principal_yen=30_000, due_on=date(2027, 3, 31))
    plan = signed(owed, by=collector)
    pay(owed, 20_000, on=date(2026, 11, 24))
    assert standing_on(plan, date(2027, 1, 20)) == "kept"  # two instalments at once
    assert standing_on(plan, date(2027, 2, 10)) == "broken"
    pay(owed, 9_999, on=date(2027, 2, 10))
    assert standing_on(plan, date(2027, 2, 10)) == "broken"
    pay(owed, 1, on=date(2027, 2, 11))
    assert standing_on(plan, date(2027, 2, 11)) == "done"


def test_what_was_paid_before_the_deed_does_not_count_and_what_is_taken_back_neither(collector):
    owed = claim(principal_yen=40_000, due_on=date(2027, 3, 31))
    before = pay(owed, 10_000, on=DAY)
    plan = signed(owed, by=collector)
    assert state_of(plan, on=date(2026, 12, 6)).standing.paid_yen == 0
    after = pay(owed, 10_000, on=date(2026, 11, 25))
    assert state_of(plan, on=date(2026, 12, 6)).standing.paid_yen == 10_000
    for receipt in (before, after):
        entry = receipt.entries.get()
        book(owed, "reversal", "principal", 10_000, on=date(2026, 12, 1), reverses=entry)
    standing = state_of(plan, on=date(2026, 12, 6)).standing
    assert (standing.paid_yen, standing.state) == (0, "broken")


def test_a_payment_that_is_only_announced_keeps_it_from_being_broken(collector):
    owed = claim(principal_yen=30_000, due_on=date(2027, 3, 31))
    plan = signed(owed, by=collector)
    told = Payment.objects.create(
        feed="convenience", key="1", state="provisional", paid_on=date(2026, 11, 25), amount_yen=10_000, first_seen_on=DAY,
    )  # fmt: skip
    told.targets.create(claim=owed)
    assert standing_on(plan, date(2026, 12, 6)) == "kept"
    Payment.objects.update(paid_on=date(2026, 11, 19))  # before the deed
    assert standing_on(plan, date(2026, 12, 6)) == "broken"


def test_a_kept_plan_survives_a_new_levy(collector):
    owed = claim(principal_yen=30_000, due_on=date(2026, 8, 31))
    plan = signed(owed, by=collector)
    pay(owed, 11_000, on=date(2026, 11, 25))
    someone = owed.identity.person
    new = claim(someone, principal_yen=80_000, due_on=date(2026, 11, 30), instalment=3)
    watched = date(2026, 12, 20)
    assert plan_watch.watch(today=watched, by=system_user()) == {"broken": 0, "caught_up": 0, "done": 0}
    assert standing_on(plan, watched) == "kept"
    assert list(Claim.objects.reachable_by("notice", on=watched)) == [new]


def test_a_correction_asks_for_no_more_than_is_owed(collector):
    owed = claim(principal_yen=30_000, due_on=date(2027, 3, 31))
    plan = signed(owed, by=collector)
    book(owed, "correction", "principal", -25_000, on=date(2026, 12, 1))
    standing = state_of(plan, on=date(2026, 12, 30)).standing
    assert (standing.short_yen, standing.missed) == (5_000, 1)
    pay(owed, 5_000, on=date(2026, 12, 30))
    assert standing_on(plan, date(2026, 12, 30)) == "done"


def test_found_the_next_morning_with_a_step_and_twice_changes_nothing(collector):
    plan = signed(claim(due_on=date(2027, 3, 31)), by=collector)
    assert plan_watch.watch(today=date(2026, 12, 5), by=system_user())["broken"] == 0
    for found in (1, 0):
        assert plan_watch.watch(today=date(2026, 12, 6), by=system_user())["broken"] == found
        breach = PlanBreach.objects.get()
        assert (breach.instalment.number, breach.short_yen, breach.missed) == (1, breach.instalment.amount_yen, 1)
        item = WorkItem.objects.get()
        assert (item.owner, item.closed_at, item.subject_key) == (plan.by, None, f"plan:{plan.pk}")
        assert "不履行通知" in item.next_step
        assert AuditEvent.objects.filter(event="plan.broken").count() == 1
    assert Hold.objects.get().ends_on is None  # a person decides


def test_after_so_many_defaults_cancelling_is_proposed_and_a_person_decides(collector):
    plan = signed(claim(due_on=date(2027, 3, 31)), by=collector)
    plan_watch.watch(today=date(2026, 12, 6), by=system_user())
    plan_watch.watch(today=date(2027, 1, 5), by=system_user())
    (item,) = WorkItem.objects.filter(closed_at=None)
    assert "取消し" in item.next_step
    assert [breach.missed for breach in PlanBreach.objects.order_by("pk")] == [1, 2]
    plan.refresh_from_db()
    assert plan.closed_on is None
    plans.close(plan_id=plan.pk, on=date(2027, 1, 6), reason="連絡がつかない", by=collector)
    assert not WorkItem.objects.filter(closed_at=None).exists()
    assert Hold.objects.get().ends_on == date(2027, 1, 6)
    assert standing_on(plan, date(2027, 1, 6)) == "cancelled"
    assert ClaimEvent.objects.get().withdrawn_at is None  # what was acknowledged stays so
    with pytest.raises(plans.PlanRefused, match="すでに"):
        plans.close(plan_id=plan.pk, on=date(2027, 1, 6), reason="もう一度", by=collector)


def test_where_the_city_says_so_the_hold_ends_by_itself(collector):
    Setting.objects.filter(key="plan.broken_ends_hold").update(value=True)
    signed(claim(due_on=date(2027, 3, 31)), by=collector)
    plan_watch.watch(today=date(2026, 12, 6), by=system_user())
    assert Hold.objects.get().ends_on == date(2026, 12, 6)


def test_who_catches_up_has_no_step_open_and_who_is_done_no_hold(collector):
    owed = claim(principal_yen=30_000, due_on=date(2027, 3, 31))
    signed(owed, by=collector)
    plan_watch.watch(today=date(2026, 12, 6), by=system_user())
    pay(owed, 10_000, on=date(2026, 12, 7))
    assert plan_watch.watch(today=date(2026, 12, 8), by=system_user()) == {"broken": 0, "caught_up": 1, "done": 0}
    assert not WorkItem.objects.filter(closed_at=None).exists()
    pay(owed, 20_000, on=date(2026, 12, 9))
    for done in (1, 0):
        assert plan_watch.watch(today=date(2026, 12, 10), by=system_user())["done"] == done
    assert Hold.objects.get().ends_on == date(2026, 12, 10)


def test_the_notice_says_what_is_missing_until_when_and_where_to_get_help(collector):
    plan = signed(claim(principal_yen=30_000, due_on=date(2027, 3, 31)), by=collector)
    plan_watch.watch(today=date(2026, 12, 6), by=system_user())
    breach = PlanBreach.objects.get()
    notice = documents.notice_document(breach, by=collector, on=date(2026, 12, 7))
    assert documents.notice_document(breach, by=collector, on=date(2026, 12, 8)) == notice
    page = words(notice)
    for told in (
        "納付のない額10,000円",
        "令和8年12月17日",
        "令和8年11月25日",
        "取り消し",
        "0565-00-0002",
        plan.deed.number.replace(" ", ""),
    ):
        assert told in page, told
    plans.close(plan_id=plan.pk, on=date(2026, 12, 9), reason="組み直さず終える", by=collector)
    breach.refresh_from_db()
    breach.notice = None
    breach.save()
    with pytest.raises(plans.PlanRefused, match="通知は要りません"):
        documents.notice_document(breach, by=collector, on=date(2026, 12, 9))


def test_the_notice_is_explained_in_the_language_of_the_person(collector):
    owed = claim(principal_yen=30_000, due_on=date(2027, 3, 31))
    Person.objects.filter(pk=owed.identity.person_id).update(letter_variant="vi")
    signed(owed, by=collector)
    plan_watch.watch(today=date(2026, 12, 6), by=system_user())
    notice = documents.notice_document(PlanBreach.objects.get(), by=collector, on=date(2026, 12, 7))
    assert notice.pages == 2
    page = words(notice)
    assert page.index("Bạnđãhứa") < page.index("2026-12-17") + 200
    assert page.index("Bạnđãhứa") < page.index("このままのとき")
    assert "¥10,000" in page[: page.index("このままのとき")]


def test_no_notice_goes_to_who_is_left_in_peace(collector):
    plan = signed(claim(due_on=date(2027, 3, 31)), by=collector)
    later = date(2026, 12, 6)
    plan_watch.watch(today=later, by=system_user())
    breach = PlanBreach.objects.get()
    assert documents.may_be_noticed(plan, on=later)  # its own hold on letters does not count
    held = Hold.objects.create(
        person=plan.person,
        reason="welfare",
        channels=["notice"],
        starts_on=later,
        ends_on=date(2027, 1, 1),
        placed_by=collector,
    )
    with pytest.raises(plans.PlanRefused, match="福祉支援"):
        documents.notice_document(breach, by=collector, on=later)
    assert not documents.may_be_noticed(plan, on=later)
    held.ends_on = date(2026, 12, 7)
    held.save()
    assert documents.notice_document(breach, by=collector, on=date(2026, 12, 7))
