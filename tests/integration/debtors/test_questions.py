"""The questions of 名寄せ: kept from run to run, answered, taken back; the page shows what the viewer may know."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from debtors.models import Joining, MatchQuestion, NeverLink, Person, SourceIdentity
from debtors.rules.normalise import address_key
from debtors.rules.questions import Agreement, Evidence, Question
from debtors.services import questions
from debtors.services.identity_records import pairs_apart
from debtors.services.questions import AnswerRefused, Asked, keep_questions
from tests.factories.claims import claim
from tests.factories.debtors import person, protect, system_user, user
from toyota_collect import approvals
from toyota_collect.models import AccessLog
from toyota_collect.permissions import Role
from toyota_collect.ranks import DecisionRank

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
EVIDENCE = (
    Evidence("氏名", Agreement.ALIKE, "異体字"),
    Evidence("生年月日", Agreement.SAME),
    Evidence("住所", Agreement.DIFFERS, "豊田市秘密町1番地"),
)


@pytest.fixture
def staff() -> Any:
    return user(Role.COLLECTOR)


def owing(kind: str = "housing_rent", source: str = "jutaku", **facts: Any) -> Person:
    of = person(**facts)
    claim(of, kind=kind, source=source)
    return of


def asked(one: Person, other: Person, *, score: float = 0.9) -> Question:
    sides = [tuple(of.identities.order_by("pk").values_list("pk", flat=True)) for of in (one, other)]
    left, right = sorted(sides)
    return Question(left, right, score, EVIDENCE)


def keep(*found: Question) -> Asked:
    return keep_questions(found, on=DAY, by=system_user())


def waiting() -> list[MatchQuestion]:
    return list(MatchQuestion.objects.waiting(on=DAY))


@pytest.fixture
def pair() -> tuple[Person, Person]:
    return owing(name="架空　髙橋"), owing("water_charge", "suido", name="架空　高橋")


@pytest.fixture
def question(pair: tuple[Person, Person]) -> MatchQuestion:
    keep(asked(*pair))
    return MatchQuestion.objects.get()


# --- the queue ---------------------------------------------------------------------------------------


def test_a_run_keeps_its_questions_and_a_second_run_changes_nothing(pair):
    assert keep(asked(*pair)) == Asked(new=1, refreshed=0, dropped=0, known=0)
    assert keep(asked(*pair)) == Asked(new=0, refreshed=0, dropped=0, known=0)
    (only,) = waiting()
    assert (only.score, only.evidence[0]) == (0.9, {"fact": "氏名", "agreement": "alike", "note": "異体字"})


def test_a_question_is_refreshed_and_one_no_longer_asked_is_dropped(pair, question):
    assert keep(asked(*pair, score=0.4)).refreshed == 1
    question.refresh_from_db()
    assert question.score == 0.4
    assert keep().dropped == 1
    assert waiting() == []
    assert keep(asked(*pair)).new == 1


def test_the_queue_begins_with_the_likeliest(pair):
    third = owing("nursery_fee", "hoiku")
    keep(asked(pair[0], third, score=0.2), asked(*pair, score=0.8))
    assert [one.score for one in waiting()] == [0.8, 0.2]


def test_a_pair_answered_different_is_not_asked_again_under_any_cluster(pair, question, staff):
    questions.answer_different(question_id=question.pk, reason="双子", on=DAY, by=staff)
    assert keep(asked(*pair)) == Asked(new=0, refreshed=0, dropped=0, known=1)
    again = asked(*pair)
    wider = Question((*again.left, 999_999), again.right, 0.9, EVIDENCE)
    assert keep(wider).known == 1
    assert pairs_apart() == {again.left + again.right}


def test_later_comes_back_on_its_day_and_not_before(pair, question, staff):
    questions.answer_later(question_id=question.pk, reason="", on=DAY, by=staff)
    question.refresh_from_db()
    assert question.come_back_on == DAY + timedelta(days=30)
    assert keep(asked(*pair)).new == 0
    assert not MatchQuestion.objects.waiting(on=DAY + timedelta(days=29))
    assert MatchQuestion.objects.waiting(on=DAY + timedelta(days=30)).get() == question


def test_people_who_are_one_already_are_not_asked_about(pair, question, staff):
    before = asked(*pair)
    questions.answer_same(question_id=question.pk, reason="", on=DAY, by=staff)
    assert keep(before).known == 1


def test_an_answer_settles_what_it_makes_needless(pair, staff):
    third = owing("nursery_fee", "hoiku")
    keep(asked(*pair, score=0.9), asked(pair[0], third, score=0.8), asked(pair[1], third, score=0.7))
    first, second, last = waiting()
    questions.answer_same(question_id=first.pk, reason="", on=DAY, by=staff)
    assert waiting() == [second]  # the third asks the same of the one person
    questions.answer_different(question_id=second.pk, reason="", on=DAY, by=staff)
    assert waiting() == []
    last.refresh_from_db()
    assert last.state == "dropped"


# --- answers -----------------------------------------------------------------------------------------


def test_the_same_joins_and_taking_it_back_parts(pair, question, staff):
    questions.answer_same(question_id=question.pk, reason="本人に確かめた", on=DAY, by=staff)
    joining = Joining.objects.get()
    assert (joining.kept, joining.emptied, joining.question) == (*sorted(pair, key=lambda one: one.pk), question)
    assert questions.take_back(question_id=question.pk, on=DAY, by=staff) == []
    assert [one.identities.count() for one in pair] == [1, 1]
    assert waiting() == [question]


def test_different_can_be_withdrawn(question, staff):
    questions.answer_different(question_id=question.pk, reason="", on=DAY, by=staff)
    questions.take_back(question_id=question.pk, on=DAY, by=staff)
    assert pairs_apart() == set()
    assert NeverLink.objects.get().withdrawn_by == staff
    assert waiting() == [question]
    with pytest.raises(AnswerRefused, match="取り消す答え"):
        questions.take_back(question_id=question.pk, on=DAY, by=staff)


def test_a_question_is_answered_once(question, staff):
    questions.answer_different(question_id=question.pk, reason="", on=DAY, by=staff)
    for service in (questions.answer_same, questions.answer_different, questions.answer_later):
        with pytest.raises(AnswerRefused, match="別の人"):
            service(question_id=question.pk, reason="", on=DAY, by=staff)


@pytest.fixture
def secret(staff: Any) -> MatchQuestion:
    """A pair that would bring a tax secret beside a water bill; "the same" is asked for."""
    keep(asked(owing("resident_tax", "zei"), owing("water_charge", "suido")))
    return questions.answer_same(question_id=MatchQuestion.objects.get().pk, reason="本人", on=DAY, by=staff)


def test_tax_beside_others_waits_for_a_second_person(secret, staff):
    assert (secret.state, Joining.objects.count(), waiting()) == ("proposed", 0, [])
    assert secret.approval.needs_rank == DecisionRank.CHIEF
    with pytest.raises(AnswerRefused, match="決裁を待って"):
        questions.take_back(question_id=secret.pk, on=DAY, by=staff)
    second = user(Role.SUPERVISOR, decision_rank=DecisionRank.CHIEF)
    approvals.decide(approval_id=secret.approval_id, decision="approved", by=second)
    joining = Joining.objects.get()
    assert (joining.by, joining.second) == (staff, second)
    secret.refresh_from_db()
    assert secret.state == "same"


def test_who_asks_cannot_agree_even_as_a_supervisor():
    boss = user(Role.SUPERVISOR)
    keep(asked(owing("resident_tax", "zei"), owing("water_charge", "suido")))
    asked_for = questions.answer_same(question_id=MatchQuestion.objects.get().pk, reason="", on=DAY, by=boss)
    with pytest.raises(approvals.ApprovalRefused, match="起案した本人"):
        approvals.decide(approval_id=asked_for.approval_id, decision="approved", by=boss)
    assert not Joining.objects.exists()


def test_what_is_sent_back_is_in_the_queue_again(secret):
    approvals.decide(
        approval_id=secret.approval_id, decision="rejected", reason="生年月日を確かめて", by=user(Role.SUPERVISOR)
    )
    assert waiting() == [secret]
    questions.answer_different(question_id=secret.pk, reason="", on=DAY, by=user(Role.COLLECTOR))
    assert waiting() == []


# --- constraints -------------------------------------------------------------------------------------


def _copy(question: MatchQuestion, **facts: Any) -> MatchQuestion:
    question.pk = None
    for name, value in facts.items():
        setattr(question, name, value)
    return question


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("question_one_open_per_pair", {}),
        ("question_score_is_a_share", {"score": 1.1, "state": "dropped"}),
        ("question_answered_by_somebody", {"state": "same"}),
    ],
)
def test_the_database_refuses(question, name, facts):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        _copy(question, **facts).save()


def test_the_database_keeps_pairs_in_order_and_once(question, staff):
    left, right = question.left, question.right
    with pytest.raises(IntegrityError, match="question_pair_is_ordered"), transaction.atomic():
        MatchQuestion.objects.update(left=right, right=left)
    with pytest.raises(IntegrityError, match="question_later_has_its_day"), transaction.atomic():
        MatchQuestion.objects.update(state="later", answered_by=staff, answered_at="2026-11-20T00:00Z")
    NeverLink.objects.create(question=question, left=left, right=right, by=staff)
    with pytest.raises(IntegrityError, match="never_link_once_per_pair"), transaction.atomic():
        NeverLink.objects.create(question=question, left=left, right=right, by=staff)
    with pytest.raises(IntegrityError, match="never_link_pair_is_ordered"), transaction.atomic():
        NeverLink.objects.create(question=question, left=right, right=left, by=staff)
    with pytest.raises(IntegrityError, match="never_link_withdrawn_by_somebody"), transaction.atomic():
        NeverLink.objects.update(withdrawn_by=staff)


def test_the_database_refuses_a_joining_with_oneself_and_two_at_once(pair, staff):
    one, other = pair
    facts = {"identities": [], "joined_on": DAY, "by": staff}
    with pytest.raises(IntegrityError, match="joining_of_two_people"), transaction.atomic():
        Joining.objects.create(kept=one, emptied=one, **facts)
    Joining.objects.create(kept=one, emptied=other, **facts)
    with pytest.raises(IntegrityError, match="person_went_to_one_person"), transaction.atomic():
        Joining.objects.create(kept=one, emptied=other, **facts)
    with pytest.raises(IntegrityError, match="joining_parted_by_somebody"), transaction.atomic():
        Joining.objects.update(parted_on=DAY)


# --- the page ----------------------------------------------------------------------------------------


def _page(client: Client, staff: Any, url: str = "") -> str:
    client.force_login(staff)
    return client.get(url or reverse("debtors:matching")).content.decode()


def test_the_page_compares_with_sign_word_and_marked_characters(client: Client, question, staff):
    html = _page(client, staff)
    assert "<mark>髙</mark>橋" in html
    assert "<mark>高</mark>橋" in html
    assert "≒" in html
    assert "10,000円" in html
    assert "残り 1組" in html
    assert AccessLog.objects.filter(action="match").count() == 2


def test_a_protected_address_is_not_shown_nor_told_by_the_evidence(client: Client, pair, question, staff):
    protect(pair[0])
    html = _page(client, staff)
    assert "小坂本町" not in html
    assert "秘密町" not in html
    assert "非表示（支援措置）" in html


def test_a_former_address_is_read_from_the_history(client: Client, pair, question, staff):
    known = pair[0].identities.get()
    moved = "豊田市西町三丁目60番地"
    SourceIdentity.objects.filter(pk=known.pk).update(address=moved, address_key=address_key(moved))
    html = _page(client, staff)
    assert "豊田市小坂本町一丁目1番地（R" in html


def test_the_answer_brings_the_next_pair_with_it(client: Client, pair, question, staff):
    third, fourth = owing("nursery_fee", "hoiku", name="見本 三郎"), owing(name="見本 四郎")
    keep(asked(*pair, score=0.9), asked(third, fourth, score=0.3))
    client.force_login(staff)
    url = reverse("debtors:matching-answer", args=[question.pk])
    html = client.post(url, {"answer": "different", "reason": "双子"}, headers={"HX-Request": "true"}).content.decode()
    assert "見本 三郎 と 見本 四郎" in html
    assert "別の人として覚えました" in html
    undo = reverse("debtors:matching-undo", args=[question.pk])
    assert undo in html
    html = client.post(undo, headers={"HX-Request": "true"}).content.decode()
    assert "架空　髙橋 と 架空　高橋" in html


@pytest.mark.parametrize("name", ["debtors:matching-answered", "debtors:matching-apart"])
def test_answers_are_listed_and_taken_back_from_the_list(client: Client, question, staff, name):
    questions.answer_different(question_id=question.pk, reason="双子", on=DAY, by=staff)
    html = _page(client, staff, reverse(name))
    assert "双子" in html
    back = name.removeprefix("debtors:matching-")
    answer = client.post(reverse("debtors:matching-undo", args=[question.pk]), {"back": back})
    assert answer.url == reverse(name)
    assert waiting() == [question]


def test_the_person_page_tells_the_links_and_takes_one_off(client: Client, pair, question, staff):
    one, _ = pair
    wrong = claim(one, kind="water_charge", source="suido").identity
    html = _page(client, staff, reverse("debtors:person", args=[one.number]))
    assert "この宛名を外す" in html
    client.post(reverse("debtors:unlink-identity", args=[wrong.pk]), {"reason": "水栓の名義は息子"})
    wrong.refresh_from_db()
    assert wrong.person != one
    client.force_login(user(Role.RECEIPTS_CLERK))
    assert "この宛名を外す" not in client.get(reverse("debtors:person", args=[one.number])).content.decode()
