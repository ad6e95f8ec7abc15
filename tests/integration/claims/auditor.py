"""An auditor who keeps books of his own beside the ledger, and compares after every step. Nothing here asks a service."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from claims.models import Claim, Entry, Overpayment, Receipt
from claims.services.posting import OWN_SOURCE
from claims.services.verify import OVERPAYMENT_SQL, RECEIPT_SQL, _balances, _kept

COMPONENTS = ("principal", "fee", "late", "cost")
LEVIED = ("levy", "correction", "exemption")
MONEY = ("receipt", "set_off")


class Fact(NamedTuple):
    """One entry as it was first seen; it must never look otherwise again."""

    pk: int
    claim: int | None
    kind: str
    component: str
    yen: int
    on: date
    year: int | None
    receipt: int | None
    over: int | None
    reverses: int | None
    by: int
    note: str


def facts() -> list[Fact]:
    rows = Entry.objects.order_by("pk").values_list(
        "pk", "claim", "kind", "component", "amount_yen", "on", "accounting_year", "receipt", "overpayment",
        "reverses", "by", "note",
    )  # fmt: skip
    return [Fact(*row) for row in rows]


class Auditor:
    """``books``: every fact in the order of writing; ``stops``: what the ledger said its balances were after n facts."""

    def __init__(self) -> None:
        self.books: list[Fact] = []
        self.stops: list[tuple[int, dict[tuple[int, str], int]]] = []
        self.cancelled: set[int] = set()

    def look(self) -> list[Fact]:
        """Compare everything; return what was written since the last look."""
        seen = facts()
        assert seen[: len(self.books)] == self.books, "an entry that stood there has changed or is gone"
        fresh = seen[len(self.books) :]
        self.books = seen
        self._balances_agree()
        self._never_below_zero()
        self._past_can_be_rebuilt()
        self._money_ties()
        return fresh

    def money(self, fresh: list[Fact]) -> dict[tuple[int | None, str], int]:
        """What new facts paid, by claim and component (``None``: put on an overpayment), as positive yen."""
        paid: Counter[tuple[int | None, str]] = Counter()
        for fact in fresh:
            if fact.kind in MONEY:
                paid[fact.claim, fact.component] -= fact.yen
        return dict(paid)

    def claim_yen(self, claim: int, component: str) -> int:
        return sum(fact.yen for fact in self.books if (fact.claim, fact.component) == (claim, component))

    def paid_of(self, receipt: int) -> dict[tuple[int | None, str], int]:
        """What stands of a receipt by claim and component, in positive yen; what was taken back is not there."""
        stands: Counter[tuple[int | None, str]] = Counter()
        own = {fact.pk: fact for fact in self.books if fact.receipt == receipt}
        for fact in own.values():
            origin = own[fact.reverses] if fact.reverses else fact
            if origin.kind == "receipt":
                stands[fact.claim, fact.component] -= fact.yen
        return {place: yen for place, yen in stands.items() if yen}

    def over_left(self, over: int) -> int:
        return sum(fact.yen if fact.claim else -fact.yen for fact in self.books if fact.over == over)

    def finish(self) -> None:
        assert [*_balances(), *_kept("receipt", RECEIPT_SQL), *_kept("overpayment", OVERPAYMENT_SQL)] == []

    def _balances_agree(self) -> None:
        sums: Counter[tuple[int, str]] = Counter()
        for fact in self.books:
            if fact.claim:
                sums[fact.claim, fact.component] += fact.yen
                if fact.component == "principal" and fact.kind in LEVIED:
                    sums[fact.claim, "levied"] += fact.yen
        stored = {
            (row.pk, name): getattr(row, f"{name}_yen")
            for row in Claim.objects.all()
            for name in (*COMPONENTS, "levied")
        }
        assert stored == {place: sums[place] for place in stored}
        assert set(sums) <= set(stored)
        self.stops.append((len(self.books), stored))

    def _never_below_zero(self) -> None:
        """Nothing is owed in the negative on any day on which something stands, and no overpayment is overdrawn."""
        running: Counter[tuple[Any, str]] = Counter()
        days = sorted({fact.on for fact in self.books})
        by_day: dict[date, list[Fact]] = {day: [] for day in days}
        for fact in self.books:
            by_day[fact.on].append(fact)
        for day in days:
            for fact in by_day[day]:
                if fact.claim:
                    running["claim", fact.claim, fact.component] += fact.yen
                if fact.over:
                    running["over", fact.over, ""] += fact.yen if fact.claim else -fact.yen
            below = {place: yen for place, yen in running.items() if yen < 0}
            assert not below, f"below zero as of {day}: {below}"

    def _past_can_be_rebuilt(self) -> None:
        running: Counter[tuple[int, str]] = Counter()
        at = 0
        for count, remembered in self.stops:
            for fact in self.books[at:count]:
                if fact.claim:
                    running[fact.claim, fact.component] += fact.yen
            at = count
            balances: Mapping[tuple[int, str], int] = {p: yen for p, yen in remembered.items() if p[1] != "levied"}
            assert balances == {place: running[place] for place in balances}

    def _money_ties(self) -> None:
        received = on_claims = overpaid = left = 0
        for receipt in Receipt.objects.filter(source__code=OWN_SOURCE):
            stands = self.paid_of(receipt.pk)
            assert all(yen > 0 for yen in stands.values())
            used = sum(stands.values())
            if receipt.pk in self.cancelled:
                assert (used, receipt.left_yen) == (0, 0)
                continue
            assert used + receipt.left_yen == receipt.amount_yen
            received, left = received + receipt.amount_yen, left + receipt.left_yen
            on_claims += sum(yen for (claim, _), yen in stands.items() if claim)
            overpaid += sum(yen for (claim, _), yen in stands.items() if not claim)
        assert received == on_claims + overpaid + left
        for over in Overpayment.objects.all():
            assert over.left_yen == self.over_left(over.pk)
        # What overpayments received, and what became of it: from receipts and claims in, to claims and people out.
        flows = Counter({"in": 0})
        for fact in self.books:
            if fact.over and fact.claim:
                flows["from claims"] += fact.yen
            elif fact.over:
                flows["from receipts" if fact.receipt else "to people"] -= fact.yen
        assert flows["from receipts"] == overpaid
        assert sum(flows.values()) == sum(over.left_yen for over in Overpayment.objects.all())
