"""Who sees what: a collector never a case note, a welfare worker no tax without its ground; every look with its basis."""

from datetime import date, time, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from tests.factories import welfare as made
from tests.factories.claims import claim
from tests.factories.debtors import person, user
from tests.factories.welfare import DAY, UNTIL
from tests.test_permissions import OWN_VIEWS, ROWS
from toyota_collect import approvals
from toyota_collect.models import AccessLog, AuditEvent
from toyota_collect.permissions import POLICY, Permission, Role
from welfare.models import CaseNote, Consent, ContactAttempt, Referral, SupportCase
from welfare.services import cases, referrals

pytestmark = pytest.mark.django_db
NOTE = "娘さんの進学のことで眠れないと話した"


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def worker():
    return user(Role.WELFARE_WORKER)


@pytest.fixture
def owing():
    """Tax, a rent and a nursery fee: three grounds."""
    tax = claim(principal_yen=87_654)
    someone = tax.identity.person
    claim(someone, kind="housing_rent", source="jutaku", principal_yen=45_600)
    return someone


def case_page(client, worker, referral) -> str:
    client.force_login(worker)
    return client.get(reverse("welfare:case", args=[referral.pk])).content.decode()


def test_no_role_but_welfares_may_open_a_case():
    allowed = {role for role in POLICY if Permission.SUPPORT_CASE in POLICY[role]}
    assert allowed == {Role.WELFARE_WORKER}
    case_views = {name for name in OWN_VIEWS if name.startswith(("welfare:case", "welfare:exchange"))}
    assert {OWN_VIEWS[name].permission for name in case_views} == {Permission.SUPPORT_CASE}


@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.SUPERVISOR, Role.RECEIPTS_CLERK])
def test_a_case_note_is_on_no_page_that_shows_the_person_to_the_collecting_side(client, worker, role):
    owed = claim()
    someone = owed.identity.person
    case = made.received(worker, someone=someone)
    cases.note(case_id=case.pk, day=DAY, text=NOTE, by=worker, on=DAY)
    cases.attempt(case_id=case.pk, day=DAY, part="evening", channel="visit", reached=True, by=worker, on=DAY)
    cases.answer(case_id=case.pk, code="budget", day=DAY, hold_until=DAY + timedelta(days=60), by=worker, on=DAY)
    client.force_login(user(role))
    shown = ""
    for name, row in ROWS.items():
        paper = name.endswith(("-paper", "-pdf"))
        if row.method == "get" and "number" in row.kwargs.values() and row.allowed == 200 and not paper:
            kind = ["visit"] if len(row.kwargs) == 2 else []
            shown += client.get(reverse(name, args=[someone.number, *kind])).content.decode()
    for name in ("debtors:day", "debtors:work", "claims:holds"):
        shown += client.get(reverse(name)).content.decode()
    assert NOTE not in shown
    if role != Role.RECEIPTS_CLERK:
        assert "家計改善支援を始めた" in shown
    for name in ("welfare:case", "welfare:case-note", "welfare:case-attempt"):
        assert client.get(reverse(name, args=[case.referral_id])).status_code == 403


def test_the_collectors_half_of_the_code_reads_no_case():
    """What a collector's page, list or letter is made of does not even import the models of a case."""
    from pathlib import Path

    import welfare

    folder = Path(welfare.__file__).parent
    welfares_own = {"case_pages.py", "views_case.py", "exchange.py", "forms.py", "views_exchange.py", "models", "cases.py", "migrations", "querysets.py", "commands"}  # fmt: skip
    for path in folder.rglob("*.py"):
        if welfares_own & set(path.parts[-3:]):
            continue
        text = path.read_text(encoding="utf-8")
        for word in ("CaseNote", "ContactAttempt", "SupportCase", "CaseResult", ".notes", ".attempts"):
            assert word not in text, (path.name, word)


@pytest.mark.parametrize(
    ("items", "rent", "tax"),
    [
        pytest.param(["contact"], False, False, id="contact alone"),
        pytest.param(["debts"], True, False, id="debts are not tax"),
        pytest.param(["debts", "tax"], True, True, id="tax by its own signature"),
        pytest.param(["tax"], False, True, id="tax alone"),
    ],
)
def test_a_worker_sees_of_what_is_owed_only_what_the_consent_opens(client, worker, collector, owing, items, rent, tax):
    consent = made.written(owing, collector, items=items)
    page = case_page(client, worker, made.handed_over(owing, collector, consent=consent))
    assert ("45,600" in page) is rent
    assert ("87,654" in page) is tax
    assert ("市民税" in page) is tax
    assert owing.address not in page
    client.force_login(worker)
    for name in ("debtors:person", "claims:panel-owed", "claims:panel-matrix"):
        assert client.get(reverse(name, args=[owing.number])).status_code == 403


def test_the_conference_tells_tax_only_on_a_ground_of_its_own_and_only_after_the_decision(
    client, worker, collector, owing
):
    facts = {"held_on": DAY, "members": "福祉課 架空一\n債権管理課 架空二", "why": "連絡がとれず、命にかかわる", "valid_until": UNTIL - timedelta(days=30)}  # fmt: skip
    with pytest.raises(referrals.ReferralRefused, match="別の根拠"):
        referrals.ask_conference(person_id=owing.pk, items=["debts", "tax"], by=collector, on=DAY, **facts)
    decision = referrals.ask_conference(person_id=owing.pk, items=["debts", "troubles"], by=collector, on=DAY, **facts)
    with pytest.raises(referrals.ReferralRefused, match="有効な同意も、支援会議の決定もありません"):
        referrals.hand_over(person_id=owing.pk, conference_id=decision.pk, by=collector, on=DAY)
    assert not Referral.objects.exists()
    supervisor = user(Role.SUPERVISOR)
    (many,) = approvals.decide_many(approval_ids=[decision.approval_id], by=supervisor, on=DAY)
    assert "1件ずつ" in many.problem
    approvals.decide(approval_id=decision.approval_id, decision="approved", by=supervisor, on=DAY)
    referral = referrals.hand_over(person_id=owing.pk, conference_id=decision.pk, by=collector, on=DAY, urgency="life")
    page = case_page(client, worker, referral)
    assert "45,600" in page
    assert "87,654" not in page
    assert "支援会議の決定" in AccessLog.objects.filter(action="support.case").last().basis


def test_every_look_of_a_worker_is_in_the_log_with_its_basis_and_purpose(client, worker, collector, owing):
    referral = made.handed_over(owing, collector, consent=made.written(owing, collector, items=["debts", "tax"]))
    client.force_login(worker)
    client.get(reverse("welfare:room"))
    client.get(reverse("welfare:case", args=[referral.pk]))
    looks = AccessLog.objects.filter(person_key=owing.number, by=worker)
    assert set(looks.values_list("action", flat=True)) == {"welfare_room", "support.case"}
    for look in looks:
        assert look.purpose == "welfare"
        assert look.basis.startswith("本人の同意（書面） R8.11.20")
        assert "税は本人の同意" in look.basis
    client.force_login(user(Role.AUDITOR))
    assert "本人の同意（書面）" in client.get(reverse("users:access-log"), {"person": owing.number}).content.decode()


def test_a_consent_that_has_run_out_closes_the_case(client, worker, collector, settings):
    referral = made.handed_over(None, collector)
    settings.BASE_DATE = UNTIL
    assert "引き継がれたこと" in case_page(client, worker, referral)
    settings.BASE_DATE = UNTIL + timedelta(days=1)
    assert client.get(reverse("welfare:case", args=[referral.pk])).status_code == 404
    with pytest.raises(cases.CaseClosed):
        cases.receive(referral_id=referral.pk, by=worker, on=UNTIL + timedelta(days=1))


def test_nothing_is_written_into_a_case_whose_consent_was_withdrawn(worker, collector):
    from welfare.services import consents

    case = made.received(worker)
    consents.withdraw(consent_id=case.referral.consent_id, how="電話", by=collector, on=DAY)
    facts = {"case_id": case.pk, "day": DAY, "by": worker, "on": DAY}
    for act in (
        lambda: cases.note(text="x", **facts),
        lambda: cases.attempt(part="morning", channel="phone", reached=False, **facts),
        lambda: cases.answer(code="budget", **facts),
        lambda: cases.close(case_id=case.pk, by=worker, on=DAY),
    ):
        with pytest.raises(cases.CaseClosed):
            act()
    assert not CaseNote.objects.exists()


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"summary": "市民税を滞納している"}, "税のことが分かる言葉（税"),
        ({"meeting": (DAY, time(10), "市税の窓口")}, "税のことが分かる言葉（税"),
        ({"contact": "差押のあと電話が変わった"}, "税のことが分かる言葉（差押"),
        ({"urgency": "hurry"}, "急ぐ理由"),
        ({"meeting": (DAY - timedelta(days=1), time(10), "窓口")}, "今日からあとの日"),
        ({"meeting": (DAY, time(10), " ")}, "場所"),
    ],
)
def test_nothing_beyond_the_consent_is_handed_over(collector, told, says):
    someone = person()
    consent = made.by_word(someone, collector)
    with pytest.raises(referrals.ReferralRefused, match=says):
        made.handed_over(someone, collector, consent=consent, **told)
    assert not Referral.objects.exists()


def test_welfare_is_told_only_where_the_consent_names_it(collector):
    someone = person()
    consent = made.by_word(someone, collector)
    Consent.objects.filter(pk=consent.pk).update(recipients=["council"])
    with pytest.raises(referrals.ReferralRefused, match="自立相談支援機関に伝えることに、同意がありません"):
        made.handed_over(someone, collector, consent=consent)
    assert not Referral.objects.exists()
    Consent.objects.filter(pk=consent.pk).update(recipients=["support"])
    referral = made.handed_over(someone, collector, consent=consent)
    assert Referral.objects.open_to_workers(on=DAY).exists()
    Consent.objects.filter(pk=consent.pk).update(recipients=["council"])
    assert not Referral.objects.open_to_workers(on=DAY).filter(pk=referral.pk).exists()


def test_a_consent_that_ran_out_stands_in_no_new_ones_way(collector):
    someone = person()
    first = made.handed_over(someone, collector, consent=made.by_word(someone, collector, valid_until=DAY))
    meeting = referrals.book(referral_id=first.pk, on=DAY, at=time(10), place="窓口", by=collector, today=DAY)
    with pytest.raises(referrals.ReferralRefused, match="すでに福祉へつないでいて"):
        made.handed_over(someone, collector, consent=made.by_word(someone, collector))
    later = DAY + timedelta(days=3)
    anew = made.by_word(someone, collector)
    second = referrals.hand_over(person_id=someone.pk, consent_id=anew.pk, by=collector, on=later)
    first.refresh_from_db(), meeting.refresh_from_db()
    assert (first.state, meeting.outcome, second.state) == ("lapsed", "cancelled", "consented")
    assert AuditEvent.objects.filter(event="referral.lapsed", by=collector).count() == 1
    assert not Referral.objects.handed_over().filter(pk=first.pk).exists()


def test_a_day_to_wait_until_is_put_right_the_same_day(worker, collector):
    case = made.received(worker)
    for until in (None, UNTIL, UNTIL):
        cases.answer(case_id=case.pk, code="budget", day=DAY, hold_until=until, by=worker, on=DAY)
    case.referral.refresh_from_db()
    assert case.referral.hold_until == UNTIL
    assert case.results.count() == 2


def test_what_the_consent_does_not_name_is_not_taken_along(collector):
    someone = person()
    consent = made.written(someone, collector, items=["debts"])
    with pytest.raises(referrals.ReferralRefused, match="連絡先"):
        made.handed_over(someone, collector, consent=consent, contact="090")
    with pytest.raises(referrals.ReferralRefused, match="要点"):
        made.handed_over(someone, collector, consent=consent, summary="家賃が払えない")


def test_another_persons_consent_hands_nobody_over(collector):
    consent = made.by_word(person(), collector)
    with pytest.raises(referrals.ReferralRefused, match="有効な同意"):
        referrals.hand_over(person_id=person().pk, consent_id=consent.pk, by=collector, on=DAY)


def test_one_referral_is_under_way_at_a_time(collector):
    someone = person()
    referral = made.handed_over(someone, collector)
    with pytest.raises(referrals.ReferralRefused, match="すでに福祉へ"):
        made.handed_over(someone, collector, consent=referral.consent)
    with pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.create(person=someone, state="received", consented_on=DAY, offered_by=collector)


def test_an_offer_becomes_the_referral_and_urgent_ones_stand_first(client, collector, worker):
    someone = person(name="架空 至急")
    offered = referrals.offer(person_id=someone.pk, way="leaflet", by=collector, on=DAY)
    assert referrals.offer(person_id=someone.pk, way="leaflet", by=collector, on=DAY) == offered
    made.handed_over(person(name="架空 ふつう"), collector)
    referral = made.handed_over(someone, collector, urgency="food")
    assert referral.pk == offered.pk
    client.force_login(worker)
    body = client.get(reverse("welfare:room")).content.decode()
    assert body.index("架空 至急") < body.index("架空 ふつう")
    assert "食べるものがない" in body
    with pytest.raises(IntegrityError), transaction.atomic():
        Referral.objects.filter(pk=referral.pk).update(urgency="")


def test_receiving_and_answering_twice_does_no_more_than_once(worker):
    referral = made.handed_over()
    case = cases.receive(referral_id=referral.pk, by=worker, on=DAY)
    assert cases.receive(referral_id=referral.pk, by=user(Role.WELFARE_WORKER), on=DAY) == case
    facts = {"case_id": case.pk, "day": DAY, "by": worker, "on": DAY}
    for _ in range(2):
        cases.attempt(part="morning", channel="phone", reached=False, **facts)
        cases.answer(code="no_contact", **facts)
    assert (ContactAttempt.objects.count(), case.results.count()) == (1, 1)
    referral.refresh_from_db()
    assert (referral.state, referral.result, referral.answered_on) == ("answered", "no_contact", DAY)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"code": "rich"}, "結果の区分"),
        ({"code": "budget", "day": DAY + timedelta(days=1)}, "結果の日"),
        ({"code": "budget", "hold_until": DAY - timedelta(days=1)}, "待ってほしい日"),
    ],
)
def test_only_results_of_the_closed_list_are_given_back(worker, facts, says):
    case = made.received(worker)
    with pytest.raises(cases.CaseRefused, match=says):
        cases.answer(case_id=case.pk, by=worker, on=DAY, **({"day": DAY} | facts))
    assert SupportCase.objects.get().referral.state == "received"


def test_attempts_notes_and_results_are_never_changed_or_deleted(worker):
    case = made.received(worker)
    note = cases.note(case_id=case.pk, day=DAY, text=NOTE, by=worker, on=DAY)
    for act in (lambda: CaseNote.objects.update(text="x"), note.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


def test_a_talk_of_three_is_booked_changed_and_closed(collector):
    referral = made.handed_over(None, collector, meeting=(DAY, time(10), "市役所"))
    first = referral.meetings.get()
    second = referrals.book(referral_id=referral.pk, on=DAY + timedelta(days=1), at=time(9), place="福祉センター", by=collector, today=DAY)  # fmt: skip
    first.refresh_from_db()
    assert first.outcome == "cancelled"
    for _ in range(2):
        assert referrals.close_meeting(meeting_id=second.pk, outcome="held", by=collector).outcome == "held"
    with pytest.raises(referrals.ReferralRefused):
        referrals.close_meeting(meeting_id=second.pk, outcome="missed", by=collector)
    with pytest.raises(referrals.ReferralRefused):
        referrals.close_meeting(meeting_id=second.pk, outcome="planned", by=collector)


def test_the_first_contact_is_due_the_same_day_where_it_is_urgent(collector):
    from welfare.case_pages import first_due_on

    assert first_due_on(made.handed_over(None, collector, urgency="home")) == DAY
    # Friday; Monday 23 November is a holiday (勤労感謝の日).
    assert first_due_on(made.handed_over(None, collector)) == date(2026, 11, 26)
