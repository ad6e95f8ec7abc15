"""The questions of 名寄せ: kept from run to run, answered by staff, and every answer can be taken back."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from debtors.models import Joining, MatchQuestion, NeverLink, Person, SourceIdentity
from debtors.rules.matching import Pair
from debtors.rules.questions import Question
from debtors.services import joining as joinings
from debtors.services.identity_records import pairs_apart
from debtors.services.joining import JoinRefused, joins_tax_with_others, kept_apart
from debtors.services.parting import PartRefused, part_people
from debtors.services.question_finding import find_open_questions
from toyota_collect import approvals, audit
from toyota_collect.dated import value_or
from toyota_collect.models import Approval
from toyota_collect.registry import ByHand

SUBJECT = "debtors.matchquestion"
LATER_DAYS = "matching.later_days"
NO_LONGER = "いまの登録では、確かめる必要がなくなりました。"
BATCH = 1_000
LOCK = 4_710_073  # held while the queue is kept: the database would refuse a pair that two ask at once
State = MatchQuestion.State


class AnswerRefused(Exception):
    """The answer cannot be taken, or taken back; the message says why and what to do, in Japanese."""


class Asked(NamedTuple):
    """What came of the questions of a run; ``known``: somebody has said already that they are two, or they are one."""

    new: int
    refreshed: int
    dropped: int
    known: int


def ask_who_is_who(*, on: date, by: Any) -> Asked:
    """Find the questions there are now and let the queue hold them; safe to run again."""
    return keep_questions(find_open_questions(never=pairs_apart()), on=on, by=by)


@transaction.atomic
def keep_questions(questions: Iterable[Question], *, on: date, by: Any) -> Asked:
    """Let the queue hold exactly what is asked now; safe to run again.

    Open questions are refreshed and those no longer asked are dropped; those put off stay put off. A pair kept apart,
    already one, or without a person on either side is not asked. Of two at once, one comes after the other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    apart, held = _partners(pairs_apart()), _holders()
    waiting = {
        (one.left_id, one.right_id): one
        for one in MatchQuestion.objects.unanswered().select_for_update(of=("self",)).order_by("pk")
    }
    new: list[MatchQuestion] = []
    refreshed: list[MatchQuestion] = []
    known = 0
    asked: set[tuple[int, int]] = set()
    pairs: set[frozenset[Any]] = set()
    for question in sorted(questions, key=lambda one: (-one.score, one.left)):
        key = question.left[0], question.right[0]
        sides = frozenset((_side(question.left, held), _side(question.right, held)))
        if len(sides) == 1 or not any(kind == "person" for kind, _ in sides) or _crosses(question, apart):
            known += 1
        elif key not in asked and sides not in pairs:
            asked.add(key)
            pairs.add(sides)
            _keep(question, waiting.get(key), new, refreshed, on=on)
    gone = [one for key, one in waiting.items() if key not in asked and one.state != State.PROPOSED]
    for one in gone:
        _drop(one)
    MatchQuestion.objects.bulk_create(new, batch_size=BATCH)
    fields = ["score", "evidence", "left_ids", "right_ids"]
    MatchQuestion.objects.bulk_update(refreshed, fields, batch_size=BATCH)
    MatchQuestion.objects.bulk_update(gone, DROPPED_FIELDS, batch_size=BATCH)
    result = Asked(len(new), len(refreshed), len(gone), known)
    audit.record(event="questions.kept", by=by, detail=result._asdict())
    return result


@transaction.atomic
def answer_same(*, question_id: int, reason: str, on: date, by: Any) -> MatchQuestion:
    """The two are one person: they are joined now, or, where tax secrets would meet others' claims, once a second
    person has agreed (地方税法22条).

    Raises:
        MatchQuestion.DoesNotExist: no such question.
        AnswerRefused: it is answered, the two cannot be joined as they are, or a decision is waited for.
    """
    question = _open(question_id)
    left, right = sides_of(question)
    if not joins_tax_with_others(left, right):
        return _join(question, reason=reason, on=on, by=by)
    people = "・".join(dict.fromkeys(one.name for one in (question.left, question.right)))
    try:
        question.approval = approvals.ask(
            subject_type=SUBJECT,
            subject_key=str(question.pk),
            subject_url=f"{reverse('debtors:matching')}?pair={question.pk}",
            title=f"名寄せ：{people}を同じ人とする"[:200],
            reason=reason,
            evidence=_evidence(question),
            by=by,
        )
    except approvals.ApprovalRefused as refused:
        raise AnswerRefused(str(refused)) from refused
    return _answered(question, State.PROPOSED, reason=reason, by=by)


def carry_out(approval: Approval, *, by: Any, today: date) -> None:
    """Join what the second person has agreed to.

    Raises:
        AnswerRefused: the question is answered otherwise, or the two cannot be joined any more.
    """
    question = MatchQuestion.objects.select_for_update(of=("self",)).get(pk=int(approval.subject_key))
    if question.state != State.PROPOSED or question.approval_id != approval.pk:
        raise AnswerRefused("この組は、そのあと別の答えになりました。差し戻してください。")
    _join(question, reason=question.reason, on=today, by=approval.requested_by, second=by)


@transaction.atomic
def answer_different(*, question_id: int, reason: str, on: date, by: Any) -> MatchQuestion:
    """The two are different people: no rule links them, and the pair is not asked again.

    Raises:
        MatchQuestion.DoesNotExist: no such question.
        AnswerRefused: it is answered.
    """
    question = _open(question_id)
    _remember(question, *sides_of(question), by=by)
    question = _answered(question, State.DIFFERENT, reason=reason, by=by)
    _tidy(question, by=by)
    return question


@transaction.atomic
def answer_later(*, question_id: int, reason: str, on: date, by: Any) -> MatchQuestion:
    """Not to be told yet: the pair comes back after the days of the setting.

    Raises:
        MatchQuestion.DoesNotExist: no such question.
        AnswerRefused: it is answered.
    """
    question = _open(question_id)
    question.come_back_on = on + timedelta(days=int(value_or(LATER_DAYS, on, 30)))
    return _answered(question, State.LATER, reason=reason, by=by)


@transaction.atomic
def take_back(*, question_id: int, on: date, by: Any, reason: str = "") -> list[ByHand]:
    """Undo an answer: the pair is open again, and what the answer did is undone.

    Returns what a person has to decide after people were parted (a work item was opened for each).

    Raises:
        MatchQuestion.DoesNotExist: no such question.
        AnswerRefused: it is not answered, waits for a decision, or cannot be undone as it is.
    """
    question = MatchQuestion.objects.select_for_update(of=("self",)).get(pk=question_id)
    left: list[ByHand] = []
    if question.state in (State.OPEN, State.DROPPED):
        raise AnswerRefused("この組には、取り消す答えがありません。")
    if question.state == State.PROPOSED and question.approval and question.approval.is_open:
        raise AnswerRefused("決裁を待っています。起案した人が「起案した件」で取り下げてください。")
    if question.state == State.SAME:
        left = _part(question, reason=reason, on=on, by=by)
    if question.state == State.DIFFERENT:
        never = question.never_links.filter(withdrawn_at=None)
        never.update(withdrawn_at=timezone.now(), withdrawn_by=by)
    detail = {"answer": question.state, "reason": reason[:300]}
    MatchQuestion.objects.unanswered().filter(left=question.left_id, right=question.right_id).exclude(
        pk=question.pk
    ).update(state=State.DROPPED, reason=NO_LONGER)
    question.state, question.approval, question.come_back_on, question.reason = State.OPEN, None, None, ""
    question.answered_by = question.answered_at = None
    question.save()
    audit.record(event="match.taken_back", by=by, target=question, detail=detail)
    return left


@transaction.atomic
def remember_different(one: Sequence[int], other: Sequence[int], *, reason: str, on: date, by: Any) -> MatchQuestion:
    """Write down that the identities of the one are not those of the other, as if it had been asked and answered."""
    left, right = sorted([sorted(one), sorted(other)])
    question = MatchQuestion.objects.unanswered().filter(left=left[0], right=right[0]).first()
    if question is None:
        question = MatchQuestion(left_id=left[0], right_id=right[0], left_ids=left, right_ids=right, score=0)
        question.asked_on = on
    question = _answered(question, State.DIFFERENT, reason=reason, by=by)
    _remember(question, left, right, by=by)
    return question


def sides_of(question: MatchQuestion) -> tuple[list[int], list[int]]:
    """The identities of both sides as they are clustered now: all of the person, or those nobody holds."""
    return _cluster(question.left, question.left_ids), _cluster(question.right, question.right_ids)


def _cluster(identity: SourceIdentity, asked: Sequence[int]) -> list[int]:
    if identity.person_id is None:
        rows = SourceIdentity.objects.filter(pk__in=asked, person=None)
    else:
        rows = SourceIdentity.objects.filter(person=identity.person_id)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _open(question_id: int) -> MatchQuestion:
    question = (
        MatchQuestion.objects.select_for_update(of=("self",))
        .select_related("left", "right", "approval")
        .get(pk=question_id)
    )
    sent_back = question.state == State.PROPOSED and question.approval and not question.approval.is_open
    if question.state not in (State.OPEN, State.LATER) and not sent_back:
        raise AnswerRefused(f"この組は、すでに「{question.get_state_display()}」になっています。")
    return question


def _join(question: MatchQuestion, *, reason: str, on: date, by: Any, second: Any = None) -> MatchQuestion:
    agree = [one["fact"] for one in question.evidence if one["agreement"] == "same"]
    facts = {"reason": reason, "evidence": {"agree": agree}, "question": question, "second": second}
    left, right = question.left.person_id, question.right.person_id
    try:
        if left and right:
            keep, other = sorted((left, right))  # the older number stays
            joinings.join_people(keep_id=keep, other_id=other, on=on, by=by, **facts)
        elif left or right:
            unheld = question.right_ids if left else question.left_ids
            joinings.join_unheld(person_id=left or right, identity_ids=unheld, on=on, by=by, **facts)
        else:
            raise JoinRefused("どちらの登録にも未納がないため、まとめる人がいません。")
    except JoinRefused as refused:
        raise AnswerRefused(str(refused)) from refused
    question = _answered(question, State.SAME, reason=reason, by=by)
    _tidy(question, by=by)
    return question


def _part(question: MatchQuestion, *, reason: str, on: date, by: Any) -> list[ByHand]:
    joining = Joining.objects.filter(question=question, parted_at=None).first()
    if joining is None:
        raise AnswerRefused("この組の名寄せは、すでに解いてあります。")
    try:
        return part_people(joining_id=joining.pk, on=on, by=by, reason=reason)
    except PartRefused as refused:
        raise AnswerRefused(str(refused)) from refused


def _answered(question: MatchQuestion, state: str, *, reason: str, by: Any) -> MatchQuestion:
    question.state, question.reason = state, reason.strip()[:300]
    question.answered_by, question.answered_at = by, timezone.now()
    question.save()
    audit.record(event=f"match.{state}", by=by, target=question, detail={"reason": question.reason})
    return question


def _remember(question: MatchQuestion, one: Sequence[int], other: Sequence[int], *, by: Any) -> None:
    pairs = [sorted((left, right)) for left in one for right in other]
    rows = [NeverLink(question=question, left_id=left, right_id=right, by=by) for left, right in pairs]
    NeverLink.objects.bulk_create(rows, ignore_conflicts=True)


def _tidy(answered: MatchQuestion, *, by: Any) -> None:
    """Drop open questions that the answer has settled: both sides are one, kept apart, or asked twice."""
    people = {one.person_id for one in (answered.left, answered.right)} - {None}
    identities = SourceIdentity.objects.filter(
        person__in=Joining.objects.filter(emptied__in=people, parted_at=None).values("kept")
    ) | SourceIdentity.objects.filter(person__in=people)
    ids = list(identities.values_list("pk", flat=True))
    near = MatchQuestion.objects.unanswered().exclude(state=State.PROPOSED).order_by("-score", "pk")
    near = (near.filter(left__in=ids) | near.filter(right__in=ids)).select_related("left", "right")
    seen: set[frozenset[tuple[str, int]]] = set()
    for one in near:
        pair = frozenset(_now(side) for side in (one.left, one.right))
        if len(pair) == 1 or pair in seen or kept_apart(*sides_of(one)):
            _drop(one)
            one.save(update_fields=DROPPED_FIELDS)
        seen.add(pair)


DROPPED_FIELDS = ["state", "reason", "answered_by", "answered_at", "come_back_on"]


def _drop(question: MatchQuestion) -> None:
    question.state, question.reason = State.DROPPED, NO_LONGER
    question.answered_by = question.answered_at = question.come_back_on = None


def _now(side: SourceIdentity) -> tuple[str, int]:
    return ("person", side.person_id) if side.person_id else ("identity", side.pk)


def _holders() -> dict[int, int]:
    return dict(SourceIdentity.objects.exclude(person=None).values_list("pk", "person").iterator())


def _side(cluster: Sequence[int], held: dict[int, int]) -> tuple[str, int]:
    person = next((held[pk] for pk in cluster if pk in held), None)
    return ("person", person) if person else ("identity", cluster[0])


def _partners(pairs: Collection[Pair]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for one, other in pairs:
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return found


def _crosses(question: Question, apart: dict[int, set[int]]) -> bool:
    right = set(question.right)
    return any(apart.get(pk, set()) & right for pk in question.left)


def _keep(
    question: Question,
    known: MatchQuestion | None,
    new: list[MatchQuestion],
    refreshed: list[MatchQuestion],
    *,
    on: date,
) -> None:
    evidence = [asdict(one) for one in question.evidence]
    row = known or MatchQuestion(left_id=question.left[0], right_id=question.right[0], asked_on=on)
    facts = (list(question.left), list(question.right), question.score, evidence)
    if known and facts == (row.left_ids, row.right_ids, row.score, row.evidence):
        return
    row.left_ids, row.right_ids, row.score, row.evidence = facts
    (refreshed if known else new).append(row)


def _evidence(question: MatchQuestion) -> dict[str, Any]:
    """What the second person sees: who, and what agrees or differs; no address, no amount."""
    words = {"same": "一致", "alike": "似ている", "differs": "違う", "unknown": "片方だけ"}
    people = Person.objects.in_bulk({one.person_id for one in (question.left, question.right)} - {None})
    shown = {"なぜ二人か": "税とほかの債権が並ぶ（地税法22条）"}
    for label, one in (("A", question.left), ("B", question.right)):
        number = people[one.person_id].number if one.person_id else f"{one.source} {one.person_number}"
        shown[label] = f"{one.name}（{number}）"
    return shown | {one["fact"]: words.get(one["agreement"], one["agreement"]) for one in question.evidence}
