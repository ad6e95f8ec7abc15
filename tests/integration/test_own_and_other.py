"""Every page about something, asked by whom it is not for: another section, another firm, a person under protection.

The city holds one of everything. The pages come from the URLconf: a new page about a thing is asked here by itself.
"""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Claim
from debtors import protection
from debtors.models import Person
from debtors.protection import all_hidden_people
from lawyers.models import Firm
from tests.e2e import city
from tests.e2e.test_every_page import staff  # noqa: F401  the fixture of the roles
from tests.factories.debtors import user
from tests.test_permissions import OWN_VIEWS, ROWS
from toyota_collect.models import Section, User
from toyota_collect.permissions import POLICY, Role

pytestmark = pytest.mark.django_db(transaction=True)
# What a section may open whoever's it is: nothing of it is about a person.
NOBODYS = {"debtors:extraction-new", "claims:layout", "manual-page", "manual-picture"}


@pytest.fixture
def places(tmp_path: Path, staff: dict[Role, User]) -> dict[str, dict[str, Any]]:  # noqa: F811
    """The addresses of pages about one thing, by URL name."""
    built = city.build(tmp_path, staff)
    return {name: kwargs for name, kwargs in built.items() if kwargs and name in ROWS and ROWS[name].method == "get"}


def answers(account: User, places: dict[str, dict[str, Any]]) -> dict[str, int]:
    """What the account gets for the pages that its role may open."""
    client = Client()
    client.force_login(account)
    return {
        name: client.get(reverse(name, kwargs=kwargs)).status_code
        for name, kwargs in places.items()
        if OWN_VIEWS[name].permission in POLICY[account.role]
    }


def test_another_section_another_firm_and_a_hidden_person(
    places: dict[str, dict[str, Any]],
    staff: dict[Role, User],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert len(places) > 50
    owing = set(Claim.objects.values_list("section", flat=True))
    other = Section.objects.exclude(pk__in=owing).first()
    of_other = answers(user(Role.SECTION_VIEWER, section=other), places)
    assert len(of_other) > 10
    assert {name for name, status in of_other.items() if status == 200} - NOBODYS == set()

    firm = Firm.objects.create(name="架空 ほかの法律事務所")
    stranger = user(Role.LAWYER)
    firm.members.set([stranger])
    own, others = answers(staff[Role.LAWYER], places), answers(stranger, places)
    assert {name for name, status in own.items() if status == 200} >= {"lawyers:room-case"}
    assert {name for name, status in others.items() if status == 200} - NOBODYS == set()

    _nobody_is_shown_a_hidden_place(places, staff, monkeypatch)


def _nobody_is_shown_a_hidden_place(
    places: dict[str, dict[str, Any]], accounts: dict[Role, User], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each hidden person lives at a place of their own, written nowhere else; no page shows it, letters that were made neither."""
    hidden = Person.objects.filter(pk__in=all_hidden_people([city.DAY]))
    assert hidden.exists()
    for someone in hidden:
        mark = f"秘匿町{someone.pk}番地の七"
        someone.identities.update(address=mark)
        Person.objects.filter(pk=someone.pk).update(address=mark)
    shown = []
    for role, account in accounts.items():
        client = Client()
        client.force_login(account)
        pages = places | {name: {} for name, row in ROWS.items() if not row.kwargs and row.method == "get"}
        pages |= {
            f"{name} {someone.pk}": {"number": someone.number}
            for name, row in ROWS.items()
            for someone in hidden
            if row.method == "get" and set(row.kwargs) == {"number"}
        }
        for name, kwargs in pages.items():
            view = name.partition(" ")[0]
            if OWN_VIEWS[view].permission not in POLICY[role]:
                continue
            answer = client.get(reverse(view, kwargs=kwargs))
            body = b"".join(answer) if answer.streaming else answer.content
            shown += [f"{role}: {name}"] if "秘匿町" in body.decode(errors="replace") else []
    assert shown == []
    monkeypatch.setattr(protection, "_hidden", lambda people, on: set())  # the search above sees what it looks for
    client = Client()
    client.force_login(accounts[Role.COLLECTOR])
    assert "秘匿町" in client.get(reverse("debtors:person", args=[hidden[0].number])).content.decode()
