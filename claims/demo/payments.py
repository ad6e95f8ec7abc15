"""Payments: how each debtor's conduct turns claims into 督促, receipts, corrections and exemptions."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from claims.demo.bills import Claim, Receipt, is_overdue
from claims.demo.life import TODAY, Debtor
from claims.demo.numbers import Numbers

LAST_PAID = date(2026, 11, 17)  # later receipts have not reached the sections yet
YEARLY = ("zei", "kokuho", "kaigo", "koki")
FEES = {"zei": 100, "kokuho": 100, "kaigo": 100, "koki": 100}  # 督促手数料 as the extracts carry it, synthetic
CHANNELS = ("counter", "convenience", "direct_debit", "el_qr", "pay_easy", "credit_card", "seizure")
TAX_CHANNELS = (18, 34, 28, 14, 4, 2, 0)
OTHER_CHANNELS = (22, 40, 38, 0, 0, 0, 0)
# 延滞金の割合 per mille: (first month, after). Held here too, so that the truth does not lean on the rules under test.
LATE_RATES = {2021: (25, 88), 2022: (24, 87), 2023: (24, 87), 2024: (24, 87), 2025: (24, 87), 2026: (28, 91)}


def business_day(day: date) -> date:
    """Return the day itself or the next that is neither weekend nor 12-29..01-03 (no due date here meets a 祝日)."""
    while day.weekday() >= 5 or (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3):
        day += timedelta(days=1)
    return day


def late_charge(principal: int, due_on: date, paid_on: date) -> int:
    """Return the tax late charge on one full payment (地方税法の延滞金), to the yen."""
    start = business_day(due_on) + timedelta(days=1)
    if paid_on < start or principal < 2000:
        return 0
    next_month = date(start.year + start.month // 12, start.month % 12 + 1, 1)
    last = (date(next_month.year + next_month.month // 12, next_month.month % 12 + 1, 1) - next_month).days
    bracket_end = next_month.replace(day=min(start.day - 1, last)) if start.day > 1 else next_month - timedelta(days=1)
    base, total, day = principal // 1000 * 1000, 0, start
    while day <= paid_on:
        end = min(paid_on, date(day.year, 12, 31), bracket_end if day <= bracket_end else paid_on)
        rate = LATE_RATES[day.year][day > bracket_end]
        total += base * rate * ((end - day).days + 1) // 365_000
        day = end + timedelta(days=1)
    return total // 100 * 100 if total >= 1000 else 0


@dataclass(frozen=True, slots=True)
class Odds:
    """Chances that a claim is paid on time, late, in part; what remains is unpaid."""

    on_time: float
    late: float
    part: float = 0.0


GOOD, NONE = Odds(0.96, 0.04), Odds(0.0, 0.0)
ODDS = {
    "slips": Odds(0.80, 0.12, 0.02), "late": Odds(0.22, 0.50, 0.06), "never": Odds(0.04, 0.05, 0.03),
    "wealthy": Odds(0.12, 0.08, 0.02), "lump": NONE, "dispute": GOOD, "keeps_plan": Odds(0.25, 0.15, 0.05),
}  # fmt: skip
AFTER = {
    "stops": Odds(0.02, 0.03, 0.04), "plan_then_none": NONE, "fades": Odds(0.05, 0.08, 0.3),
    "hides": Odds(0.35, 0.2, 0.15), "lapsed": Odds(0.02, 0.03, 0.01),
}  # fmt: skip


def since_arrears(source: str, claims: list[Claim]) -> list[Claim]:
    """Return what a section extracts: with the first arrears on, and the payments shortly before.

    Levies by the year begin one fiscal year earlier, monthly charges half a year. Of good payers the last year is sent.
    """
    arrears = [claim for claim in claims if is_overdue(claim) and claim.principal_balance > 0]
    if source in YEARLY:
        first_year = arrears[0].levy_year - 1 if arrears else claims[-1].levy_year
        return [claim for claim in claims if claim.levy_year >= first_year]
    first_due = (arrears[0].due_on if arrears else TODAY) - timedelta(days=183)
    return [claim for claim in claims if claim.due_on >= first_due]


class Till:
    """Settles the claims of one debtor at one source."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers

    def settle(self, rng: random.Random, source: str, debtor: Debtor, claims: list[Claim]) -> None:
        """Fill in corrections, exemptions, 督促 and receipts; where the debtor owes, something stays open."""
        self._amend(rng, debtor, claims)
        owes = source in debtor.owes
        disputed = claims[-1].kind if debtor.conduct == "dispute" else ""
        for claim in claims:
            if claim.charged_yen > 0:
                self._pay(rng, source, claim, self._odds(debtor, claim, owes, disputed), owes)
        if owes and debtor.conduct == "lump":
            self._pay_in_lumps(rng, source, claims)
        if owes and debtor.conduct in ("plan_then_none", "keeps_plan"):
            self._pay_by_plan(rng, source, debtor, claims)
        if owes and not any(is_overdue(claim) and claim.principal_balance > 0 for claim in claims):
            last = rng.choice([claim for claim in claims if is_overdue(claim) and claim.charged_yen > 0][-3:])
            last.receipts.clear()
        for claim in claims:
            self._dun(source, claim)
            self._charges(rng, source, claim)

    @staticmethod
    def _odds(debtor: Debtor, claim: Claim, owes: bool, disputed: str) -> Odds:
        if not owes:
            return GOOD
        if debtor.stop_on:
            return GOOD if claim.due_on < debtor.stop_on else AFTER.get(debtor.conduct, NONE)
        if debtor.conduct == "recent":
            return GOOD if claim.due_on < date(2026, 6, 1) else Odds(0.2, 0.05, 0.03)
        return NONE if claim.kind == disputed else ODDS[debtor.conduct]

    def _amend(self, rng: random.Random, debtor: Debtor, claims: list[Claim]) -> None:
        """Correct the levy of a year now and then (更正), and exempt from it (減免), more often in hardship."""
        for year in {claim.levy_year: None for claim in claims}:
            part = [claim for claim in claims if claim.levy_year == year]
            if rng.random() < 0.02:
                factor = rng.choice((60, 75, 80, 90, 110))
                for claim in part:
                    claim.corrected_yen = claim.levied_yen * factor // 100 // 100 * 100
            relieved = debtor.hardship and debtor.hardship.since.year <= year
            if rng.random() < (0.15 if relieved else 0.008):
                kind, share = part[0].kind, rng.choice((20, 30, 50, 50, 100))
                for claim in part:
                    if claim.kind == kind and (not relieved or claim.due_on > debtor.hardship.since):
                        claim.exempted_yen = claim.charged_yen * share // 100
        if claims and all(claim.charged_yen <= 0 for claim in claims if is_overdue(claim)):
            next(claim for claim in reversed(claims) if is_overdue(claim)).exempted_yen = 0

    def _pay(self, rng: random.Random, source: str, claim: Claim, odds: Odds, owes: bool) -> None:
        if claim.due_on > TODAY + timedelta(days=60) and rng.random() < 0.9:
            return  # not due yet: few pay a whole year in advance
        lot = rng.random()
        if lot < odds.on_time:
            paid_on = claim.due_on - timedelta(days=rng.randint(0, 25))
        elif lot < odds.on_time + odds.late + odds.part:
            paid_on = claim.due_on + timedelta(days=int(rng.expovariate(1 / 95)) + 4)
        else:
            return
        if paid_on > LAST_PAID:
            if owes or not is_overdue(claim):
                return
            paid_on = LAST_PAID
        if lot < odds.on_time + odds.late:
            self._receive(rng, source, claim, paid_on, claim.charged_yen)
        elif share := claim.charged_yen * rng.randint(20, 75) // 100_000 * 1000:
            self._receive(rng, source, claim, paid_on, share)

    def _receive(self, rng: random.Random, source: str, claim: Claim, paid_on: date, yen: int) -> None:
        """Book money; now and then it is booked wrongly first and taken back by a later record."""
        tax = source in ("zei", "kokuho")
        channel = rng.choices(CHANNELS, TAX_CHANNELS if tax else OTHER_CHANNELS)[0]
        if tax and paid_on > claim.due_on + timedelta(days=60) and rng.random() < 0.08:
            channel = "seizure"
        booked = paid_on + timedelta(days=rng.randint(1, 3))
        if rng.random() < 0.012 and paid_on < date(2026, 10, 1):
            wrong = Receipt(self.numbers.receipt(source), paid_on, booked, channel, yen)
            back = Receipt(
                self.numbers.receipt(source), paid_on, booked + timedelta(days=rng.randint(3, 20)), channel, yen,
                cancels=wrong.receipt_number,
            )  # fmt: skip
            claim.receipts += [wrong, back]
            paid_on, booked = back.booked_on, back.booked_on + timedelta(days=1)
        claim.receipts.append(Receipt(self.numbers.receipt(source), paid_on, booked, channel, yen))

    def _pay_in_lumps(self, rng: random.Random, source: str, claims: list[Claim]) -> None:
        """Everything of a year is paid at once in the following January; the last year is still open."""
        for claim in claims:
            on = date(claim.due_on.year + 1, 1, 10 + claim.levy_year % 15)
            if claim.charged_yen > 0 and on <= LAST_PAID:
                self._receive(rng, source, claim, on, claim.charged_yen)

    def _pay_by_plan(self, rng: random.Random, source: str, debtor: Debtor, claims: list[Claim]) -> None:
        """Small equal sums each month to the oldest open claim: a few months and then none, or kept up to now."""
        kept = debtor.conduct == "keeps_plan"
        start = date(2025, 12, 1) if kept else debtor.stop_on + timedelta(days=rng.randint(90, 200))
        each, months = rng.choice((3_000, 5_000, 5_000, 10_000)), 12 if kept else rng.randint(3, 8)
        for month in range(months):
            on = start + timedelta(days=30 * month + rng.randint(0, 4))
            if on > LAST_PAID:
                break
            left = each
            for claim in claims:
                part = min(left, claim.principal_balance)
                if claim.due_on < on and part > 0:
                    self._receive(rng, source, claim, on, part)
                    left -= part
                if left <= 0:
                    break

    @staticmethod
    def _dun(source: str, claim: Claim) -> None:
        """Send a 督促状 about 20 days after the due date, if the claim was not paid by then."""
        day = business_day(business_day(claim.due_on) + timedelta(days=17))
        paid = sum(
            -one.principal_yen if one.cancels else one.principal_yen for one in claim.receipts if one.booked_on < day
        )
        if day <= TODAY and claim.charged_yen - paid > 0:
            claim.dunned_on, claim.fee_yen = day, FEES.get(source, 0)

    def _charges(self, rng: random.Random, source: str, claim: Claim) -> None:
        """With the last payment some pay the fee, and some the late charge that is now determined."""
        if claim.principal_balance > 0 or not claim.receipts or not claim.dunned_on:
            return
        last = claim.receipts[-1]
        if last.paid_on < claim.dunned_on:
            return
        if rng.random() < 0.8:
            last.fee_yen = claim.fee_yen
        single = [one for one in claim.receipts if not one.cancels][-1].principal_yen == claim.charged_yen
        if source in ("zei", "kokuho") and single and rng.random() < 0.45:
            last.late_yen = late_charge(claim.charged_yen, claim.due_on, last.paid_on)
