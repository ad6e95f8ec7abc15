"""Assessment: a person decides, for a reason from a closed list; who may see what; the pages and what they lead to."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from debtors import day_page
from debtors.models import WorkItem
from debtors.services.assigning import assign_by_hand
from tests.factories.claims import claim
from tests.factories.debtors import person, user
from tests.factories.signals import DAY, flag, stopped
from tests.factories.welfare import UNTIL, handed_over
from toyota_collect import audit
from toyota_collect.models import AccessLog, AuditEvent
from toyota_collect.permissions import Role
from toyota_collect.registry import registry
from welfare.models import FlagAssessment, HardshipFlag
from welfare.services import cases, consents
from welfare.signal_facts import happenings
from welfare.signal_services import OFFER, AssessmentRefused, assess, assessable

pytestmark = pytest.mark.django_db


def signed_in(someone) -> Client:
    client = Client()
    client.force_login(someone)
    return client


def test_confirmed_opens_a_step_to_offer_help_and_writes_who_and_why(collector):
    one = flag()
    done = assess(flag_id=one.pk, answer="confirmed", on=DAY, by=collector)
    one.refresh_from_db()
    assert (one.state, one.ended_on, one.come_back_on) == ("confirmed", DAY, DAY + timedelta(days=365))
    assert (done.by, done.signs) == (collector, ["stopped", "paying"])
    item = WorkItem.objects.get(person=one.person)
    assert (item.next_step, item.owner) == (OFFER, collector)
    row = AuditEvent.objects.get(event="signal.assessed")
    assert (row.by, row.detail["answer"]) == (collector, "confirmed")


def test_rejected_needs_a_reason_of_the_list_and_opens_nothing(collector):
    one = flag()
    for reason in ("", "something"):
        with pytest.raises(AssessmentRefused, match="理由"):
            assess(flag_id=one.pk, answer="rejected", reason=reason, on=DAY, by=collector)
    assess(flag_id=one.pk, answer="rejected", reason="forgot", on=DAY, by=collector)
    one.refresh_from_db()
    assert (one.state, one.come_back_on) == ("rejected", DAY + timedelta(days=180))
    assert not WorkItem.objects.exists()


def test_put_off_comes_back_on_its_day(collector):
    one = flag()
    for until in (None, DAY):
        with pytest.raises(AssessmentRefused, match="明日以降"):
            assess(flag_id=one.pk, answer="later", until=until, on=DAY, by=collector)
    until = DAY + timedelta(days=7)
    assess(flag_id=one.pk, answer="later", until=until, on=DAY, by=collector)
    assert not HardshipFlag.objects.to_assess(on=until - timedelta(days=1)).exists()
    assert HardshipFlag.objects.to_assess(on=until).get() == one
    assess(flag_id=one.pk, answer="confirmed", on=until, by=collector)
    assert [row.answer for row in one.assessments.all()] == ["confirmed", "later"]


def test_what_is_decided_is_not_decided_again_and_no_row_is_ever_changed(collector):
    one = flag()
    done = assess(flag_id=one.pk, answer="confirmed", on=DAY, by=collector)
    with pytest.raises(AssessmentRefused, match="見立て済み"):
        assess(flag_id=one.pk, answer="rejected", reason="can_pay", on=DAY, by=collector)
    with pytest.raises(Exception, match="update"), transaction.atomic():
        FlagAssessment.objects.filter(pk=done.pk).update(answer="rejected")


def test_nothing_remains_if_the_audit_row_cannot_be_written(collector, monkeypatch):
    one = flag()

    def fail(**facts):
        raise RuntimeError("no audit row")

    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(RuntimeError):
        assess(flag_id=one.pk, answer="confirmed", on=DAY, by=collector)
    one.refresh_from_db()
    assert one.state == "open"
    assert not FlagAssessment.objects.exists()


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"answer": "rejected"}, "assessment_rejects_for_a_reason"),
        ({"answer": "confirmed", "reason": "forgot"}, "assessment_rejects_for_a_reason"),
        ({"answer": "later"}, "assessment_puts_off_until_a_day"),
    ],
)
def test_the_database_keeps_what_an_assessment_must_say(collector, facts, name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        FlagAssessment.objects.create(flag=flag(), on=DAY, by=collector, **facts)


def test_the_database_keeps_one_waiting_flag_a_person_and_its_days():
    one = flag()
    with pytest.raises(IntegrityError, match="one_waiting"), transaction.atomic():
        flag(one.person)
    for facts in ({"state": "later"}, {"state": "confirmed"}, {"ended_on": DAY}):
        with pytest.raises(IntegrityError, match="hardship_flag"), transaction.atomic():
            HardshipFlag.objects.filter(pk=one.pk).update(**facts)


def test_a_welfare_worker_knows_only_flags_of_people_handed_over_with_consent(collector):
    worker, mine, other = user(Role.WELFARE_WORKER), flag(), flag()
    assert list(assessable(worker, on=DAY)) == []
    handed_over(mine.person, collector)
    assert list(assessable(worker, on=DAY)) == [mine]
    assert set(assessable(collector, on=DAY)) == {mine, other}
    assert list(assessable(user(Role.LAWYER), on=DAY)) == []
    with pytest.raises(HardshipFlag.DoesNotExist):
        assess(flag_id=other.pk, answer="confirmed", on=DAY, by=worker)
    client = signed_in(worker)
    assert client.get(reverse("welfare:signal", args=[other.pk])).status_code == 404
    page = client.get(reverse("welfare:signal", args=[mine.pk])).content.decode()
    assert "この役割では見られない情報によるサイン" in page
    assert "8期が未納です" not in page
    assert "長く納めたあと途切れた" not in page
    assert client.get(reverse("welfare:signal-person", args=[mine.person.number])).status_code == 403


@pytest.mark.parametrize("answered", [False, True])
def test_a_flag_is_closed_to_welfare_when_the_consent_ends(collector, answered):
    worker, one = user(Role.WELFARE_WORKER), flag()
    referral = handed_over(one.person, collector)
    case = cases.receive(referral_id=referral.pk, by=worker, on=DAY)
    if answered:
        cases.answer(case_id=case.pk, code="budget", day=DAY, by=worker, on=DAY)
    assert list(assessable(worker, on=UNTIL)) == [one]
    assert list(assessable(worker, on=UNTIL + timedelta(days=1))) == []
    consents.withdraw(consent_id=referral.consent_id, how="電話", by=collector, on=DAY)
    assert list(assessable(worker, on=DAY)) == []
    with pytest.raises(HardshipFlag.DoesNotExist):
        assess(flag_id=one.pk, answer="confirmed", on=DAY, by=worker)
    client = signed_in(worker)
    assert client.get(reverse("welfare:signal", args=[one.pk])).status_code == 404
    assert one.person.name not in client.get(reverse("welfare:signals")).content.decode()


def test_the_page_shows_why_and_why_not_with_the_law_and_takes_the_answer(collector):
    one = flag()
    client = signed_in(collector)
    page = client.get(reverse("welfare:signals"))
    text = page.content.decode()
    assert one.person.name in text
    assert "8期が未納です" in text
    assert "反対：いまも納めている" in text
    assert "目的内" in text
    assert AccessLog.objects.filter(person_key=one.person.number, action="signals").exists()
    url = reverse("welfare:assess-signal", args=[one.pk])
    answer = client.post(url, {"answer": "rejected", "reason": "forgot", "until": "2026-12-04"})
    assert answer.url == reverse("welfare:signals")
    one.refresh_from_db()
    assert one.state == "rejected"
    refused = client.post(url, {"answer": "confirmed"}, follow=True).content.decode()
    assert "見立て済み" in refused
    assert "納め忘れ" in client.get(reverse("welfare:signals") + "?list=answered").content.decode()


def test_a_form_without_an_answer_or_with_a_strange_day_writes_nothing(collector):
    one, client = flag(), signed_in(collector)
    url = reverse("welfare:assess-signal", args=[one.pk])
    for given in ({}, {"answer": "maybe"}, {"answer": "later", "until": "いつか"}):
        assert "確かめてください" in client.post(url, given, follow=True).content.decode()
    one.refresh_from_db()
    assert one.state == "open"


def test_why_and_why_not_of_one_person_on_a_page(collector):
    someone = stopped()
    page = signed_in(collector).get(reverse("welfare:signal-person", args=[someone.number])).content.decode()
    assert "見立てに出す" in page
    assert "なぜ出なかったか" in page
    assert "減免を受けている" in page
    nobody = person()
    page = signed_in(collector).get(reverse("welfare:signal-person", args=[nobody.number])).content.decode()
    assert "期限を過ぎた未納がない" in page


def test_the_flag_is_in_my_day_and_on_the_persons_page_until_it_is_rejected(collector):
    someone = claim().identity.person
    assign_by_hand(person_id=someone.pk, officer=collector, reason="見本", on=DAY, by=user(Role.SUPERVISOR))
    one = flag(someone)
    day = day_page.day_of(collector, on=DAY)
    (entry,) = [one for one in day.entries if one.person_id == someone.pk]
    assert entry.advice.recommended.rule.code == "sign"
    assert entry.advice.ceiling == 1
    assert registry.flags["living"](someone, collector, DAY).title == "困窮していないか確かめる"
    assert registry.flags["living"](someone, user(Role.LAWYER), DAY).title == ""
    panel = signed_in(collector).get(reverse("welfare:panel-signal", args=[someone.number])).content.decode()
    assert "長く納めたあと途切れた" in panel
    assess(flag_id=one.pk, answer="rejected", reason="can_pay", on=DAY, by=collector)
    assert not any(fact.code == "sign" for fact in day_page.facts_of([someone.pk], collector, on=DAY)[someone.pk])
    assert registry.flags["living"](someone, collector, DAY).title == ""


def test_a_confirmed_flag_softens_for_its_year_and_is_no_daily_work(collector):
    someone = claim().identity.person
    assign_by_hand(person_id=someone.pk, officer=collector, reason="見本", on=DAY, by=user(Role.SUPERVISOR))
    assess(flag_id=flag(someone).pk, answer="confirmed", on=DAY, by=collector)
    WorkItem.objects.filter(person=someone).update(due_on=date(2028, 1, 1))
    advice = day_page.advice_for(someone, collector, on=DAY)
    assert advice.ceiling == 1
    assert not day_page.day_of(collector, on=DAY).entries
    assert day_page.advice_for(someone, collector, on=DAY + timedelta(days=365)).ceiling is None
    assert any("見立て" in one.text for source in registry.happenings for one in source(someone, collector, DAY))


def test_nobody_tries_anything_out_on_flagged_people(collector):
    mine, other = flag(), person()
    cared = set().union(*(source([mine.person_id, other.pk], DAY) for source in registry.cared_for))
    assert cared == {mine.person_id}


def test_the_board_says_how_many_wait_and_since_when():
    flag()
    flag(found_on=DAY - timedelta(days=31))
    lines = [line for source in registry.board_lines for line in source(user(Role.SUPERVISOR), DAY)]
    (line,) = [line for line in lines if line.label == "困窮のサイン"]
    assert (line.text, line.tone) == ("見立て待ち 2人（30日以上 1人）", "care")


def test_what_a_worker_found_out_is_no_reason_told_to_collectors(collector):
    """The sheet says that nothing goes back but the result and the day to wait until."""
    worker = user(Role.WELFARE_WORKER)
    someone = person()
    handed_over(someone, collector)
    one = flag(someone)
    assess(flag_id=one.pk, answer="rejected", reason="can_pay", on=DAY, by=worker)
    for reader, is_told in ((collector, False), (worker, True)):
        client = Client()
        client.force_login(reader)
        page = client.get(reverse("welfare:signal", args=[one.pk])).content.decode()
        record = page[page.index("見立ての記録") :]
        assert ("収入・資産があり納められる" in record) is is_told
        assert "困窮ではない" in record
    course = [one.text for one in happenings(someone, collector, DAY)]
    assert course == ["困窮のサインの見立て：困窮ではない"]


def test_each_look_of_a_worker_at_signs_and_exports_has_its_basis(collector):
    worker = user(Role.WELFARE_WORKER)
    someone = person()
    handed_over(someone, collector)
    one = flag(someone)
    client = Client()
    client.force_login(worker)
    client.get(reverse("welfare:signal", args=[one.pk]))
    client.get(reverse("welfare:exchange-document"), {"form": "csv"})
    rows = AccessLog.objects.filter(person_key=someone.number)
    assert set(rows.values_list("action", flat=True)) == {"signals", "signals_list", "support.export"}
    assert all("本人の同意" in row.basis for row in rows)
