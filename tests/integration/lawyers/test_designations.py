"""指定: an administrator adds and ends it in the tables; each change is recorded."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from lawyers.models import Designation
from lawyers.services.money import MoneyRefused
from tests.factories import lawyers_money as money
from tests.factories.debtors import user
from toyota_collect.models import AuditEvent
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
ADD = "admin:lawyers_designation_add"


@pytest.fixture
def client():
    made = Client()
    made.force_login(user(Role.ADMINISTRATOR))
    return made


def test_an_administrator_adds_and_ends_a_designation(client):
    money.we_book()
    firm = money.firm(designated=False)
    facts = {"firm": firm.pk, "starts_on": "2026-09-01", "ends_on": "", "number": "告示第7号", "source": "告示（架空）"}
    assert client.post(reverse(ADD), facts).status_code == 302
    made = Designation.objects.get()
    assert "告示第7号" in client.get(reverse("admin:lawyers_designation_changelist")).content.decode()
    case = money.case(firm)
    money.take(case, 1_000, received_on=date(2026, 10, 5))
    page = reverse("admin:lawyers_designation_change", args=[made.pk])
    early = client.post(page, facts | {"ends_on": "2026-10-04"})
    assert "10月5日に、この指定で受け取った預り金があります" in early.content.decode()
    other = money.firm(designated=False)
    moved = {"firm": other.pk, "starts_on": "2026-10-01", "ends_on": "2026-10-05"}
    assert client.post(page, facts | moved).status_code == 302
    made.refresh_from_db()
    assert (made.firm, made.starts_on, made.ends_on) == (firm, date(2026, 9, 1), date(2026, 10, 5))
    with pytest.raises(MoneyRefused, match="指定"):
        money.take(case, 1_000, received_on=date(2026, 10, 6))
    rows = AuditEvent.objects.filter(subject_type="lawyers.designation", subject_key=str(made.pk)).order_by("pk")
    assert [(row.event, row.detail["changed"]) for row in rows][1] == ("reference.changed", ["ends_on"])
    assert client.post(reverse("admin:lawyers_designation_delete", args=[made.pk]), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("role", [Role.LAWYER, Role.RECEIPTS_CLERK, Role.SUPERVISOR])
def test_nobody_else_does(role):
    other = Client()
    other.force_login(user(role))
    assert other.get(reverse(ADD)).status_code in (302, 403)
    assert not Designation.objects.exists()
