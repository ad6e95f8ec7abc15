"""分納: from the draft to the signed deed, made anew, its slips. Everything is synthetic."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from claims import plan_documents as documents
from claims.models import Claim, ClaimEvent, Hold, Plan, Slip
from claims.rules.plan import Order
from claims.services import plans
from claims.services.plan_standing import state_of, states_of
from claims.services.slips import SlipRefused, issue_plan_slips
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, protect, user
from tests.factories.plans import DAY, drafted, sign, signed, standing_on, terms, water, words
from toyota_collect import approvals
from toyota_collect.models import AuditEvent, Document
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
SECOND = date(2026, 12, 25)  # a Friday


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def collector():
    return user(Role.COLLECTOR)


# --- drafting --------------------------------------------------------------------------------------------


def test_a_draft_sums_to_what_its_claims_owe_and_moves_nothing(collector):
    tax = claim(principal_yen=40_000, fee_yen=100, due_on=date(2025, 10, 31))
    rent = water(tax.identity.person, principal_yen=26_300, due_on=date(2026, 6, 30))
    plan = drafted(tax, rent, by=collector)
    lines = [line for one in plan.instalments.all() for line in one.lines.all()]
    assert (
        plan.total_yen == sum(line.total_yen for line in lines) == sum(one.amount_yen for one in plan.instalments.all())
    )
    assert sum(line.principal_yen for line in lines) == 66_300
    assert sum(line.late_yen for line in lines) == plan.late_yen > 3_600
    assert [(part.claim, part.late_yen) for part in plan.claims.all()] == [(tax, 3_600), (rent, 309)]
    assert plan.history_number == 1
    assert state_of(plan, on=DAY).code == "draft"
    assert not ClaimEvent.objects.exists()
    assert not Hold.objects.exists()
    assert AuditEvent.objects.filter(event="plan.drafted").count() == 1


def test_bills_not_yet_due_may_stand_in_the_plan(collector):
    old = claim(due_on=date(2026, 6, 30))
    bill = claim(old.identity.person, due_on=date(2027, 1, 31), instalment=4)
    plan = signed(old, bill, by=collector, terms=terms(amount_yen=5_000, count=None))
    assert plan.total_yen == 20_000
    bill.refresh_from_db()
    assert bill.prescribes_on == date(2032, 1, 31)  # an acknowledgement before the due date does not shorten


@pytest.mark.parametrize("what", ["of somebody else", "paid off", "twice", "none"])
def test_only_open_claims_of_the_person(what, collector):
    owed = claim()
    others = {"of somebody else": [claim()], "paid off": [claim(owed.identity.person, principal_yen=0)]}
    claims = others.get(what, [])
    ids = {"twice": [owed.pk, owed.pk], "none": []}.get(what, [owed.pk, *(one.pk for one in claims)])
    if what == "twice":
        assert drafted(owed, by=collector, claim_ids=ids).claims.count() == 1
        return
    with pytest.raises(plans.PlanRefused, match="未納の期別を1つ以上"):
        drafted(owed, by=collector, claim_ids=ids)
    assert not Plan.objects.exists()


def test_a_plan_longer_than_the_city_allows_is_refused_with_what_would_do(collector):
    with pytest.raises(plans.PlanRefused, match="月1,000円以上なら"):
        drafted(
            claim(principal_yen=36_000, due_on=date(2030, 1, 31)), by=collector, terms=terms(amount_yen=900, count=None)
        )


def test_the_first_day_does_not_lie_in_the_past(collector):
    with pytest.raises(plans.PlanRefused, match="過ぎています"):
        drafted(claim(), by=collector, terms=terms(starts_on=DAY - timedelta(days=1)))


def test_a_claim_without_legal_attributes_says_which_to_add(collector):
    with pytest.raises(plans.PlanRefused, match="法的属性"):
        drafted(claim(due_on=date(1950, 1, 1)), by=collector)


# --- lapsed ------------------------------------------------------------------------------------------------


def test_a_lapsed_tax_is_in_no_plan_地税18条2項(collector):
    with pytest.raises(plans.PlanRefused, match="消滅"):
        drafted(claim(due_on=date(2020, 8, 31)), by=collector, reason="本人の希望")


def test_a_lapsed_private_claim_gets_on_a_deed_only_after_review_民145条(collector):
    rent = water(due_on=date(2020, 8, 31))
    with pytest.raises(plans.PlanRefused, match="審査"):
        drafted(rent, by=collector)
    plan = drafted(rent, by=collector, reason="時効を説明したうえで、本人が納付を希望")
    plan.refresh_from_db()
    for act in (lambda: documents.deed_document(plan, by=collector, on=DAY), lambda: sign(plan, by=collector)):
        with pytest.raises(plans.PlanRefused, match="審査が済んでいません"):
            act()
    assert not Document.objects.exists()
    approvals.decide(approval_id=plan.review_id, decision="approved", by=user(Role.SUPERVISOR))
    deed = documents.deed_document(plan, by=collector, on=DAY)
    assert "時効を援用すれば" in words(deed)
    sign(plan, by=collector)
    assert ClaimEvent.objects.get().claim == rent


def test_a_review_that_was_refused_opens_nothing(collector):
    plan = drafted(water(due_on=date(2020, 8, 31)), by=collector, reason="希望")
    approvals.decide(approval_id=plan.review_id, decision="rejected", by=user(Role.SUPERVISOR), reason="援用の見込み")
    with pytest.raises(plans.PlanRefused, match="審査"):
        documents.deed_document(plan, by=collector, on=DAY)


def test_what_lapses_between_draft_and_deed_is_not_acknowledged(collector):
    plan = drafted(claim(due_on=date(2021, 11, 22)), by=collector)
    documents.deed_document(plan, by=collector, on=DAY)
    with pytest.raises(plans.PlanRefused, match="消滅"):
        sign(plan, by=collector, signed_on=date(2026, 11, 23))
    assert sign(plan, by=collector, signed_on=date(2026, 11, 22)).signed_on


# --- the deed ------------------------------------------------------------------------------------------------


def test_the_deed_says_what_it_must_and_is_kept(collector):
    tax = claim(principal_yen=40_000, fee_yen=100, due_on=date(2025, 10, 31))
    rent = water(tax.identity.person, principal_yen=26_300, due_on=date(2026, 6, 30))
    plan = drafted(tax, rent, by=collector)
    deed = documents.deed_document(plan, by=collector, on=DAY)
    assert documents.deed_document(plan, by=collector, on=DAY) == deed
    assert deed.number == "令和8年度 豊債管分第1号"
    page = words(deed)
    for told in (
        "分納誓約書（債務承認書）", "期別ごとに承認します", tax.notice_number, rent.notice_number, "40,000", "3,600", "26,300",
        f"総額{plan.total_yen:,}円", "令和8年11月25日", "取り消されても異議がありません", "民法488条・490条",
        "猶予・換価の猶予ではありません", "自署", "住所", "電話", "委任状", "令和8年度豊債管分第1号",
    ):  # fmt: skip
        assert told in page, told


def test_words_for_the_law_of_the_claims_alone(collector):
    only_tax, only_rent = claim(), water()
    tax, rent = (
        words(documents.deed_document(drafted(one, by=collector), by=collector, on=DAY))
        for one in (only_tax, only_rent)
    )
    assert "換価の猶予ではありません" in tax
    assert "民法488条" not in tax
    assert "換価の猶予ではありません" not in rent
    assert "民法488条" in rent
    assert "援用" not in tax + rent


def test_a_protected_person_writes_no_address_on_it(collector):
    owed = claim()
    protect(owed.identity.person)
    page = words(documents.deed_document(drafted(owed, by=collector), by=collector, on=DAY))
    assert "書かないでください" in page
    assert "小坂本町" not in page


# --- signing ---------------------------------------------------------------------------------------------------


def test_the_deed_acknowledges_and_protects_just_its_claims(collector):
    someone = person()
    first, second, other = claim(someone), water(someone), claim(someone, instalment=2)
    plan = signed(first, second, by=collector)
    events = ClaimEvent.objects.all()
    assert {(event.claim_id, event.kind, event.on) for event in events} == {
        (one.pk, "acknowledgement", DAY) for one in (first, second)
    }
    assert events[0].origin == "分納誓約書 令和8年度 豊債管分第1号"
    for one in (first, second, other):
        one.refresh_from_db()
    assert [one.prescribes_on for one in (first, second, other)] == [date(2031, 11, 20)] * 2 + [None]
    for channel in ("notice", "seizure"):
        assert list(Claim.objects.reachable_by(channel, on=DAY)) == [other]
    hold = Hold.objects.filter(claim=first).get()
    last = plan.instalments.last().due_on
    assert (hold.reason, hold.starts_on, hold.review_on) == ("plan", DAY, last + timedelta(days=11))
    assert state_of(plan, on=DAY).code == "kept"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"signer": " "}, "氏名と立場"),
        ({"signed_as": "friend"}, "氏名と立場"),
        ({"signed_on": DAY - timedelta(days=1)}, "起案日から今日まで"),
        ({"today": DAY - timedelta(days=1)}, "起案日から今日まで"),
    ],
)
def test_a_deed_without_its_facts_is_not_taken(facts, said, collector):
    plan = drafted(claim(), by=collector)
    with pytest.raises(plans.PlanRefused, match="まだ作っていません"):
        sign(plan, by=collector)
    documents.deed_document(plan, by=collector, on=DAY)
    with pytest.raises(plans.PlanRefused, match=said):
        sign(plan, by=collector, **facts)
    assert not Hold.objects.exists()


def test_a_deed_is_taken_once(collector):
    plan = signed(claim(), by=collector)
    with pytest.raises(plans.PlanRefused, match="署名待ちではありません"):
        sign(plan, by=collector)


def test_money_booked_since_the_draft_makes_the_deed_wrong(collector):
    owed = claim()
    plan = drafted(owed, by=collector)
    documents.deed_document(plan, by=collector, on=DAY)
    pay(owed, 1_000, on=DAY)
    with pytest.raises(plans.PlanRefused, match="変わりました"):
        sign(plan, by=collector)


def test_a_claim_stands_in_one_plan(collector):
    owed = claim()
    draft_too = drafted(owed, by=collector)
    documents.deed_document(draft_too, by=collector, on=DAY)
    signed(owed, by=collector)
    with pytest.raises(plans.PlanRefused, match="別の分納（誓約履歴2）"):
        drafted(owed, by=collector)
    with pytest.raises(plans.PlanRefused, match="別の分納（誓約履歴2）"):
        sign(draft_too, by=collector)


def test_a_hold_placed_by_hand_is_named(collector):
    owed = claim()
    Hold.objects.create(
        person=owed.identity.person, claim=owed, reason="plan", channels=["notice"], starts_on=DAY, review_on=DAY, placed_by=collector,
    )  # fmt: skip
    with pytest.raises(plans.PlanRefused, match="同じ範囲・同じ理由"):
        signed(owed, by=collector)
    assert not ClaimEvent.objects.exists()


# --- made anew ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("later", [0, 10], ids=["the same day", "later"])
def test_made_anew_it_keeps_its_history_and_leaves_no_gap(later, collector):
    someone = person()
    kept, dropped, added = (claim(someone, instalment=number) for number in (1, 2, 3))
    old = signed(kept, dropped, by=collector)
    day = DAY + timedelta(days=later)
    given = {"by": collector, "on": day, "terms": terms(starts_on=day, count=5), "replaces_id": old.pk}
    with pytest.raises(plans.PlanRefused, match="組み直す理由"):
        drafted(kept, added, **given)
    new = drafted(kept, added, reason="収入が減った", **given)
    assert standing_on(old, day) in ("kept", "late")  # until the new deed is signed
    documents.deed_document(new, by=collector, on=day)
    sign(new, by=collector, signed_on=day)
    assert standing_on(old, day) == "replaced"
    assert (new.history_number, new.replaces_id) == (2, old.pk)
    silent = set(Claim.objects.held(on=day, channel="notice"))
    assert {kept, added} <= silent
    assert dropped not in set(Claim.objects.held(on=day + timedelta(days=1), channel="notice"))
    assert not set(Claim.objects.held(on=day, channel="notice")) - {kept, added, dropped}
    with pytest.raises(plans.PlanRefused, match="見つからないか"):
        drafted(kept, by=collector, replaces_id=old.pk, reason="もう一度")


def test_a_draft_that_is_given_up(collector):
    plan = drafted(claim(), by=collector)
    with pytest.raises(plans.PlanRefused, match="理由"):
        plans.close(plan_id=plan.pk, on=DAY, reason=" ", by=collector)
    plans.close(plan_id=plan.pk, on=DAY, reason="条件が合わない", by=collector)
    assert standing_on(plan, DAY) == "discarded"
    with pytest.raises(plans.PlanRefused, match="終わっている"):
        documents.deed_document(plan, by=collector, on=DAY)


# --- slips ---------------------------------------------------------------------------------------------------------


def test_a_slip_for_each_instalment_asks_for_its_lines(collector):
    someone = person()
    plan = signed(claim(someone, principal_yen=30_000), water(someone, principal_yen=9_000), by=collector)
    older = issue_plan_slips(plan_id=plan.pk, numbers=[1], issued_on=DAY, by=collector)
    slips = issue_plan_slips(plan_id=plan.pk, numbers=[1, 2, 3], issued_on=DAY, by=collector)
    for one in plan.instalments.filter(number__lte=3):
        own = [slip for slip in slips if slip.instalment == one]
        assert sum(slip.amount_yen for slip in own) == one.amount_yen
        for slip in own:
            assert (slip.due_on, slip.lines.values("claim__kind").distinct().count()) == (one.due_on, 1)
            assert sum(line.principal_yen + line.late_yen for line in slip.lines.all()) == slip.amount_yen
            assert Slip.objects.get(pk=slip.pk).voided_on is None
            assert slip.barcode[-7:-1] == f"{slip.amount_yen:06d}"
    assert {slip.instalment.number for slip in slips} == {1, 2, 3}
    assert len(slips) == 4, "the instalment that pays tax and water has a slip for each"
    assert Slip.objects.get(pk=older[0].pk).replaced_by in slips


@pytest.mark.parametrize("what", ["a draft", "past", "none", "unknown"])
def test_slips_are_refused(what, collector):
    plan = (drafted if what == "a draft" else signed)(claim(), by=collector)
    numbers = {"none": [], "unknown": [4]}.get(what, [1])
    day = date(2026, 11, 26) if what == "past" else DAY
    with pytest.raises(SlipRefused):
        issue_plan_slips(plan_id=plan.pk, numbers=numbers, issued_on=day, by=collector)
    assert not Slip.objects.exists()


# --- what the database holds to, and many plans ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"total_yen": 0}, "plan_asks_for_money"),
        ({"signed_on": DAY}, "plan_signed_with_deed_and_signer"),
        ({"closed_on": DAY}, "plan_closed_by_somebody_for_a_reason"),
    ],
)
def test_constraints(facts, constraint, collector):
    plan = drafted(claim(), by=collector)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(**facts)


def test_many_plans_take_no_more_queries_than_one(collector):
    for _ in range(4):
        signed(claim(), by=collector)

    def cost(number: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            states_of(Plan.objects.all()[:number], on=DAY)
        return len(asked)

    assert cost(4) == cost(1)


def test_terms_are_kept_as_they_were_asked(collector):
    asked = terms(count=None, until=date(2027, 3, 31), order=Order.COSTLY, steps=((2, 4_000),), bonus=((12, 1_000),))
    plan = drafted(claim(), by=collector, terms=asked, affordability={"income": 200_000})
    plan.refresh_from_db()
    assert plan.terms["until"] == "2027-03-31"
    assert (plan.terms["steps"], plan.terms["order"]) == ([[2, 4_000]], "costly")
    assert plan.affordability == {"income": 200_000}
