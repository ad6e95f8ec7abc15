"""住基外の人: somebody whom no register knows becomes a person here, so that they can be an heir or act for others."""

from datetime import date
from typing import Any

from django.db import transaction

from debtors.models import OutsideEntry, Person, SourceIdentity, SourceSystem
from debtors.rules.normalise import address_key, kana_key, name_key, phone_key
from debtors.services.identity_records import lock_links
from debtors.services.joining import ALONE, move_identities
from debtors.services.people import fresh_person_id, refresh_people
from toyota_collect import audit
from toyota_collect.documents.store import draw_numbers
from toyota_collect.permissions import Ground


class OutsideRefused(Exception):
    """The person cannot be entered; the message says why, in Japanese."""


@transaction.atomic
def enter_outside(
    *,
    name: str,
    kana: str,
    origin: str,
    by: Any,
    on: date,
    birth_on: date | None = None,
    postal_code: str = "",
    address: str = "",
    phone: str = "",
    note: str = "",
    another: bool = False,
) -> Person:
    """Make a person of somebody whom neither the register nor a section knows; they owe nothing of themselves.

    ``another``: somebody has looked and it is none of those here with the same name.

    Raises:
        OutsideRefused: no name, reading or origin, a birth date to come, or somebody of that name is here already.
    """
    if not name.strip() or not kana.strip():
        raise OutsideRefused("氏名とフリガナを入れてください。")
    if not origin.strip():
        raise OutsideRefused("何で知ったか（戸籍・相続関係説明図など）を書いてください。")
    if birth_on and birth_on > on:
        raise OutsideRefused("生年月日が、まだ来ていない日です。")
    key = name_key(name)[:120]
    alike = Person.objects.current().filter(name_key=key)
    if birth_on:
        alike = alike.filter(birth_on__in=[birth_on]) | alike.filter(birth_on=None)
    if not another and (known := list(alike.order_by("pk")[:3])):
        numbers = "、".join(one.number for one in known)
        raise OutsideRefused(
            f"同じ氏名の人が、すでに登録されています（{numbers}）。同じ人ならその番号を使い、"
            "別の人なら「別の人であることを確かめた」を選んでください。"
        )
    lock_links()
    identity = SourceIdentity.objects.create(
        source=SourceSystem.objects.get(code=OutsideEntry.SOURCE),
        person_number=f"G{draw_numbers(series=OutsideEntry.SOURCE, year=0, count=1):06d}",
        name=name.strip(),
        kana=kana.strip(),
        birth_on=birth_on,
        postal_code=postal_code,
        address=address.strip(),
        phone=phone.strip(),
        name_key=key,
        kana_key=kana_key(kana)[:200],
        address_key=address_key(address)[:200],
        phone_key=phone_key(phone),
        ground=Ground.CONTRACT,
        last_seen_on=on,
    )
    person_id = fresh_person_id()
    move_identities([identity.pk], to_id=person_id, rule=ALONE, evidence={}, by=by)
    refresh_people(among=[person_id])  # makes the person
    entry = OutsideEntry.objects.create(identity=identity, origin=origin.strip(), note=note.strip(), entered_by=by)
    person = Person.objects.get(pk=person_id)
    audit.record(event="person.outside", by=by, target=entry, detail={"number": person.number})
    return person
