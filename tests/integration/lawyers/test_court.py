"""Court: only on a decision; deadlines and clocks follow the steps, and the days, by themselves."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from claims.models import Claim, ClaimEvent, Entry
from claims.services.clocks import clocks_for
from debtors.models import WorkItem
from lawyers.models import Proceeding
from lawyers.services import court, proposals, settlements
from lawyers.services.cases import CaseRefused, finish, recall
from lawyers.services.court import CourtRefused
from lawyers.services.proposals import ProposalRefused
from lawyers.services.settlements import SettlementRefused
from tests.factories import legal
from tests.factories.claims import book, pay
from tests.factories.debtors import system_user, user
from tests.factories.legal import DAY
from toyota_collect import approvals
from toyota_collect.approvals import ApprovalRefused
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
FILED, SERVED = date(2026, 11, 24), date(2026, 12, 1)


@pytest.fixture
def case(firm):
    return legal.accepted(firm, legal.free())[0]


@pytest.fixture
def proceeding(case, lawyer):
    made = legal.decided(case, "payment_order", lawyer)
    return court.open_proceeding(proposal_id=made.pk, court="架空簡易裁判所", court_number="", by=lawyer, on=DAY)


def clock(case, on):
    claims = list(Claim.objects.filter(legal_lines__case=case).select_related("kind", "identity"))
    return clocks_for(claims, as_of=on)[claims[0].pk]


def step(proceeding, lawyer, kind, day):
    return court.add_step(proceeding_id=proceeding.pk, kind=kind, day=day, by=lawyer, on=max(day, DAY))


def test_nothing_begins_without_a_decision(case, lawyer):
    made = proposals.propose(case_id=case.pk, kind="payment_order", text="応じない", token=uuid4(), by=lawyer, on=DAY)
    with pytest.raises(CourtRefused, match="決裁が済んだ"):
        court.open_proceeding(proposal_id=made.pk, court="簡裁", court_number="", by=lawyer, on=DAY)
    with pytest.raises(ProposalRefused, match="決裁に出して"):
        proposals.accept(proposal_id=made.pk, reply="よい", by=user(Role.COLLECTOR), on=DAY)


@pytest.mark.parametrize("kind", ["small", "summary", "district"], ids="地方自治法96条1項12号 {}".format)
def test_a_suit_needs_the_council(case, lawyer, kind):
    made = proposals.propose(case_id=case.pk, kind=kind, text="応じない", token=uuid4(), by=lawyer, on=DAY)
    facts = {"proposal_id": made.pk, "reason": "必要", "by": user(Role.COLLECTOR), "on": DAY}
    with pytest.raises(ProposalRefused, match="議決"):
        proposals.ask_decision(council="", **facts)
    assert proposals.ask_decision(council="令和8年12月議会 第12号", **facts).is_open


def test_filing_stops_the_clock_and_a_lapse_gives_six_months(proceeding, case, lawyer):
    """民事訴訟法392条, 民法147条1項: the day to ask for 仮執行宣言 passed; the clocks end six months after."""
    before = clock(case, DAY).last_day
    step(proceeding, lawyer, "filed", FILED)
    assert clock(case, FILED).last_day is None
    step(proceeding, lawyer, "served", SERVED)
    last = next(one for one in court.deadlines_of(proceeding, on=SERVED) if one.code == "provisional").last_day
    court.follow_the_days(on=last, by=system_user())
    assert Proceeding.objects.get().closed_on is None
    for _ in range(2):
        court.follow_the_days(on=last + timedelta(days=1), by=system_user())
    event = ClaimEvent.objects.get(kind="suit")
    assert event.detail["cancelled"]
    assert event.until == last
    assert Proceeding.objects.get().closed_on == last
    assert clock(case, last + timedelta(days=1)).last_day == before, "six months end before the clock's own day"


def test_final_it_runs_ten_years(proceeding, case, lawyer):
    """民法169条1項, 民事訴訟法396条."""
    for kind, day in [
        ("filed", FILED), ("served", SERVED), ("provisional_asked", date(2026, 12, 21)),
        ("provisional_served", date(2027, 1, 5)),
    ]:  # fmt: skip
        step(proceeding, lawyer, kind, day)
    court.follow_the_days(on=date(2027, 1, 20), by=system_user())
    final = court.standing_of(Proceeding.objects.prefetch_related("steps").get(), on=date(2027, 1, 20)).final_on
    assert final == date(2027, 1, 20)
    assert clock(case, final).last_day == date(2037, 1, 20)


def test_a_step_put_down_wrongly_is_taken_back_with_its_effect(proceeding, case, lawyer):
    before = clock(case, DAY).last_day
    made = step(proceeding, lawyer, "filed", FILED)
    assert step(proceeding, lawyer, "filed", FILED) == made
    with pytest.raises(CourtRefused, match="理由"):
        court.withdraw_step(step_id=made.pk, reason="", by=lawyer, on=FILED)
    court.withdraw_step(step_id=made.pk, reason="日を間違えた", by=lawyer, on=FILED)
    assert clock(case, FILED).last_day == before
    step(proceeding, lawyer, "filed", FILED + timedelta(days=1))
    assert ClaimEvent.objects.get(kind="suit", withdrawn_at=None).on == FILED + timedelta(days=1)


def test_steps_that_contradict_each_other_are_refused_and_nothing_is_kept(proceeding, lawyer):
    with pytest.raises(CourtRefused):
        step(proceeding, lawyer, "provisional_asked", SERVED)
    assert not proceeding.steps.exists()
    assert not ClaimEvent.objects.filter(kind="suit").exists()


PLAN = [
    {"on": date(2026, 12, 25), "yen": 60_000},
    {"on": date(2027, 1, 25), "yen": 60_000},
    {"on": date(2027, 2, 25), "yen": 60_000},
]
TERMS = {"text": "分割で払う", "total_yen": 180_000, "instalments": PLAN, "forfeits_after": 2}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"total_yen": 179_999}, "合いません"),
        ({"text": ""}, "条項"),
        ({"instalments": []}, "支払の予定"),
        ({"instalments": [*PLAN, {"on": date(2027, 1, 1), "yen": 1}], "total_yen": 180_001}, "早い順"),
        ({"instalments": [{"on": date(2026, 12, 25), "yen": 9_000_000}], "total_yen": 9_000_000}, "超えています"),
        ({"instalments": [{"on": DAY - timedelta(days=1), "yen": 180_000}]}, "今日から後"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)  # fmt: skip
def test_terms_that_do_not_add_up_are_refused(case, lawyer, change, says):
    with pytest.raises(ProposalRefused, match=says):
        proposals.propose(
            case_id=case.pk, kind="settle", text="分割", token=uuid4(), by=lawyer, on=DAY, terms=TERMS | change
        )


def test_a_settlement_acknowledges_and_is_watched(case, lawyer):
    made = legal.settled(case, lawyer, TERMS)
    owed = settlements.owed_yen(case, on=DAY)
    assert made.waived_yen == owed - 180_000
    assert made.council == "専決第3号"
    assert clock(case, DAY).last_day == date(2031, 11, 20)
    rent = Claim.objects.get(legal_lines__case=case)
    pay(rent, 60_000, on=date(2026, 12, 25))
    on = date(2027, 2, 26)
    stands = settlements.standing_of([made], on=on)[made.pk]
    assert (stands.paid_yen, stands.missed, stands.behind_yen, stands.defaulted) == (60_000, 2, 120_000, True)
    assert settlements.watch(on=date(2027, 1, 25), by=system_user()) == 0
    assert settlements.watch(on=on, by=system_user()) == 1
    assert settlements.watch(on=on, by=system_user()) == 0
    made.refresh_from_db()
    assert made.defaulted_on == on
    assert WorkItem.objects.filter(subject_key=f"settlement:{made.pk}").count() == 1


def test_paid_as_agreed_it_is_done(case, lawyer):
    legal.settled(case, lawyer, TERMS)
    pay(Claim.objects.get(legal_lines__case=case), 180_000, on=date(2026, 12, 20))
    assert settlements.watch(on=date(2026, 12, 21), by=system_user()) == 1
    assert case.settlements.get().done_on == date(2026, 12, 21)


# --- what a hostile reader found ---------------------------------------------------------------------------------


def test_the_city_goes_on_with_a_proceeding_after_the_case_was_taken_back(proceeding, case, lawyer):
    step(proceeding, lawyer, "filed", FILED)
    recall(case_id=case.pk, reason="困窮が分かった", by=user(Role.COLLECTOR), on=FILED)
    assert WorkItem.objects.filter(subject_key=f"proceeding:{proceeding.pk}:open").exists()
    with pytest.raises(Proceeding.DoesNotExist):
        step(proceeding, lawyer, "served", SERVED)
    made = step(proceeding, user(Role.COLLECTOR), "served", SERVED)
    withdrawn = court.withdraw_step(step_id=made.pk, reason="誤り", by=user(Role.COLLECTOR), on=SERVED)
    assert withdrawn.withdrawn_at


def test_a_lapse_is_told_once_with_the_end_of_the_clock(proceeding, case, lawyer):
    step(proceeding, lawyer, "filed", FILED)
    step(proceeding, lawyer, "served", SERVED)
    for _ in range(2):
        court.follow_the_days(on=date(2027, 3, 1), by=system_user())
    told = WorkItem.objects.get(subject_key=f"proceeding:{proceeding.pk}:lapsed")
    assert "完成しません" in told.reason


def test_an_objection_goes_on_as_a_suit_only_with_the_council(proceeding, lawyer):
    """最判昭和59年5月31日."""
    step(proceeding, lawyer, "filed", FILED)
    step(proceeding, lawyer, "served", SERVED)
    step(proceeding, lawyer, "objection", SERVED + timedelta(days=5))
    assert WorkItem.objects.filter(subject_key=f"proceeding:{proceeding.pk}:objected").exists()
    with pytest.raises(CourtRefused, match="議会の議決"):
        step(proceeding, lawyer, "hearing", SERVED + timedelta(days=40))
    court.set_council(proceeding_id=proceeding.pk, council="令和8年12月議会 第12号", by=user(Role.COLLECTOR))
    assert step(proceeding, lawyer, "hearing", SERVED + timedelta(days=40))


def test_only_the_claims_that_the_paper_asks_for_follow_it(firm, lawyer):
    someone = legal.free()
    other = legal.rent(someone, yen=50_000, due_on=date(2025, 6, 30))
    (case,) = legal.accepted(firm, someone)
    made = legal.decided(case, "payment_order", lawyer)
    line = case.lines.exclude(claim=other).get()
    begun = court.open_proceeding(
        proposal_id=made.pk, court="簡裁", court_number="", line_ids=[line.pk], by=lawyer, on=DAY
    )
    step(begun, lawyer, "filed", FILED)
    assert list(ClaimEvent.objects.filter(kind="suit").values_list("claim", flat=True)) == [line.claim_id]
    stranger = legal.accepted(firm, legal.free("別"))[0]
    again = legal.decided(stranger, "payment_order", lawyer)
    with pytest.raises(CourtRefused, match="この件の債権"):
        court.open_proceeding(
            proposal_id=again.pk, court="簡裁", court_number="", line_ids=[line.pk], by=lawyer, on=DAY
        )


def test_a_suit_against_the_guarantor_alone_moves_no_clock_of_the_debtor(case, lawyer):
    """民法441条, 458条."""
    made = legal.decided(case, "payment_order", lawyer)
    begun = court.open_proceeding(
        proposal_id=made.pk, court="簡裁", court_number="", against="guarantor", by=lawyer, on=DAY
    )
    step(begun, lawyer, "filed", FILED)
    assert not ClaimEvent.objects.filter(kind="suit").exists()


def test_execution_needs_its_own_decision(proceeding, case, lawyer):
    for kind, day in [
        ("filed", FILED), ("served", SERVED), ("provisional_asked", date(2026, 12, 21)),
        ("provisional_served", date(2027, 1, 5)),
    ]:  # fmt: skip
        step(proceeding, lawyer, kind, day)
    court.follow_the_days(on=date(2027, 1, 20), by=system_user())
    with pytest.raises(CourtRefused, match="強制執行には"):
        step(proceeding, lawyer, "execution_asked", date(2027, 1, 21))
    legal.decided(case, "execution", lawyer)
    assert step(proceeding, lawyer, "execution_asked", date(2027, 1, 21))


def test_one_that_cannot_be_read_any_more_stops_no_other(proceeding, lawyer, firm):
    other = legal.accepted(firm, legal.free("別"))[0]
    second = court.open_proceeding(
        proposal_id=legal.decided(other, "payment_order", lawyer).pk, court="簡裁", court_number="", by=lawyer, on=DAY
    )
    proceeding.steps.create(kind="provisional_asked", on=SERVED, by=lawyer)  # as no service would write it
    step(second, lawyer, "filed", FILED)
    assert court.follow_the_days(on=SERVED, by=system_user()) == 1
    assert WorkItem.objects.filter(subject_key=f"proceeding:{proceeding.pk}:fault").exists()


def test_the_citys_decision_is_no_acknowledgement_of_the_debtors(case, lawyer):
    before = clock(case, DAY).last_day
    made = legal.decided(case, "settle", lawyer, council="専決第3号", terms=TERMS)
    assert clock(case, DAY).last_day == before
    assert not case.settlements.exists()
    facts = {"proposal_id": made.pk, "name": "a.png", "content": legal.deed(), "by": lawyer}
    with pytest.raises(SettlementRefused, match="決裁の日から"):
        settlements.sign(signed_on=DAY - timedelta(days=1), on=DAY, **facts)
    with pytest.raises(SettlementRefused, match="PDF"):
        settlements.sign(signed_on=DAY, on=DAY, **(facts | {"content": b"not a paper"}))
    settlements.sign(signed_on=DAY, on=DAY, **facts)
    with pytest.raises(SettlementRefused, match="すでに"):
        settlements.sign(signed_on=DAY, on=DAY, **facts)
    assert clock(case, DAY).last_day == date(2031, 11, 20)
    assert case.files.get().title == "和解書（署名）"


def test_money_that_came_between_proposal_and_decision_sends_it_back(case, lawyer):
    made = proposals.propose(case_id=case.pk, kind="settle", text="分割", token=uuid4(), by=lawyer, on=DAY, terms=TERMS)
    asked = proposals.ask_decision(
        proposal_id=made.pk, reason="必要", council="専決第3号", by=user(Role.COLLECTOR), on=DAY
    )
    pay(Claim.objects.get(legal_lines__case=case), 30_000, on=DAY)
    with pytest.raises(ApprovalRefused, match="入金がありました"):
        approvals.decide(approval_id=asked.pk, decision="approved", by=legal.decider())


def test_a_settlement_of_the_court_needs_the_citys_decision_and_the_courts_paper(proceeding, case, lawyer):
    facts = {
        "proceeding_id": proceeding.pk,
        "kind": "in_court",
        "terms": TERMS,
        "agreed_on": DAY,
        "by": lawyer,
        "on": DAY,
    }
    with pytest.raises(SettlementRefused, match="先に、和解または判決"):
        settlements.of_court(**facts)
    for kind in ("filed", "served", "objection"):
        step(proceeding, lawyer, kind, DAY)
    court.set_council(proceeding_id=proceeding.pk, council="令和8年12月議会 第12号", by=user(Role.COLLECTOR))
    step(proceeding, lawyer, "settled", DAY)
    with pytest.raises(SettlementRefused, match="決裁と議決"):
        settlements.of_court(**facts)
    legal.decided(case, "settle", lawyer, council="専決第3号", terms=TERMS)
    assert settlements.of_court(**facts).kind == "in_court"


def test_a_reversal_of_what_came_before_the_settlement_is_no_default(case, lawyer):
    rent = Claim.objects.get(legal_lines__case=case)
    early = pay(rent, 5_000, on=date(2026, 11, 1))
    made = legal.settled(case, lawyer, TERMS | {"total_yen": 180_000})
    book(rent, "reversal", "principal", 5_000, on=date(2026, 12, 1), reverses=Entry.objects.get(receipt=early))
    pay(rent, 60_000, on=date(2026, 12, 24))
    stands = settlements.standing_of([made], on=date(2026, 12, 26))[made.pk]
    assert (stands.paid_yen, stands.missed) == (60_000, 0)


def test_a_case_is_not_finished_while_a_settlement_runs(case, lawyer):
    legal.settled(case, lawyer, TERMS)
    with pytest.raises(CaseRefused, match="和解の支払が続いて"):
        finish(case_id=case.pk, reason="終わり", by=user(Role.COLLECTOR), on=DAY)
