"""A record of a protected human that is linked to nobody, or to another number, shows no place either."""

from datetime import date
from random import Random

import pytest
from django.urls import reverse
from django.utils import timezone

from debtors import protection
from debtors.protection import all_hidden_people, hidden_people
from tests.factories.claims import claim
from tests.factories.debtors import identity, person, protect, user
from toyota_collect.permissions import Ground, Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
PLACE = "愛知県豊田市若宮町九丁目9番地"


@pytest.fixture
def twin():
    """The same human in a section without 宛名番号: a person of their own, at the place that must stay unknown."""
    facts = {"name": "架空 花江", "name_key": "架空花江", "kana_key": "カクウハナエ", "birth_on": date(1991, 5, 6)}
    someone = person(**facts, address=PLACE, postal_code="4710026", phone="0900000123")
    identity(someone, "suido", address=PLACE, phone="0900000123", phone_key="0900000123")
    claim(someone, kind="water_charge", source="suido")
    return someone


@pytest.fixture
def register_entry(twin):
    """The protected entry of the register, which no debtor holds."""
    holder = person(name=twin.name, name_key=twin.name_key, kana_key=twin.kana_key, birth_on=twin.birth_on)
    protect(holder)
    entry = holder.identities.get()
    entry.protections.update(person=None)
    holder.links.all().delete()
    entry.person = None
    entry.ground = Ground.REGISTER
    entry.save()
    holder.delete()
    return entry


def test_a_protected_entry_that_nobody_holds_hides_the_same_human(twin, register_entry):
    stranger = person(name_key="架空別人", kana_key="カクウベツジン", birth_on=twin.birth_on)
    identity(stranger, "suido")
    assert hidden_people([twin.pk, stranger.pk], on=DAY) == {twin.pk}
    assert hidden_people([twin.pk], on=date(2025, 12, 31)) == set()


@pytest.mark.parametrize("few", [0, 30])
@pytest.mark.parametrize("seed", range(5))
def test_asked_for_some_people_or_for_the_whole_city_the_answer_is_one(seed, few, monkeypatch):
    """The three ways are written apart, for speed: a page asks for one or for its people, a run for everybody."""
    monkeypatch.setattr(protection, "FEW", few)
    random = Random(seed)
    people = []
    for n in range(25):
        facts = {"name_key": f"架空{random.randrange(4)}", "kana_key": f"カクウ{random.randrange(6)}"}
        facts["birth_on"] = random.choice((None, date(1991, 5, 6), date(1950, 1, n % 3 + 1)))
        someone = person(**facts)
        for source in random.sample(("zei", "suido", "juki"), random.randrange(1, 3)):
            places = {
                "address_key": random.choice(("", "若宮1", "若宮2")),
                "phone_key": random.choice(("", "0900000123")),
            }
            identity(someone, source, **facts, **places)
        people.append(someone)
    for someone in random.sample(people, 4):
        protect(someone)
    _withdrawn_measure(next(one for one in people if one.birth_on and not one.protections.exists()))
    of_all = all_hidden_people([DAY])
    assert 4 <= len(of_all) < len(people)
    assert hidden_people([one.pk for one in people], on=DAY) == of_all
    assert set().union(*(hidden_people([one.pk], on=DAY) for one in people)) == of_all


def _withdrawn_measure(of):
    """A measure on an entry that the taking back of an import withdrew: it says nothing any more."""
    facts = {"name_key": of.name_key, "kana_key": of.kana_key, "birth_on": of.birth_on}
    holder = person(**facts)
    protect(holder)
    entry = holder.identities.get()
    entry.protections.update(person=None)
    holder.links.all().delete()
    entry.person, entry.withdrawn_at = None, timezone.now()
    entry.save()
    holder.delete()


@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.SECTION_VIEWER])
def test_no_page_shows_where_they_are(client, twin, register_entry, role):
    section = twin.identities.get().source.section
    client.force_login(user(role, section=section))
    pages = [client.get(reverse("debtors:person", args=[twin.number]))]
    pages += [
        client.get(reverse("debtors:search"), {"q": words}, follow=True) for words in (twin.name, "090-0000-0123")
    ]
    text = "".join(page.content.decode() for page in pages)
    assert "かもしれない" in text
    for secret in ("若宮町", "471-0026", "0900000123", '090-0000-0123"'):
        assert secret not in text.replace('value="090-0000-0123"', "")
    assert pages[-1].context["found"].count == 0
