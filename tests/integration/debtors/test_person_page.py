"""The person page: everything about one person, each view logged, nothing of a protected place on any of it."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from claims.models import Hold
from debtors.models import Contact
from debtors.panels import visit_mark
from tests.factories.claims import claim, pay
from tests.factories.debtors import identity, person, protect, user
from toyota_collect.models import AccessLog
from toyota_collect.permissions import Permission, Role, allows
from toyota_collect.registry import registry

pytestmark = pytest.mark.django_db
ADDRESS, PHONE, OTHER = "愛知県豊田市架空町九丁目987番地", "0565-99-0987", "豊田市別架空町6-54"


@pytest.fixture
def debtor():
    made = person(address=ADDRESS, phone=PHONE, postal_code="4719876", household_number="H77")
    identity(made, "juki", phone=PHONE)
    identity(made, "suido", address=OTHER)
    owed = claim(made, kind="housing_rent", source="jutaku", principal_yen=26_300)
    pay(owed, 6_300, on=date(2026, 10, 1))
    claim(made, principal_yen=18_000, due_on=date(2025, 8, 31), prescribes_on=date(2026, 12, 8))
    return made


def panels(number: str, role: str = Role.COLLECTOR) -> list[str]:
    who = user(role) if role != Role.SECTION_VIEWER else None
    wanted = [one for one in registry.panels.values() if who is None or allows(who, Permission(one.permission))]
    return [reverse(one.url_name, args=[number]) for one in wanted]


def fetched(page: str) -> list[str]:
    """What the page asks for by itself once it is there."""
    return [address.split("?")[0] for address in re.findall(r'hx-get="([^"]+)" hx-trigger="load"', page)]


def places(body: str) -> dict[str, str]:
    """What an answer puts where: the content by the panel's code."""
    parts = re.split(r'<div hx-swap-oob="innerHTML:#panel-(\w+)">', body)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_shell_names_every_panel_the_role_may_open(client, debtor):
    client.force_login(user(Role.COLLECTOR))
    page = client.get(reverse("debtors:person", args=[debtor.number])).content.decode()
    named = re.findall(r'<a href="([^"?]+)[^"]*" hx-get="[^"]+" hx-target="closest .panel"', page)
    assert sorted(named) == sorted(panels(debtor.number))
    assert fetched(page) == [reverse("debtors:panels", args=[debtor.number])]
    assert ADDRESS in page
    assert PHONE in page


def test_a_receipts_clerk_gets_no_letters_panel(client, debtor):
    client.force_login(user(Role.RECEIPTS_CLERK))
    page = client.get(reverse("debtors:person", args=[debtor.number])).content.decode()
    assert reverse("notices:person-panel", args=[debtor.number]) not in page


def test_a_protected_place_is_on_no_page_of_the_person(client, debtor):
    protect(debtor)
    client.force_login(user(Role.SUPERVISOR))
    owed = [reverse("claims:claim", args=[one.pk]) for known in debtor.identities.all() for one in known.claims.all()]
    names = ("debtors:person", "debtors:new-contact", "claims:new-hold")
    pages = [reverse(name, args=[debtor.number]) for name in names] + panels(debtor.number) + owed
    pages += [f"{reverse('debtors:search')}?q={debtor.name}", reverse("debtors:work"), "/claims/board/"]
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200
        body = answer.content.decode()
        for hidden in (ADDRESS, PHONE, OTHER, "架空町", "4719876", "471-9876", "H77"):
            assert hidden not in body, (page, hidden)


def test_a_protection_that_is_over_hides_nothing(client, debtor):
    protect(debtor, starts_on=date(2024, 4, 1), ends_on=date(2026, 4, 1))
    client.force_login(user(Role.COLLECTOR))
    assert ADDRESS in client.get(reverse("debtors:person", args=[debtor.number])).content.decode()


def test_a_visit_is_one_row_in_the_log_and_a_panel_by_itself_is_another(client, debtor):
    who = user(Role.COLLECTOR)
    client.force_login(who)
    page = client.get(reverse("debtors:person", args=[debtor.number])).content.decode()
    addresses = re.findall(r'hx-get="(/(?:people|claims|demands|welfare)/[^"]+\?visit=[^"]+)"', page)
    assert len(addresses) == len(panels(debtor.number)) + 1
    for address in addresses:
        assert client.get(address).status_code == 200
    row = AccessLog.objects.get()
    assert (row.by, row.action, row.person_key, row.purpose) == (who, "person", debtor.number, "collection")
    client.get(reverse("claims:panel-owed", args=[debtor.number]))
    assert AccessLog.objects.filter(person_key=debtor.number, action="panel_owed").count() == 1


def test_all_panels_in_one_request_are_what_each_is_by_itself(client, debtor):
    client.force_login(user(Role.COLLECTOR))
    mark = visit_mark(client.get("/").wsgi_request.user, debtor.number)
    answer = client.get(reverse("debtors:panels", args=[debtor.number]), {"visit": mark})
    found = places(answer.content.decode())
    assert found.keys() == registry.panels.keys()
    for code, panel in registry.panels.items():
        alone = client.get(reverse(panel.url_name, args=[debtor.number]), {"visit": mark}).content.decode()
        assert alone.strip()
        assert found[code].strip() == f"{alone}</div>".strip(), code


def test_panels_asked_for_without_the_mark_of_a_visit_are_logged_each(client, debtor):
    client.force_login(user(Role.COLLECTOR))
    client.get(reverse("debtors:panels", args=[debtor.number]))
    rows = AccessLog.objects.filter(person_key=debtor.number)
    assert rows.count() == len(registry.panels)
    owed = rows.get(action="panel_owed")
    assert owed.path.split("?")[0] == reverse("claims:panel-owed", args=[debtor.number])


def test_a_panel_that_fails_says_so_and_hurts_no_other(client, debtor, monkeypatch, caplog):
    client.force_login(user(Role.COLLECTOR))
    whole = places(client.get(reverse("debtors:panels", args=[debtor.number])).content.decode())

    def broken(*_args, **_keywords):
        raise RuntimeError("架空の故障")

    monkeypatch.setattr("claims.views_person.statement_of", broken)
    found = places(client.get(reverse("debtors:panels", args=[debtor.number])).content.decode())
    failed = {code for code, body in found.items() if "読み込めませんでした" in body}
    assert failed == {"owed", "clock", "matrix"}
    assert f'hx-get="{reverse("claims:panel-owed", args=[debtor.number])}' in found["owed"]
    assert "架空の故障" not in "".join(found.values())
    assert "架空の故障" in caplog.text
    assert all(body == whole[code] for code, body in found.items() if code not in failed)


def test_panels_a_role_may_not_open_are_not_among_them(client, debtor):
    who = user(Role.RECEIPTS_CLERK)
    client.force_login(who)
    found = places(client.get(reverse("debtors:panels", args=[debtor.number])).content.decode())
    allowed = {code for code, one in registry.panels.items() if allows(who, Permission(one.permission))}
    assert found.keys() == allowed
    assert "letters" not in allowed


def test_a_panel_checks_its_permission_also_among_all(client, debtor, monkeypatch):
    """Were the list of panels wrong, the panel itself would still refuse."""
    client.force_login(user(Role.RECEIPTS_CLERK))
    monkeypatch.setattr("debtors.panels.allows", lambda *_: True)
    found = places(client.get(reverse("debtors:panels", args=[debtor.number])).content.decode())
    assert found["letters"].strip() == "</div>"
    assert "滞納合計" in found["owed"]


def test_panels_of_somebody_who_may_not_be_known_are_not_found(client, debtor):
    client.force_login(user(Role.SECTION_VIEWER, section=claim(person(), kind="water_charge", source="suido").section))
    assert client.get(reverse("debtors:panels", args=[debtor.number])).status_code == 404
    assert not AccessLog.objects.exists()


@pytest.mark.parametrize("mark", ["", "forged", "1:2:3"])
def test_a_forged_mark_of_a_visit_is_logged_all_the_same(client, debtor, mark):
    client.force_login(user(Role.COLLECTOR))
    client.get(reverse("claims:panel-owed", args=[debtor.number]), {"visit": mark})
    assert AccessLog.objects.filter(person_key=debtor.number).count() == 1


def test_a_mark_of_another_user_or_person_does_not_count(client, debtor):
    who, other = user(Role.COLLECTOR), user(Role.COLLECTOR)
    client.force_login(who)
    for mark in (visit_mark(other, debtor.number), visit_mark(who, "T99999999")):
        client.get(reverse("claims:panel-owed", args=[debtor.number]), {"visit": mark})
    assert AccessLog.objects.filter(person_key=debtor.number).count() == 2


@pytest.mark.parametrize(
    "name", ["debtors:person", "debtors:panels", *(one.url_name for one in registry.panels.values())]
)
def test_the_number_of_queries_does_not_grow_with_the_claims(client, debtor, name):
    def more(year):
        for instalment in (1, 2, 3):
            made = claim(debtor, levy_year=year, instalment=instalment, due_on=date(year, 8, 31))
            pay(made, 1_000, on=date(year, 9, 30))
        Hold.objects.create(
            person=debtor, claim=made, reason="dispute", channels=["call"], starts_on=date(2026, 1, 1),
            review_on=date(2026, 12, 1), placed_by=user(Role.SUPERVISOR),
        )  # fmt: skip
        Contact.objects.create(
            person=debtor, on=date(2026, 1, 1), channel="phone", outcome="talked", text="架空", by=user(Role.COLLECTOR)
        )

    client.force_login(user(Role.COLLECTOR))
    address = reverse(name, args=[debtor.number])
    more(2020)  # tables of which somebody has no row are not asked
    client.get(address)
    with CaptureQueriesContext(connection) as before:
        client.get(address)
    for year in range(2021, 2026):
        more(year)
    with CaptureQueriesContext(connection) as after:
        client.get(address)
    assert len(after) <= len(before)


def test_all_panels_at_once_ask_far_fewer_questions_than_one_after_another(client, debtor):
    client.force_login(user(Role.COLLECTOR))
    mark = {"visit": visit_mark(client.get("/").wsgi_request.user, debtor.number)}
    with CaptureQueriesContext(connection) as apart:
        for address in panels(debtor.number):
            client.get(address, mark)
    with CaptureQueriesContext(connection) as at_once:
        client.get(reverse("debtors:panels", args=[debtor.number]), mark)
    asked = [query["sql"].split("true); ")[-1] for query in at_once]
    assert len(asked) == len(set(asked))
    assert len(at_once) <= len(apart) / 3


def test_a_person_under_no_number_is_not_found(client):
    client.force_login(user(Role.COLLECTOR))
    assert client.get(reverse("debtors:person", args=["T00000000"])).status_code == 404
