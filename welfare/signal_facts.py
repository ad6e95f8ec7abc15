"""What flags tell other apps, through the registry only: facts that soften, the flag 生活, and lines of a course.

There is no other way out of the signals: no queryset of the claims, the notices or the lawyers reads them, and every rule of
the recommended next action on these facts sets a ceiling (a test walks both).
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from debtors.joined import together
from debtors.models import Person
from debtors.presence import nothing_of, rows_of
from toyota_collect.lookups import Keys
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import BoardLine, DaySource, Fact, Flag, Happening, Span
from toyota_collect.wareki import long_text
from welfare.models import FlagAssessment, HardshipFlag

NONE = Flag("", "つなぎの記録も、困窮のサインもありません。")
CONFIRMED = HardshipFlag.State.CONFIRMED
OLD_DAYS = 30


def day_facts(people: Sequence[int], user: Any, on: date) -> Iterator[tuple[int, Fact]]:
    """``sign``: a flag waits for somebody; ``sign_confirmed``: somebody found the person in hardship."""
    if not allows(user, Permission.CONTACT_VIEW):
        return
    flags = HardshipFlag.objects.softening(on=on).filter(person__in=people).select_related("person")
    for flag in rows_of(flags, people):
        if flag.state == CONFIRMED:
            talk = reverse("welfare:talk", args=[flag.person.number])
            yield flag.person_id, Fact("sign_confirmed", flag.ended_on, text=_confirmed(flag), url=talk)
        else:
            yield (
                flag.person_id,
                Fact("sign", flag.found_on, text=_open(flag), url=reverse("welfare:signal", args=[flag.pk])),
            )


def _with_sign(people: Keys, user: Any, span: Span) -> Iterable[int]:
    waiting = HardshipFlag.objects.waiting().filter(person__any_of=people)
    return waiting.order_by().values_list("person", flat=True)


SOURCE = DaySource(day_facts, frozenset({"sign", "sign_confirmed"}), {"sign": _with_sign})


def _open(flag: HardshipFlag) -> str:
    first, more = flag.signs[0]["label"], "など" if len(flag.signs) > 1 else ""
    return f"困窮のサイン{len(flag.signs)}件（{first}{more}）。見立てがまだです"


def _confirmed(flag: HardshipFlag) -> str:
    return f"{long_text(flag.ended_on)}に困窮していると見立てました"


def living_flag(person: Person, on: date) -> Flag:
    """The flag 生活 of somebody with no referral; the caller has asked whether the user may know."""
    people = together(person.pk)
    flag = rows_of(HardshipFlag.objects.softening(on=on).filter(person__in=people), people).first()
    if flag is None:
        return NONE
    if flag.state == CONFIRMED:
        return Flag("納められないと見立てた", f"{_confirmed(flag)}。相談の案内を先にします。")
    return Flag("困窮していないか確かめる", f"{_open(flag)}。")


def cared_for(people: Collection[int], on: date) -> set[int]:
    """Of the people, those whose hardship is looked into: nobody tries anything out on them."""
    return set(HardshipFlag.objects.softening(on=on).filter(person__in=people).values_list("person_id", flat=True))


def happenings(person: Person, user: Any, on: date) -> Iterator[Happening]:
    """What was decided about flags, in the person's course."""
    if not allows(user, Permission.CONTACT_VIEW):
        return
    people = together(person.pk)
    if nothing_of(HardshipFlag, people):
        return
    for row in FlagAssessment.objects.filter(flag__person__in=people).select_related("by"):
        reason = f"（{why}）" if (why := row.reason_for(user)) else ""
        text = f"困窮のサインの見立て：{row.get_answer_display()}{reason}"
        yield Happening(row.on, "見立て", text, str(row.by), "life")


def board_lines(user: Any, on: date) -> Iterator[BoardLine]:
    """For the supervisor: flags nobody has looked at."""
    if not allows(user, Permission.SIGNAL_ASSESS):
        return
    waiting = HardshipFlag.objects.to_assess(on=on)
    if count := waiting.count():
        old = sum((on - day).days >= OLD_DAYS for day in waiting.values_list("found_on", flat=True))
        text = f"見立て待ち {count}人" + (f"（{OLD_DAYS}日以上 {old}人）" if old else "")
        yield BoardLine("困窮のサイン", "life" if not old else "care", text, reverse("welfare:signals"))
