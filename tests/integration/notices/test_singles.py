"""個別の通知: which kinds are possible, making, deciding, posting and giving up a letter to one person."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from claims.models import ClaimEvent, Hold, Slip
from claims.services.events import record_events
from claims.services.slips import issue_slip
from debtors.models import Contact, WorkItem
from notices.models import Notice
from notices.rules.kinds import KINDS, SINGLE
from notices.services import single_offers, singles
from notices.services.single_data import Wish
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, protect, user
from tests.integration.notices.conftest import DAY
from toyota_collect import approvals
from toyota_collect.documents.store import document_bytes
from toyota_collect.models import AuditEvent

pytestmark = pytest.mark.django_db
DEADLINE = date(2026, 12, 14)
VISIT = {"visit": "令和8年12月1日（火）午前10時"}


@pytest.fixture
def clerk() -> Any:
    return user("collector")


@pytest.fixture(autouse=True)
def _day(settings: Any) -> None:
    settings.BASE_DATE = DAY


def make(someone: Any, kind: str, by: Any, **options: Any) -> Notice:
    given = {"details": VISIT if kind == "visit" else {}}
    wish = Wish(kind, options.pop("deadline_on", DEADLINE), **given)
    return singles.ask_or_make(person_id=someone.pk, wish=wish, by=by, today=options.pop("today", DAY), **options)


def post(notice: Notice, by: Any, *, on: date = DAY, today: date = DAY) -> Notice:
    return singles.post(notice_id=notice.pk, on=on, by=by, now=timezone.now(), today=today)


def hold(someone: Any, reason: str, by: Any, **scope: Any) -> Hold:
    given = {"channels": ["notice"], "starts_on": date(2026, 11, 1), "review_on": date(2027, 1, 1)} | scope
    return Hold.objects.create(person=someone, reason=reason, placed_by=by, **given)


def dunned(owed: Any, by: Any, on: date) -> None:
    record_events(
        claim_ids=[owed.pk], kind="dunning", on=on, by=by, origin="督促状", detail={"arrived_on": on.isoformat()}
    )


def possible(someone: Any) -> set[str]:
    return {offer.kind.code for offer in single_offers.offers(someone, on=DAY) if not offer.refused}


def reason(someone: Any, kind: str) -> str:
    return next(offer.refused for offer in single_offers.offers(someone, on=DAY) if offer.kind.code == kind)


# --- which kinds are possible ------------------------------------------------------------------------------


def test_somebody_who_owes_may_get_demands_and_help():
    someone = person()
    claim(someone)
    assert possible(someone) == {"demand", "final_demand", "visit", "balance", "welfare"}
    assert "督促状を発して10日" in reason(someone, "seizure_notice")
    assert "相続人ではありません" in reason(someone, "heirs")
    assert "まとめて" in reason(someone, "consolidated")


def test_somebody_who_owes_nothing_may_get_the_guide_to_help():
    someone = person()
    claim(someone, due_on=date(2027, 1, 31))
    assert possible(someone) == {"welfare"}
    assert "納期限を過ぎた未納がありません" in reason(someone, "demand")


def test_a_welfare_hold_silences_all_but_the_guide_to_help(clerk):
    someone = person()
    claim(someone)
    hold(someone, "welfare", clerk)
    assert possible(someone) == {"welfare"}
    assert "保留" in reason(someone, "demand")


@pytest.mark.parametrize("why", ["representative", "returned_mail"])
def test_who_speaks_for_the_person_is_never_passed_over(clerk, why):
    someone = person()
    claim(someone)
    hold(someone, why, clerk)
    assert possible(someone) == set()


def test_a_hold_on_one_claim_leaves_the_others(clerk):
    someone = person()
    held, other = claim(someone), claim(someone, due_on=date(2026, 7, 31))
    hold(someone, "dispute", clerk, claim=held)
    made = make(someone, "demand", clerk)
    assert [line.claim_id for line in made.claims.all()] == [other.pk]


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        pytest.param({"died_on": date(2026, 10, 1)}, "亡くなって", id="dead"),
        pytest.param({"address": ""}, "住所がありません", id="no address"),
        pytest.param({"postal_code": ""}, "郵便番号", id="no postal code"),
    ],
)
def test_nobody_is_written_to_who_cannot_be(facts, why):
    someone = person(**facts)
    claim(someone)
    assert possible(someone) == set()
    assert why in reason(someone, "welfare")


def test_nobody_under_protection_is_written_to(clerk):
    someone = person()
    claim(someone)
    protect(someone)
    assert possible(someone) == set()
    for kind in SINGLE:
        with pytest.raises(singles.SingleRefused, match="支援措置"):
            make(someone, kind, clerk)
    assert Notice.objects.count() == 0


@pytest.mark.parametrize(
    ("kind", "source", "days", "allowed"),
    [
        pytest.param("resident_tax", "zei", date(2026, 11, 9), True, id="eleven days after the dunning"),
        pytest.param("resident_tax", "zei", date(2026, 11, 10), False, id="ten days after"),
        pytest.param("housing_rent", "jutaku", date(2026, 10, 1), False, id="a claim that cannot be seized for"),
        pytest.param("water_charge", "suido", date(2026, 10, 1), False, id="a private claim"),
    ],
)
def test_a_warning_of_seizure_is_for_enforceable_claims_dunned_long_enough(clerk, kind, source, days, allowed):
    someone = person()
    dunned(claim(someone, kind=kind, source=source), clerk, days)
    assert ("seizure_notice" in possible(someone)) is allowed


def test_a_hold_on_seizure_keeps_the_warning_back(clerk):
    someone = person()
    dunned(claim(someone), clerk, date(2026, 10, 1))
    hold(someone, "dispute", clerk, channels=["seizure"])
    assert "seizure_notice" not in possible(someone)
    assert "demand" in possible(someone)


def test_a_withdrawn_dunning_counts_for_nothing(clerk):
    someone = person()
    dunned(claim(someone), clerk, date(2026, 10, 1))
    ClaimEvent.objects.update(withdrawn_at=timezone.now())
    assert "seizure_notice" not in possible(someone)


# --- making ------------------------------------------------------------------------------------------------


def test_a_demand_is_kept_with_its_number_its_words_and_its_slips(clerk):
    someone = person()
    owed = claim(someone, fee_yen=100)
    made = make(someone, "demand", clerk)
    assert made.state == Notice.State.MADE
    assert made.text.kind == "demand"
    assert made.document.number == made.number
    assert document_bytes(made.document).startswith(b"%PDF")
    assert made.total_yen == made.claims.get().total_yen
    assert Slip.objects.get(origin="letter").lines.get().claim_id == owed.pk
    assert AuditEvent.objects.get(event="notice.made").detail["version"] == 1


@pytest.mark.parametrize("kind", ["visit", "balance", "welfare"])
def test_a_letter_that_asks_for_no_money_has_no_slips(clerk, kind):
    someone = person()
    pay(claim(someone, principal_yen=20_000), 5_000, on=date(2026, 10, 1))
    made = make(someone, kind, clerk)
    assert made.state == Notice.State.MADE
    assert not Slip.objects.exists()
    assert made.claims.exists() is KINDS[kind].with_claims


def test_the_heirs_are_asked_by_the_name_of_who_died(clerk):
    dead, heir = person(name="架空 故人", died_on=date(2026, 9, 1)), person()
    owed = claim(dead)
    owed.parties.create(person=heir, role="heir", starts_on=date(2026, 10, 1), ground="register")
    made = make(heir, "heirs", clerk)
    assert made.details == {"deceased": "架空 故人"}
    assert made.document.pages == 2


def test_one_of_a_kind_is_on_its_way_at_a_time(clerk):
    someone = person()
    claim(someone)
    make(someone, "demand", clerk)
    with pytest.raises(singles.SingleRefused, match="作りかけ"):
        make(someone, "demand", clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(
            person=someone,
            kind="demand",
            state="asked",
            asked_on=DAY,
            deadline_on=DEADLINE,
            slip_policy="kind",
            made_by=clerk,
        )


@pytest.mark.parametrize(
    ("kind", "options", "why"),
    [
        pytest.param("demand", {"deadline_on": DAY}, "明日か", id="the deadline is today"),
        pytest.param("seizure_notice", {}, "理由", id="no reason for a warning of seizure"),
    ],
)
def test_what_is_missing_is_said(clerk, kind, options, why):
    someone = person()
    dunned(claim(someone), clerk, date(2026, 10, 1))
    with pytest.raises(singles.SingleRefused, match=why):
        make(someone, kind, clerk, **options)


def test_the_letter_follows_how_the_person_reads(clerk):
    someone = person(letter_variant="pt")
    claim(someone)
    assert make(someone, "demand", clerk).document.pages == 4  # Portuguese, Japanese, table, slip


# --- 差押予告 ------------------------------------------------------------------------------------------------


@pytest.fixture
def warned(clerk: Any) -> Notice:
    someone = person()
    dunned(claim(someone), clerk, date(2026, 10, 1))
    return make(someone, "seizure_notice", clerk, reason="再三の催告に応じない")


def test_a_warning_of_seizure_waits_for_a_named_person(warned, clerk):
    assert warned.state == Notice.State.ASKED
    assert warned.document is None
    assert warned.approval.evidence["種類"] == "差押予告"
    with pytest.raises(singles.SingleRefused, match="決裁待ち"):
        post(warned, clerk)
    approvals.decide(approval_id=warned.approval_id, decision="approved", by=user("supervisor"))
    warned.refresh_from_db()
    assert warned.state == Notice.State.MADE
    assert warned.document is not None


def test_it_is_decided_one_by_one(warned):
    (outcome,) = approvals.decide_many(approval_ids=[warned.approval_id], by=user("supervisor"))
    assert "1件ずつ" in outcome.problem


def test_what_came_meanwhile_lets_the_decision_fail(warned, clerk):
    hold(warned.person, "welfare", clerk)
    with pytest.raises(approvals.ApprovalRefused, match="いまは作れません"):
        approvals.decide(approval_id=warned.approval_id, decision="approved", by=user("supervisor"))
    warned.refresh_from_db()
    assert warned.state == Notice.State.ASKED


def test_one_that_was_sent_back_is_given_up(warned, clerk):
    with pytest.raises(singles.SingleRefused, match="決裁を待って"):
        singles.discard(notice_id=warned.pk, reason="やめる", by=clerk, today=DAY)
    approvals.decide(approval_id=warned.approval_id, decision="rejected", by=user("supervisor"), reason="まず電話を")
    warned.refresh_from_db()
    assert warned.state_label == "差戻し"
    singles.discard(notice_id=warned.pk, reason="電話する", by=clerk, today=DAY)
    assert "seizure_notice" in possible(warned.person)


# --- posting -----------------------------------------------------------------------------------------------


def test_posting_a_demand_is_a_demand_in_law_and_a_line_in_the_log(clerk):
    someone = person()
    owed = claim(someone)
    made = make(someone, "demand", clerk)
    post(made, clerk)
    event = ClaimEvent.objects.get(claim=owed, kind="demand")
    assert event.origin == made.title
    assert event.detail["arrived_on"] == "2026-11-22"
    line = Contact.objects.get(person=someone, outcome="sent")
    assert made.number in line.text
    with pytest.raises(singles.SingleRefused, match="発送済"):
        post(made, clerk)
    assert ClaimEvent.objects.filter(kind="demand").count() == 1


@pytest.mark.parametrize("kind", ["visit", "balance", "welfare"])
def test_posting_what_asks_for_no_money_moves_no_clock(clerk, kind):
    someone = person()
    claim(someone)
    post(make(someone, kind, clerk), clerk)
    assert not ClaimEvent.objects.exists()
    assert Contact.objects.filter(person=someone, outcome="sent").count() == 1


def test_money_that_came_since_keeps_the_letter_back(clerk):
    someone = person()
    owed = claim(someone)
    made = make(someone, "demand", clerk)
    pay(owed, 1_000, on=DAY)
    with pytest.raises(singles.SingleRefused, match="入金"):
        post(made, clerk)


def test_a_hold_that_came_since_keeps_the_letter_back(clerk):
    someone = person()
    claim(someone)
    made = make(someone, "demand", clerk)
    hold(someone, "welfare", clerk)
    with pytest.raises(singles.SingleRefused, match="載せられなくなった"):
        post(made, clerk)


def test_protection_that_came_since_keeps_every_letter_back(clerk):
    someone = person()
    claim(someone)
    made = make(someone, "welfare", clerk)
    protect(someone)
    with pytest.raises(singles.SingleRefused, match="支援措置"):
        post(made, clerk)


@pytest.mark.parametrize(
    ("on", "today", "why"),
    [
        pytest.param(date(2026, 11, 21), DAY, "まだ来ていない", id="tomorrow"),
        pytest.param(date(2026, 11, 19), DAY, "発付日から", id="before it was made"),
        pytest.param(date(2026, 12, 15), date(2026, 12, 15), "発付日から", id="after the deadline"),
    ],
)
def test_the_day_of_posting_is_one_that_can_be(clerk, on, today, why):
    someone = person()
    claim(someone)
    made = make(someone, "demand", clerk)
    with pytest.raises(singles.SingleRefused, match=why):
        post(made, clerk, on=on, today=today)


def test_a_letter_given_up_takes_its_slips_along(clerk):
    someone = person()
    claim(someone)
    made = make(someone, "demand", clerk)
    singles.discard(notice_id=made.pk, reason="電話で話せた", by=clerk, today=DAY)
    assert Slip.objects.get().voided_on == DAY
    assert "demand" in possible(someone)


def test_a_letter_that_comes_back_demanded_nothing(clerk):
    someone = person()
    claim(someone)
    made = post(make(someone, "demand", clerk), clerk)
    singles.come_back(notice_id=made.pk, on=DAY, reason="あて所なし", by=clerk, now=timezone.now(), today=DAY)
    assert ClaimEvent.objects.get(kind="demand").withdrawn_at is not None
    assert WorkItem.objects.filter(person=someone, closed_at=None).count() == 1
    assert Contact.objects.filter(person=someone, outcome="returned").count() == 1


def test_a_letter_is_never_deleted(clerk):
    someone = person()
    claim(someone)
    made = make(someone, "welfare", clerk)
    with pytest.raises(DatabaseError), transaction.atomic():
        made.delete()


# --- pages -------------------------------------------------------------------------------------------------


def test_the_pages_lead_from_the_offers_to_the_post(client, clerk):
    client.force_login(clerk)
    someone = person()
    claim(someone)
    page = client.get(f"/demands/people/{someone.number}/notices/").content.decode()
    assert "来庁案内" in page
    assert "作れない通知とその理由" in page
    sent = {"deadline_on": "2026-12-14", "visit_on": "2026-12-01", "visit_at": "13:30"}
    answer = client.post(f"/demands/people/{someone.number}/notices/new/visit/", sent, follow=True)
    made = Notice.objects.get()
    assert made.details["visit"] == "令和8年12月1日（火）午後1時30分"
    assert "来庁案内" in answer.content.decode()
    pdf = client.get(f"/demands/notices/{made.pk}/pdf/")
    assert pdf.content == document_bytes(made.document)
    client.post(f"/demands/notices/{made.pk}/post/", {"on": "2026-11-20"})
    made.refresh_from_db()
    assert made.state == Notice.State.POSTED
    panel = client.get(f"/demands/people/{someone.number}/notices/panel/").content.decode()
    assert made.number in panel


def test_a_letter_is_looked_at_before_it_is_made(client, clerk):
    client.force_login(clerk)
    someone = person()
    claim(someone)
    sent = {"deadline_on": "2026-12-14", "slip_policy": "kind", "look": "1"}
    page = client.post(f"/demands/people/{someone.number}/notices/new/demand/", sent).content.decode()
    assert page.count("data:image/png") == 2  # cover and table, no slips
    assert not Notice.objects.exists()
    assert not Slip.objects.exists()


def test_nobody_under_protection_is_looked_at(client, clerk):
    client.force_login(clerk)
    someone = person()
    claim(someone)
    protect(someone)
    sent = {"deadline_on": "2026-12-14", "slip_policy": "kind", "look": "1"}
    page = client.post(f"/demands/people/{someone.number}/notices/new/demand/", sent).content.decode()
    assert "data:image" not in page
    assert "支援措置" in page


def test_the_paper_of_somebody_protected_since_is_not_shown(client, clerk):
    client.force_login(clerk)
    someone = person()
    claim(someone)
    made = make(someone, "welfare", clerk)
    protect(someone)
    assert client.get(f"/demands/notices/{made.pk}/pdf/").status_code == 403


def test_how_letters_are_written_is_kept_with_who_set_it(client, clerk):
    client.force_login(clerk)
    someone = person()
    client.post(f"/demands/people/{someone.number}/notices/form/", {"form": "large.pt", "reason": "本人から電話で"})
    someone.refresh_from_db()
    assert someone.letter_variant == "large.pt"
    panel = client.get(f"/demands/people/{someone.number}/notices/panel/").content.decode()
    assert "大きな文字とポルトガル語" in panel
    assert "本人から電話で" in panel
    assert str(clerk) in panel
    assert "大きな文字とポルトガル語" in Contact.objects.get(person=someone).text
    client.post(f"/demands/people/{someone.number}/notices/form/", {"form": "large.pt", "reason": "もう一度"})
    assert AuditEvent.objects.filter(event="person.letter_form").count() == 1


# --- runs of a kind ----------------------------------------------------------------------------------------


def test_a_run_of_warnings_selects_what_may_be_seized_for(make_run, clerk):
    someone, other = person(), person()
    dunned(claim(someone), clerk, date(2026, 10, 1))
    claim(someone, kind="housing_rent", source="jutaku")
    claim(other)
    run = make_run(kind="seizure_notice")
    assert run.counts["letters"] == 1
    assert run.counts["claims"] == 1
    assert run.title.startswith("差押予告")


def test_the_letters_of_a_run_say_what_its_kind_says(frozen_run):
    claim(person())
    letter = frozen_run(kind="final_demand").letters.get()
    assert letter.snapshot["text"]["kind"] == "final_demand"


def test_a_copy_stays_and_its_page_says_which_slips_were_replaced(client, clerk):
    client.force_login(clerk)
    someone = person()
    owed = claim(someone)
    made = make(someone, "demand", clerk)
    address = f"/demands/notices/{made.pk}/"
    before = client.get(f"{address}pdf/").content
    assert "使えない納付書" not in client.get(address).content.decode()
    days: dict[str, Any] = {"as_of": DAY, "due_on": date(2026, 12, 4), "issued_on": DAY}
    new = issue_slip(person_id=someone.pk, claim_ids=[owed.pk], by=clerk, **days)
    shown = client.get(address).content.decode()
    assert "控えを開く（使えない納付書あり）" in shown
    assert new.reference in shown
    assert client.get(f"{address}pdf/").content == before
