"""分納: in which instalments a debt of several claims is paid off, with the late charge running on to each planned day.

**The debt of a plan** is all principal, dunning fees and costs open on the day it is made, and of each claim the late
charge that will stand when its principal is paid off by the plan itself: later payment costs more, so the debt depends
on the schedule. The sum of the instalments is exactly this debt, and so is the sum of their lines.

A sum fills one claim after another in the plan's order (its slip names them: 民法488条1項; agreed in the deed: 490条), each
in the order of its own law: principal before late charge for public claims (地方税法14条の5), costs, interest, principal for
private ones (民法489条). The last instalment takes the rest.
"""

from calendar import monthrange
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import islice

from claims.rules.allocation import Debt, FeeRank, Line, allocate_civil, allocate_tax
from claims.rules.late_charge import LateChargeTerms, Regime, Relief, ReliefKind, base_yen, late_charge
from claims.rules.rates import RateTable
from toyota_collect.calendar import local_tax_due
from toyota_collect.money import comma

UNITS = (1_000, 500, 100, 10, 1)
"""An amount for a number of instalments is a multiple of the first of these that needs just that number."""


class Order(StrEnum):
    """Which claim the money fills first; ties by due date, then as given."""

    OLDEST = "oldest"
    """The one that fell due first."""
    CLOCK = "clock"
    """The one whose prescription ends first; one that is postponed stands last."""
    COSTLY = "costly"
    """The one for which a yen of principal costs most late charge on the day the plan is made."""


class PlanRefused(ValueError):
    """No schedule can be made. ``needed_yen``: the monthly amount that would do, where one would."""

    def __init__(self, text: str, needed_yen: int | None = None) -> None:
        super().__init__(text)
        self.needed_yen = needed_yen


@dataclass(frozen=True, slots=True)
class PlanDebt:
    """One claim (期別) as it stands on the day the plan is made, in yen.

    ``levied_yen``, ``payments`` and ``relief`` are what its late charge runs on (see ``late_charge``): the principal at
    the due date and what was paid of it. ``late_paid_yen`` is late charge no longer owed, ``late_booked_yen`` determined
    and open: the charge never counts less. ``late_final_yen``: the late charge is fixed at this amount.
    """

    key: str
    due_on: date
    principal_yen: int
    levied_yen: int
    terms: LateChargeTerms
    fee_yen: int = 0
    cost_yen: int = 0
    payments: tuple[tuple[date, int], ...] = ()
    relief: tuple[Relief, ...] = ()
    late_paid_yen: int = 0
    late_booked_yen: int = 0
    late_final_yen: int | None = None
    private: bool = False
    prescribes_on: date | None = None

    def __post_init__(self) -> None:
        if min(self.principal_yen, self.fee_yen, self.cost_yen, self.late_paid_yen, self.late_booked_yen) < 0:
            raise ValueError(f"「{self.key}」に負の金額があります。")
        if self.principal_yen + sum(yen for _, yen in self.payments) > self.levied_yen:
            raise ValueError(f"「{self.key}」の残額と納付額の計が、調定額を超えています。")


@dataclass(frozen=True, slots=True)
class Terms:
    """How it is paid: ``amount_yen`` a month, or in ``count`` instalments, or up to the day ``until``; just one of them.

    ``pay_day``: the day of the month, in a shorter month its last day; a day off moves to the next working day
    (地方税法20条の5第2項). The first instalment is the first such day on or after ``starts_on``. ``steps``: from the n-th
    instalment (from 2 on) another amount. ``bonus``: yen added in a calendar month (1 to 12). ``longest``: the most
    instalments the city allows. ``fee_rank``: where the dunning fee of a tax stands.
    """

    starts_on: date
    pay_day: int
    longest: int
    amount_yen: int | None = None
    count: int | None = None
    until: date | None = None
    steps: tuple[tuple[int, int], ...] = ()
    bonus: tuple[tuple[int, int], ...] = ()
    order: Order = Order.OLDEST
    fee_rank: FeeRank = FeeRank.BEFORE_PRINCIPAL

    def __post_init__(self) -> None:
        if [self.amount_yen, self.count, self.until].count(None) != 2:
            raise PlanRefused("月額、回数、終わりの日のうち、1つだけを決めてください。")
        if not 1 <= self.pay_day <= 31:
            raise PlanRefused("納付日は1日から31日(月末)までで決めてください。")
        if any(number is not None and number < 1 for number in (self.amount_yen, self.count, self.longest)):
            raise PlanRefused("月額と回数は1以上にしてください。")
        if len({at for at, _ in self.steps}) != len(self.steps) or any(at < 2 or yen < 1 for at, yen in self.steps):
            raise PlanRefused("途中からの額は、2回目以降の回ごとに1つ、1円以上で決めてください。")
        months = [month for month, _ in self.bonus]
        if len(set(months)) != len(months) or any(not 1 <= at <= 12 or yen < 1 for at, yen in self.bonus):
            raise PlanRefused("賞与月の加算は、1月から12月までの月ごとに1つ、1円以上で決めてください。")


@dataclass(frozen=True, slots=True)
class Part:
    """What one instalment pays of one claim, in yen."""

    key: str
    principal_yen: int
    fee_yen: int
    late_yen: int
    cost_yen: int

    @property
    def yen(self) -> int:
        return self.principal_yen + self.fee_yen + self.late_yen + self.cost_yen


@dataclass(frozen=True, slots=True)
class Instalment:
    """The ``number``-th payment (from 1). ``nominal_on`` is the agreed day, ``due_on`` that day moved off holidays.

    ``left_yen``: principal, fees and costs still open after it (without late charge).
    """

    number: int
    nominal_on: date
    due_on: date
    parts: tuple[Part, ...]
    left_yen: int

    @property
    def yen(self) -> int:
        return sum(part.yen for part in self.parts)

    @property
    def late_yen(self) -> int:
        return sum(part.late_yen for part in self.parts)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The instalments in order, the regular amount, and whether some late charge lies past the announced rates (概算)."""

    instalments: tuple[Instalment, ...]
    amount_yen: int
    estimated: bool
    order: tuple[str, ...]

    @property
    def total_yen(self) -> int:
        return sum(one.yen for one in self.instalments)

    @property
    def late_yen(self) -> int:
        return sum(one.late_yen for one in self.instalments)


def schedule(
    debts: Sequence[PlanDebt], terms: Terms, *, rates: RateTable, holidays: Collection[date] = frozenset()
) -> Schedule:
    """Return the instalments that pay the debts off.

    Given a number of instalments or an end, the smallest amount that does it is found, in whole 1,000 yen where that
    needs just the number, otherwise in the next finer of ``UNITS`` that does. A debt too small, or later steps and bonus months too
    large for the number, may be paid off sooner.

    Raises:
        PlanRefused: no debts, one given twice, an end before the first instalment, or more instalments than
            ``terms.longest``; then ``needed_yen`` is the amount that would do.
    """
    if not debts or len({debt.key for debt in debts}) != len(debts):
        raise PlanRefused("分納にする債権を1つ以上、重ならないように選んでください。")
    run = _Run(in_order(debts, terms, rates), terms, rates, holidays)
    if terms.amount_yen is not None:
        return run.of_amount(terms.amount_yen)
    return run.of_count(terms.count if terms.count is not None else _payments_until(terms))


def payment_days(terms: Terms, holidays: Collection[date]) -> Iterator[tuple[date, date]]:
    """Yield the agreed day of each month and the working day it moves to, from the first on or after ``starts_on``."""
    year, month = terms.starts_on.year, terms.starts_on.month
    while True:
        nominal = _day_of(year, month, terms.pay_day)
        if nominal >= terms.starts_on:
            yield nominal, local_tax_due(nominal, holidays)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def in_order(debts: Sequence[PlanDebt], terms: Terms, rates: RateTable) -> tuple[PlanDebt, ...]:
    """The debts as the money fills them."""
    keys: dict[Order, Callable[[PlanDebt], tuple[Fraction | date, date]]] = {
        Order.OLDEST: lambda debt: (debt.due_on, debt.due_on),
        Order.CLOCK: lambda debt: (debt.prescribes_on or date.max, debt.due_on),
        Order.COSTLY: lambda debt: (-_cost(debt, terms.starts_on, rates), debt.due_on),
    }
    return tuple(sorted(debts, key=keys[terms.order]))


def _cost(debt: PlanDebt, on: date, rates: RateTable) -> Fraction:
    """A year's late charge on one yen of the principal, at the rate after the first bracket; 0 while it is waived."""
    regime = debt.terms.regime
    waived = any(one.kind is ReliefKind.FULL and one.from_on <= on <= one.to_on for one in debt.relief)
    if waived or regime is Regime.NONE or not debt.principal_yen:
        return Fraction(0)
    if regime is Regime.FLAT:
        assert debt.terms.rate is not None
        rate = debt.terms.rate
    else:
        rate = rates.of(on.year if rates.assumed else min(on.year, rates.last_year)).after
    return rate * base_yen(debt.principal_yen, truncate=debt.terms.truncate_principal) / debt.principal_yen


class _Open:
    """A claim while the plan pays it."""

    def __init__(self, debt: PlanDebt, terms: Terms, rates: RateTable) -> None:
        self.debt, self.terms, self.rates = debt, terms, rates
        self.principal, self.fee, self.cost = debt.principal_yen, debt.fee_yen, debt.cost_yen
        self.late_given = 0
        self.payments = list(debt.payments)
        self.estimated = False

    @property
    def left(self) -> int:
        return self.principal + self.fee + self.cost

    def late_on(self, day: date) -> int:
        """The late charge open if the principal were paid off on the day, at the latest."""
        debt = self.debt
        if debt.late_final_yen is not None:
            return debt.late_final_yen - self.late_given
        charge = late_charge(
            due_on=debt.due_on,
            principal_yen=debt.levied_yen,
            payments=self.payments,
            as_of=day,
            terms=debt.terms,
            rates=self.rates,
            relief=debt.relief,
        )
        self.estimated |= charge.estimated
        return max(charge.yen - debt.late_paid_yen, debt.late_booked_yen) - self.late_given

    def take(self, yen: int, day: date) -> Part:
        """Pay what the claim can take of the money, in the order of its law."""
        # Of a tax the late charge is asked for only by the money that pays the principal off.
        late = self.late_on(day) if self.debt.private or yen >= self.principal else 0
        open_ = Debt(self.debt.key, self.principal, late, self.fee + self.cost, self.debt.due_on)
        if self.debt.private:
            line = allocate_civil(payment_yen=yen, debts=[open_]).lines[0]
        else:
            line = allocate_tax(payment_yen=yen, debts=[open_], fee_rank=self.terms.fee_rank).lines[0]
        return self._book(line, day)

    def _book(self, line: Line, day: date) -> Part:
        fee = min(line.cost_yen, self.fee)
        part = Part(line.key, line.principal_yen, fee, line.late_yen, line.cost_yen - fee)
        self.principal -= part.principal_yen
        self.fee -= part.fee_yen
        self.cost -= part.cost_yen
        self.late_given += part.late_yen
        if part.principal_yen:
            self.payments.append((day, part.principal_yen))
        return part


class _Run:
    """Schedules of the same debts by different amounts."""

    def __init__(self, debts: Sequence[PlanDebt], terms: Terms, rates: RateTable, holidays: Collection[date]) -> None:
        self.debts, self.terms, self.rates = debts, terms, rates
        self.days = list(islice(payment_days(terms, holidays), terms.longest))
        self.steps: Mapping[int, int] = dict(sorted(terms.steps))
        self.bonus: Mapping[int, int] = dict(terms.bonus)
        if not any(_Open(debt, terms, rates).left or debt.late_booked_yen or debt.late_final_yen for debt in debts):
            raise PlanRefused("選んだ債権に未納はありません。")

    def of_amount(self, yen: int) -> Schedule:
        if made := self._pay(yen, self.terms.longest):
            return made
        raise self._too_long(f"月{comma(yen)}円では、")

    def of_count(self, count: int) -> Schedule:
        if count > self.terms.longest:
            raise self._too_long(f"{count}回は、")
        found = [self._least(count, unit) for unit in UNITS]
        return next((made for made in found if len(made.instalments) == count), found[0])

    def _too_long(self, what: str) -> PlanRefused:
        needed = self._least(self.terms.longest, UNITS[0]).amount_yen
        text = (
            f"{what}市の上限の{self.terms.longest}回までに納め終わりません。月{comma(needed)}円以上なら納め終わります。"
        )
        return PlanRefused(text, needed)

    def _least(self, count: int, unit: int) -> Schedule:
        """The schedule of the smallest multiple of ``unit`` that is done within ``count`` instalments."""
        low, high = 0, 1
        while not (best := self._pay(high * unit, count)):
            low, high = high, high * 2
        while high - low > 1:
            middle = (low + high) // 2
            if made := self._pay(middle * unit, count):
                best, high = made, middle
            else:
                low = middle
        return best

    def _pay(self, yen: int, count: int) -> Schedule | None:
        """The schedule of a monthly amount, or nothing where ``count`` instalments do not pay everything off."""
        claims = [_Open(debt, self.terms, self.rates) for debt in self.debts]
        first, made, amount = 0, [], yen
        for number, (nominal_on, due_on) in enumerate(self.days[:count], 1):
            amount = self.steps.get(number, amount)
            left = amount + self.bonus.get(nominal_on.month, 0)
            parts = []
            for claim in claims[first:]:
                part = claim.take(left, due_on)
                left -= part.yen
                if part.yen:
                    parts.append(part)
                if not left:
                    break
                first += 1  # it took less than there was: nothing of it is open any more
            made.append(Instalment(number, nominal_on, due_on, tuple(parts), sum(claim.left for claim in claims)))
            if first == len(claims) or not _is_open(claims[first:], due_on):
                estimated = any(claim.estimated for claim in claims)
                return Schedule(tuple(made), yen, estimated, tuple(debt.key for debt in self.debts))
        return None


def _is_open(claims: Sequence[_Open], day: date) -> bool:
    return any(claim.left or claim.late_on(day) for claim in claims)


def _payments_until(terms: Terms) -> int:
    """How many payment days there are up to the end, that day included."""
    assert terms.until is not None
    count = 0
    for nominal, _ in payment_days(terms, ()):
        if nominal > terms.until or count > terms.longest:
            break
        count += 1
    if not count:
        raise PlanRefused("終わりの日が、最初の納付日より前です。後の日付にしてください。")
    return count


def _day_of(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))
