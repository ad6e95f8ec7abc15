"""Finding people by anything that is in front of staff: a reading, a name, part of an address, a phone, a number on a letter.

Numbers are looked up exactly; names by their key, first as a whole, then as a beginning, then as other systems or other
families write them, then inside, then as something similar; what may be a place is also looked for in addresses. An index
serves each step and each stops at ``COUNT_LIMIT``, so that the time hardly grows with the city. Of one or two letters only
beginnings are looked for: no index can look for so few inside.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Q, QuerySet, Value

from debtors.disclosure import own_records, shown
from debtors.joined import current_people
from debtors.models import Person, SourceIdentity
from debtors.models.keys import LooseKana
from debtors.protection import hidden_people
from debtors.rules.normalise import address_key, kana_key, name_forms, name_key, phone_key
from debtors.rules.scanned import scanned_number
from toyota_collect import wareki
from toyota_collect.permissions import Role
from toyota_collect.registry import registry

LIMIT = 50  # people shown
COUNT_LIMIT = 100  # people counted; beyond it the answer is "more", and nobody reads on
INSIDE_FROM = 3  # letters from which an index can look inside a name or an address
PLACE_FROM = 2  # letters from which an address is looked for
_NUMBER = re.compile(r"[0-9A-Z][0-9A-Z-]*")
_DOCUMENT = re.compile(r"第[0-9]+号$")  # 文書番号: 2026豊債管第000123号
_KANA = re.compile(r"[ァ-ヶーヽヾ・]+")


@dataclass
class Found:
    """``rows`` are ready to show; ``count`` is capped at ``COUNT_LIMIT`` (``more``: there are others beyond)."""

    text: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    count: int = 0
    more: bool = False
    limit: int = COUNT_LIMIT
    how: str = ""  # number | name | place | similar
    born_on: date | None = None


def find_people(text: str, *, user: Any, on: date, limit: int = LIMIT, with_facts: bool = True) -> Found:
    """People the user may know of that fit the text; a birth date among the words narrows a name.

    At most ``limit`` rows are made, ``with_facts`` of other apps (what is owed …) in them.
    """
    plain = " ".join(unicodedata.normalize("NFKC", scanned_number(text)).split())
    found = Found(text=plain)
    if not plain:
        return found
    if _is_number(plain):
        found.how, ids, first = "number", _by_number(plain, user=user, on=on), ("", "")
        beyond = False
    else:
        words, found.born_on = _take_birth_date(plain)
        first = _keys(words)
        if not first[0]:
            return found
        people = Person.objects.visible_to(user).current()
        if found.born_on:
            people = people.filter(birth_on=found.born_on)
        found.how, ids, beyond = _by_words(words, people, *first, user=user, on=on)
    ranked = _ranked(ids, *first)
    found.more, found.count = beyond or len(ids) > COUNT_LIMIT, min(len(ids), COUNT_LIMIT)
    found.rows = rows_of(ranked[:limit], user=user, on=on, with_facts=with_facts)
    return found


def _keys(words: str) -> tuple[str, str]:
    """The words as a name and, where they can be one, as a reading."""
    reading = kana_key(words)
    return name_key(words), reading if _KANA.fullmatch(reading) else ""


def _by_words(
    words: str, people: QuerySet[Person], name: str, reading: str, *, user: Any, on: date
) -> tuple[str, set[int], bool]:
    """How somebody was found, whom, and whether more live at the place than were looked at."""
    looks_inside = len(reading or name) >= INSIDE_FROM
    ids = _beginning(people, name, reading, user=user)
    if len(ids) < LIMIT:
        ids |= _otherwise_written(people, name, reading)
    if len(ids) <= COUNT_LIMIT and looks_inside:
        ids |= _inside(people, name, reading)
    how = "name" if ids else "place"
    beyond = False
    if len(ids) < LIMIT and not reading:
        there, beyond = _by_place(words, people, user=user, on=on)
        ids |= there
    if not ids and looks_inside:
        return "similar", _similar(people, name, reading), False
    return how, ids, beyond


def _is_number(plain: str) -> bool:
    squeezed = plain.replace(" ", "").upper()
    numbered = _NUMBER.fullmatch(squeezed) or phone_key(plain) or _DOCUMENT.search(squeezed)
    return bool(numbered) and any(char.isdigit() for char in squeezed)


def _take_birth_date(plain: str) -> tuple[str, date | None]:
    words, born_on = [], None
    for word in plain.split(" "):
        try:
            born_on = wareki.parse(word)
        except ValueError:
            words.append(word)
    return " ".join(words), born_on


def _by_number(plain: str, *, user: Any, on: date) -> set[int]:
    """Own number, 宛名番号, a section's number, 通知書番号, numbers on letters and slips, phone. A protected person is not found by phone."""
    number = plain.replace(" ", "").upper()
    identities = _identities_for(user)
    own = Person.objects.filter(number=number).values_list("pk", flat=True)
    ids = set(current_people(own).values())
    ids |= set(identities.filter(Q(atena_number=number) | Q(person_number=number)).values_list("person_id", flat=True))
    if phone := phone_key(plain):
        by_phone = set(identities.filter(phone_key=phone).values_list("person_id", flat=True))
        ids |= by_phone - hidden_people(by_phone, on=on)
    for search in registry.number_searches:
        ids |= set(search(number, user))
    return set(Person.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))


def _some(people: QuerySet[Person]) -> set[int]:
    return set(people.order_by().values_list("pk", flat=True)[: COUNT_LIMIT + 1])


def _beginning(people: QuerySet[Person], name: str, reading: str, *, user: Any) -> set[int]:
    """Where more begin so than are counted, whole names are among those that are."""
    ids = _some(people.filter(name_key__startswith=name))
    if reading:
        ids |= _some(people.filter(kana_key__startswith=reading))
    if len(ids) > COUNT_LIMIT:
        whole = Q(name_key=name) | Q(kana_key=reading) if reading else Q(name_key=name)
        ids |= _some(people.filter(whole))
    if user.role != Role.SECTION_VIEWER:  # names as single sections write them
        other = SourceIdentity.objects.filter(name_key=name).exclude(person=None).values("person")
        ids |= _some(people.filter(pk__in=other))
    return ids


def _otherwise_written(people: QuerySet[Person], name: str, reading: str) -> set[int]:
    """Readings that differ only in what systems cannot write, and names in forms of another family."""
    ids = _some(_loosely(people).filter(loose__startswith=LooseKana(Value(reading)))) if reading else set()
    for form in name_forms(name):
        if form != name:
            ids |= _some(people.filter(name_key__startswith=form))
    return ids


def _inside(people: QuerySet[Person], name: str, reading: str) -> set[int]:
    ids = _some(people.filter(name_key__contains=name))
    if reading:
        ids |= _some(people.filter(kana_key__contains=reading))
    if reading and len(ids) < LIMIT:
        ids |= _some(_loosely(people).filter(loose__contains=LooseKana(Value(reading))))
    return ids


def _by_place(words: str, people: QuerySet[Person], *, user: Any, on: date) -> tuple[set[int], bool]:
    """People at an address that begins so, or has it inside, in any section's words, and whether there are more than were
    looked at. A protected person is not found by it, nor counted."""
    place = address_key(words)
    if len(place) < PLACE_FROM:
        return set(), False
    placed = _identities_for(user).exclude(address_key="")  # as the indexes of places say it: else none is used
    ids = _living_at(placed.filter(address_key__startswith=place), people)
    if not ids and len(place) >= INSIDE_FROM:
        ids = _living_at(placed.filter(address_key__contains=place), people)
    return ids - hidden_people(ids, on=on), len(ids) > COUNT_LIMIT


def _living_at(there: QuerySet[SourceIdentity], people: QuerySet[Person]) -> set[int]:
    """Asked in two steps: in one, the first thousand people of the city that fit are looked for one by one."""
    found = there.order_by().values_list("person_id", flat=True).distinct()[: COUNT_LIMIT + 1]
    return _some(people.filter(pk__any_of=list(found)))


def _similar(people: QuerySet[Person], name: str, reading: str) -> set[int]:
    column, key = ("loose", LooseKana(Value(reading))) if reading else ("name_key", Value(name))
    near = _loosely(people).filter(**{f"{column}__trigram_similar": key})
    near = near.annotate(likeness=TrigramSimilarity(column, key)).order_by("-likeness", "pk")
    return set(near.values_list("pk", flat=True)[:LIMIT])


def _loosely(people: QuerySet[Person]) -> QuerySet[Person]:
    return people.annotate(loose=LooseKana("kana_key"))


def _identities_for(user: Any) -> QuerySet[SourceIdentity]:
    """Records with a person that the user may know of: a section's own debtors."""
    identities = SourceIdentity.objects.exclude(person=None)
    if user.role == Role.SECTION_VIEWER:
        return identities.filter(claims__section=user.section_id, claims__taken_back_at=None)
    return identities


def _ranked(ids: set[int], name: str, reading: str) -> list[int]:
    """The best first: whole names, then beginnings, then the others, by reading."""
    keys = Person.objects.filter(pk__in=ids).order_by().values_list("pk", "name_key", "kana_key", "birth_on")
    ranked = sorted(
        keys, key=lambda key: (_rank(key[1], key[2], name, reading), key[2], key[1], key[3] or date.max, key[0])
    )
    return [key[0] for key in ranked]


def _rank(name: str, reading: str, wanted_name: str, wanted_reading: str) -> int:
    if name == wanted_name or (wanted_reading and reading == wanted_reading):
        return 0
    begins = name.startswith(wanted_name) or (wanted_reading and reading.startswith(wanted_reading))
    return 1 if begins else 2


def rows_of(ids: Iterable[int], *, user: Any, on: date, with_facts: bool = True) -> list[dict[str, Any]]:
    """One row a person in the order of ``ids``: what may be shown, ``with_facts`` that other apps give for lists."""
    ids = list(ids)
    people = Person.objects.in_bulk(ids)
    hidden = hidden_people(ids, on=on)
    facts: dict[int, dict[str, Any]] = {pk: {} for pk in ids}
    for source in registry.list_facts if with_facts else ():
        for pk, more in source(ids, user, on).items():
            facts[pk].update(more)
    own = own_records(ids, user)
    return [
        {"shown": shown(people[pk], user, hidden=pk in hidden, record=own.get(pk)), "protected": pk in hidden}
        | facts[pk]
        for pk in ids
    ]
