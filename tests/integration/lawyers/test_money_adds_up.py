"""For each firm: taken = booked + sent + held; and of every booked remittance: its sum = its receipts = their entries."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from claims.models import Entry, ReceiptCancellation
from claims.services.cancellations import cancel_receipt
from claims.services.posting import BookingRefused
from lawyers.models import Firm, MoneyDifference, Remittance, TrustReceipt
from lawyers.services import remittances, trust
from lawyers.services.differences import settle_difference
from lawyers.services.money import BOOKED, HELD, SENT, MoneyRefused
from tests.factories import lawyers_money as money
from tests.factories.debtors import user
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
OFTEN = ["take", "tell", "confirm", "book"]
ACTS = st.sampled_from(
    [
        *OFTEN * 4,
        "book",
        "book",
        "settle",
        "settle",
        "correct",
        "tell_wrong",
        "confirm_wrong",
        "cancel",
        "withdraw",
        "take_back",
        "again",
    ]
)
STEPS = st.lists(st.tuples(ACTS, st.integers(0, 7), st.integers(1, 60_000)), min_size=25, max_size=40)

# One that reaches every state, whatever the others do.
ALL_STATES = [
    (act, pick, 1_001)
    for act, pick in (
        ("take", 0), ("tell", 0), ("confirm", 1), ("book", 1), ("take_back", 0), ("take", 0), ("tell", 0), ("withdraw", 1),
        ("tell", 0), ("confirm_wrong", 1), ("settle", 0), ("book", 1), ("take", 0), ("tell", 0),
    )
]  # fmt: skip


class World:
    """Two firms with two cases each, and people of the city; an act that is refused changes nothing."""

    def __init__(self):
        self.firms = [money.firm(), money.firm()]
        self.cases = [money.case(of, *self._two()) for of in self.firms for _ in range(2)]
        self.clerk, self.chief = user(Role.RECEIPTS_CLERK), user(Role.SUPERVISOR)
        self.last = None
        self.tokens = 0

    @staticmethod
    def _two():
        first = money.rent(yen=50_000)
        return first, money.rent(first.identity.person, yen=9_999)

    def act(self, name, pick, yen):
        call = lambda: getattr(self, name)(pick, yen)  # noqa: E731
        if name == "again":
            call, self.last = self.last or (lambda: None), self.last
        else:
            self.last = call
        try:
            with transaction.atomic():
                call()
        except (MoneyRefused, BookingRefused):
            pass

    def _one(self, rows, pick, likely=None):
        """One of the rows, mostly one with which the act may succeed."""
        chosen = rows.filter(**likely) if likely and pick != 7 else rows
        found = list(chosen.order_by("pk"))
        return found[pick % len(found)] if found else None

    def take(self, pick, yen):
        self.tokens += 1
        self._take(pick, yen, UUID(int=self.tokens))

    def _take(self, pick, yen, token):
        day = money.HANDED + timedelta(days=pick)
        money.take(self.cases[pick % 4], yen, received_on=day, token=token)
        money.take(self.cases[pick % 4], yen, received_on=day, token=token)

    def tell(self, pick, yen, *, wrong=0):
        held = TrustReceipt.objects.filter(HELD)
        firms = sorted({one.case.mandate.firm_id for one in held})
        held = held.filter(case__mandate__firm=firms[pick % len(firms)]) if firms else held
        held = list(held.order_by("pk")[: pick + 1])
        if held:
            money.tell(*held, yen=sum(one.yen for one in held) + wrong)

    def tell_wrong(self, pick, yen):
        self.tell(pick, yen, wrong=1 if pick < 4 else -1)

    def correct(self, pick, yen):
        if told := self._one(Remittance.objects.all(), pick, {"state__in": ["told", "arrived"]}):
            mine = list(told.trust_receipts.all())
            remittances.correct(
                remittance_id=told.pk, trust_ids=[one.pk for one in mine], yen=sum(one.yen for one in mine),
                sent_on=told.sent_on, note="訂正", by=money.lawyer(told.firm), on=money.DAY,
            )  # fmt: skip

    def withdraw(self, pick, yen):
        if told := self._one(Remittance.objects.all(), pick):
            remittances.withdraw(remittance_id=told.pk, reason="取消", by=money.lawyer(told.firm))

    def confirm(self, pick, yen, *, wrong=0):
        if told := self._one(Remittance.objects.all(), pick, {"state__in": ["told", "arrived"]}):
            money.confirm(told, by=self.clerk, bank_yen=told.yen + wrong)

    def confirm_wrong(self, pick, yen):
        self.confirm(pick, yen, wrong=1 if pick < 4 else -1)

    def settle(self, pick, yen):
        if row := self._one(MoneyDifference.objects.filter(closed_on=None), pick):
            settle_difference(difference_id=row.pk, how="確かめた", by=self.clerk, on=money.DAY)

    def book(self, pick, yen):
        if told := self._one(Remittance.objects.all(), pick, {"state": "arrived"}):
            by = self.clerk if yen % 5 == 0 else self.chief
            remittances.book(remittance_id=told.pk, by=by, on=money.DAY)
            remittances.book(remittance_id=told.pk, by=self.chief, on=money.DAY)

    def cancel(self, pick, yen):
        if taken := self._one(TrustReceipt.objects.all(), pick):
            trust.cancel(trust_id=taken.pk, reason="誤記", by=money.lawyer(taken.case.firm))

    def take_back(self, pick, yen):
        if taken := self._one(TrustReceipt.objects.filter(BOOKED), pick):
            cancel_receipt(receipt_id=taken.receipt_id, on=money.DAY, reason="不渡り", by=self.chief, today=money.DAY)


def yen_of(rows, name="yen"):
    return rows.aggregate(yen=Sum(name))["yen"] or 0


def check_all():
    for firm in Firm.objects.all():
        mine = TrustReceipt.objects.filter(case__mandate__firm=firm)
        parts = [yen_of(mine.filter(part)) for part in (HELD, SENT, BOOKED)]
        assert yen_of(mine.filter(cancelled_at=None)) == sum(parts)
        sent = Remittance.objects.filter(firm=firm, state__in=["told", "arrived"])
        assert parts[1] == yen_of(TrustReceipt.objects.filter(remittance__in=sent))
        booked = Remittance.objects.filter(firm=firm, state="booked")
        assert parts[2] == yen_of(booked) == yen_of(booked, "bank_yen")
        for one in booked:
            check_booked(one)
    for told in Remittance.objects.exclude(state__in=["booked", "cancelled"]):
        if told.yen != yen_of(told.trust_receipts) or told.bank_yen not in (None, told.yen):
            assert MoneyDifference.objects.filter(subject_key=f"lawyers.remittance:{told.pk}", closed_on=None).exists()
    for case in {taken.case for taken in TrustReceipt.objects.select_related("case")}:
        assert all(line.claim.principal_yen >= 0 for line in case.lines.select_related("claim"))


def check_booked(told):
    receipts = list(told.trust_receipts.select_related("receipt"))
    assert told.yen == sum(one.yen for one in receipts) == sum(one.receipt.amount_yen for one in receipts)
    for one in receipts:
        entries = Entry.objects.filter(receipt=one.receipt)
        money_entries = entries.filter(kind="receipt") | entries.filter(kind="reversal", reverses__kind="receipt")
        taken_back = ReceiptCancellation.objects.filter(receipt=one.receipt).exists()
        assert -yen_of(money_entries, "amount_yen") == (0 if taken_back else one.yen)
        claims = set(one.case.lines.values_list("claim", flat=True))
        assert {entry.claim_id for entry in entries if entry.claim_id} <= claims


def test_every_yen_is_held_sent_or_booked():
    seen: Counter[str] = Counter()

    @settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
    @example(steps=[("take", 0, 9_000), ("tell", 0, 1), ("confirm", 0, 1), ("book", 0, 3), ("take_back", 0, 1)])
    @given(steps=STEPS)
    @example(steps=ALL_STATES)
    def run(steps):
        with transaction.atomic():
            money.we_book()
            world = World()
            for step in steps:
                world.act(*step)
                if step[0] in ("book", "take_back"):
                    check_all()
            check_all()
            seen.update(Remittance.objects.values_list("state", flat=True))
            seen["taken back"] += ReceiptCancellation.objects.count()
            transaction.set_rollback(True)

    run()
    assert all(seen[state] for state in ("told", "arrived", "booked", "cancelled", "taken back")), seen
