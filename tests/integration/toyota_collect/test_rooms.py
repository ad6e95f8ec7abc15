"""The first rooms of welfare workers and lawyers: their own, and only with consent."""

from datetime import date

import pytest
from django.urls import reverse

from lawyers.models import Firm
from tests.factories.debtors import person, user
from tests.factories.welfare import handed_over
from toyota_collect.permissions import Role
from welfare.flags import living
from welfare.models import Referral

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


def refer(name, state, consented_on=None):
    return Referral.objects.create(
        person=person(name=name), state=state, consented_on=consented_on, offered_by=user(Role.COLLECTOR)
    )


def test_a_welfare_worker_sees_people_who_consented_and_nobody_else(client):
    handed_over(person(name="架空 同意"))
    refer("架空 証拠なし", "consented", DAY)  # a day alone is no consent
    refer("架空 案内", "offered")
    refer("架空 辞退", "declined")
    client.force_login(user(Role.WELFARE_WORKER))
    body = client.get(reverse("welfare:room")).content.decode()
    assert "架空 同意" in body
    assert "架空 証拠なし" not in body
    assert "架空 案内" not in body
    assert "架空 辞退" not in body


def test_a_lawyer_sees_the_own_firm_only(client):
    lawyer = user(Role.LAWYER)
    Firm.objects.create(name="架空みどり法律事務所").members.add(lawyer)
    Firm.objects.create(name="架空あおば法律事務所")
    Firm.objects.create(name="架空やめた法律事務所", is_active=False).members.add(lawyer)
    client.force_login(lawyer)
    body = client.get(reverse("lawyers:room")).content.decode()
    assert "架空みどり法律事務所" in body
    assert "架空あおば" not in body
    assert "架空やめた" not in body


def test_support_under_way_is_a_flag_for_those_who_work_on_the_case():
    referral = refer("架空 同意", "received", DAY)
    flag = living(referral.person, user(Role.COLLECTOR), DAY)
    assert flag.title == "自立相談支援につないだ"
    assert not living(person(), user(Role.COLLECTOR), DAY).title
    assert not living(referral.person, user(Role.AUDITOR), DAY).title
