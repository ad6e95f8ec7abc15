"""成績: every yen of them is in the ledger while the case was with the firm, or in an agreed invoice."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Claim, Entry
from claims.services.cancellations import cancel_receipt
from lawyers.board_lines import board_lines
from lawyers.figures import all_figures
from lawyers.models import Invoice, InvoiceLine
from lawyers.office_pages import recovered
from lawyers.services import cases, room
from lawyers.services.invoices import computed_lines
from lawyers.services.proposals import accept, propose
from tests.factories import lawyers_money as money
from tests.factories import legal
from tests.factories.claims import book, pay
from tests.factories.debtors import user
from tests.factories.legal import DAY
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db


def test_what_came_in_while_the_firm_had_it_counts_and_nothing_else(firm, lawyer):
    people = [legal.free(name) for name in ("甲", "乙", "丙")]
    rents = [Claim.objects.get(identity__person=one) for one in people]
    pay(rents[0], 1_000, on=date(2026, 11, 1))  # before it was handed over
    first, second, third = legal.accepted(firm, *people)
    pay(rents[0], 30_000, on=date(2026, 11, 25))
    bounced = pay(rents[1], 7_000, on=date(2026, 11, 26))
    entry = Entry.objects.get(receipt=bounced)
    book(rents[1], "reversal", "principal", 7_000, on=date(2026, 11, 27), reverses=entry)
    book(rents[2], "write_off", "principal", -50_000, on=date(2026, 11, 27))
    cases.finish(case_id=first.pk, reason="済み", by=user(Role.COLLECTOR), on=DAY + timedelta(days=10))
    pay(rents[0], 2_000, on=date(2026, 12, 20))  # after it ended
    cases.recall(case_id=second.pk, reason="納付があった", by=user(Role.COLLECTOR), on=DAY + timedelta(days=20))
    facts = {"case_id": third.pk, "kind": "welfare", "text": "困っている", "by": lawyer, "on": DAY}
    made = propose(token="00000000-0000-0000-0000-000000000001", **facts)
    accept(proposal_id=made.pk, reply="つなぐ", by=user(Role.COLLECTOR), on=DAY)
    _invoice(firm, lawyer, first.number)
    found = all_figures()
    whole = found["whole"]
    assert (whole.cases, whole.open, whole.to_welfare, whole.recalled) == (3, 0, 1, 1)
    assert (whole.recovered_yen, whole.cost_yen, whole.net_yen) == (30_000, 5_500, 24_500)
    assert whole.median_days == 10
    assert [one.label for one in found["firms"]] == [str(firm)]
    assert [one.label for one in found["groups"]] == ["住宅・水道"]


def _invoice(firm, lawyer, number):
    facts = {"fee_yen": 4_500, "tax_yen": 450, "cost_yen": 550}
    for state, at in (("agreed", "A-1"), ("differs", "A-2")):  # only what both agree on is a cost
        made = Invoice.objects.create(
            firm=firm, number=at, month=date(2026, 11 if state == "agreed" else 10, 1), state=state, sent_on=DAY,
            sent_by=lawyer, differences=[] if state == "agreed" else [{"x": 1}], **facts,
        )  # fmt: skip
        InvoiceLine.objects.create(invoice=made, case_number=number, route="talks", recovered_yen=30_000, **facts)


def test_the_supervisor_reads_them_on_the_board_and_their_reports_in_the_office(firm, lawyer):
    legal.accepted(firm, legal.free())
    room.report(
        firm_id=firm.pk, month=date(2026, 10, 1), text="受任通知を送った", figures={"with_firm": 1}, by=lawyer, on=DAY
    )
    chief = user(Role.SUPERVISOR)
    lines = {line.label: line for line in board_lines(chief, DAY)}
    assert "引き渡した件 1件（いま 1件）" in lines["弁護士の成績"].text
    assert not list(board_lines(user(Role.AUDITOR), DAY))
    client = Client()
    client.force_login(chief)
    assert "受任通知を送った" in client.get(reverse("lawyers:office")).content.decode()


def test_the_board_keeps_its_figures_for_a_while_and_the_page_counts_anew(firm, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "lawyers"}}
    chief = user(Role.SUPERVISOR)

    def line(on):
        return {one.label: one for one in board_lines(chief, on)}["弁護士の成績"].text

    legal.accepted(firm, legal.free("甲"))
    assert "引き渡した件 1件" in line(DAY)
    legal.accepted(firm, legal.free("乙"))
    assert "引き渡した件 1件" in line(DAY)
    assert "引き渡した件 2件" in line(DAY + timedelta(days=1))
    client = Client()
    client.force_login(chief)
    assert client.get(reverse("lawyers:figures")).context["whole"].cases == 2


def test_money_is_counted_for_the_firm_that_took_it_whenever_it_is_booked():
    """Taken by the first firm, booked when the second has the claim; paid before the end and bounced after it."""
    money.we_book()
    owed = money.rent(yen=200_000)
    first = money.case(money.firm(name="甲"), owed)
    bounced = pay(owed, 3_000, on=date(2026, 10, 1))
    taken, back = money.take(first, 30_000), money.take(first, 500)
    money.finish(first)
    second = money.case(money.firm(name="乙"), owed)
    money.booked(taken, back)
    pay(owed, 4_000, on=date(2026, 10, 20))
    cancel_receipt(receipt_id=bounced.pk, on=date(2026, 10, 21), reason="不渡り", by=user(Role.SUPERVISOR), today=DAY)
    back.refresh_from_db()
    cancel_receipt(
        receipt_id=back.receipt_id, on=date(2026, 10, 21), reason="不渡り", by=user(Role.SUPERVISOR), today=DAY
    )
    shown = {one.label: one.recovered_yen for one in all_figures()["firms"]}
    assert shown == {"甲": 30_000, "乙": 4_000}
    for case in (first, second):
        case.refresh_from_db()
        asked = computed_lines(firm_id=case.firm.pk, month=date(2026, 10, 1))
        assert recovered(case) == sum(line.recovered_yen for line in asked) == shown[case.firm.name]


def test_as_many_questions_however_many_cases(firm, django_assert_num_queries):
    legal.handed(firm, legal.free("甲"))
    with django_assert_num_queries(5):
        all_figures()
    legal.handed(firm, *[legal.free(f"乙{n}") for n in range(4)])
    with django_assert_num_queries(5):
        all_figures()
