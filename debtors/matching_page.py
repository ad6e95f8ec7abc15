"""What the review page of 名寄せ shows: the queue, the two sides fact by fact, and what speaks for and against."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from debtors.models import Joining, MatchQuestion, Person, ProtectionFlag, SourceIdentity
from debtors.protection import hidden_people
from debtors.querysets import in_force
from debtors.services.joining import joins_tax_with_others
from debtors.services.questions import sides_of
from toyota_collect.business_date import business_date
from toyota_collect.registry import registry
from toyota_collect.wareki import long_text, short_text

QUEUE = 12
HIDDEN = "非表示（支援措置）"
PLACES = ("住所", "電話", "世帯", "郵便", "方書")  # facts of which a protected person's page says nothing
SEXES = {"1": "男", "2": "女"}
# agreement → sign, word, tone: never colour alone
SIGNS = {
    "same": ("＝", "一致", "good"),
    "alike": ("≒", "似ている", "act"),
    "differs": ("≠", "違う", "care"),
    "unknown": ("—", "片方だけ", ""),
    "hidden": ("×", "非表示", "hold"),
}
Texts = Callable[[SourceIdentity], tuple[str, str]]  # as it is shown, and the key that compares it


@dataclass(slots=True)
class Side:
    """One of the two: a person with its identities, or entries of the register that nobody holds."""

    label: str
    identities: list[SourceIdentity]
    person: Person | None
    hidden: bool = False
    former: list[tuple[str, str, str]] = field(default_factory=list)  # address, key, until when
    facts: dict[str, Any] = field(default_factory=dict)
    household: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.person.name if self.person else self.identities[0].name

    @property
    def number(self) -> str:
        return self.person.number if self.person else ""


@dataclass(frozen=True, slots=True)
class Row:
    """One fact of both sides; each side is a list of texts, the first for comparing character by character."""

    fact: str
    left: Sequence[str]
    right: Sequence[str]
    agreement: str
    word: str = ""  # instead of the sign's own

    @property
    def sign(self) -> tuple[str, str, str]:
        sign, word, tone = SIGNS[self.agreement]  # "neither" is not shown
        return sign, self.word or word, tone

    @property
    def marks(self) -> bool:
        """Whether differing characters are marked: both sides have a text, and not the same."""
        return bool(self.left and self.right and self.left[0] != self.right[0] and self.agreement != "hidden")


def nav_waiting(_: Any) -> tuple[QuerySet[MatchQuestion], ...]:
    return (MatchQuestion.objects.waiting(on=business_date()),)


def desk(user: Any, *, on: date, chosen: int | None = None) -> dict[str, Any]:
    """The queue with the pair to look at: the chosen one, or the likeliest."""
    waiting = MatchQuestion.objects.waiting(on=on).select_related("left", "right", "approval", "answered_by")
    queue = list(waiting[:QUEUE])
    question = next((one for one in queue if one.pk == chosen), None)
    if chosen and question is None:
        question = MatchQuestion.objects.select_related("left", "right", "approval", "answered_by").get(pk=chosen)
    question = question or (queue[0] if queue else None)
    last = MatchQuestion.objects.filter(answered_by=user).exclude(state="proposed").order_by("-answered_at").first()
    context: dict[str, Any] = {
        "queue": queue,
        "waiting": waiting.count(),
        "answered": MatchQuestion.objects.exclude(answered_at=None).count(),
        "question": question,
        "last": last,
    }
    return context | (pair(question, user, on=on) if question else {})


def pair(question: MatchQuestion, user: Any, *, on: date) -> dict[str, Any]:
    """Both sides, row by row, the evidence, and what "the same" would do."""
    ids = sides_of(question)
    left, right = _sides(ids, user, on=on)
    hidden = left.hidden or right.hidden
    evidence = [_evidence(one) for one in question.evidence if not (hidden and _tells_a_place(one["fact"]))]
    told = {_row_name(one["fact"]): one["agreement"] for one in question.evidence}
    return {
        "left": left,
        "right": right,
        "rows": [row for row in _rows(left, right, told) if row.agreement != "neither"],
        "evidence": evidence,
        "percent": round(question.score * 100),
        "hidden": hidden,
        "needs_second": joins_tax_with_others(*ids),
        "one_already": bool(left.person and left.person == right.person),
        "keeps": _keeps(left, right),
        "sum_yen": sum(side.facts.get("outstanding_yen") or 0 for side in (left, right)),
        "open": question.state in ("open", "later")
        or bool(question.state == "proposed" and question.approval and not question.approval.is_open),
    }


def _keeps(left: Side, right: Side) -> Side:
    """Whose number stays: the older one's."""
    people = [side for side in (left, right) if side.person]
    return min(people, key=lambda side: side.person.pk) if people else left  # type: ignore[union-attr]


def _sides(ids: tuple[list[int], list[int]], user: Any, *, on: date) -> tuple[Side, Side]:
    rows = SourceIdentity.objects.filter(pk__in=ids[0] + ids[1]).select_related("source", "person")
    found = {one.pk: one for one in rows}
    former = _former_addresses(found)
    sides = []
    for label, pks in (("A", ids[0]), ("B", ids[1])):
        identities = sorted((found[pk] for pk in pks), key=lambda one: (one.source.rank, one.pk))
        side = Side(label, identities, identities[0].person if identities else None)
        side.former = [one for pk in pks for one in former.get(pk, [])]
        sides.append(side)
    people = [side.person.pk for side in sides if side.person]
    hidden = hidden_people(people, on=on)
    flagged = set(ProtectionFlag.objects.filter(in_force(on), identity__in=found).values_list("identity_id", flat=True))
    facts: dict[int, dict[str, Any]] = {pk: {} for pk in people}
    for source in registry.list_facts:
        for pk, more in source(people, user, on).items():
            facts[pk].update(more)
    for side in sides:
        side.hidden = bool(side.person and side.person.pk in hidden) or any(i.pk in flagged for i in side.identities)
        side.facts = facts.get(side.person.pk, {}) if side.person else {}
        side.household = [] if side.hidden else _household(side)
    return sides[0], sides[1]


def _former_addresses(found: dict[int, SourceIdentity]) -> dict[int, list[tuple[str, str, str]]]:
    """Addresses the sections wrote before, from the history of their rows; the latest first."""
    history = apps.get_model("debtors", "SourceIdentityHistory")
    rows = history.objects.filter(pgh_obj__in=list(found)).exclude(address="").order_by("-pgh_created_at")
    former: dict[int, dict[str, tuple[str, str, str]]] = {}
    for pk, text, key, at in rows.values_list("pgh_obj_id", "address", "address_key", "pgh_created_at"):
        if key != found[pk].address_key:
            former.setdefault(pk, {}).setdefault(key, (text, key, f"{short_text(at.date())}まで"))
    return {pk: list(by_key.values()) for pk, by_key in former.items()}


def _household(side: Side) -> list[str]:
    """Names of the others of the household who owe something too."""
    numbers = {one.household_number for one in side.identities} - {""}
    if not numbers:
        return []
    others = (
        Person.objects.current()
        .filter(household_number__in=numbers)
        .exclude(pk=side.person.pk if side.person else None)
    )
    return list(others.order_by("birth_on", "pk").values_list("name", flat=True)[:5])


def _rows(left: Side, right: Side, told: dict[str, str]) -> Any:
    def row(fact: str, texts: Texts, *, place: bool = False) -> Row:
        mine, theirs = _texts(left, texts), _texts(right, texts)
        if place and (left.hidden or right.hidden):
            shown = [[HIDDEN] if side.hidden else list(values) for side, values in ((left, mine), (right, theirs))]
            return Row(fact, shown[0], shown[1], "hidden")
        agreement = _agreement(mine, theirs, told.get(fact))
        spelt = agreement == "same" and next(iter(mine)) != next(iter(theirs))
        return Row(fact, list(mine), list(theirs), agreement, "表記の違い" if spelt else "")

    yield row("氏名", lambda one: (one.name, one.name_key))
    yield row("フリガナ", lambda one: (one.kana, one.kana_key))
    yield row("生年月日", lambda one: (_day(one.birth_on),) * 2)
    yield row("性別", lambda one: (SEXES.get(one.sex, ""), one.sex))
    yield row("住所", lambda one: (one.address, one.address_key), place=True)
    yield _former_row(left, right, told)
    yield row("電話", lambda one: (one.phone, one.phone_key), place=True)
    yield row("世帯", lambda one: (one.household_number, one.household_number), place=True)
    yield row("宛名番号", lambda one: (one.atena_number,) * 2)
    yield row("死亡", lambda one: (_day(one.died_on),) * 2)


def _texts(side: Side, texts: Texts) -> dict[str, str]:
    """The different texts of a side with their keys, the best source's first."""
    found: dict[str, str] = {}
    for one in side.identities:
        text, key = texts(one)
        if text and key not in found.values():
            found[text] = key
    return found


def _agreement(mine: dict[str, str], theirs: dict[str, str], told: str | None) -> str:
    if not mine or not theirs:
        return "unknown" if mine or theirs else "neither"
    if set(mine.values()) & set(theirs.values()):
        return "same"
    return told if told in ("same", "alike", "differs") else "differs"


def _former_row(left: Side, right: Side, told: dict[str, str]) -> Row:
    """A former address of the one that is the other's, now or before."""
    if left.hidden or right.hidden:
        return Row("前の住所", [HIDDEN] if left.hidden else [], [HIDDEN] if right.hidden else [], "hidden")
    shown = [[f"{text}（{until}）" for text, _, until in side.former] for side in (left, right)]
    before = [{key for _, key, _ in side.former} for side in (left, right)]
    now = [{one.address_key for one in side.identities} - {""} for side in (left, right)]
    met = before[0] & (before[1] | now[1]) or before[1] & now[0]
    if met:
        return Row("前の住所", shown[0], shown[1], "same", "前の住所が一致")
    return Row("前の住所", shown[0], shown[1], told.get("前の住所", "unknown") if shown[0] or shown[1] else "neither")


def _evidence(one: dict[str, str]) -> dict[str, Any]:
    sign, word, tone = SIGNS.get(one["agreement"], SIGNS["unknown"])
    return {"fact": one["fact"], "note": one.get("note", ""), "sign": sign, "word": word, "tone": tone}


def _row_name(fact: str) -> str:
    return {"電話番号": "電話", "カナ": "フリガナ", "読み": "フリガナ", "旧住所": "前の住所"}.get(fact, fact)


def _tells_a_place(fact: str) -> bool:
    return any(word in fact for word in PLACES)


def _day(day: date | None) -> str:
    return long_text(day) if day else ""


def answered(*, state: str = "") -> Any:
    """Answers, the latest first, with the joining each has made."""
    found = MatchQuestion.objects.exclude(answered_at=None).select_related(
        "left__person", "right__person", "answered_by", "approval__decided_by"
    )
    if state:
        found = found.filter(state=state)
    return found.order_by("-answered_at", "-pk")


def joinings_of(questions: Sequence[MatchQuestion]) -> dict[int, Joining]:
    """The joining in force of each question that has one."""
    rows = Joining.objects.filter(question__in=questions, parted_at=None).select_related("kept", "emptied", "second")
    return {one.question_id: one for one in rows if one.question_id}
