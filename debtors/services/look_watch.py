"""気になる閲覧: looks at the own family, at colleagues, and at far more people than usual, found each night for the auditor."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Count, Q
from django.db.models.functions import TruncDate

from debtors.models import Person, PersonRelation
from debtors.rules.looks import is_unusual
from toyota_collect.dated import value_or
from toyota_collect.models import AccessLog, LookAlert, User

VOLUME = "watch.volume"
LOOKED_BACK = timedelta(days=60)  # of which the last ``DAYS`` working days are a person's usual
DAYS = 20


def watch(*, day: date) -> int:
    """Write the alerts of one calendar day; return how many are new. Running twice only brings their counts up to date."""
    looks = _looks(day)
    found = [*_of_own(looks, day), *_of_volume(day)]
    new = 0
    for alert in found:
        key = {"kind": alert.kind, "user_id": alert.user_id, "person_key": alert.person_key, "day": day}
        _, made = LookAlert.objects.update_or_create(
            **key, defaults={"looks": alert.looks}, create_defaults={"looks": alert.looks, "reason": alert.reason}
        )
        new += made
    return new


def _looks(day: date) -> Counter[tuple[int, str]]:
    rows = AccessLog.objects.filter(at__date=day).exclude(person_key="")
    counted = rows.order_by().values_list("by", "person_key").annotate(looks=Count("pk"))
    return Counter({(by, key): looks for by, key, looks in counted})


def _of_own(looks: Counter[tuple[int, str]], day: date) -> Iterable[LookAlert]:
    """Looks at oneself, at the household and the relations one acts in, and at other people of the staff."""
    staff = {user.pk: user for user in User.objects.exclude(own_number="")}
    own = _people_of(user.own_number for user in staff.values())
    near = _near(person for people in own.values() for person in people)
    owner = {person.number: user for user in staff.values() for person in own[user.own_number]}
    families = {
        user.pk: {one.number for person in own[user.own_number] for one in near[person.pk]} for user in staff.values()
    }
    for (by, key), count in looks.items():
        if key in families.get(by, ()):
            yield LookAlert(
                kind=LookAlert.Kind.OWN, user_id=by, person_key=key, looks=count,
                reason="本人か、同じ世帯の人、または代理などの関係がある人です。",
            )  # fmt: skip
        elif key in owner and owner[key].pk != by:
            yield LookAlert(
                kind=LookAlert.Kind.COLLEAGUE, user_id=by, person_key=key, looks=count,
                reason=f"職員（{owner[key].display_name}）本人の情報です。",
            )  # fmt: skip


def _people_of(numbers: Iterable[str]) -> dict[str, list[Person]]:
    wanted = set(numbers)
    found: dict[str, list[Person]] = defaultdict(list)
    for person in Person.objects.filter(atena_number__in=wanted):
        found[person.atena_number].append(person)
    return found


def _near(people: Iterable[Person]) -> dict[int, list[Person]]:
    """Each of the people with the household and those they act for or who act for them, themselves included."""
    near: dict[int, list[Person]] = defaultdict(list)
    mine = list(people)
    homes: dict[str, list[Person]] = defaultdict(list)
    numbers = {person.household_number for person in mine} - {""}
    for member in Person.objects.filter(household_number__in=numbers):
        homes[member.household_number].append(member)
    ids = [person.pk for person in mine]
    relations = PersonRelation.objects.filter(Q(person__in=ids) | Q(actor__in=ids), ends_on=None)
    others: dict[int, list[Person]] = defaultdict(list)
    for relation in relations.exclude(actor=None).select_related("person", "actor"):
        assert relation.actor is not None
        others[relation.person_id].append(relation.actor)
        others[relation.actor.pk].append(relation.person)
    for person in mine:
        near[person.pk] = [person, *homes.get(person.household_number, ()), *others[person.pk]]
    return near


def _of_volume(day: date) -> Iterable[LookAlert]:
    """Who looked at far more people than on the own last working days (setting ``watch.volume``)."""
    rows = AccessLog.objects.filter(at__date__gt=day - LOOKED_BACK, at__date__lte=day).exclude(person_key="")
    counted = rows.order_by().values("by", on=TruncDate("at")).annotate(people=Count("person_key", distinct=True))
    days: dict[int, dict[date, int]] = defaultdict(dict)
    for row in counted:
        days[row["by"]][row["on"]] = row["people"]
    limits = value_or(VOLUME, day, {"floor": 150, "times": 3})
    for by, people in days.items():
        usual = [people[on] for on in sorted(people) if on < day][-DAYS:]
        if day in people and is_unusual(people[day], usual, floor=limits["floor"], times=limits["times"]):
            yield LookAlert(
                kind=LookAlert.Kind.VOLUME, user_id=by, person_key="", looks=people[day],
                reason="1日に見た人の数が、ふだんよりずっと多くなっています。",
            )  # fmt: skip
