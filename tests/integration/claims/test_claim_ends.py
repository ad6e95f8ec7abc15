"""Claims that end unpaid: who is a candidate, what a decision books, and that nothing is collected after. All synthetic."""

from datetime import date

import pypdfium2
import pytest
from django.db.models import Sum
from django.urls import reverse

from claims import end_pages
from claims.models import BookingSource, Claim, ClaimEnd, ClaimEvent, Entry, Hold, Receipt, Slip
from claims.services import claim_ends, receipts
from claims.services.charges import amounts_due
from claims.services.clocks import refresh_clocks
from claims.services.events import record_events
from claims.services.posting import BookingRefused
from claims.services.slips import issue_slip
from tests.factories.claims import book, claim
from tests.factories.debtors import person, user
from toyota_collect import approvals
from toyota_collect.documents.store import document_bytes
from toyota_collect.models import Approval
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
LAPSED = date(2021, 8, 31)  # five years later the last day of a tax was 31 August 2026


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT, settings.BASE_DATE = tmp_path, DAY


@pytest.fixture
def collector():
    return user(Role.COLLECTOR)


@pytest.fixture
def chief():
    return user(Role.SUPERVISOR)


@pytest.fixture
def debtor():
    return person(name="架空 花子")


def lapsed(of=None, *, due_on=LAPSED, **facts):
    made = claim(of, due_on=due_on, **facts)
    refresh_clocks([made.pk])
    made.refresh_from_db()
    return made


def draft(claims, by, *, ground="prescription", **facts):
    defaults = {"reason": "時効の完成（架空）", "on": DAY}
    return claim_ends.draft(ground=ground, claim_ids=[one.pk for one in claims], by=by, **(defaults | facts))


def approve(end, chief):
    approvals.decide(approval_id=end.approval.pk, decision="approved", by=chief)
    end.refresh_from_db()
    return end


def found(ground, on=DAY):
    return {one.pk for one in claim_ends.candidates(ground, on=on)}


def test_on_the_last_day_a_claim_is_no_candidate_地税18条():
    owed = lapsed(due_on=date(2021, 11, 20))
    assert found("prescription") == set()
    assert found("prescription", date(2026, 11, 21)) == {owed.pk}


def test_each_ground_finds_its_own(debtor, chief):
    tax, rent = lapsed(debtor), lapsed(debtor, kind="housing_rent", source="jutaku")
    stopped = lapsed(debtor, due_on=date(2023, 1, 31), instalment=2)
    record_events(claim_ids=[stopped.pk], kind="stop", on=date(2023, 11, 1), by=chief, origin="執行停止")
    claim(debtor, instalment=3)
    assert found("prescription") == {tax.pk}
    assert found("stopped") == {stopped.pk}
    assert found("enyo") == {rent.pk}
    assert found("waiver") == {rent.pk}
    assert found("immediate") == found("exemption") == set()


def test_a_stop_of_item_1_may_end_at_once_and_of_item_2_may_not_地税15条の7第5項(debtor, chief):
    for variant, instalment in (("1", 1), ("2", 2)):
        owed = claim(debtor, instalment=instalment)
        Hold.objects.create(
            person=debtor, claim=owed, reason="execution_stop", variant=variant, channels=["notice"],
            starts_on=date(2026, 11, 1), review_on=date(2027, 11, 1), placed_by=chief,
        )  # fmt: skip
    assert len(found("immediate")) == 1


def test_the_approval_books_the_write_offs_once_and_they_tie_to_the_ledger(debtor, collector, chief):
    owed = lapsed(debtor, principal_yen=100_000, fee_yen=100)
    rest = lapsed(debtor, instalment=2)
    late = sum(due.late_yen for due in amounts_due([owed, rest], as_of=DAY).values())
    assert late
    end = draft([owed, rest], collector)
    assert end.approval.amount_yen == 110_100 + late
    approve(end, chief)
    owed.refresh_from_db()
    assert owed.outstanding_yen == 0
    assert amounts_due([owed], as_of=date(2026, 12, 31))[owed.pk].total_yen == 0
    assert (end.booked_on, end.fiscal_year) == (DAY, 2026)
    booked = -Entry.objects.filter(kind="write_off").aggregate(yen=Sum("amount_yen"))["yen"]
    assert booked == 110_100 + late
    assert end_pages.tie(2026) == {"decided": booked, "booked": booked, "difference": 0}
    (row,) = end_pages.sums()
    assert (row["claims"], row["principal"], row["yen"]) == (2, 110_000, booked)
    with pytest.raises(claim_ends.EndRefused, match="すでに"):
        claim_ends.carry_out(end.approval, by=chief, today=DAY)
    assert Entry.objects.filter(kind="write_off").count() == 5
    pages = pypdfium2.PdfDocument(document_bytes(end.document))
    told = "".join("".join(page.get_textpage().get_text_bounded().split()) for page in pages)
    for needed in ("不納欠損決議書", "時効の完成", "地方税法18条", "架空花子", "令和8年度", f"{booked:,}"):
        assert needed in told, needed


@pytest.mark.parametrize("what", ["balance", "clock"])
def test_what_changed_since_the_draft_stops_the_decision(debtor, collector, chief, what):
    owed = lapsed(debtor)
    end = draft([owed], collector)
    if what == "balance":
        book(owed, "levy", "cost", 500, on=DAY)
    else:
        Claim.objects.filter(pk=owed.pk).update(prescribes_on=date(2026, 9, 1))
    with pytest.raises(approvals.ApprovalRefused, match="変わりました"):
        approve(end, chief)
    assert not Entry.objects.filter(kind="write_off").exists()
    assert Approval.objects.get().is_open


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        pytest.param({"ground": "laziness"}, "事由", id="no ground"),
        pytest.param({"reason": " "}, "理由", id="no reason"),
        pytest.param({"ground": "stopped"}, "当たらない", id="another ground"),
        pytest.param({"ground": "enyo"}, "受け付けた日", id="no day of receipt"),
    ],
)
def test_a_draft_that_does_not_fit_is_refused(debtor, collector, facts, problem):
    with pytest.raises(claim_ends.EndRefused, match=problem):
        draft([lapsed(debtor)], collector, **facts)
    assert not ClaimEnd.objects.exists()


def test_a_living_claim_and_one_being_decided_are_refused(debtor, collector):
    with pytest.raises(claim_ends.EndRefused, match="当たらない"):
        draft([claim(debtor)], collector)
    with pytest.raises(claim_ends.EndRefused, match="0件"):
        draft([], collector)
    owed = lapsed(debtor, instalment=2)
    draft([owed], collector)
    with pytest.raises(claim_ends.EndRefused, match="決裁を待っている"):
        draft([owed], collector)


def test_invoking_is_a_dated_fact_and_ends_the_claim_民法145条(debtor, collector, chief):
    rent = lapsed(debtor, kind="housing_rent", source="jutaku")
    end = draft([rent], collector, ground="enyo", received_on=date(2026, 11, 18), reason="本人からの申出（架空）")
    approve(end, chief)
    event = ClaimEvent.objects.get(kind="enyo")
    assert (event.claim, event.on) == (rent, date(2026, 11, 18))
    rent.refresh_from_db()
    assert rent.outstanding_yen == 0


def test_slips_and_holds_end_with_their_claim(debtor, collector, chief):
    owed = claim(debtor)
    days = {"as_of": DAY, "due_on": date(2026, 12, 4), "issued_on": DAY}
    slip = issue_slip(person_id=debtor.pk, claim_ids=[owed.pk], by=collector, **days)
    hold = Hold.objects.create(
        person=debtor, claim=owed, reason="execution_stop", variant="1", channels=["notice"], clock_effect="stop",
        starts_on=date(2026, 11, 1), review_on=date(2027, 11, 1), placed_by=chief,
    )  # fmt: skip
    approve(draft([owed], collector, ground="immediate"), chief)
    hold.refresh_from_db()
    assert Slip.objects.get(pk=slip.pk).voided_on == DAY
    assert hold.ends_on == DAY


def test_nobody_takes_money_for_a_lapsed_public_claim_地税18条2項(debtor):
    BookingSource.objects.update(by="own")
    tax, rent = lapsed(debtor), lapsed(debtor, kind="housing_rent", source="jutaku")
    facts = {"person_id": debtor.pk, "yen": 1_000, "by": user(Role.RECEIPTS_CLERK), "today": DAY}
    with pytest.raises(BookingRefused, match="消滅していました"):
        receipts.receive_at_counter(claim_ids=[tax.pk], paid_on=date(2026, 9, 1), **facts)
    assert not Receipt.objects.exists()
    receipts.receive_at_counter(claim_ids=[tax.pk], paid_on=date(2026, 8, 31), **facts)
    receipts.receive_at_counter(claim_ids=[rent.pk], paid_on=DAY, **facts)


def test_the_pages_lead_from_candidates_to_the_paper(client, debtor, collector, chief):
    owed = lapsed(debtor)
    client.force_login(collector)
    assert "時効の完成" in client.get(reverse("claims:ends")).content.decode()
    new = reverse("claims:end-new", args=["prescription"])
    assert "架空 花子" in client.get(new).content.decode()
    assert "1つ以上選んで" in client.post(new, {"reason": "時効"}).content.decode()
    assert client.post(new, {"claims": [owed.pk], "reason": "時効（架空）"}).status_code == 302
    end = approve(ClaimEnd.objects.get(), chief)
    shown = client.get(reverse("claims:end", args=[end.pk])).content.decode()
    assert "欠損済" in shown
    assert client.get(reverse("claims:end-paper", args=[end.pk])).content.startswith(b"%PDF")
    table = client.get(reverse("claims:end-sums")).content.decode("utf-8-sig")
    assert "令和8年度,時効の完成" in table
    assert client.get(reverse("claims:end-new", args=["laziness"])).status_code == 404


def test_the_form_to_invoke_is_filled_in_for_lapsed_private_claims(client, debtor, collector):
    client.force_login(collector)
    url = reverse("claims:enyo-form", args=[debtor.number])
    lapsed(debtor)
    assert client.get(url).status_code == 302
    lapsed(debtor, kind="housing_rent", source="jutaku")
    assert client.get(url).content.startswith(b"%PDF")
