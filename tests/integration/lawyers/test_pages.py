"""What the pages of the cases show, and to whom: forms beside each other, reports, keys, what is to be looked at."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from lawyers.keys import key_of
from lawyers.services import court, room
from tests.factories import legal
from tests.factories.debtors import user
from tests.factories.legal import DAY
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
FIGURES = {"with_firm": 3, "accepted": 1, "ended": 0, "recovered_yen": 12_345}


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT, settings.BASE_DATE = tmp_path, DAY


def client_of(someone):
    client = Client()
    client.force_login(someone)
    return client


def page(someone, name, **facts):
    answer = client_of(someone).get(reverse(f"lawyers:{name}", kwargs=facts))
    assert answer.status_code == 200
    return answer.content.decode()


def twice(html):
    ids = re.findall(r'\sid="([^"]*)"', html)
    return {one for one in ids if ids.count(one) > 1}


@pytest.fixture
def case(firm):
    return legal.accepted(firm, legal.free())[0]


@pytest.fixture
def busy(case, lawyer):
    """A case with a proceeding that is over, one that runs, and one that was decided on."""
    days = {"by": lawyer, "on": DAY}
    for kinds in (("filed", "withdrawn"), ("filed",)):
        asked = legal.decided(case, "payment_order", lawyer)
        begun = court.open_proceeding(proposal_id=asked.pk, court="架空簡易裁判所", court_number="", **days)
        for kind in kinds:
            court.add_step(proceeding_id=begun.pk, kind=kind, day=DAY, **days)
    legal.decided(case, "payment_order", lawyer)
    return case


def test_each_field_of_a_case_has_an_id_of_its_own(busy, lawyer):
    assert twice(page(lawyer, "room-case", pk=busy.pk)) == set()
    assert twice(page(user(Role.COLLECTOR), "case", pk=busy.pk)) == set()


def test_what_is_to_be_mended_stands_beside_its_own_proceeding(busy, lawyer):
    closed, running = busy.proceedings.order_by("pk")
    answer = client_of(lawyer).post(reverse("lawyers:room-step", args=[running.pk]), {"kind": "served", "day": ""})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert f'id="stepform{running.pk}_day_error"' in html
    assert f'id="stepform{closed.pk}_day_error"' not in html
    answer = client_of(lawyer).post(reverse("lawyers:room-order", args=[closed.pk]), {})
    assert f'id="orderform{closed.pk}_plan_error"' in answer.content.decode()
    proposal = busy.proposals.get(proceeding=None)
    answer = client_of(lawyer).post(reverse("lawyers:room-begin", args=[proposal.pk]), {})
    assert f'id="proceedingform{proposal.pk}_court_error"' in answer.content.decode()


def test_a_report_is_read_by_the_city_and_by_its_firm_alone(firm, lawyer):
    room.report(firm_id=firm.pk, month=date(2026, 10, 1), text="交渉中（架空）", figures=FIGURES, by=lawyer, on=DAY)
    for someone, name in ((user(Role.COLLECTOR), "office"), (lawyer, "room")):
        html = page(someone, name)
        assert "交渉中（架空）" in html
        assert "12,345円" in html
    stranger = user(Role.LAWYER)
    legal.firm(stranger, name="架空 よその事務所")
    assert "交渉中" not in page(stranger, "room")


def test_a_lawyer_of_two_firms_gets_the_key_of_each_and_reports_for_each(firm, lawyer):
    second, foreign = legal.firm(lawyer, name="架空 第二法律事務所"), legal.firm(name="架空 よその事務所")
    client, key, report = client_of(lawyer), reverse("lawyers:room-key"), reverse("lawyers:room-report")
    for one in (firm, second):
        passphrase = key_of(one.pk, on=DAY, by=lawyer)
        assert passphrase in client.post(key, {"firm": one.pk}).content.decode()
    sent = {"month": "2026-10", "text": "ありません"}
    assert client.post(report, sent | {"firm": second.pk}).status_code == 302
    assert second.reports.count() == 1
    assert firm.reports.count() == 0
    for named in (foreign.pk, "x"):
        assert client.post(key, {"firm": named}).status_code == 404
        assert client.post(report, sent | {"firm": named}).status_code == 404


@pytest.mark.parametrize("name", ["room-money", "room-costs", "room-invoice"])
def test_a_lawyer_of_two_firms_changes_between_their_money(name, firm, lawyer):
    second = legal.firm(lawyer, name="架空 第二法律事務所")
    legal.firm(name="架空 よその事務所")
    html = page(lawyer, name)
    shown, other = sorted((firm, second), key=lambda one: (one.name, one.pk))
    assert f'<a href="?firm={other.pk}">{other.name}へ切り替える</a>' in html
    assert f"{shown.name}へ切り替える" not in html
    assert "よその事務所" not in html


def test_who_may_not_prepare_is_offered_no_key_of_it(case):
    ready = legal.approved(case.firm, legal.free())
    legal.packet(ready)
    reader, officer = user(Role.RECEIPTS_CLERK), user(Role.COLLECTOR)
    for name, facts, key in (
        ("mandate", {"pk": ready.pk}, "引き渡す"),
        ("case", {"pk": case.pk}, "取り戻す"),
        ("candidates", {}, "束に入れる"),
    ):
        assert key in page(officer, name, **facts)
        assert key not in page(reader, name, **facts)


def test_a_packet_tells_which_paper_is_at_fault_and_leads_to_it(firm):
    mandate = legal.approved(firm, legal.free())
    case = mandate.cases.get()
    text = "要る書類ですが、載せられません。"
    faults = [{"case": case.number, "what": what, "text": text} for what in ("契約書", "計算の控え")]
    legal.packet(mandate, state="failed", faults=faults, problem="2件の不備", path="", sha256="")
    html = page(user(Role.COLLECTOR), "mandate", pk=mandate.pk)
    assert "契約書、計算の控え" in html
    assert reverse("claims:evidence", args=[case.lines.get().claim_id]) in html
    mandate.packets.all().delete()
    legal.packet(mandate, unread=[{"case": case.number, "what": "甲第1号証 送達記録", "pages": 1}])
    html = page(user(Role.COLLECTOR), "mandate", pk=mandate.pk)
    assert "甲第1号証 送達記録" in html
    assert reverse("claims:evidence", args=[case.lines.get().claim_id]) in html


def test_of_somebody_who_may_not_go_no_claim_is_called_free(firm):
    held_up = legal.person(name="架空 未照会")
    legal.rent(held_up)
    html = page(user(Role.COLLECTOR), "candidates")
    assert "債権には妨げがありません" in html
    assert "うち委任できる" not in html
    assert "債権には妨げがありません" in page(user(Role.COLLECTOR), "bundle", number=held_up.number)
