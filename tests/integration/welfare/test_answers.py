"""What comes back: result and day, the lawful steps they suggest, and the gate before lawyers."""

from datetime import timedelta

import pytest
from django.urls import reverse

from claims.models import Measure
from tests.factories import welfare as made
from tests.factories.claims import claim
from tests.factories.debtors import person, user
from tests.factories.welfare import DAY
from toyota_collect.models import Setting
from toyota_collect.permissions import Role
from toyota_collect.registry import registry
from welfare.models import LawyerQuestion
from welfare.services import cases, questions

pytestmark = pytest.mark.django_db


@pytest.fixture
def worker():
    return user(Role.WELFARE_WORKER)


@pytest.fixture
def supervisor():
    return user(Role.SUPERVISOR)


def answered(someone, worker, code, **facts):
    case = made.received(worker, someone=someone)
    cases.answer(case_id=case.pk, code=code, day=DAY, by=worker, on=DAY, **facts)
    return case


def test_the_answer_is_told_with_its_day_and_suggests_lawful_steps_with_their_evidence(client, worker):
    tax = claim(due_on=DAY - timedelta(days=200))
    someone = tax.identity.person
    answered(someone, worker, "public_assistance", hold_until=DAY + timedelta(days=90))
    client.force_login(user(Role.COLLECTOR))
    page = client.get(reverse("welfare:talk", args=[someone.number])).content.decode()
    assert "生活保護の申請につないだ" in page
    assert "令和9年2月18日" in page
    draft = f"{reverse('claims:measure-new', args=[someone.number])}?what=execution_stop.2"
    assert draft in page
    assert "collection_stop" not in page  # nothing of that class is owed
    form = client.get(draft).content.decode()
    assert "自立相談支援の回答（W" in form
    assert "生活保護の申請につないだ" in form
    assert "自立相談支援の回答" in client.get(reverse("claims:reduction-new", args=[someone.number])).content.decode()
    assert not Measure.objects.exists()  # a person drafts, another decides


def test_the_private_claims_have_steps_of_their_own(client, worker):
    someone = claim(kind="housing_rent", source="jutaku").identity.person
    answered(someone, worker, "public_assistance")
    client.force_login(user(Role.COLLECTOR))
    page = client.get(reverse("welfare:talk", args=[someone.number])).content.decode()
    assert "what=collection_stop" in page
    assert "execution_stop" not in page


def test_every_suggested_draft_opens(client, worker):
    someone = claim(due_on=DAY - timedelta(days=200)).identity.person
    claim(someone, kind="housing_rent", source="jutaku")
    from welfare.models import ResultSuggestion
    from welfare.pages import draft_url

    client.force_login(user(Role.SUPERVISOR))
    for step, _ in ResultSuggestion.STEPS:
        answer = client.get(draft_url(step, someone.number))
        assert answer.status_code == 200, step
        if "?what=" in draft_url(step, someone.number):
            assert "別の措置を選ぶ" in answer.content.decode(), step


def renter():
    """Somebody who owes what may go to lawyers."""
    return claim(kind="housing_rent", source="jutaku", principal_yen=26_300).identity.person


def gate(someone, on=DAY):
    return registry.may_go_to_lawyers([someone.pk], on)[someone.pk]


def test_nobody_passes_to_lawyers_without_a_question_on_record(supervisor, worker):
    someone = renter()
    assert not gate(someone).allowed
    assert "照会の記録がありません" in gate(someone).reason
    question = questions.ask(person_id=someone.pk, by=supervisor, on=DAY)
    with pytest.raises(questions.QuestionRefused, match="すでに照会"):
        questions.ask(person_id=someone.pk, by=supervisor, on=DAY)
    assert not gate(someone, DAY + timedelta(days=29)).allowed
    assert gate(someone, DAY + timedelta(days=30)).allowed
    questions.answer(question_id=question.pk, answer="go", by=worker, on=DAY)
    questions.answer(question_id=question.pk, answer="go", by=worker, on=DAY)
    assert questions.may_go_to_lawyers(someone, DAY).allowed
    with pytest.raises(questions.QuestionRefused, match="すでに回答"):
        questions.answer(question_id=question.pk, answer="unknown", by=worker, on=DAY)


def test_welfare_may_ask_to_wait_until_a_day(supervisor, worker):
    someone = renter()
    question = questions.ask(person_id=someone.pk, by=supervisor, on=DAY)
    with pytest.raises(questions.QuestionRefused, match="いつまで"):
        questions.answer(question_id=question.pk, answer="wait", by=worker, on=DAY)
    until = DAY + timedelta(days=60)
    questions.answer(question_id=question.pk, answer="wait", wait_until=until, by=worker, on=DAY)
    assert not gate(someone, until).allowed
    assert "もう一度照会" in gate(someone, until + timedelta(days=1)).reason


def test_a_referral_asks_too_and_support_stands_in_the_way(worker):
    someone = person()
    made.handed_over(someone)
    assert "回答を待っています" in gate(someone).reason
    supported, free = person(), person()
    answered(supported, worker, "support_plan")
    answered(free, worker, "no_need")
    assert not gate(supported).allowed
    assert gate(free).allowed


def test_a_refusal_of_help_is_no_answer_of_welfare():
    from welfare.services import referrals

    someone = person()
    referrals.decline(person_id=someone.pk, by=user(Role.COLLECTOR), on=DAY)
    assert "照会の記録がありません" in gate(someone).reason


def test_without_the_citys_setting_nobody_passes(supervisor, worker):
    someone = renter()
    question = questions.ask(person_id=someone.pk, by=supervisor, on=DAY)
    questions.answer(question_id=question.pk, answer="go", by=worker, on=DAY)
    Setting.objects.filter(key="lawyer_question.terms").delete()
    assert not gate(someone).allowed


def test_the_gate_asks_a_constant_number_of_queries(supervisor, django_assert_max_num_queries):
    people = [renter() for _ in range(12)]
    for one in people[:6]:
        questions.ask(person_id=one.pk, by=supervisor, on=DAY)
    with django_assert_max_num_queries(6):
        assert len(registry.may_go_to_lawyers([one.pk for one in people], DAY)) == 12


def test_the_list_of_questions_shows_a_name_and_nothing_that_is_owed(client, supervisor, worker):
    someone = renter()
    claim(someone, principal_yen=87_654)
    questions.ask(person_id=someone.pk, by=supervisor, on=DAY)
    client.force_login(worker)
    page = client.get(reverse("welfare:questions")).content.decode()
    assert someone.name in page
    assert "87,654" not in page
    assert "26,300" not in page
    assert "市民税" not in page
    assert "住宅" not in page
    client.post(reverse("welfare:question-answer", args=[LawyerQuestion.objects.get().pk]), {"answer": "unknown"})
    assert LawyerQuestion.objects.get().answer == "unknown"
    for days, is_shown in ((59, True), (60, False)):
        day = DAY - timedelta(days=days)
        LawyerQuestion.objects.update(asked_on=day, answered_on=day)
        assert (someone.name in client.get(reverse("welfare:questions")).content.decode()) is is_shown


def test_nobody_is_asked_about_who_owes_nothing_that_may_go_to_lawyers(supervisor):
    """The question alone would tell welfare that tax is owed."""
    taxed, paid = claim(principal_yen=87_654).identity.person, person()
    for one in (taxed, paid):
        with pytest.raises(questions.QuestionRefused, match="委任できる債権の未納がない"):
            questions.ask(person_id=one.pk, by=supervisor, on=DAY)
    assert not LawyerQuestion.objects.exists()


def test_a_referral_whose_consent_ran_out_unanswered_asks_no_more(supervisor, worker):
    """Welfare cannot see it any more, so that its silence says nothing."""
    someone = renter()
    collector = user(Role.COLLECTOR)
    made.handed_over(someone, collector, consent=made.by_word(someone, collector, valid_until=DAY))
    assert "回答を待っています" in gate(someone).reason
    late = DAY + timedelta(days=40)
    assert not gate(someone, late).allowed
    assert "照会の記録がありません" in gate(someone, late).reason


def test_only_who_decides_asks(client):
    someone = renter()
    client.force_login(user(Role.COLLECTOR))
    assert client.post(reverse("welfare:ask-question", args=[someone.number])).status_code == 403
    client.force_login(user(Role.SUPERVISOR))
    assert client.post(reverse("welfare:ask-question", args=[someone.number])).status_code == 302
    assert LawyerQuestion.objects.get().ground
