"""弁護士へ委任する前の照会: asked by who heads the collection, answered by welfare, and read by the gate."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from claims.models import Claim
from claims.services.charges import kind_terms
from debtors.joined import current_people
from debtors.models import Person
from debtors.presence import rows_of
from toyota_collect import audit
from toyota_collect.dated import SettingMissing, value_on
from toyota_collect.registry import Verdict
from welfare.models import LawyerQuestion, Referral
from welfare.rules.lawyer_gate import Word, gate
from welfare.services.cases import results_on
from welfare.services.referrals import basis_of

TERMS = "lawyer_question.terms"


class QuestionRefused(Exception):
    """The question cannot be asked or answered; the message says why and what to do, in Japanese."""


@transaction.atomic
def ask(*, person_id: int, by: Any, on: date) -> LawyerQuestion:
    """Ask welfare whether something stands against referring the person's claims to lawyers. One is open at a time.

    Raises:
        Person.DoesNotExist: no such person.
        QuestionRefused: nothing is owed that may go to lawyers, one waits for its answer, or the ground of asking is not
            set.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    if not _may_be_asked_about(person):
        raise QuestionRefused(
            "弁護士へ委任できる債権の未納がないため、照会できません。照会は、未納があることを伝えるためです。"
        )
    try:
        ground = value_on(TERMS, on)["ground"]
        with transaction.atomic():
            made = LawyerQuestion.objects.create(person=person, asked_on=on, asked_by=by, ground=ground)
    except SettingMissing as missing:
        raise QuestionRefused(str(missing)) from missing
    except IntegrityError as error:
        raise QuestionRefused("すでに照会していて、福祉の回答を待っています。") from error
    audit.record(event="lawyer_question.asked", by=by, target=made, detail={"person": person.number})
    return made


@transaction.atomic
def answer(*, question_id: int, answer: str, by: Any, on: date, wait_until: date | None = None) -> LawyerQuestion:
    """Answer: nothing stands against it, wait until a day, or nothing is known.

    Raises:
        LawyerQuestion.DoesNotExist: no such question.
        QuestionRefused: an answer that is not in the list, one that was given, or no day to wait until.
    """
    question = LawyerQuestion.objects.select_for_update().get(pk=question_id)
    if answer not in LawyerQuestion.Answer.values:
        raise QuestionRefused("回答を選んでください。")
    if question.answer:
        if question.answer == answer and question.wait_until == wait_until:
            return question
        raise QuestionRefused("この照会には、すでに回答しています。")
    waits = answer == LawyerQuestion.Answer.WAIT
    if waits and (wait_until is None or wait_until < on):
        raise QuestionRefused("「待ってほしい」のときは、いつまで待つか（今日からあとの日）を入れてください。")
    question.answer, question.answered_on, question.answered_by = answer, on, by
    question.wait_until = wait_until if waits else None
    question.save()
    audit.record(event="lawyer_question.answered", by=by, target=question, detail={"answer": answer})
    return question


def verdicts(people: Collection[int], on: date) -> dict[int, Verdict]:
    """For each of the people (ids), whether claims may go to lawyers on the day; a constant number of queries."""
    try:
        terms = value_on(TERMS, on)
    except SettingMissing as missing:
        return {person: Verdict(False, str(missing)) for person in people}
    now = current_people(people)  # rows go along when people are found to be one
    words = _words(set(now.values()), on=on)
    days = {"silent_days": int(terms["silent_days"]), "valid_days": int(terms["valid_days"])}
    return {person: gate(words[now[person]], on=on, **days) for person in people}


def may_go_to_lawyers(person: Person, on: date) -> Verdict:
    """The verdict for one person."""
    return verdicts([person.pk], on)[person.pk]


def _may_be_asked_about(person: Person) -> bool:
    """The question itself tells that something besides tax is owed, so something has to be."""
    terms, owed = kind_terms(), Claim.objects.outstanding().filter(identity__person=person)
    return any(terms.of(claim).may_go_to_lawyers for claim in owed.select_related("kind"))


def _words(people: set[int], *, on: date) -> dict[int, list[Word]]:
    found: dict[int, list[Word]] = defaultdict(list)
    for question in rows_of(LawyerQuestion.objects.filter(person__in=people), people):
        lets_go = question.answer in (LawyerQuestion.Answer.GO, LawyerQuestion.Answer.UNKNOWN)
        word = Word(question.asked_on, question.answered_on, lets_go, question.wait_until)
        found[question.person_id].append(word)
    handed = Referral.objects.handed_over().filter(person__in=people, handed_on__isnull=False)
    referrals = list(rows_of(handed.select_related("consent", "conference"), people))
    goes = {code for code, row in results_on(on).items() if row.lets_go} if referrals else set()
    for referral in referrals:
        basis = basis_of(referral)
        if referral.answered_on is None and not (basis and basis.is_open(on)):
            continue  # welfare cannot see it any more: its silence says nothing
        lets_go = referral.result in goes and referral.hold_until is None
        found[referral.person_id].append(Word(referral.handed_on, referral.answered_on, lets_go, referral.hold_until))
    return found
