"""文面の割り当て: the draw of a comparison of texts, made once, with the snapshot; who may not take part is outside."""

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from claims.models import Hold, Measure
from debtors.households import household_numbers
from debtors.models import LifeEvent, Person
from debtors.protection import all_hidden_people
from notices.models import Assignment, Experiment, ExperimentArm, Letter, PrintRun
from notices.rules.experiments import Addressee, Place, assign
from notices.rules.kinds import KINDS
from notices.rules.text_checks import differences
from notices.services.letter_data import RunWords, kind_text
from notices.services.selection import Selection
from toyota_collect import audit
from toyota_collect.models import NoticeText
from toyota_collect.registry import registry

Event = LifeEvent.Kind
OUTSIDE = (
    "支援措置・死亡・猶予や保留（審査中を含む）・生活の困りごとの確認中や支援中の人、ほかの人の分を求められる人と、"
    "同じ世帯・住所の人。"
    "いまの文面（A）で送り、数えない"
)
LOT = "同じ世帯・住所の人は同じ文面。くじの種は金額確定のときに引き、記録に残す"


class ExperimentStale(Exception):
    """The texts are not those that were approved for the comparison any more; the message says so in Japanese."""


@dataclass(frozen=True)
class Draw:
    """What the lot gave: by person, the text and the words of it."""

    arms: Sequence[ExperimentArm]
    words: Sequence[RunWords]  # of each arm
    places: dict[int, Place]  # by person

    def words_for(self, person_id: int, standard: RunWords) -> RunWords:
        arm = self.places[person_id].arm
        return standard if arm is None else self.words[arm]


def experiment_of(run: PrintRun) -> Experiment | None:
    return Experiment.objects.filter(run=run).prefetch_related("arms__text").first()


def fault(run: PrintRun) -> str:
    """Why the run's comparison, if it has one, cannot be made as it was registered; "" where it can."""
    experiment = experiment_of(run)
    if experiment is None:
        return ""
    texts = [arm.text for arm in experiment.arms.all()]
    usable = NoticeText.objects.usable(kind=run.kind, on=run.issued_on)
    if usable.filter(pk__in=[text.pk for text in texts]).count() != len(texts):
        return "比較試験の文面に、この種類・この発付日に使えない版があります。比較試験を登録し直してください。"
    if NoticeText.objects.in_force(kind=run.kind, on=run.issued_on).first() != texts[0]:
        return "いまの文面（A）の版が変わりました。比較試験を登録し直してください。"
    return ""


def evidence(run: PrintRun) -> dict[str, Any]:
    """What those who approve the run read about its comparison; empty where it has none."""
    experiment = experiment_of(run)
    if experiment is None:
        return {}
    first, *others = experiment.arms.all()
    told: dict[str, Any] = {
        "確かめたいこと": experiment.question,
        "ものさし（先に決めたもの）": experiment.yardstick,
        "対象外": OUTSIDE,
        "くじ": LOT,
        "文面A": f"いまの文面（第{first.text.version}版）{first.percent}％",
    }
    for arm in others:
        changed = differences(KINDS[run.kind], first.text.parts, arm.text.parts)
        told[f"文面{arm.name}"] = f"第{arm.text.version}版　{arm.percent}％"
        told[f"文面{arm.name}の違い"] = {label: f"{old or 'なし'} → {new or 'なし'}" for label, old, new in changed}
    return {"文面の比較試験": told}


def draw(run: PrintRun, selection: Selection, *, by: Any, today: date) -> Draw | None:
    """Draw the texts of a run's comparison among those who get a letter; None where it has none. Call it with the snapshot.

    Raises:
        ExperimentStale: a text cannot be used any more, or another is in force.
        SettingMissing, ProfileIncomplete: a text of the city is not set.
    """
    experiment = experiment_of(run)
    if experiment is None:
        return None
    if stale := fault(run):
        raise ExperimentStale(stale)
    arms = list(experiment.arms.all())
    experiment.seed = secrets.token_hex(16)
    experiment.save(update_fields=["seed"])
    known = addressees(selection.targets, days=sorted({run.as_of, run.issued_on, today}), answering=selection.answering)
    by_number = assign(known.values(), [arm.percent for arm in arms], seed=experiment.seed)
    places = {pk: by_number[one.number] for pk, one in known.items()}
    drawn = sum(place.arm is not None for place in places.values())
    detail = {"seed": experiment.seed, "drawn": drawn, "outside": len(places) - drawn}
    audit.record(event="experiment.drawn", by=by, target=experiment, detail=detail)
    return Draw(arms, [RunWords.of(run, today=today, text=kind_text(arm.text)) for arm in arms], places)


def write(draw: Draw, letters: Iterable[Letter]) -> None:
    """Keep with each letter what the draw gave it."""
    Assignment.objects.bulk_create(
        Assignment(
            letter=letter,
            arm=None if place.arm is None else draw.arms[place.arm],
            unit=place.unit,
            outside=place.outside or "",
        )
        for letter in letters
        for place in [draw.places[letter.person_id]]
    )


def addressees(
    people: Collection[int], *, days: Sequence[date], answering: Collection[int] = ()
) -> dict[int, Addressee]:
    """The people as the rules of the draw see them. The number of queries does not depend on the people.

    Every doubt counts: a hold to come, one that is asked for, an event that nobody has looked into yet.
    """
    hidden = all_hidden_people(days)
    held = _ids(Hold.objects.filter(Q(ends_on=None) | Q(ends_on__gt=days[0]), person__in=people))
    held |= _ids(Measure.objects.filter(person__in=people, decided_on=None, cancelled_on=None))
    cared_for = set().union(*(source(people, day) for source in registry.cared_for for day in days))
    events: dict[str, set[int]] = defaultdict(set)
    open_events = LifeEvent.objects.filter(identity__person__in=people, handled_on=None)
    for kind, person in open_events.values_list("kind", "identity__person"):
        events[kind].add(person)
    households = household_numbers(people)
    rows = Person.objects.filter(pk__in=people).values_list("pk", "number", "died_on", "postal_code", "address")
    return {
        pk: Addressee(
            number=number,
            places=tuple(_places(households.get(pk, ""), code, address)),
            protected=pk in hidden or pk in events[Event.PROTECTED],
            deceased=died_on is not None or pk in events[Event.DIED],
            held=pk in held,
            hardship=pk in cared_for or pk in events[Event.WELFARE_START],
            answering=pk in answering,
        )
        for pk, number, died_on, code, address in rows
    }


def _places(household: str, code: str, address: str) -> Iterable[str]:
    if household:
        yield f"世帯 {household}"
    if plain := "".join(address.split()):
        yield f"{code} {plain}"


def _ids(rows: Any) -> set[int]:
    return set(rows.values_list("person", flat=True))
