"""A small city with everything that may befall a claim, and a bookkeeper who reads its entries one by one.

The bookkeeper shares nothing with the product but the entries: no SQL, no code.
"""

from collections import defaultdict
from datetime import date

from claims.models import Claim, Entry, FrozenYear, Overpayment
from claims.services.overpaid import open_overpayment
from claims.services.years import SUBJECT, freeze_year
from tests.factories.claims import book, claim, pay, receive
from tests.factories.debtors import person, system_user, user
from tests.integration.claims.test_claim_ends import approve, draft, lapsed
from toyota_collect import approvals
from toyota_collect.permissions import Role

ZERO = {"opening": 0, "charged": 0, "collected": 0, "written_off": 0, "outstanding": 0}


def levied(year: int, yen: int, *, of=None, kind="resident_tax", source="zei", **facts) -> Claim:
    """A claim whose levy is of the year, due in August."""
    made = claim(
        of,
        kind=kind,
        source=source,
        principal_yen=0,
        due_on=date(year, 8, 31),
        levy_year=year,
        taxation_year=year,
        **facts,
    )
    book(made, "levy", "principal", yen, on=date(year, 6, 1))
    made.refresh_from_db()
    return made


def build() -> None:
    """Years 2022 to 2026; 2025 is frozen, opened again, written into and frozen again."""
    chief, clerk = user(Role.SUPERVISOR), user(Role.RECEIPTS_CLERK)
    someone = person()
    rent = {"kind": "housing_rent", "source": "jutaku"}
    old = levied(2022, 50_001, of=someone)
    book(old, "levy", "fee", 100, on=date(2022, 9, 20))
    pay(old, 10_000, on=date(2023, 5, 1))
    bounced = Entry.objects.get(claim=old, kind="receipt")
    book(old, "reversal", "principal", 10_000, on=date(2024, 4, 1), reverses=bounced)
    book(old, "late_fixed", "late", 700, on=date(2024, 5, 1))
    pay(old, 300, on=date(2025, 3, 31), component="late")
    pay(old, 20_000, on=date(2025, 5, 20))
    closing_weeks = levied(2024, 30_000, of=someone)
    book(closing_weeks, "receipt", "principal", -12_345, on=date(2025, 5, 30), accounting_year=2024)
    home = levied(2023, 26_300, of=someone, **rent)
    book(home, "exemption", "principal", -1_300, on=date(2023, 12, 1))
    book(home, "correction", "principal", -5_000, on=date(2025, 1, 10))
    fell_after_payment(levied(2024, 40_000), on=date(2025, 7, 1), less=15_000, settled=6_000, against=old)
    paid_too_much(levied(2025, 8_000), more=2_500, on=date(2025, 10, 1))
    freeze_year(year=2025, on=date(2026, 6, 1), by=chief)
    late = levied(2026, 9_000)
    pay(late, 9_000, on=date(2026, 9, 1))
    book(home, "receipt", "principal", -777, on=date(2026, 3, 20), accounting_year=2026)
    asked = approvals.ask(subject_type=SUBJECT, subject_key="2025", title="開く", by=clerk)
    approvals.decide(approval_id=asked.pk, decision="approved", by=chief, reason="架空")
    book(home, "receipt", "principal", -1_111, on=date(2026, 3, 19), accounting_year=2025)
    freeze_year(year=2025, on=date(2026, 6, 3), by=chief)
    gone = lapsed(levy_year=2021, principal_yen=3_210)
    ended = draft([gone], user(Role.COLLECTOR))
    approve(ended, chief)
    levied(2026, 60_000, **rent)
    assert FrozenYear.objects.get().carried_yen


def fell_after_payment(owed: Claim, *, on: date, less: int, settled: int, against: Claim) -> Overpayment:
    """減額更正 after everything was paid: what is too much goes to an overpayment, part of it is set off at once."""
    pay(owed, owed.principal_yen, on=date(on.year - 1, 12, 1))
    over = open_overpayment(
        person_id=owed.identity.person_id, cause="reduced", arose_on=on, explanation="架空", ground=owed.ground,
        bears_interest=False, by=system_user(),
    )  # fmt: skip
    facts = {"on": on, "by": system_user()}
    Entry.objects.bulk_create(  # one statement: between the two the balance would be below zero
        [
            Entry(claim=owed, kind="correction", component="principal", amount_yen=-less, **facts),
            Entry(claim=owed, kind="refund", component="principal", amount_yen=less, overpayment=over, **facts),
        ]
    )
    book(against, "set_off", "principal", -settled, on=on, overpayment=over)
    return over


def paid_too_much(owed: Claim, *, more: int, on: date) -> Overpayment:
    """One receipt that pays the claim and leaves something; half of that is paid out the year after."""
    receipt = receive(owed, owed.principal_yen + more, on=on)
    book(owed, "receipt", "principal", -owed.principal_yen, on=on, receipt=receipt)
    over = open_overpayment(
        person_id=owed.identity.person_id, cause="excess", arose_on=on, explanation="架空", ground=owed.ground,
        bears_interest=False, by=system_user(),
    )  # fmt: skip
    book(None, "receipt", "overpaid", -more, on=on, receipt=receipt, overpayment=over)
    book(None, "refund", "overpaid", more // 2, on=date(on.year + 1, 4, 10), overpayment=over)
    return over


def year_of(entry: Entry) -> int:
    if entry.accounting_year is not None:
        return entry.accounting_year
    return entry.on.year if entry.on.month > 3 else entry.on.year - 1


def by_hand(year: int, component: str = "principal") -> dict[tuple[str, bool], dict[str, int]]:
    """The closing of the year by kind and whether the claim is of the year, from entries read one after another."""
    entries = list(Entry.objects.exclude(claim=None).select_related("claim__kind", "reverses").order_by("pk"))
    levied_in: dict[int, int] = {}
    for entry in entries:
        levied_in[entry.claim_id] = min(levied_in.get(entry.claim_id, 9_999), year_of(entry))
    books: dict[tuple[str, bool], dict[str, int]] = defaultdict(lambda: dict(ZERO))
    for entry in entries:
        if entry.component != component or year_of(entry) > year:
            continue
        line = books[entry.claim.kind.name, levied_in[entry.claim_id] == year]
        kind = entry.reverses.kind if entry.reverses else entry.kind
        line["outstanding"] += entry.amount_yen
        if year_of(entry) < year:
            line["opening"] += entry.amount_yen
            line["charged"] += entry.amount_yen
        elif kind in ("receipt", "set_off", "refund"):
            line["collected"] -= entry.amount_yen
        elif kind == "write_off":
            line["written_off"] -= entry.amount_yen
        else:
            line["charged"] += entry.amount_yen
    return {key: line for key, line in books.items() if any(line.values())}


def refunds_by_hand(year: int) -> int:
    """All that stands on overpayments at the year's end."""
    left = 0
    for entry in Entry.objects.exclude(overpayment=None):
        if year_of(entry) <= year:
            left += entry.amount_yen if entry.claim_id else -entry.amount_yen
    return left
