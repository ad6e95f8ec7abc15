"""People for tests; every name is synthetic."""

from datetime import date
from itertools import count
from typing import Any

from debtors.models import IdentityLink, Person, ProtectionFlag, SourceIdentity, SourceSystem
from toyota_collect.models import User
from toyota_collect.permissions import Ground, Role
from toyota_collect.ranks import DecisionRank

_numbers = count(1)


def system_user(username: str = "system.intake") -> User:
    return User.objects.get(username=username)


def user(role: str, **facts: Any) -> User:
    """An active account with that role; a supervisor decides everything, if no rank is given."""
    number = next(_numbers)
    if role == Role.SUPERVISOR:
        facts.setdefault("decision_rank", DecisionRank.DIRECTOR)
    return User.objects.create_user(
        username=f"{role}{number}", password="架空のパスワード-2026", role=role, display_name=f"架空 {role}", **facts
    )


def person(**facts: Any) -> Person:
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "number": f"T{number:08d}",
        "name": f"架空 太郎{number}",
        "kana": "カクウ タロウ",
        "name_key": f"架空太郎{number}",
        "kana_key": "カクウタロウ",
        "birth_on": date(1980, 4, 1),
        "postal_code": "4710034",
        "address": "愛知県豊田市小坂本町一丁目1番地",
    }
    return Person.objects.create(**(defaults | facts))


def identity(of: Person, source: str = "zei", **facts: Any) -> SourceIdentity:
    """An identity of ``of`` in a source system, linked."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "person_number": f"N{number:08d}",
        "name": of.name,
        "kana": of.kana,
        "birth_on": of.birth_on,
        "postal_code": of.postal_code,
        "address": of.address,
        "name_key": of.name_key,
        "kana_key": of.kana_key,
        "ground": Ground.TAX,
    }
    made = SourceIdentity.objects.create(source=SourceSystem.objects.get(code=source), person=of, **(defaults | facts))
    IdentityLink.objects.create(identity=made, person=of, rule="person", linked_by=system_user())
    return made


def protect(someone: Person, *, starts_on: date = date(2026, 1, 1), ends_on: date | None = None) -> ProtectionFlag:
    known = someone.identities.first() or identity(someone, "juki", ground=Ground.REGISTER)
    return ProtectionFlag.objects.create(
        person=someone, identity=known, starts_on=starts_on, ends_on=ends_on, ground=Ground.REGISTER, origin="住民記録"
    )
