"""移管 from a section's basket to the office's decision and back, each act twice. All synthetic."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from claims import handover_pages as pages
from claims.models import Claim, Handover, HandoverLine, Hold
from claims.services import handover_decisions as office
from claims.services import handovers
from claims.services.handovers import HandoverRefused
from debtors.models import WorkItem
from debtors.services_work import open_work_item
from tests.factories.claims import book, claim, pay
from tests.factories.debtors import person, user
from tests.factories.handovers import AFTER, DAY, DEADLINE, accept, handed_in, line_of, pick, rent
from tests.integration.notices.test_desk_slip import words
from toyota_collect import approvals
from toyota_collect.documents.store import document_bytes
from toyota_collect.models import Document
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db


def test_the_way_of_a_basket_and_every_step_twice(clerk, chief, director):
    someone = person(name="架空 花子")
    kept, moved = rent(someone, yen=150_000), rent(someone, yen=200_000, instalment=2)
    basket = pick([kept, moved], clerk)
    assert pick([kept, moved], clerk) == basket  # twice: the same basket, no second line
    assert basket.lines.count() == 2
    assert [one["label"] for one in line_of(kept).reasons] == ["高額", "連絡なし"]
    handovers.announce(handover_id=basket.pk, deadline_on=DEADLINE, by=clerk, on=DAY)
    with pytest.raises(HandoverRefused, match="すでに予告"):
        handovers.announce(handover_id=basket.pk, deadline_on=DEADLINE, by=clerk, on=DAY)
    assert Document.objects.filter(kind="handover_notice").count() == 1
    with pytest.raises(HandoverRefused, match="翌日から"):
        handovers.hand_in(handover_id=basket.pk, by=clerk, on=DEADLINE)
    handovers.hand_in(handover_id=basket.pk, by=clerk, on=date(2026, 12, 12))
    with pytest.raises(HandoverRefused, match="すでに出して"):
        handovers.hand_in(handover_id=basket.pk, by=clerk, on=AFTER)

    one = {"handover_id": basket.pk, "line_ids": [line_of(kept).pk], "by": chief, "on": AFTER}
    assert office.send_back(**one, reason="契約書がない（架空）") == 1
    with pytest.raises(HandoverRefused, match="すでに決まった"):
        office.send_back(**one, reason="もう一度")
    asked = accept(basket, [line_of(moved)], chief, director)
    with pytest.raises(approvals.ApprovalRefused):
        approvals.decide(approval_id=asked.pk, decision="approved", by=director)
    with pytest.raises(HandoverRefused):
        office.carry_out(asked, by=director, today=AFTER)
    assert Document.objects.filter(kind="handover_decision").count() == 1
    assert list(Claim.objects.all().with_office()) == [moved]
    basket.refresh_from_db()
    assert (basket.stage, line_of(kept).state, line_of(moved).state) == ("closed", "returned", "accepted")
    assert WorkItem.objects.get().reason.startswith("定住促進課から移管（1件")

    office.give_back(line_id=line_of(moved).pk, reason="本人が課に相談した（架空）", by=chief, on=AFTER)
    with pytest.raises(HandoverRefused, match="いま債権管理課にありません"):
        office.give_back(line_id=line_of(moved).pk, reason="もう一度", by=chief, on=AFTER)
    assert WorkItem.objects.get().closed_at is not None
    again = pick([kept, moved], clerk, on=AFTER)  # what came back may be handed over again
    assert (again.number, again.lines.count()) == (2, 2)


def test_nobody_accepts_what_they_asked_for(clerk, chief):
    owed = rent()
    basket = handed_in([owed], clerk)
    asked = office.ask_acceptance(handover_id=basket.pk, line_ids=[line_of(owed).pk], reason="", by=chief, on=AFTER)
    with pytest.raises(approvals.ApprovalRefused, match="本人"):
        approvals.decide(approval_id=asked.pk, decision="approved", by=chief)
    with pytest.raises(HandoverRefused, match="決裁を待って"):
        office.send_back(handover_id=basket.pk, line_ids=[line_of(owed).pk], reason="架空", by=chief, on=AFTER)


def test_what_is_paid_after_the_request_is_not_taken_over(clerk, chief, director):
    owed = rent()
    basket = handed_in([owed], clerk)
    asked = office.ask_acceptance(handover_id=basket.pk, line_ids=[line_of(owed).pk], reason="", by=chief, on=AFTER)
    pay(owed, 400_000, on=AFTER)
    with pytest.raises(approvals.ApprovalRefused, match="納付された"):
        approvals.decide(approval_id=asked.pk, decision="approved", by=director)
    assert line_of(owed).state == "picked"
    assert not Document.objects.filter(kind="handover_decision").exists()


@pytest.mark.parametrize("how", ["paid", "held"])
def test_what_is_paid_or_held_gets_no_letter_and_stays_behind(how, clerk):
    owed, other = rent(), rent()
    basket = pick([owed, other], clerk)
    if how == "paid":
        pay(owed, 400_000, on=DAY)
    else:
        Hold.objects.create(
            person=owed.identity.person, reason="welfare", channels=["notice"], starts_on=DAY,
            review_on=date(2027, 1, 1), placed_by=clerk,
        )  # fmt: skip
    handovers.announce(handover_id=basket.pk, deadline_on=DEADLINE, by=clerk, on=DAY)
    line = line_of(owed)
    assert (line.state, line.notice) == ("dropped", None)
    assert line.reason == (handovers.PAID if how == "paid" else handovers.SILENCED)
    assert "福祉" not in line.reason  # a section is not told why
    assert line_of(other).notice is not None


def test_a_basket_of_which_all_was_paid_closes_itself(clerk):
    owed = rent()
    basket = pick([owed], clerk)
    handovers.announce(handover_id=basket.pk, deadline_on=DEADLINE, by=clerk, on=DAY)
    pay(owed, 400_000, on=DEADLINE)
    handovers.hand_in(handover_id=basket.pk, by=clerk, on=AFTER)
    basket.refresh_from_db()
    assert (basket.stage, basket.asked_on) == ("closed", None)


@pytest.mark.parametrize(
    ("deadline_on", "why"),
    [(date(2026, 11, 29), "以後"), (date(2026, 12, 12), "休日"), (date(2027, 1, 1), "休日")],
)
def test_a_deadline_is_not_too_near_and_no_holiday(deadline_on, why, clerk):
    basket = pick([rent()], clerk)
    with pytest.raises(HandoverRefused, match=why):
        handovers.announce(handover_id=basket.pk, deadline_on=deadline_on, by=clerk, on=DAY)
    handovers.announce(handover_id=basket.pk, deadline_on=date(2026, 11, 30), by=clerk, on=DAY)


def test_only_the_sections_own_claims_that_meet_a_criterion_go_in(clerk):
    someone = person()
    tax = claim(someone, principal_yen=900_000, due_on=date(2025, 6, 30))
    small = rent(person(), yen=5_000, due_on=date(2026, 8, 31))
    with pytest.raises(HandoverRefused, match="1件は、納付されたか"):
        pick([tax], clerk)
    with pytest.raises(HandoverRefused, match="基準に当たりません"):
        pick([small], clerk)
    assert not Handover.objects.exists()
    assert pick([small], clerk, refuses="払わないと言った（架空）").lines.get().reasons[0]["code"] == "refuses"


def test_the_current_year_stays_unless_the_case_is_hard(clerk):
    someone = person()
    old, new = rent(someone), rent(someone, due_on=date(2026, 8, 31), levy_year=2026, instalment=2)
    assert handovers.proposed(clerk.section_id, person_id=someone.pk, on=DAY) == [old.pk]
    hard = handovers.proposed(clerk.section_id, person_id=someone.pk, on=DAY, refuses="拒否（架空）")
    assert set(hard) == {old.pk, new.pk}
    assert pick([new], clerk).lines.get().claim == new  # and it may be chosen by hand


def test_no_means_goes_to_stop_review_and_is_not_moved(clerk, chief):
    owed = rent()
    collector = user(Role.COLLECTOR)
    open_work_item(
        person_id=owed.identity.person_id,
        reason="電話",
        next_step="電話する",
        due_on=DAY,
        by=collector,
        owner=collector,
    )
    basket = handed_in([owed], clerk, no_means="預金も収入もない（架空）")
    office.propose_stop(
        handover_id=basket.pk, line_ids=[line_of(owed).pk], reason="資力なし（架空）", by=chief, on=AFTER
    )
    item = WorkItem.objects.get(subject_key=f"handover:{basket.pk}:stop")
    assert (item.owner, item.due_on) == (collector, date(2026, 12, 28))
    assert "停止を検討" in item.next_step
    assert line_of(owed).state == "stop_review"
    assert not Claim.objects.all().with_office().exists()


def test_a_claim_is_in_one_place(clerk):
    owed = rent()
    basket = pick([owed], clerk)
    with pytest.raises(IntegrityError, match="handover_claim_is_in_one_place"), transaction.atomic():
        HandoverLine.objects.create(handover=basket, claim=owed, principal_yen=1, other_yen=0)


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"state": "returned"}, "decided_by_somebody"),
        ({"state": "accepted", "decided_on": DAY}, "decided_by_somebody"),
        ({"last_entry": 1}, "counts_from_an_entry"),
    ],
)
def test_the_database_keeps_lines_whole(facts, name, clerk):
    line = pick([rent()], clerk).lines.get()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        HandoverLine.objects.filter(pk=line.pk).update(**facts)


def test_dropping_and_discarding_leave_the_reason(clerk):
    first, second = rent(), rent()
    basket = pick([first, second], clerk)
    with pytest.raises(HandoverRefused, match="理由"):
        handovers.drop(line_id=line_of(first).pk, reason=" ", by=clerk, on=DAY)
    handovers.drop(line_id=line_of(first).pk, reason="本人と連絡がついた（架空）", by=clerk, on=DAY)
    with pytest.raises(HandoverRefused, match="もう箱から"):
        handovers.drop(line_id=line_of(first).pk, reason="もう一度", by=clerk, on=DAY)
    handovers.discard(handover_id=basket.pk, reason="取りやめ（架空）", by=clerk, on=DAY)
    with pytest.raises(HandoverRefused, match="出したあと"):
        handovers.discard(handover_id=basket.pk, reason="もう一度", by=clerk, on=DAY)
    assert set(basket.lines.values_list("state", flat=True)) == {"dropped"}


def test_collected_counts_from_the_handover_to_the_giving_back(clerk, chief, director):
    owed = rent()
    pay(owed, 10_000, on=DAY)
    basket = handed_in([owed], clerk)
    accept(basket, [line_of(owed)], chief, director)
    taken = pay(owed, 30_000, on=AFTER)
    pay(owed, 5_000, on=AFTER)
    book(owed, "reversal", "principal", 5_000, on=AFTER, reverses=owed.entries.latest("pk"))
    assert pages.board(clerk.section_id).get().collected_yen == 30_000
    office.give_back(line_id=line_of(owed).pk, reason="返還（架空）", by=chief, on=AFTER)
    pay(owed, 7_000, on=AFTER)
    board = pages.board(clerk.section_id)
    assert board.get().collected_yen == 30_000
    assert pages.board_sums(board) == {
        "waiting": 0, "accepted": 0, "returned": 1, "handed_yen": 0, "collected_yen": 30_000, "left_yen": 0,
    }  # fmt: skip
    assert taken.amount_yen == 30_000


def test_the_notice_before_a_handover_is_explained_as_the_person_reads(clerk):
    someone = person(name="架空 花子", letter_variant="large.en")
    basket = pick([rent(someone, yen=150_000)], clerk)
    handovers.announce(handover_id=basket.pk, deadline_on=DEADLINE, by=clerk, on=DAY)
    pages = words(document_bytes(Document.objects.get(kind="handover_notice")))
    assert "OnlytheJapanesedocumenthaslegaleffect." in pages[0]
    assert f"¥{basket.lines.get().total_yen:,}" in pages[0]
    assert f"{DEADLINE:%Y-%m-%d}" in pages[0]
    assert "債権の移管について（予告）" in pages[1]
    assert "相談・問い合わせ" in pages[1], "大きな文字では、1枚目に電話"
    assert len(pages) == 3
