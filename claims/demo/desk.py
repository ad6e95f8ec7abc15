"""A desk that is worked at (架空): contacts of the last weeks, today's call list, visitors at the counter."""

import random
from datetime import date, time, timedelta
from typing import Any

from claims.models import Claim
from claims.services.call_queue import build_list
from debtors.forms import due_day
from debtors.models import Contact, OutcomeRule, Person
from debtors.services.visits import keep_visit, open_visit
from debtors.services_work import correct_contact, record_contact

PEOPLE = 60
Outcome, Whom = Contact.Outcome, Contact.Whom
HOURS = (9, 10, 11, 13, 14, 16, 17, 18, 18, 19)
SAID = {
    Outcome.TALKED: (
        "仕事が減り、収入が下がったとのこと。月末にもう一度話す。",
        "送った文書は見ていないとのこと。内容を説明した。",
    ),
    Outcome.PROMISED: ("給料日のあとに納めるとのこと。", "納付書を新しく出してほしいとのこと。窓口で渡す。"),
    Outcome.PLAN: ("毎月分けて納めたいとのこと。収支の書類を持ってくるよう頼んだ。",),
    Outcome.PAID: ("先週コンビニで納めたとのこと。",),
    Outcome.HARDSHIP: ("けがで働けないとのこと。生活の相談の窓口を案内した。",),
    Outcome.ABSENT: ("留守番電話。用件は残していない。", ""),
    Outcome.BUSY: ("",),
}
COURSES = (  # what happened with one person, in order
    (Outcome.ABSENT,),
    (Outcome.ABSENT, Outcome.BUSY, Outcome.TALKED),
    (Outcome.PROMISED,),
    (Outcome.TALKED, Outcome.PROMISED),
    (Outcome.ABSENT, Outcome.PLAN),
    (Outcome.HARDSHIP,),
    (Outcome.ABSENT, Outcome.PAID),
)


def load_desk(*, by: Any, on: date) -> int:
    """Write contacts and receive two visitors; returns how many contacts. Safe to run again: what was made stays."""
    if Contact.objects.filter(channel=Contact.Channel.PHONE).exists():
        return 0
    chance = random.Random(7)
    reachable = Claim.objects.reachable_by("call", on=on)
    people = list(
        Person.objects.filter(identities__claims__in=reachable, died_on=None)
        .exclude(phone="")
        .distinct()
        .order_by("number")[:PEOPLE]
    )
    rules = {rule.outcome: rule for rule in OutcomeRule.objects.all()}
    for index, person in enumerate(people):
        _course(person, COURSES[index % len(COURSES)], rules, chance, by=by, on=on)
    if line := Contact.objects.filter(outcome=Outcome.TALKED).order_by("pk").first():
        facts = {"on": line.on, "at": line.at, "channel": line.channel, "outcome": line.outcome}
        text = f"{line.text}相手は本人ではなく配偶者。"
        correct_contact(
            contact_id=line.pk, why="相手を取り違えて書いた", by=by, text=text, with_whom=Whom.SPOUSE, **facts
        )
    for person, note in zip(people[:2], ("", "仕事が減ったとのこと。収支を聞いている途中。"), strict=False):
        visit = open_visit(person_id=person.pk, on=on, by=by)
        keep_visit(visit_id=visit.pk, note=note, checked="photo" if note else "")
    build_list(on=on, by=by)
    return Contact.objects.count()


def _course(
    person: Person,
    outcomes: tuple[Contact.Outcome, ...],
    rules: dict[str, OutcomeRule],
    chance: random.Random,
    *,
    by: Any,
    on: date,
) -> None:
    hour = chance.choice(HOURS)
    day = on - timedelta(days=chance.randint(20, 60))
    for outcome in outcomes:
        rule = rules[outcome]
        promised = outcome == Outcome.PROMISED
        record_contact(
            person_id=person.pk,
            on=day,
            at=time(hour if rule.reached else chance.choice(HOURS), chance.randint(0, 59)),
            channel=Contact.Channel.PHONE,
            with_whom=Whom.SELF if rule.reached else "",
            outcome=outcome,
            text=chance.choice(SAID[outcome]),
            checked=["address", "birth"] if rule.reached else [],
            promised_on=day + timedelta(days=chance.randint(5, 40)) if promised else None,
            promised_yen=chance.randrange(5_000, 30_000, 1_000) if promised else None,
            next_step=rule.next_step,
            next_due_on=due_day(day, rule.days),
            by=by,
        )
        day += timedelta(days=chance.randint(2, 6))
