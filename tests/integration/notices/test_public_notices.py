"""返戻 → 住所調査 → 公示送達: nothing is posted on a guess, and what is posted counts from the day of its law."""

import io
from datetime import date, timedelta

import pypdfium2 as pdfium
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from claims.models import BookingSource, Claim, ClaimEvent, ClaimEvidence, Entry
from claims.services.clocks import clocks_for
from debtors.models import Contact, WorkItem
from debtors.services import mailing, relations
from notices import tasks
from notices.models import Dunning, Letter, PublicNotice, ReturnedLetter
from notices.services import dunnings, enquiries, public_notices
from notices.services.dunning_selection import select
from notices.services.runs import RunRefused
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, protect, user
from tests.integration.notices.conftest import DAY
from tests.integration.notices.mailing import posted as run_posted
from tests.integration.notices.mailing import receive, settle
from tests.integration.notices.test_addressees import dunned
from toyota_collect import approvals
from toyota_collect.documents.store import document_bytes
from toyota_collect.models import AuditEvent, Setting

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("real_papers")]
LATER = DAY + timedelta(days=10)


@pytest.fixture
def collector():
    return user("collector")


@pytest.fixture(scope="module")
def photo() -> tuple[str, bytes]:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, "PNG")
    return "現地の写真.png", out.getvalue()


def look(returned, by, photo, *, step="resident", found="nowhere", on=DAY, file=True, today=None):
    return enquiries.record_enquiry(
        return_id=returned.pk,
        step=step,
        on=on,
        found=found,
        note="架空の照会",
        by=by,
        today=today or LATER,
        file=photo if file else None,
    )


def looked_everywhere(returned, by, photo) -> None:
    for step in ("resident", "family_register", "site"):
        look(returned, by, photo, step=step)
    look(returned, by, photo, step="phone", file=False)


def prepare(returned, by, *, today=LATER) -> list[PublicNotice]:
    return public_notices.prepare(return_id=returned.pk, reason="架空の理由", by=by, now=timezone.now(), today=today)


def decided(notice, by, *, on=LATER) -> PublicNotice:
    asked = public_notices.ask_approval(notice_id=notice.pk, by=by)
    approvals.decide(approval_id=asked.pk, decision="approved", by=user("supervisor"), on=on)
    notice.refresh_from_db()
    return notice


def post(notice, by, photo, *, on=LATER, today=LATER, **facts) -> PublicNotice:
    given = {"online_on": None if notice.route == "court" else on, "place": "市役所の掲示場"} | facts
    return public_notices.post(notice_id=notice.pk, on=on, proof=photo, by=by, today=today, **given)


@pytest.fixture(autouse=True)
def _later(settings):
    settings.BASE_DATE = LATER


@pytest.fixture
def letter(kept, finished_run, operator):
    """A letter about a tax, a fee under the tax rules and a rent, posted and come back."""

    def make() -> Letter:
        someone = person(name="架空 行方", name_key="架空行方", kana_key="カクウユクエ", phone="0565-77-7777")
        claim(someone, principal_yen=10_000)
        claim(someone, kind="sewer_charge", source="suido", principal_yen=5_000)
        claim(someone, kind="housing_rent", source="jutaku", principal_yen=40_000)
        run = finished_run()
        run_posted(run, operator)
        return run.letters.get()

    return kept(make)


@pytest.fixture
def back(letter, operator) -> ReturnedLetter:
    return receive(letter, operator).returned


def text_of(notice) -> str:
    pdf = pdfium.PdfDocument(io.BytesIO(document_bytes(notice.document)))
    return "".join(page.get_textpage().get_text_bounded() for page in pdf).replace("\r\n", "")


def test_the_whole_way_by_class(back, letter, operator, collector, photo):
    looked_everywhere(back, collector, photo)
    notices = prepare(back, collector)
    back.refresh_from_db()
    assert (back.done_as, [one.route for one in notices]) == ("public", ["court", "local", "tax"])
    assert back.work_item.closed_at is None or WorkItem.objects.get(pk=back.work_item_id).closed_at
    for notice in notices:
        decided(notice, collector)
        assert (notice.state, notice.decided_on) == ("decided", LATER)
        assert notice.number.startswith("令和8年度 豊債管公第")
        post(notice, collector, photo)
    served = {one.route: one.served_on for one in PublicNotice.objects.all()}
    assert served == {
        "tax": LATER + timedelta(days=7),
        "local": LATER + timedelta(days=7),
        "court": LATER + timedelta(days=15),
    }
    assert public_notices.serve_due(by=operator, today=LATER + timedelta(days=6)) == 0
    assert public_notices.serve_due(by=operator, today=LATER + timedelta(days=7)) == 2
    assert public_notices.serve_due(by=operator, today=LATER + timedelta(days=7)) == 0
    assert public_notices.serve_due(by=operator, today=LATER + timedelta(days=15)) == 1
    events = ClaimEvent.objects.filter(kind="demand", withdrawn_at=None).select_related("claim__kind")
    assert {(one.claim.kind.code, one.on, one.detail["arrived_on"]) for one in events} == {
        ("resident_tax", served["tax"], served["tax"].isoformat()),
        ("sewer_charge", served["local"], served["local"].isoformat()),
        ("housing_rent", served["court"], served["court"].isoformat()),
    }
    lines = Contact.objects.filter(person=letter.person, text__contains="送達されたものとみなされる")
    assert sorted(lines.values_list("on", flat=True)) == sorted(served.values())
    late = LATER + timedelta(days=20)
    for notice in notices:
        public_notices.take_down(notice_id=notice.pk, on=late, proof=photo, by=collector, today=late)
    assert not WorkItem.objects.filter(closed_at=None).exists()
    said = set(AuditEvent.objects.filter(event__startswith="public_notice.").values_list("event", flat=True))
    assert said == {f"public_notice.{one}" for one in ("prepared", "decided", "posted", "served", "taken_down")}


def test_the_clock_waits_six_months_from_the_day_it_counts_as_arrived_民法150条(
    finished_run, operator, collector, photo
):
    soon = claim(person(), kind="water_charge", source="suido", due_on=date(2022, 1, 31))
    Claim.objects.filter(pk=soon.pk).update(prescribes_on=date(2027, 1, 31))
    run = finished_run()
    run_posted(run, operator)
    back = receive(run.letters.get(), operator).returned
    soon.refresh_from_db()
    assert soon.prescribes_on == date(2027, 1, 31)
    looked_everywhere(back, collector, photo)
    (notice,) = prepare(back, collector)
    post(decided(notice, collector), collector, photo)
    public_notices.serve_due(by=operator, today=LATER + timedelta(days=15))
    soon.refresh_from_db()
    assert notice.route == "court"
    assert soon.prescribes_on == date(2027, 6, 15), "2026-11-30に掲示、2週間を経過して12月15日に到達、6か月"


def test_the_task_serves_what_is_due_and_twice_is_once(back, collector, photo, settings):
    looked_everywhere(back, collector, photo)
    for notice in prepare(back, collector):
        post(decided(notice, collector), collector, photo)
    settings.BASE_DATE = LATER + timedelta(days=7)
    for _ in range(2):
        tasks.serve_public_notices()
        assert PublicNotice.objects.filter(state="served").count() == 2
        assert ClaimEvent.objects.filter(kind="demand", withdrawn_at=None).count() == 2


# --- what must come first --------------------------------------------------------------------------------


def test_without_the_enquiries_there_is_no_notice(back, collector, photo):
    with pytest.raises(RunRefused, match="まだ調べていないもの：住民票、戸籍の附票、電話、現地"):
        prepare(back, collector)
    for step in ("family_register", "site", "phone"):
        look(back, collector, photo, step=step)
    look(back, collector, photo, step="resident", file=False)
    with pytest.raises(RunRefused, match="資料が登録されていないもの：住民票"):
        prepare(back, collector)
    look(back, collector, photo, step="resident")
    look(back, collector, photo, step="work", found="elsewhere")
    with pytest.raises(RunRefused, match="所在が分かっています"):
        prepare(back, collector)
    assert PublicNotice.objects.count() == 0
    kept = ClaimEvidence.objects.filter(kind="delivery")
    assert (kept.count(), set(kept.values_list("shared", flat=True))) == (3, {False})


def test_who_is_protected_is_not_named_on_a_board_at_any_step(back, letter, collector, photo):
    looked_everywhere(back, collector, photo)
    notices = prepare(back, collector)
    asked = public_notices.ask_approval(notice_id=notices[0].pk, by=collector)
    ready = decided(notices[1], collector)
    protect(letter.person)
    with pytest.raises(approvals.ApprovalRefused, match="支援措置"):
        approvals.decide(approval_id=asked.pk, decision="approved", by=user("supervisor"), on=LATER)
    with pytest.raises(RunRefused, match="支援措置"):
        post(ready, collector, photo)


def test_what_was_refused_at_the_door_is_no_case_for_a_board_地方税法20条3項(letter, operator, collector, photo):
    back = receive(letter, operator, reason="refused").returned
    looked_everywhere(back, collector, photo)
    with pytest.raises(RunRefused, match="受取拒否"):
        prepare(back, collector)


def test_what_is_paid_needs_no_notice_and_is_on_none(back, collector, photo):
    looked_everywhere(back, collector, photo)
    for one in Claim.objects.exclude(kind__code="resident_tax"):
        pay(one, one.principal_yen, on=DAY)
    (notice,) = prepare(back, collector)
    assert notice.route == "tax"
    with pytest.raises(RunRefused, match="公示送達の途中"):
        prepare(back, collector)


def test_nobody_decides_their_own_notice_and_none_is_posted_without_a_decision(back, photo):
    both = user("supervisor")
    looked_everywhere(back, both, photo)
    notice = prepare(back, both)[0]
    with pytest.raises(RunRefused, match="起案"):
        post(notice, both, photo)
    asked = public_notices.ask_approval(notice_id=notice.pk, by=both)
    with pytest.raises(RunRefused, match="決裁待ち"):
        public_notices.ask_approval(notice_id=notice.pk, by=both)
    with pytest.raises(approvals.ApprovalRefused, match="起案した本人"):
        approvals.decide(approval_id=asked.pk, decision="approved", by=both, on=LATER)
    found = approvals.decide_many(approval_ids=[asked.pk], by=user("supervisor"), on=LATER)
    assert "1件ずつ" in found[0].problem


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"place": " "}, "どこに掲示"),
        ({"on": LATER - timedelta(days=1)}, "掲示を始めた日"),
        ({"on": LATER + timedelta(days=1)}, "掲示を始めた日"),
        ({"online_on": None}, "インターネット"),
        ({"online_on": LATER + timedelta(days=1)}, "インターネット"),
    ],
)
def test_a_posting_that_cannot_be_is_refused(facts, why, back, collector, photo):
    looked_everywhere(back, collector, photo)
    notice = decided(next(one for one in prepare(back, collector) if one.route == "tax"), collector)
    with pytest.raises(RunRefused, match=why):
        post(notice, collector, photo, **facts)
    with pytest.raises(RunRefused, match="資料"):
        post(notice, collector, None)


def test_the_days_run_when_board_and_internet_have_both_begun_and_without_it_where_the_city_says_so(
    back, collector, photo
):
    looked_everywhere(back, collector, photo)
    court, local, tax = (decided(one, collector) for one in prepare(back, collector))
    late = LATER + timedelta(days=3)
    made = post(tax, collector, photo, today=late, on=LATER, online_on=late)
    assert made.served_on == late + timedelta(days=7)
    Setting.objects.filter(key="public_notice.online").update(value={"needed": False, "where": ""})
    assert post(local, collector, photo, online_on=None).served_on == LATER + timedelta(days=7)
    assert post(court, collector, photo).online_on is None


def test_a_missing_setting_is_named(back, collector, photo):
    looked_everywhere(back, collector, photo)
    Setting.objects.filter(key="public_notice.routes").delete()
    with pytest.raises(RunRefused, match=r"public_notice\.routes"):
        prepare(back, collector)
    Setting.objects.filter(key="public_notice.enquiries").delete()
    with pytest.raises(RunRefused, match=r"public_notice\.enquiries"):
        prepare(back, collector)


# --- taking it back -----------------------------------------------------------------------------------------


def test_an_address_that_becomes_known_stops_the_effect_and_the_return_is_open_again(
    back, letter, operator, collector, photo, client
):
    looked_everywhere(back, collector, photo)
    notices = prepare(back, collector)
    for notice in notices:
        post(decided(notice, collector), collector, photo)
    due = LATER + timedelta(days=15)
    look(back, collector, photo, step="work", found="elsewhere", on=LATER + timedelta(days=1), today=due)
    assert public_notices.serve_due(by=operator, today=due) == 0
    client.force_login(collector)
    shown = client.get(reverse("notices:public-notice", args=[notices[0].pk])).content.decode()
    assert "住所調査で所在が分かっています" in shown
    with pytest.raises(RunRefused, match="所在が分かって"):
        public_notices.serve(notice_id=notices[0].pk, by=collector, today=due)
    for notice in notices:
        with pytest.raises(RunRefused, match="理由"):
            public_notices.withdraw(notice_id=notice.pk, reason=" ", by=collector, today=due)
        public_notices.withdraw(notice_id=notice.pk, reason="新しい住所が分かった", by=collector, today=due)
    back.refresh_from_db()
    assert (back.done_as, back.work_item.closed_at) == ("", None)
    assert ClaimEvent.objects.filter(kind="demand", withdrawn_at=None).count() == 0
    mailing.set_address(
        person_id=letter.person_id,
        postal_code="4600001",
        address="名古屋市中区架空2番地",
        starts_on=LATER,
        reason="調査で分かった",
        ground="register",
        origin="住民票",
        by=collector,
    )
    day = letter.run.deadline_on
    settle(back, "resent", collector, on=day, today=day)
    assert ClaimEvent.objects.filter(kind="demand", withdrawn_at=None, on=day).count() == 3
    with pytest.raises(RunRefused, match="取りやめ"):
        public_notices.withdraw(notice_id=notices[0].pk, reason="架空", by=collector, today=due)


def test_what_was_served_cannot_be_taken_back_nor_looked_into(back, collector, photo):
    looked_everywhere(back, collector, photo)
    notice = next(one for one in prepare(back, collector) if one.route == "tax")
    post(decided(notice, collector), collector, photo)
    due = LATER + timedelta(days=7)
    with pytest.raises(RunRefused, match="まだ登録できません"):
        public_notices.serve(notice_id=notice.pk, by=collector, today=due - timedelta(days=1))
    with pytest.raises(RunRefused, match="掲示中"):
        public_notices.take_down(notice_id=notice.pk, on=due, proof=photo, by=collector, today=due)
    public_notices.serve(notice_id=notice.pk, by=collector, today=due)
    with pytest.raises(RunRefused, match="送達済"):
        public_notices.withdraw(notice_id=notice.pk, reason="架空", by=collector, today=due)
    with pytest.raises(RunRefused, match="済んでいます"):
        look(back, collector, photo, found="elsewhere", today=due)
    with pytest.raises(RunRefused, match="掲示を終えた日"):
        public_notices.take_down(notice_id=notice.pk, on=due - timedelta(days=1), proof=photo, by=collector, today=due)
    with pytest.raises(RunRefused, match="資料"):
        public_notices.take_down(notice_id=notice.pk, on=due, proof=None, by=collector, today=due)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"state": "posted"}, "public_notice_posted_whole"),
        ({"state": "down", "posted_on": None}, "public_notice_(posted|down)_whole"),
        ({"state": "withdrawn"}, "public_notice_withdrawn_for_a_reason"),
        ({"withdrawn_because": "架空"}, "public_notice_withdrawn_for_a_reason"),
        ({"route": "tax"}, "public_notice_once_per_route"),
    ],
)
def test_the_database_refuses_half_a_notice(change, constraint, back, collector, photo):
    looked_everywhere(back, collector, photo)
    prepare(back, collector)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        PublicNotice.objects.update(**change)


@pytest.mark.parametrize("change", [{"letter": None}, {"note": ""}])
def test_the_database_refuses_a_return_of_nothing_and_an_enquiry_that_says_nothing(change, back, collector, photo):
    look(back, collector, photo)
    model = back.enquiries if "note" in change else ReturnedLetter.objects
    with pytest.raises(IntegrityError), transaction.atomic():
        model.update(**change)


# --- what hangs on the board ------------------------------------------------------------------------------


def test_the_board_shows_a_name_and_a_document_and_nothing_else_of_the_person(back, letter, collector, photo):
    looked_everywhere(back, collector, photo)
    for notice in prepare(back, collector):
        text = text_of(decided(notice, collector))
        assert "架空　行方" in text
        assert letter.number in text.replace(" ", "") or letter.number in text
        for secret in ("小坂本町", "4710034", "471-0034", "0565-77-7777", "10,000", "55,000", "市民税", "家賃", "住宅"):
            assert secret not in text, (notice.route, secret)
        if notice.route == "court":
            assert "所在調査報告書" in text
        else:
            assert "いつでも交付します" in text
            assert "7日を経過した" in text
            assert "架空の照会" not in text


def test_for_whom_somebody_acts_is_not_on_the_board(finished_run, operator, collector, photo):
    ward = person(name="架空 被後", name_key="架空被後", kana_key="ヒ")
    claim(ward)
    facts = {"name": "架空 守", "postal_code": "1000001", "address": "東京都千代田区架空1番", "takes_letters": True}
    relations.add_relation(person_id=ward.pk, kind="guardian", starts_on=DAY, origin="登記", by=collector, **facts)
    run = finished_run()
    run_posted(run, operator)
    back = receive(run.letters.get(), operator).returned
    looked_everywhere(back, collector, photo)
    text = text_of(decided(prepare(back, collector)[0], collector))
    assert "架空　守" in text
    for secret in ("架空　被後", "後見", "千代田"):
        assert secret not in text


# --- 督促状 -------------------------------------------------------------------------------------------------


@pytest.fixture
def dunning(kept, settings, operator) -> Dunning:
    """Two 督促状 in one envelope, posted."""

    def make() -> Dunning:
        BookingSource.objects.update(by="own")
        settings.BASE_DATE = DAY
        someone = person(name="架空 督", name_key="架空督", kana_key="ト")
        claim(someone, due_on=date(2026, 10, 31), principal_yen=10_000)
        claim(someone, due_on=date(2026, 10, 31), principal_yen=20_000, instalment=2)
        run = dunned(operator)
        dunnings.post_run(run_id=run.pk, on=DAY, pulled=[], by=operator)
        settings.BASE_DATE = LATER
        return run.dunnings.order_by("number").first()

    return kept(make)


def dunning_events() -> int:
    return ClaimEvent.objects.filter(kind="dunning", withdrawn_at=None).count()


def test_a_dunning_comes_back_by_its_number_or_its_slip_and_undoes_the_whole_envelope(dunning, operator, collector):
    assert dunning_events() == 2
    got = receive(dunning.run.dunnings.order_by("number").last().number, operator)
    assert (got.returned.dunning, got.returned.letter, dunning_events()) == (dunning, None, 0)
    assert set(Dunning.objects.values_list("state", flat=True)) == {"returned"}
    assert receive(dunning.slip.barcode, operator).again
    assert "督促の記録を取り消した" in Contact.objects.get(outcome="returned").text
    settle(got.returned, "resent", collector)
    assert dunning_events() == 2
    again = receive(dunning.number, operator)
    assert (again.times, dunning_events()) == (2, 0)
    after = dunning.run.deadline_on + timedelta(days=1)
    with pytest.raises(RunRefused, match="督促状を作り直して"):
        settle(again.returned, "resent", collector, on=after, today=after)


def test_made_anew_it_is_drawn_up_again_and_its_fee_is_charged_once(dunning, operator, collector, settings):
    from claims.models import ClaimKindTerms

    fees = Entry.objects.filter(component="fee", kind="levy")
    before = fees.count()
    ClaimKindTerms.objects.update(dunning_fee_yen=100)
    back = receive(dunning.number, operator).returned
    settle(back, "redone", collector)
    dunning.slip.refresh_from_db()
    assert dunning.slip.voided_on == DAY
    assert {one.claim.pk for one in select(on=DAY).claims} == set(dunning.run.dunnings.values_list("claim", flat=True))
    settings.BASE_DATE = DAY
    for _ in range(2):
        run = dunned(operator)
        dunnings.post_run(run_id=run.pk, on=DAY, pulled=[], by=operator)
        settle(receive(run.dunnings.order_by("number").first().number, operator).returned, "redone", collector)
    assert fees.count() == before + 2


def test_a_dunning_served_by_notice_moves_clock_and_seizure_地方税法18条の2_331条(dunning, operator, collector, photo):
    back = receive(dunning.number, operator, on=LATER, today=LATER).returned
    looked_everywhere(back, collector, photo)
    (notice,) = prepare(back, collector)
    assert notice.route == "tax"
    post(decided(notice, collector), collector, photo)
    assert dunning.number in text_of(notice)
    served = LATER + timedelta(days=7)
    assert public_notices.serve_due(by=operator, today=served) == 1
    event = ClaimEvent.objects.filter(kind="dunning", withdrawn_at=None, claim=dunning.claim_id).get()
    deadline = served + timedelta(days=10)
    assert (event.on, event.detail) == (
        served,
        {"arrived_on": served.isoformat(), "deadline_on": deadline.isoformat()},
    )
    clock = clocks_for([dunning.claim], as_of=served)[dunning.claim_id]
    assert clock.start_on == served + timedelta(days=11), "発した日から起算して10日を経過した日の翌日"


def test_a_dunning_that_was_never_posted_cannot_come_back(operator, settings):
    BookingSource.objects.update(by="own")
    settings.BASE_DATE = DAY
    claim(person(), due_on=date(2026, 10, 31))
    run = dunned(operator)
    with pytest.raises(RunRefused, match="発送した督促状ではありません"):
        receive(run.dunnings.get().number, operator)


def test_a_company_is_addressed_as_one_in_single_documents():
    from django.template.loader import render_to_string

    context = {"on": DAY, "city": {}, "city_name": "豊田市", "number": "", "demo": False}
    for corporate, honorific in ((True, "御中"), (False, "様")):
        html = render_to_string("documents/base.html", context | {"person": person(is_corporate=corporate)})
        assert f"　{honorific}</div>" in html
