"""送金: told, seen at the bank, booked by another person; a yen too much or too little is found and stops the booking."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum

from claims.models import ClaimEvent, Entry, Overpayment, Receipt
from claims.services.cancellations import cancel_receipt
from claims.services.day_close import figures
from debtors.models import SourceSystem
from lawyers.models import Firm, MoneyDifference, Remittance, TrustReceipt
from lawyers.services import remittances
from lawyers.services.differences import settle_difference
from lawyers.services.late_money import find_late
from lawyers.services.money import MoneyRefused
from lawyers.tasks import watch_cases
from tests.factories import lawyers_money as money
from tests.factories.claims import claim, pay
from tests.factories.debtors import user
from toyota_collect.models import AuditEvent
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY = money.DAY


@pytest.fixture(autouse=True)
def _ours():
    money.we_book()


@pytest.fixture
def clerk():
    return user(Role.RECEIPTS_CLERK)


@pytest.fixture
def chief():
    return user(Role.SUPERVISOR)


def book(told, by):
    return remittances.book(remittance_id=told.pk, by=by, on=DAY)


def the_difference(kind):
    return MoneyDifference.objects.get(kind=kind, closed_on=None)


def settle(row, by, how="事務所の訂正を確かめた"):
    return settle_difference(difference_id=row.pk, how=how, by=by, on=DAY)


def test_from_the_debtors_hand_to_the_ledger(clerk, chief):
    claim_ = money.rent(yen=100_000)
    case = money.case(money.firm(), claim_)
    first, second = money.take(case, 30_000), money.take(case, 20_000, received_on=date(2026, 10, 7))
    told = money.tell(first, second)
    assert money.tell(first, second, token=told.token) == told
    for _ in range(2):
        money.confirm(told, by=clerk)
    with pytest.raises(MoneyRefused, match="本人は記帳できません"):
        book(told, clerk)
    for _ in range(2):
        assert book(told, chief).state == "booked"
    assert book(told, clerk).booked_by == chief
    assert not MoneyDifference.objects.exists()
    first.refresh_from_db()
    receipt = first.receipt
    assert (receipt.receipt_number, receipt.channel) == (f"L{first.pk:09d}", "lawyers")
    assert (receipt.paid_on, receipt.booked_on, receipt.left_yen) == (date(2026, 10, 5), date(2026, 10, 12), 0)
    assert money.balance(claim_) == 50_000
    assert ClaimEvent.objects.filter(claim=claim_, kind="part_payment").count() == 2
    day = figures(date(2026, 10, 12))
    assert (day.receipts_yen, day.entries_yen, day.left_yen) == (50_000, 50_000, 0)
    events = ["remittance.told", "remittance.arrived", "remittance.booked"]
    assert [AuditEvent.objects.filter(event=one, subject_key=str(told.pk)).count() for one in events] == [1, 1, 1]


def test_a_receipt_pays_the_claims_of_its_case_alone(chief, clerk):
    mine = money.rent(yen=40_000)
    tax = claim(mine.identity.person, principal_yen=41_000, due_on=date(2025, 8, 31))
    other = money.rent(mine.identity.person, yen=30_000, due_on=date(2025, 3, 31))
    taken = money.take(money.case(money.firm(), mine), 40_000)
    money.booked(taken, confirmed_by=clerk, booked_by=chief)
    assert [money.balance(one) for one in (mine, other)] == [0, 30_000]
    tax.refresh_from_db()
    assert tax.principal_yen == 41_000


def test_late_charge_is_fixed_up_to_the_day_the_firm_took_it(chief, clerk):
    owed = money.rent(kind="housing_rent", yen=1_000_000)
    taken = money.take(money.case(money.firm(), owed), 1_015_452)
    money.booked(taken, confirmed_by=clerk, booked_by=chief)
    assert money.balance(owed) == 0
    assert owed.entries.filter(kind="late_fixed").get().amount_yen == 15_452


def test_what_the_claims_do_not_take_is_an_overpayment_of_the_person(chief, clerk):
    owed = money.rent(yen=40_000)
    case = money.case(money.firm(), owed)
    taken = money.take(case, 40_000)
    pay(owed, 39_999, on=date(2026, 10, 6))
    money.booked(taken, confirmed_by=clerk, booked_by=chief)
    over = Overpayment.objects.get()
    assert (over.person, over.left_yen, over.cause) == (case.person, 39_999, "excess")
    assert money.balance(owed) == 0


def test_a_case_that_ended_meanwhile_is_still_booked_on_its_claims(chief, clerk):
    owed = money.rent(yen=40_000)
    case = money.case(money.firm(), owed)
    taken = money.take(case, 10_000)
    money.finish(case)
    money.booked(taken, confirmed_by=clerk, booked_by=chief)
    assert money.balance(owed) == 30_000


def test_nothing_is_booked_when_one_of_them_cannot_be(chief, clerk):
    case = money.case(money.firm())
    good, bad = money.take(case, 1_000), money.take(case, 2_000)
    told = money.tell(good, bad)
    money.confirm(told, by=clerk)
    Receipt.objects.create(
        source=SourceSystem.objects.get(code="saiken"), receipt_number=f"L{bad.pk:09d}", paid_on=DAY, amount_yen=1,
        left_yen=1, ground="contract",
    )  # fmt: skip
    with pytest.raises(MoneyRefused, match="同じ領収番号"):
        book(told, chief)
    told.refresh_from_db()
    assert told.state == "arrived"
    assert not Receipt.objects.filter(receipt_number=f"L{good.pk:09d}").exists()
    assert not Entry.objects.filter(receipt__channel="lawyers").exists()


def test_one_yen_less_told_than_taken(chief, clerk):
    case = money.case(money.firm())
    taken = money.take(case, 10_000)
    told = money.tell(taken, yen=9_999)
    row = the_difference("trust")
    assert (row.told_yen, row.found_yen, row.yen) == (9_999, 10_000, -1)
    money.confirm(told, by=clerk)
    with pytest.raises(MoneyRefused, match="差異"):
        book(told, chief)
    with pytest.raises(MoneyRefused, match="まだ1円違います"):
        settle(row, clerk)
    facts = {"remittance_id": told.pk, "trust_ids": [taken.pk], "sent_on": date(2026, 10, 10), "on": DAY}
    own = money.lawyer(case.firm)
    with pytest.raises(MoneyRefused, match="理由"):
        remittances.correct(yen=10_000, note="", by=own, **facts)
    for _ in range(2):
        remittances.correct(yen=10_000, note="手数料の分を追加で送った", by=own, **facts)
    assert settle(row, clerk).how == "事務所の訂正を確かめた"
    with pytest.raises(MoneyRefused, match="差異"):  # now the bank has a yen less
        book(told, chief)
    money.confirm(told, by=clerk, bank_yen=10_000, arrived_on=date(2026, 10, 13))
    with pytest.raises(MoneyRefused, match="どう片付いたか"):
        settle(the_difference("bank"), clerk, how=" ")
    for _ in range(2):
        settle(MoneyDifference.objects.get(kind="bank"), clerk)
    assert book(told, chief).state == "booked"


@pytest.mark.parametrize("bank_yen", [9_999, 10_001])
def test_one_yen_more_or_less_at_the_bank(bank_yen, chief, clerk):
    told = money.tell(money.take(money.case(money.firm()), 10_000))
    money.confirm(told, by=clerk, bank_yen=bank_yen)
    row = the_difference("bank")
    assert row.yen == 10_000 - bank_yen
    with pytest.raises(MoneyRefused, match="差異"):
        book(told, chief)
    with pytest.raises(MoneyRefused, match="まだ1円違います"):
        settle(row, clerk)
    money.confirm(told, by=clerk, bank_yen=10_000, source="通帳（残りの1円）")
    settle(row, clerk)
    assert book(told, chief).state == "booked"


def test_refusals_of_the_firms_side(clerk):
    firm = money.firm()
    case = money.case(firm)
    taken, strange = money.take(case, 1_000), money.take(money.case(money.firm()), 1_000)
    own = money.lawyer(firm)
    facts = {"sent_on": date(2026, 10, 10), "yen": 1_000, "by": own, "on": DAY}
    for firm_id, ids, error in (
        (strange.case.firm.pk, [strange.pk], Firm.DoesNotExist),
        (firm.pk, [strange.pk], TrustReceipt.DoesNotExist),
        (firm.pk, [taken.pk, strange.pk], TrustReceipt.DoesNotExist),
        (firm.pk, [10**9], TrustReceipt.DoesNotExist),
        (firm.pk, [], MoneyRefused),
    ):
        with pytest.raises(error):
            remittances.tell(firm_id=firm_id, trust_ids=ids, token=uuid4(), **facts)
    for sent_on in (date(2026, 10, 4), date(2026, 11, 21)):
        with pytest.raises(MoneyRefused, match="送金の日"):
            money.tell(taken, sent_on=sent_on)
    with pytest.raises(MoneyRefused, match="1円以上"):
        money.tell(taken, yen=0)
    assert not Remittance.objects.exists()
    told = money.tell(taken)
    with pytest.raises(MoneyRefused, match="送金済か取消済"):
        money.tell(taken)
    with pytest.raises(MoneyRefused, match="別の内容"):
        money.tell(taken, yen=999, token=told.token)
    with pytest.raises(Remittance.DoesNotExist):
        remittances.withdraw(remittance_id=told.pk, reason="x", by=money.lawyer(strange.case.firm))
    with pytest.raises(MoneyRefused, match="理由"):
        remittances.withdraw(remittance_id=told.pk, reason="", by=own)
    for _ in range(2):
        remittances.withdraw(remittance_id=told.pk, reason="振込を取りやめた", by=own)
    taken.refresh_from_db()
    assert taken.remittance is None
    again = money.tell(taken)
    money.confirm(again, by=clerk)
    with pytest.raises(MoneyRefused, match="取り消せません"):
        remittances.withdraw(remittance_id=again.pk, reason="x", by=own)
    with pytest.raises(MoneyRefused, match="直せません"):
        remittances.correct(remittance_id=again.pk, trust_ids=[taken.pk], note="x", **facts)


def test_the_city_tells_corrects_and_withdraws_for_a_firm_whose_contract_ended(clerk, chief):
    firm = money.firm()
    case = money.case(firm)
    taken, more, strange = money.take(case, 1_000), money.take(case, 500), money.take(money.case(money.firm()), 1_000)
    facts = {"by": clerk, "on": DAY, "sent_on": date(2026, 10, 10), "for_city": True}

    def tell(ids, yen, **others):
        given = {"firm_id": firm.pk, "trust_ids": ids, "yen": yen, "token": uuid4()}
        return remittances.tell(**(facts | given | others))

    def correct(told, ids, yen, **others):
        return remittances.correct(remittance_id=told.pk, trust_ids=ids, yen=yen, note="訂正", **(facts | others))

    with pytest.raises(MoneyRefused, match="契約中の事務所"):
        tell([taken.pk], 1_000)
    sent = money.tell(taken)
    for act in (
        lambda: correct(sent, [taken.pk], 1_000),
        lambda: remittances.withdraw(remittance_id=sent.pk, reason="x", by=clerk, for_city=True),
    ):
        with pytest.raises(MoneyRefused, match="契約中の事務所"):
            act()
    firm.is_active = False
    firm.save()
    with pytest.raises(Firm.DoesNotExist):
        tell([more.pk], 500, for_city=False)
    with pytest.raises(TrustReceipt.DoesNotExist):
        tell([strange.pk], 1_000)
    for _ in range(2):
        remittances.withdraw(remittance_id=sent.pk, reason="送っていない", by=clerk, for_city=True)
    told = tell([taken.pk], 999)
    assert the_difference("trust").yen == -1
    corrector = user(Role.RECEIPTS_CLERK)
    told = correct(told, [taken.pk, more.pk], 1_500, by=corrector)
    settle(the_difference("trust"), clerk)
    reader = user(Role.RECEIPTS_CLERK)
    money.confirm(told, by=reader)
    for by in (clerk, corrector):
        with pytest.raises(MoneyRefused, match="登録した（直した）本人は記帳できません"):
            book(told, by)
    assert book(told, chief).state == "booked"
    events = AuditEvent.objects.filter(event__startswith="remittance.", detail__for_city=True).order_by("pk")
    assert [(one.event, one.by) for one in events] == [
        ("remittance.withdrawn", clerk), ("remittance.told", clerk), ("remittance.corrected", corrector),
    ]  # fmt: skip


def test_refusals_of_the_citys_side(clerk, chief):
    told = money.tell(money.take(money.case(money.firm()), 1_000))
    with pytest.raises(MoneyRefused, match="着金を確かめてから"):
        book(told, chief)
    for facts in ({"arrived_on": date(2026, 10, 9)}, {"arrived_on": date(2026, 11, 21)}):
        with pytest.raises(MoneyRefused, match="着金の日"):
            money.confirm(told, by=clerk, **facts)
    for facts in ({"bank_yen": 0}, {"source": " "}):
        with pytest.raises(MoneyRefused, match="着金額"):
            money.confirm(told, by=clerk, **facts)
    money.confirm(told, by=clerk)
    with pytest.raises(MoneyRefused, match="もう確かめて"):
        money.confirm(told, by=clerk, bank_yen=999)
    with pytest.raises(Remittance.DoesNotExist):
        remittances.book(remittance_id=10**9, by=chief, on=DAY)


def test_a_withdrawn_remittance_closes_its_difference_by_a_clerk(clerk):
    told = money.tell(money.take(money.case(money.firm()), 1_000), yen=999)
    remittances.withdraw(remittance_id=told.pk, reason="額の誤り", by=money.lawyer(told.firm))
    assert settle(the_difference("trust"), clerk, how="事務所が取り消した").closed_by == clerk


def test_a_receipt_taken_back_opens_the_claim_and_stays_in_the_books(chief, clerk):
    owed = money.rent(yen=40_000)
    taken = money.take(money.case(money.firm(), owed), 10_000)
    told = money.booked(taken, confirmed_by=clerk, booked_by=chief)
    taken.refresh_from_db()
    cancel_receipt(receipt_id=taken.receipt_id, on=DAY, reason="不渡り", by=chief, today=DAY)
    assert money.balance(owed) == 40_000
    assert book(told, chief).state == "booked"
    assert Entry.objects.filter(receipt=taken.receipt).aggregate(yen=Sum("amount_yen"))["yen"] == 0


def test_money_kept_too_long_is_found_once_and_settled_when_it_came(clerk, chief):
    case = money.case(money.firm())
    taken = money.take(case, 1_000, received_on=date(2026, 11, 13))
    assert find_late(on=date(2026, 11, 20), by=clerk) == []
    first = find_late(on=date(2026, 11, 21), by=clerk)
    assert first == find_late(on=date(2026, 11, 22), by=clerk)
    assert [(one.yen, one.firm) for one in first] == [(1_000, case.firm)]
    with pytest.raises(MoneyRefused, match="届いていません"):
        settle(first[0], clerk)
    told = money.tell(taken, sent_on=date(2026, 11, 20))
    settle(first[0], clerk)
    sent = find_late(on=date(2026, 11, 28), by=clerk)
    assert "着金していません" in sent[0].text
    with pytest.raises(MoneyRefused, match="届いていません"):
        settle(sent[0], clerk)
    money.confirm(told, by=clerk, arrived_on=date(2026, 11, 28), on=date(2026, 11, 28))
    settle(sent[0], clerk)
    assert find_late(on=date(2026, 12, 28), by=clerk) == []


def test_the_task_finds_it_and_may_run_twice(settings):
    money.take(money.case(money.firm()), 1_000)
    for _ in range(2):
        watch_cases()
    assert MoneyDifference.objects.get().kind == "late"
    assert any(entry["task"] == "lawyers.tasks.watch_cases" for entry in settings.CELERY_BEAT_SCHEDULE.values())


def test_constraints_of_remittances_and_differences(clerk, chief):
    told = money.tell(money.take(money.case(money.firm()), 1_000), yen=999)
    rows, row = Remittance.objects.filter(pk=told.pk), the_difference("trust")
    for name, facts in (
        ("remittance_is_money", {"yen": 0}),
        ("remittance_arrived_as_somebody_saw", {"state": "arrived"}),
        ("remittance_arrived_as_somebody_saw", {"bank_yen": 999, "arrived_on": DAY}),
        (
            "remittance_booked_only_when_all",
            {
                "state": "booked",
                "bank_yen": 998,
                "arrived_on": DAY,
                "confirmed_by": clerk,
                "booked_by": chief,
                "booked_on": DAY,
            },
        ),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            rows.update(**facts)
    with pytest.raises(IntegrityError, match="money_difference_closed_by_somebody"), transaction.atomic():
        MoneyDifference.objects.filter(pk=row.pk).update(closed_on=DAY)
    with pytest.raises(IntegrityError, match="money_difference_one_open"), transaction.atomic():
        MoneyDifference.objects.create(
            firm=row.firm, kind=row.kind, subject_key=row.subject_key, told_yen=1, found_yen=2, text="x", opened_on=DAY
        )
    with pytest.raises(IntegrityError, match="token"), transaction.atomic():
        Remittance.objects.create(firm=row.firm, sent_on=DAY, yen=1, told_by=clerk, token=told.token)
