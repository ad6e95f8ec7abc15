"""移管 from a section's basket to the office's decision and back, each act twice; and what a section never learns. All synthetic."""

import io
import re
from datetime import date

import pypdfium2
import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims import handover_pages as pages
from claims.models import Claim, ClaimKind, EvidenceNeed, Handover, HandoverLine, Hold, Plan
from claims.services import handover_decisions as office
from claims.services import handovers
from claims.services.clocks import refresh_clocks
from claims.services.evidence import attach, evidence_lamps
from claims.services.handover_papers import rows_of
from claims.services.handovers import HandoverRefused
from debtors.models import WorkItem
from debtors.services_work import open_work_item
from tests.factories.claims import book, claim, pay
from tests.factories.debtors import identity, person, protect, user
from tests.factories.plans import drafted
from toyota_collect import approvals
from toyota_collect.documents.store import document_bytes
from toyota_collect.models import AccessLog, Document
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY, DEADLINE, AFTER = date(2026, 11, 20), date(2026, 12, 11), date(2026, 12, 14)
OLD = {"due_on": date(2025, 5, 31), "levy_year": 2025}
RENT = {"kind": "housing_rent", "source": "jutaku"}


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def section():
    return ClaimKind.objects.get(code="housing_rent").section


@pytest.fixture
def clerk(section):
    return user(Role.SECTION_VIEWER, section=section)


@pytest.fixture
def chief():
    return user(Role.SUPERVISOR)


@pytest.fixture
def director():
    return user(Role.SUPERVISOR)


def rent(of=None, *, yen=400_000, **facts):
    made = claim(of, principal_yen=yen, **(RENT | OLD | facts))
    refresh_clocks([made.pk])
    made.refresh_from_db()
    return made


def pick(claims, clerk, **facts):
    return handovers.pick(
        section_id=clerk.section_id, claim_ids=[one.pk for one in claims], by=clerk, on=facts.pop("on", DAY), **facts
    )


def handed_in(claims, clerk, **facts):
    basket = pick(claims, clerk, **facts)
    handovers.announce(handover_id=basket.pk, deadline_on=DEADLINE, by=clerk, on=DAY)
    handovers.hand_in(handover_id=basket.pk, by=clerk, on=AFTER)
    basket.refresh_from_db()
    return basket


def accept(basket, lines, chief, director, *, on=AFTER):
    asked = office.ask_acceptance(handover_id=basket.pk, line_ids=[one.pk for one in lines], reason="", by=chief, on=on)
    approvals.decide(approval_id=asked.pk, decision="approved", by=director)
    return asked


def line_of(owed):
    return HandoverLine.objects.filter(claim=owed).latest("pk")


def text_of(document):
    with_pages = pypdfium2.PdfDocument(document_bytes(document))
    text = "".join(page.get_textpage().get_text_bounded() for page in with_pages)
    return len(with_pages), re.sub(r"[ \r\n]", "", text)


@pytest.fixture(autouse=True)
def _decided_after_the_deadline(request, settings):
    """Decisions ask the business date for the day: it is the day after the deadline, and after the handing in."""
    settings.BASE_DATE = AFTER


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


# --- papers ------------------------------------------------------------------------------------------


def test_the_two_papers_say_what_is_owed_until_when_and_to_whom(clerk, chief, director):
    someone = person(name="税の記録の名", address="愛知県豊田市架空町9番地")
    identity(someone, "jutaku", name="架空 花子", ground="contract")
    owed = rent(someone)
    basket = handed_in([owed], clerk)
    accept(basket, [line_of(owed)], chief, director)
    line = line_of(owed)
    for document, words in (
        (line.notice, ["移管について（予告）", "定住促進課", "令和8年12月11日", "支払督促", "0565-00-0011"]),
        (line.decision, ["移管について（通知）", "債権管理課", "令和8年12月14日", "支払督促"]),
    ):
        count, text = text_of(document)
        assert count == 1
        for word in [*words, "架空花子", "400,000", document.number.replace(" ", "")]:
            assert word in text, word
        for secret in ("税の記録の名", "架空町", "滞納処分"):
            assert secret not in text, secret


def test_the_longest_papers_stand_on_one_sheet_and_add_up(clerk):
    """Six rows, both legal ways, a long name, handed out at the counter."""
    someone = person(name="株式会社架空のとても長い名前の会社　豊田営業所　代表取締役　架空太郎")
    protect(someone)
    section = clerk.section
    kinds = ("housing_parking", "single_parent_loan", "resident_tax")
    owed = [
        rent(someone, kind=kind, section=section, yen=123_456, levy_year=year, instalment=month,
             due_on=date(year, month, 28))
        for kind in kinds for year in (2024, 2025) for month in (5, 6)
    ]  # fmt: skip
    lines = _announced(owed, clerk)
    pages_, text = text_of(lines[0].notice)
    assert (len(lines), pages_) == (12, 1)
    assert "滞納処分のできない債権については" in text
    assert "窓口でお渡しします" in text
    assert f"{sum(line.total_yen for line in lines):,}" in text
    assert text.count("2期別") == 6 + 1
    assert "計（12期別）" in text


def test_few_instalments_stand_one_by_one_and_very_many_by_kind(clerk):
    someone = person()
    owed = [
        rent(someone, levy_year=year, instalment=month, due_on=date(year, month, 28))
        for year in range(2022, 2026)
        for month in (11, 12)
    ]
    lines = _announced(owed, clerk)
    rows = rows_of(lines)
    assert len(rows) == 4
    assert sum(row["total_yen"] for row in rows) == sum(line.total_yen for line in lines)
    assert rows[0]["what"] == "令和4年度　2期別"
    assert [row["what"] for row in rows_of(lines, most=8)][:2] == ["令和4年度 11月分", "令和4年度 12月分"]
    assert [row["what"] for row in rows_of(lines, most=3)] == ["令和4年度〜令和7年度　8期別"]


def _announced(owed, clerk):
    basket = pick(owed, clerk)
    handovers.announce(handover_id=basket.pk, deadline_on=DEADLINE, by=clerk, on=DAY)
    return list(basket.lines.select_related("claim__kind", "notice"))


def test_a_protected_person_has_no_address_on_paper_and_is_handed_it(clerk):
    someone = person(name="架空 花子")
    owed = rent(someone)
    protect(someone)
    basket = pick([owed], clerk)
    handovers.announce(handover_id=basket.pk, deadline_on=DEADLINE, by=clerk, on=DAY)
    _, text = text_of(line_of(owed).notice)
    assert "窓口でお渡しします" in text
    assert "小坂本町" not in text


# --- secrecy -----------------------------------------------------------------------------------------

SECRETS = ("市民税", "654,321", "水道料金", "税の秘密", "TAX-987", "口座を差し押さえた", "市民税課")


@pytest.fixture
def mixed(clerk, chief):
    """A person who owes rent, and tax and water besides: with a contact, a hold, a basket of another section."""
    someone = person(name="税の秘密 花子", kana="カクウ ハナコ")
    identity(someone, "jutaku", name="架空 花子", ground="contract")
    identity(someone, "zei", person_number="TAX-987")
    owed = rent(someone)
    tax = claim(someone, principal_yen=654_321, due_on=date(2025, 6, 30), levy_year=2025)
    claim(someone, kind="water_charge", source="suido", principal_yen=123_456, due_on=date(2025, 5, 31), levy_year=2025)
    refresh_clocks([tax.pk])
    someone.contacts.create(
        on=DAY, channel="phone", outcome="refused", text="口座を差し押さえたことに怒っている", by=chief
    )
    tax_clerk = user(Role.SECTION_VIEWER, section=tax.section)
    others = pick([tax], tax_clerk)
    return {"person": someone, "rent": owed, "tax": tax, "others": others, "tax_clerk": tax_clerk}


def test_a_section_learns_nothing_of_other_sections_claims(mixed, clerk, chief, director):
    basket = handed_in([mixed["rent"]], clerk)
    handovers.announce(handover_id=mixed["others"].pk, deadline_on=DEADLINE, by=mixed["tax_clerk"], on=DAY)
    handovers.hand_in(handover_id=mixed["others"].pk, by=mixed["tax_clerk"], on=AFTER)
    for one, owed in ((basket, "rent"), (mixed["others"], "tax")):
        accept(one, [line_of(mixed[owed])], chief, director)
    another = rent(mixed["person"], instalment=3)
    client = Client()
    client.force_login(clerk)
    addresses = [
        reverse("claims:handovers"),
        reverse("claims:handovers") + "?show=all",
        reverse("claims:handover", args=[basket.pk]),
        reverse("claims:handover-board"),
        reverse("claims:handover-csv"),
        reverse("claims:evidence", args=[mixed["rent"].pk]),
        reverse("claims:claim", args=[mixed["rent"].pk]),
        reverse("debtors:search") + "?q=架空",
    ]
    shown = {address: client.get(address).content.decode() for address in addresses}
    assert "架空 花子" in "".join(shown.values())
    for address, page in shown.items():
        for secret in SECRETS:
            assert secret not in page, (address, secret)
    line = line_of(mixed["rent"])
    for document in (line.notice, line.decision):
        answer = client.get(reverse("claims:handover-paper", args=[basket.pk, document.pk]))
        assert answer["Content-Type"] == "application/pdf"
        text = text_of(document)[1]
        assert not [secret for secret in SECRETS if secret in text]
    assert AccessLog.objects.filter(action="handover.paper", by=clerk, person_key=mixed["person"].number).count() == 2
    assert pages.board_sums(pages.board(clerk.section_id))["accepted"] == 1  # and no count of it
    assert pages.nav_count_section(clerk) == 0
    facts = pages.people_with_reasons(clerk.section_id, on=AFTER, only_met=False)
    assert [(pk, known.claims) for pk, known, _ in facts] == [(mixed["person"].pk, 2)]
    assert another.pk in {
        row["claim"].pk for row in pages.candidate_groups(facts, clerk.section_id, on=AFTER)[0]["rows"]
    }


def test_what_is_anothers_is_not_there(mixed, clerk):
    others, line = mixed["others"], mixed["others"].lines.get()
    client = Client()
    client.force_login(clerk)
    posts = [reverse(f"claims:handover-{act}", args=[others.pk]) for act in ("announce", "hand-in", "discard")]
    posts += [reverse("claims:handover-drop", args=[line.pk])]
    gets = [reverse("claims:handover", args=[others.pk]), reverse("claims:evidence", args=[mixed["tax"].pk])]
    assert {client.post(url, {"reason": "架空"}).status_code for url in posts} == {404}
    assert {client.get(url).status_code for url in gets} == {404}
    client.post(reverse("claims:handover-pick"), {"claims": [mixed["tax"].pk]})
    client.post(reverse("claims:handover-pick"), {"person": mixed["person"].pk})
    own = Handover.objects.get(section=clerk.section)
    assert [one.claim for one in own.lines.all()] == [mixed["rent"]]
    for name in ("handover-inbox", "handover-office"):
        args = [others.pk] if name == "handover-office" else []
        assert client.get(reverse(f"claims:{name}", args=args)).status_code == 403


def test_the_office_sees_no_basket_before_it_is_handed_in(clerk, chief):
    basket = pick([rent()], clerk)
    client = Client()
    client.force_login(chief)
    assert client.get(reverse("claims:handover-office", args=[basket.pk])).status_code == 404
    assert not pages.inbox().exists()


@pytest.mark.parametrize(
    ("broken", "labels"),
    [("tax", ["高額", "連絡なし"]), ("rent", ["高額", "分納の不履行", "連絡なし"])],
)
def test_criteria_come_from_the_sections_own_claims_alone(broken, labels, mixed, clerk, chief):
    """Neither the refusal told to the office nor broken plans of another section's claims are reasons on its page."""
    for _ in range(2):
        plan = drafted(mixed[broken], by=chief)
        Plan.objects.filter(pk=plan.pk).update(
            closed_on=DAY, closed_as="cancelled", close_reason="架空", closed_by=chief
        )
    people = pages.people_with_reasons(clerk.section_id, on=DAY, only_met=True)
    (group,) = pages.candidate_groups(people, clerk.section_id, on=DAY)
    assert [chip["label"] for chip in group["chips"]] == labels
    assert group["known"].owed_yen == 400_000


# --- pages -------------------------------------------------------------------------------------------


def test_the_office_decides_from_its_page(clerk, chief, director):
    first, second = rent(), rent()
    basket = handed_in([first, second], clerk, no_means="収入がない（架空）")
    client = Client()
    client.force_login(chief)
    url = reverse("claims:handover-decide", args=[basket.pk])
    page = client.post(url, {"pick": "all"}).content.decode()
    assert page.count(" checked") == 2
    assert "資力なしの申出" in page
    page = client.post(url, {"lines": [line_of(first).pk], "action": "return", "reason": ""}).content.decode()
    assert "理由を書いてください" in page
    assert (
        client.post(url, {"lines": [line_of(first).pk], "action": "return", "reason": "書類（架空）"}).status_code
        == 302
    )
    assert client.post(url, {"lines": [line_of(second).pk], "action": "accept"}).status_code == 302
    page = client.get(reverse("claims:handover-office", args=[basket.pk])).content.decode()
    assert "受入れの決裁を待っています" in page
    client.force_login(director)
    approval = line_of(second).approval
    assert "預金" not in str(approval.evidence)
    client.post(reverse("approvals:decide", args=[approval.pk]), {"decision": "approved"})
    assert (line_of(first).state, line_of(second).state) == ("returned", "accepted")
    document = line_of(second).decision_id
    assert client.get(reverse("claims:handover-office-paper", args=[basket.pk, document])).status_code == 200
    client.force_login(clerk)
    shown = client.get(reverse("claims:handover-board")).content.decode()
    assert "移管済" in shown
    assert "書類（架空）" in shown
    claim_page = client.get(reverse("claims:claim", args=[second.pk])).content.decode()
    assert "債権管理課（" in claim_page


def test_lists_ask_a_constant_number_of_queries(clerk):
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            people = pages.people_with_reasons(clerk.section_id, on=DAY, only_met=False)
            pages.candidate_groups(people, clerk.section_id, on=DAY)
        return len(seen)

    rent()
    few = queries()
    for _ in range(5):
        rent()
    assert queries() == few


def test_lamps_of_many_claims_ask_three_queries(clerk, django_assert_num_queries):
    owed = [rent() for _ in range(4)]
    attach(claim_ids=[owed[0].pk], kind="contract", name="契約書.pdf", content=pdf(), by=clerk, on=DAY)
    evidence_lamps(owed, on=DAY)
    with django_assert_num_queries(3):
        lamps = evidence_lamps(owed, on=DAY)
    assert [lamps[one.pk].text for one in owed] == ["4点中1点", "4点中0点", "4点中0点", "4点中0点"]


def pdf() -> bytes:
    made = pypdfium2.PdfDocument.new()
    made.new_page(200, 200)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def test_every_class_has_its_papers():
    assert set(EvidenceNeed.objects.filter(kind=None).values_list("legal_class", flat=True)) == {"A", "B", "C"}
    assert EvidenceNeed.objects.filter(kind__code="housing_damages").count() == 3
