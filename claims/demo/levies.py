"""Levies: what each source charges, by instalment, over six fiscal years (令和3–8年度)."""

import random
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from claims.demo.bills import Claim, is_overdue
from claims.demo.life import FIRST_YEAR, LAST_YEAR, Debtor
from claims.demo.numbers import Numbers
from claims.demo.people import Person

HAS_TAXATION_YEAR = ("zei", "kokuho", "kaigo", "koki")  # 相当年度; 0 elsewhere
Due = tuple[int, date]  # instalment, due date


def month_end(year: int, month: int) -> date:
    """Return the last day of a month of a fiscal year (month 1 to 3 lie in the next calendar year); 25 December."""
    year += month <= 3
    return date(year, month, 25) if month == 12 else date(year, month, monthrange(year, month)[1])


FISCAL_MONTHS = (4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3)
LUNCH_MONTHS = (5, 6, 7, 9, 10, 11, 12, 1, 2, 3)
BILLED_BY = date(2026, 11, 30)  # monthly charges of the last year are written up to here; levies by the year in full


def numbered(year: int, months: tuple[int, ...]) -> list[Due]:
    return [(place, month_end(year, month)) for place, month in enumerate(months, 1)]


def monthly(year: int, months: tuple[int, ...] = FISCAL_MONTHS) -> list[Due]:
    """Return the months billed so far; the instalment is the month itself."""
    return [(month, due) for month in months if (due := month_end(year, month)) <= BILLED_BY]


def split(total: int, parts: int, unit: int) -> list[int]:
    """Split a yearly amount: equal parts in whole units, what remains goes to the first (地方税法20条の4の2第6項)."""
    each = total // parts // unit * unit
    return [total - each * (parts - 1)] + [each] * (parts - 1)


class Levies:
    """Writes the claims of one debtor at one source."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers

    def of(self, rng: random.Random, source: str, debtor: Debtor) -> list[Claim]:
        """Return all instalments from the debtor's first year on, by due date."""
        claims: list[Claim] = []
        for year in range(debtor.first_year, LAST_YEAR + 1):
            claims += getattr(self, "_" + source)(rng, debtor, year)
        for year in range(LAST_YEAR, FIRST_YEAR - 1, -1):  # charges that come seldom: let one fall due
            if any(map(is_overdue, claims)):
                break
            claims += [] if year >= debtor.first_year else getattr(self, "_" + source)(rng, debtor, year)
        claims = self._until_gone(claims, source, debtor.person)
        for claim in claims:
            if source in HAS_TAXATION_YEAR:
                claim.taxation_year = claim.taxation_year or claim.levy_year
            # Only tax bills of late years bear an eL-QR; this text is a sample, never a payable code.
            if source == "zei" and claim.levy_year >= 2025 and claim.instalment and not claim.collector_number:
                claim.el_qr = f"DEMO-ELQR-23211-{claim.notice_number}-{claim.instalment:02d}"
        claims.sort(key=lambda claim: claim.due_on)
        return claims

    @staticmethod
    def _until_gone(claims: list[Claim], source: str, person: Person) -> list[Claim]:
        """Return what is still levied on someone who left the city or died: the levy of that year, and on property."""
        gone = person.left_city_on or person.died_on
        if not gone:
            return claims
        last_year = gone.year - (gone.month <= 3) if source in HAS_TAXATION_YEAR else 0
        kept = [
            claim
            for claim in claims
            if claim.levy_year <= last_year
            or claim.due_on <= gone + timedelta(days=120)
            or claim.kind == "property_tax"
        ]
        return kept if any(map(is_overdue, kept)) else claims

    def _year(self, kind: str, year: int, dues: list[Due], amounts: list[int], **more: object) -> Iterator[Claim]:
        notice = self.numbers.notice()
        for (instalment, due), yen in zip(dues, amounts, strict=False):
            if yen > 0:
                yield Claim(kind, year, notice, instalment, due, yen, **more)

    def _even(self, kind: str, year: int, dues: list[Due], each: int, **more: object) -> Iterator[Claim]:
        return self._year(kind, year, dues, [each] * len(dues), **more)

    # --- zei: city taxes -------------------------------------------------------------------------
    def _zei(self, rng: random.Random, debtor: Debtor, year: int) -> Iterator[Claim]:
        person = debtor.person
        if person.corporate_number:
            yield from self._corporate(rng, debtor, year)
            return
        traits = random.Random(person.true_id)  # the same house and car every year
        owner, vehicles = traits.random() < 0.24, traits.choices((0, 1, 2), (0.5, 0.4, 0.1))[0]
        if not person.in_register or debtor.conduct == "wealthy" or owner:
            total = traits.randint(24, 160) * 1000 * (6 if debtor.conduct == "wealthy" else 1)
            yield from self._year("property_tax", year, numbered(year, (4, 7, 12, 2)), split(total, 4, 1000))
        if person.in_register:
            for _ in range(vehicles):
                yield from self._even(
                    "light_vehicle_tax", year, numbered(year, (5,)), traits.choice((2400, 5000, 10800, 12900))
                )
        if person.in_register and (not owner or debtor.income > 1_500_000 or not vehicles):
            before = debtor.stop_on is None or year <= debtor.stop_on.year  # this year's tax follows last year's income
            base = debtor.income if before or not debtor.hardship else debtor.income * 6 // 10
            total = max(6_000, base * 4 // 100 // 1000 * 1000)
            total = total * rng.randint(92, 108) // 100 // 100 * 100
            dues = numbered(year, (6, 8, 10, 1))
            yield from self._year("resident_tax", year, dues, split(total, 4, 1000), detail_code="11")
            if (
                rng.random() < 0.02 and year > 2021
            ):  # an earlier year put right later: one instalment out of turn (随時)
                due = [(1, month_end(year, 12))]
                late_levy = rng.randint(8, 60) * 1000
                yield from self._even("resident_tax", year, due, late_levy, taxation_year=year - 1, detail_code="12")

    def _corporate(self, rng: random.Random, debtor: Debtor, year: int) -> Iterator[Claim]:
        traits = random.Random(debtor.person.true_id)
        closing, founded = traits.randint(1, 12), traits.randint(1975, 2018)
        due = month_end(year, (closing + 1) % 12 + 1)
        if due <= BILLED_BY:
            yield from self._even(
                "corporate_tax", year, [(0, due)], traits.choice((50_000, 50_000, 130_000)) + rng.randint(0, 400) * 100,
                business_year_number=str(year - founded), declaration_number="01",
            )  # fmt: skip
        if traits.random() < 0.45:
            total = traits.randint(80, 900) * 1000
            yield from self._year("property_tax", year, numbered(year, (4, 7, 12, 2)), split(total, 4, 1000))
        if traits.random() < 0.4:
            yield from self._even("light_vehicle_tax", year, numbered(year, (5,)), 5000)
        if traits.random() < 0.25:  # tax withheld from wages and not handed over (特別徴収), due on the 10th
            dues = [(month, date(year + (month in (12, 1, 2, 3)), month % 12 + 1, 10)) for month in FISCAL_MONTHS[2:]]
            dues = [(month, due) for month, due in dues if due <= BILLED_BY]
            number = debtor.person.atena_number[::-1]
            yield from self._even(
                "resident_tax", year, dues, traits.randint(8, 70) * 1000, detail_code="21", collector_number=number
            )

    # --- health: national insurance tax, long-term care, late elderly ---------------------------------
    def _kokuho(self, rng: random.Random, debtor: Debtor, year: int) -> Iterator[Claim]:
        event = debtor.hardship
        if event and event.event == "welfare_start" and year > event.since.year:
            return  # people on welfare leave the national health insurance
        adults = 1 + len(debtor.household.members) // 3
        total = (debtor.income * 85 // 1000 + adults * 38_000) // 100 * 100
        total = min(total, 1_090_000) * rng.randint(90, 110) // 100 // 100 * 100
        yield from self._year("nhi_tax", year, numbered(year, (7, 8, 9, 10, 11, 12, 1, 2)), split(total, 8, 100))

    def _kaigo(self, rng: random.Random, debtor: Debtor, year: int) -> Iterator[Claim]:
        total = random.Random(debtor.person.true_id).choice((22_800, 34_200, 51_300, 62_700, 76_900, 96_900))
        yield from self._year("ltc_premium", year, numbered(year, (7, 8, 9, 10, 11, 12, 1, 2)), split(total, 8, 100))

    def _koki(self, rng: random.Random, debtor: Debtor, year: int) -> Iterator[Claim]:
        if debtor.person.age(date(year, 8, 1)) < 75:
            return
        total = (53_000 + debtor.income * 3 // 100) // 100 * 100
        yield from self._year(
            "late_elderly_premium", year, numbered(year, (7, 8, 9, 10, 11, 12, 1, 2)), split(total, 8, 100)
        )

    # --- children -------------------------------------------------------------------------------------
    def _hoiku(self, rng: random.Random, debtor: Debtor, year: int) -> Iterator[Claim]:
        """0 to 2 years 保育料, 3 to 5 副食費, 6 to 11 放課後児童クラブ, each by month and child."""
        for child in debtor.children:
            age = child.age(date(year, 4, 1))
            if 0 <= age <= 2:
                kind, each = "nursery_fee", max(5_000, debtor.income // 100_000 * 900)
            elif 3 <= age <= 5:
                kind, each = "side_meal_fee", 4_700
            elif 6 <= age <= 11:
                kind, each = "after_school_fee", 6_500
            else:
                continue
            yield from self._even(kind, year, monthly(year), each, child_number=child.atena_number)

    def _kodomo(self, rng: random.Random, debtor: Debtor, year: int) -> Iterator[Claim]:
        traits = random.Random(debtor.person.true_id)
        child = traits.choice(debtor.children) if debtor.children else None
        lot, parts = traits.random(), traits.choice((1, 1, 4, 8))
        first = year == debtor.first_year
        if lot < 0.3 and first and child:
            total = traits.choice((10_000, 15_000)) * traits.randint(2, 14)
            yield from self._instalments(
                rng, "child_allowance_return", year, total, parts, child_number=child.atena_number
            )
        elif lot < 0.58 and first:
            yield from self._instalments(rng, "child_rearing_return", year, traits.randint(4, 60) * 10_000, parts * 2)
        elif lot >= 0.58:
            contract = date(min(2020, max(2012 + traits.randint(0, 7), debtor.person.born.year + 19)), 4, 1)
            dues = numbered(year, (6, 9, 12, 3))
            yield from self._even(
                "single_parent_loan", year, dues, traits.choice((9_000, 15_000, 24_000)), contract_on=contract
            )

    def _kyoiku(self, rng: random.Random, debtor: Debtor, year: int) -> Iterator[Claim]:
        pupils = [one for one in debtor.children if 6 <= one.age(date(year, 4, 1)) <= 14]
        for pupil in pupils:
            each = 4_600 if pupil.age(date(year, 4, 1)) < 12 else 5_300
            yield from self._even("school_lunch", year, monthly(year, LUNCH_MONTHS), each)
        if not pupils and not debtor.children:
            traits = random.Random(debtor.person.true_id)
            contract = date(max(2010, debtor.person.born.year + 15), 4, 1)
            dues = numbered(year, (9, 3))
            yield from self._even(
                "scholarship_loan", year, dues, traits.choice((48_000, 60_000, 84_000)), contract_on=contract
            )

    # --- welfare and home -----------------------------------------------------------------------------
    def _instalments(
        self, rng: random.Random, kind: str, year: int, total: int, parts: int, **more: object
    ) -> Iterator[Claim]:
        """One decision, to be returned at once or in monthly parts from some month of the year on."""
        start = rng.randint(4, 8)
        dues = [(place, month_end(year, (start + place - 2) % 12 + 1)) for place in range(1, min(parts, 8) + 1)]
        yield from self._year(kind, year, dues, split(total, len(dues), 1000), **more)

    def _fukushi(self, rng: random.Random, debtor: Debtor, year: int) -> Iterator[Claim]:
        if year != debtor.first_year and rng.random() > 0.12:
            return
        kind = rng.choices(("welfare_63", "welfare_63_77_2", "welfare_78"), (0.3, 0.5, 0.2))[0]
        yield from self._instalments(rng, kind, year, rng.randint(2, 70) * 10_000, rng.choice((1, 3, 6, 8)))

    def _jutaku(self, rng: random.Random, debtor: Debtor, year: int) -> Iterator[Claim]:
        traits = random.Random(debtor.person.true_id)
        rent, parking = traits.randint(118, 420) * 100, traits.choice((0, 2_200, 3_000))
        contract = max(date(2004, 4, 1) + timedelta(days=traits.randrange(6000)), debtor.person.homes[0][0])
        contract = min(contract, date(debtor.first_year, 3, 31))
        months = monthly(year)
        yield from self._even("housing_rent", year, months, rent, contract_on=contract)
        if parking:
            yield from self._even("housing_parking", year, months, parking, contract_on=contract)
        if traits.random() < 0.06 and year == LAST_YEAR:
            due = [(1, month_end(year, 6))]
            yield from self._even("housing_repair", year, due, traits.randint(2, 30) * 10_000, contract_on=contract)

    def _suido(self, rng: random.Random, debtor: Debtor, year: int) -> Iterator[Claim]:
        """Two months at a time; one bill, two claims of different nature under one notice number."""
        traits = random.Random(debtor.person.true_id)
        use, sewer = traits.randint(16, 70) + 10 * len(debtor.household.members), traits.random() < 0.85
        contract = date(
            min(debtor.first_year, max(2000, debtor.person.homes[-1][0].year)) - 1, traits.randint(1, 12), 1
        )
        notice = self.numbers.notice()
        for instalment, month in enumerate((5, 7, 9, 11, 1, 3), 1):
            due = date(year + (month <= 3), month, 25)
            if due > BILLED_BY:
                continue
            cubic = max(8, use + rng.randint(-12, 12))
            yield Claim("water_charge", year, notice, instalment, due, 1_600 + cubic * 118, contract_on=contract)
            if sewer:
                yield Claim("sewer_charge", year, notice, instalment, due, 1_200 + cubic * 96)
