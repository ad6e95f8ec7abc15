"""人の関係: who acts for a person, entered, corrected and ended; and making a person of a register's entry."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from debtors.models import Person, PersonRelation, SourceIdentity
from debtors.querysets import in_force
from debtors.services.identity_records import lock_links
from debtors.services.joining import ALONE, move_identities
from debtors.services.people import fresh_person_id, refresh_people
from toyota_collect import audit
from toyota_collect.permissions import Ground


class RelationRefused(Exception):
    """The relation cannot be entered, corrected or ended; the message says why, in Japanese."""


@transaction.atomic
def add_relation(
    *,
    person_id: int,
    kind: str,
    starts_on: date,
    origin: str,
    by: Any,
    actor_id: int | None = None,
    name: str = "",
    postal_code: str = "",
    address: str = "",
    phone: str = "",
    takes_letters: bool = False,
    ground: str = Ground.CONTRACT,
    note: str = "",
) -> PersonRelation:
    """Enter who acts for the person from ``starts_on``: a person here, or by name and address as notified.

    Raises:
        Person.DoesNotExist: no such person.
        RelationRefused: nobody or the person themselves, letters without an address, no origin, or entered already.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    actor = Person.objects.get(pk=actor_id) if actor_id else None
    name = "" if actor else name.strip()
    if actor is None and not name:
        raise RelationRefused("相手の整理番号か、氏名・名称を入れてください。")
    if actor == person:
        raise RelationRefused("本人が入っています。相手には別の人を選んでください。")
    if not origin.strip():
        raise RelationRefused("何で知ったか（届出・登記事項証明書など）を書いてください。")
    if takes_letters and actor is None and not address.strip():
        raise RelationRefused("文書を送る先にするときは、住所が要ります。")
    try:
        with transaction.atomic():
            relation = PersonRelation.objects.create(
                person=person,
                kind=kind,
                actor=actor,
                name=name,
                postal_code=postal_code,
                address=address.strip(),
                phone=phone,
                takes_letters=takes_letters,
                starts_on=starts_on,
                ground=ground,
                origin=origin.strip(),
                note=note,
                entered_by=by,
            )
    except IntegrityError as error:
        raise RelationRefused("同じ相手が、同じ関係ですでに登録されています。") from error
    audit.record(event="relation.added", by=by, target=relation, detail={"person": person.number, "kind": kind})
    return relation


@transaction.atomic
def end_relation(*, relation_id: int, ends_on: date, by: Any) -> PersonRelation:
    """The relation is over from ``ends_on`` on (exclusive end); the row stays.

    Raises:
        PersonRelation.DoesNotExist: no such relation.
        RelationRefused: it has ended, or would end before it began.
    """
    relation = PersonRelation.objects.select_for_update().get(pk=relation_id)
    if relation.ends_on:
        raise RelationRefused("この関係は、すでに終わっています。")
    if ends_on <= relation.starts_on:
        raise RelationRefused("終わりの日が開始日より後になるようにしてください。")
    relation.ends_on = ends_on
    relation.save()
    audit.record(event="relation.ended", by=by, target=relation, detail={"ends_on": ends_on.isoformat()})
    return relation


@transaction.atomic
def correct_relation(*, relation_id: int, by: Any, **facts: Any) -> PersonRelation:
    """Correct address, phone, letters, origin or note; the former words stay in the history.

    Raises:
        PersonRelation.DoesNotExist: no such relation.
        RelationRefused: another fact is named, no origin, or letters without an address.
    """
    relation = PersonRelation.objects.select_for_update().get(pk=relation_id)
    if set(facts) - {"postal_code", "address", "phone", "takes_letters", "origin", "note"}:
        raise RelationRefused("相手・関係・日付が違うときは、この関係を終わらせて、新しく登録してください。")
    for name, value in facts.items():
        setattr(relation, name, value)
    if not relation.origin.strip():
        raise RelationRefused("何で知ったかを書いてください。")
    if relation.takes_letters and relation.actor_id is None and not relation.address:
        raise RelationRefused("文書を送る先にするときは、住所が要ります。")
    relation.save()
    audit.record(event="relation.corrected", by=by, target=relation, detail={"fields": sorted(facts)})
    return relation


@transaction.atomic
def let_heirs_speak(*, person_id: int, speaker_id: int | None, starts_on: date, origin: str, by: Any) -> None:
    """Letters about the dead go to this heir (地方税法9条の2) from ``starts_on`` on, or to no heir: the former one's time ends.

    One entered for the same day or later was wrong from the start and goes (the history has it).

    Raises:
        RelationRefused: as :func:`add_relation`.
    """
    former = PersonRelation.objects.select_for_update().filter(
        person=person_id, kind=PersonRelation.Kind.HEIRS_SPEAKER, ends_on=None
    )
    former.filter(starts_on__gte=starts_on).delete()
    former.filter(starts_on__lt=starts_on).update(ends_on=starts_on)
    if speaker_id:
        kind = PersonRelation.Kind.HEIRS_SPEAKER
        facts = {"actor_id": speaker_id, "takes_letters": True, "starts_on": starts_on, "origin": origin}
        add_relation(person_id=person_id, kind=kind, by=by, **facts)


def letter_takers(people: Collection[int], *, on: date) -> dict[int, list[PersonRelation]]:
    """Who takes letters for each of the people on the day (納税管理人, 成年後見人等 …), the latest first; one query."""
    found: dict[int, list[PersonRelation]] = {}
    rows = PersonRelation.objects.filter(in_force(on), person__in=people, takes_letters=True).select_related("actor")
    for relation in rows:
        found.setdefault(relation.person_id, []).append(relation)
    return found


@transaction.atomic
def person_by_number(number: str, *, by: Any) -> Person:
    """The person of a 整理番号 or 宛名番号; the register's entry of somebody who owes nothing becomes a person.

    Raises:
        RelationRefused: nobody has the number, or several people do.
    """
    number, people = number.strip(), Person.objects.current()
    found = list(people.filter(number=number)[:1]) or list(people.filter(atena_number=number)[:2])
    if len(found) == 1 and number:
        return found[0]
    if found or not number:
        raise RelationRefused(f"番号「{number}」の人を1人に決められません。整理番号を入れてください。")
    lock_links()
    entry = SourceIdentity.objects.filter(ground=Ground.REGISTER, person_number=number).first()
    if entry is None or entry.person_id:
        raise RelationRefused(f"番号「{number}」の人が見つかりません。整理番号か宛名番号を確かめてください。")
    key = fresh_person_id()
    move_identities([entry.pk], to_id=key, rule=ALONE, evidence={}, by=by)
    refresh_people(among=[key])  # makes the person
    person = Person.objects.get(pk=key)
    audit.record(event="person.made", by=by, target=person, detail={"number": person.number})
    return person
