"""延滞金 and 遅延損害金 of many claims at once, in arrays of integers and without the steps.

:func:`late_charges` does not ask the per-claim rule (:mod:`claims.rules.late_charge`): it cuts all claims into runs of
days together. Both give the same for every claim, which ``tests/unit/claims/test_late_charge_batch.py`` holds.

No sum leaves 64 bits. The largest is base × rate × days, the rate as a whole number of a common unit: 100,000,000,000
yen (1,000億円) at 14.6 % (2,920 of 20,000, as a half of it must be whole) over 86 years (31,411 days) make 9.17 × 10^18,
and 2^63 is 9.22 × 10^18. A claim beyond that, or one the per-claim rule may refuse, is left to the per-claim rule.

Days are ordinals (``date.toordinal``). Source: as in :mod:`claims.rules.late_charge`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import lcm
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from claims.rules.late_charge import (
    LEAST_BASE,
    UNIT_OF_BASE,
    LateCharge,
    LateChargeTerms,
    Regime,
    Relief,
    ReliefKind,
    Rounding,
    late_charge,
)
from claims.rules.rates import RateTable

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

CHUNK = 20_000  # claims computed together: their arrays stay in the processor's cache
MOST = 2**63 - 1
LARGEST_UNIT = 1_000_000  # parts of a rate
LAST_DAY = date.max.toordinal()
DAY_BITS = 22  # hold LAST_DAY; a claim's place and a day make one number, by which both sort at once
EPOCH = date(1970, 1, 1).toordinal()
RELIEFS = tuple(ReliefKind)


class ClaimFacts(NamedTuple):
    """What the charge of one claim depends on: the arguments of ``late_charge`` of the same names."""

    due_on: date
    principal_yen: int
    terms: LateChargeTerms
    payments: Sequence[tuple[date, int]] = ()
    relief: Sequence[Relief] = ()


@dataclass(frozen=True, slots=True)
class Charges:
    """The charges of many claims in their order; ``LateCharge`` says what the fields mean.

    ``determined`` is 0 where there is no such day. ``by_rule`` counts the claims left to the per-claim rule.
    """

    yen: Whole
    raw_yen: Whole
    estimated: Flags
    determined: Whole
    by_rule: int

    def each(self) -> Iterator[LateCharge]:
        """Yield the charges one by one, without steps."""
        columns = (self.yen, self.raw_yen, self.estimated, self.determined)
        for yen, raw_yen, estimated, day in zip(*(column.tolist() for column in columns), strict=True):
            yield LateCharge(yen, raw_yen, estimated, determined_on=date.fromordinal(day) if day else None)


def late_charges(claims: Sequence[ClaimFacts], *, as_of: date, rates: RateTable) -> Charges:
    """Return what ``late_charge`` returns for each claim, but for the steps and their words.

    Raises:
        ValueError: as ``late_charge`` does, for the first claim that it refuses.
        OverflowError: a charge of 2^63 yen or more.
    """
    parts = [_chunk(claims[start : start + CHUNK], as_of, rates) for start in range(0, len(claims), CHUNK)]
    if not parts:
        return _all_left_over(0)
    return Charges(
        np.concatenate([part.yen for part in parts]),
        np.concatenate([part.raw_yen for part in parts]),
        np.concatenate([part.estimated for part in parts]),
        np.concatenate([part.determined for part in parts]),
        sum(part.by_rule for part in parts),
    )


def _chunk(claims: Sequence[ClaimFacts], as_of: date, rates: RateTable) -> Charges:
    try:
        found, left_over = _computed(_Columns.of(claims), as_of, rates)
    except OverflowError:  # one number alone has more than 64 bits
        found, left_over = _all_left_over(len(claims)), np.arange(len(claims))
    for place in left_over.tolist():
        one = late_charge(**claims[place]._asdict(), as_of=as_of, rates=rates)
        found.yen[place], found.raw_yen[place], found.estimated[place] = one.yen, one.raw_yen, one.estimated
        found.determined[place] = one.determined_on.toordinal() if one.determined_on else 0
    return found


def _all_left_over(count: int) -> Charges:
    yen, raw_yen, determined = np.zeros((3, count), np.int64)
    return Charges(yen, raw_yen, np.zeros(count, bool), determined, count)


# The claims as columns ----------------------------------------------------------------------------


class _Columns(NamedTuple):
    """``terms`` are places in ``kinds``; rows of ``paid``: claim, day, yen; of ``relief``: claim, from, to, kind."""

    due: Whole
    principal: Whole
    terms: Whole
    kinds: list[LateChargeTerms]
    paid: Whole
    relief: Whole

    @classmethod
    def of(cls, claims: Sequence[ClaimFacts]) -> "_Columns":
        """Raises ``OverflowError`` where a number has more than 64 bits."""
        # Flat lists of numbers: a tuple for each row would set off the garbage collector.
        paid = [
            number for n, one in enumerate(claims) for on, yen in one.payments for number in (n, on.toordinal(), yen)
        ]
        relief = [
            number
            for n, one in enumerate(claims)
            for row in one.relief
            for number in (n, row.from_on.toordinal(), row.to_on.toordinal(), RELIEFS.index(row.kind))
        ]
        objects = {id(one.terms): one.terms for one in claims}
        kinds = {kind: place for place, kind in enumerate(dict.fromkeys(objects.values()))}
        places = {key: kinds[kind] for key, kind in objects.items()}
        return cls(
            np.array([one.due_on.toordinal() for one in claims]),
            np.array([one.principal_yen for one in claims], np.int64),
            np.array([places[id(one.terms)] for one in claims]),
            list(kinds),
            np.array(paid, np.int64).reshape(-1, 3),
            np.array(relief, np.int64).reshape(-1, 4),
        )

    def each(self, value: Callable[[LateChargeTerms], int]) -> Whole:
        """A number out of each claim's terms."""
        return np.array([value(kind) for kind in self.kinds], np.int64)[self.terms]

    def are(self, test: Callable[[LateChargeTerms], bool]) -> Flags:
        """Whether each claim's terms are so."""
        return np.array([test(kind) for kind in self.kinds])[self.terms]


class _Rates(NamedTuple):
    """Yearly rates: ``parts[terms, year - first_year, column]``, of which ``unit`` make 100 %.

    Columns: in the first bracket, after it, then one for each kind of relief. ``leap[year - first_year]``: 366 days.
    """

    parts: Whole
    unit: int
    first_year: int
    leap: Flags

    @classmethod
    def of(cls, kinds: Sequence[LateChargeTerms], years: range, rates: RateTable) -> "_Rates":
        """Raises ``OverflowError`` for a rate above 100 % and where the rates have no common unit small enough."""
        tax = [_tax_rates(rates, year) for year in years]
        table = [
            tax if kind.regime is Regime.LOCAL_TAX else [_flat_rates(kind.rate or Fraction(0))] * len(years)
            for kind in kinds
        ]
        different = {rate for rows in table for row in rows for rate in row}
        unit = lcm(*(rate.denominator for rate in different))
        if unit > LARGEST_UNIT or max(different) > 1:
            raise OverflowError
        parts = np.array([[[int(rate * unit) for rate in row] for row in rows] for rows in table])
        new_years = _new_year(np.arange(years.start, years.stop + 1))
        return cls(parts, unit, years.start, np.diff(new_years) == 366)


def _tax_rates(rates: RateTable, year: int) -> tuple[Fraction, ...]:
    if year > rates.last_year and rates.assumed is None:
        return (Fraction(0),) * (2 + len(RELIEFS))  # not announced: the charge stops before
    row = rates.of(year)
    special = min(row.first, row.after / 2) if row.relief is None else row.relief
    return row.first, row.after, *_lowered(special, row.after)


def _flat_rates(rate: Fraction) -> tuple[Fraction, ...]:
    return rate, rate, *_lowered(rate, rate)


def _lowered(special: Fraction, after: Fraction) -> tuple[Fraction, ...]:
    rates = {ReliefKind.FULL: Fraction(0), ReliefKind.SPECIAL: special, ReliefKind.HALF: after / 2}
    return tuple(rates[kind] for kind in RELIEFS)


# From columns to charges --------------------------------------------------------------------------


def _computed(at: _Columns, as_of: date, rates: RateTable) -> tuple[Charges, Whole]:
    """The charges, and the places of the claims that are left to the per-claim rule."""
    first_year = int(_year(at.due.min()))
    table = _Rates.of(at.kinds, range(first_year, max(first_year, as_of.year) + 1), rates)
    tax = at.are(lambda kind: kind.regime is Regime.LOCAL_TAX)
    bracket_end = np.where(tax, _bracket_end(at.due, at.each(lambda kind: kind.first_bracket_months)), 0)
    left_over = _left_over(at, table, bracket_end, as_of)
    places = np.flatnonzero(left_over)

    book = _Book.of(at, np.where(left_over, 0, at.principal), as_of)
    until = np.where(book.charged_at_first & at.are(lambda kind: kind.regime is not Regime.NONE), book.last_on, at.due)
    estimated = tax & (until > rates.last_day.toordinal()) & (until > at.due)
    raw_yen = _raw_yen(at, book, table, bracket_end, until)

    nothing = raw_yen < at.each(lambda kind: kind.min_total_yen)
    yen = np.where(nothing, 0, raw_yen - raw_yen % at.each(lambda kind: kind.floor_unit_yen))
    determined = np.where(estimated, 0, book.paid_off_on)
    return Charges(yen, raw_yen, estimated, determined, len(places)), places


def _left_over(at: _Columns, table: _Rates, bracket_end: Whole, as_of: date) -> Flags:
    """Claims whose sums might not fit, or that the per-claim rule may refuse."""
    days = np.maximum(as_of.toordinal() - at.due, 1)
    # The first keeps base x rate x days within 64 bits, the second the sum of all payments, each cut to its principal.
    largest = MOST // np.maximum(int(table.parts.max()) * days, len(at.paid) + 1)
    found: Flags = (at.principal < 0) | (at.principal > largest) | (bracket_end >= LAST_DAY)
    found[at.paid[at.paid[:, 2] < 0, 0]] = True
    owner, from_on, to_on, kind = at.relief.T
    flat = at.are(lambda kind: kind.regime is Regime.FLAT)[owner]
    found[owner[(to_on < from_on) | (flat & (kind == RELIEFS.index(ReliefKind.SPECIAL)))]] = True
    return found


class _Book(NamedTuple):
    """What is left of the principals as they are paid, payments in the order of ``keys`` (claim and day).

    ``sums[n]``: yen of the first ``n`` payments; ``begins``: how many come before those of a claim. ``last_on``: the day
    that ends the charge, by payment or as the last counted day. ``paid_off_on``: 0 where some principal is left.
    """

    principal: Whole
    truncates: Flags
    keys: Whole
    sums: Whole
    begins: Whole
    last_on: Whole
    paid_off_on: Whole

    @classmethod
    def of(cls, at: _Columns, principal: Whole, as_of: date) -> "_Book":
        truncates = at.are(lambda kind: kind.truncate_principal)
        owner, on, yen = at.paid.T
        yen = np.minimum(yen, principal[owner])
        counted = (yen > 0) & (on <= as_of.toordinal())
        keys = _key(owner[counted], on[counted])
        order = np.argsort(keys)
        keys, yen = keys[order], yen[counted][order]
        owner, on = _claim(keys), _day(keys)
        sums, begins = np.concatenate([[0], np.cumsum(yen)]), np.searchsorted(owner, np.arange(len(principal)))
        left = principal[owner] - (sums[1:] - sums[begins[owner]])
        last_on, paid_off_on = np.full(len(principal), as_of.toordinal()), np.zeros(len(principal), np.int64)
        for days, reached in ((last_on, _base(left, truncates[owner]) <= 0), (paid_off_on, left <= 0)):
            whose, first = np.unique(owner[reached], return_index=True)
            days[whose] = on[reached][first]
        return cls(principal, truncates, keys, sums, begins, last_on, paid_off_on)

    @property
    def charged_at_first(self) -> Flags:
        return _base(self.principal, self.truncates) > 0

    def base_after(self, claim: Whole, day: Whole) -> Whole:
        """The base that the payments up to ``day``, included, leave."""
        count = np.searchsorted(self.keys, _key(claim, day), side="right")
        return _base(self.principal[claim] - (self.sums[count] - self.sums[self.begins[claim]]), self.truncates[claim])


def _raw_yen(at: _Columns, book: _Book, table: _Rates, bracket_end: Whole, until: Whole) -> Whole:
    """The charge from the day after the due date to ``until``, before the last truncation."""
    raw_yen = np.zeros(len(at.due), np.int64)
    keys = _ends_of_runs(at, book, bracket_end, until)
    if not len(keys):
        return raw_yen
    claim, to_on = _claim(keys), _day(keys)
    opens = _changes(claim)
    before = np.where(opens, at.due[claim], np.roll(to_on, 1))  # the day before the run
    year, in_first = _year(to_on), to_on <= bracket_end[claim]
    rate = _rate(at, table, keys, year, in_first)
    amount = book.base_after(claim, before) * rate * (to_on - before)

    # Fractions of a yen are kept within what belongs together: a run, a bracket or the whole claim.
    by_run = at.are(lambda kind: kind.rounding is Rounding.SEGMENT)[claim]
    by_bracket = at.are(lambda kind: kind.rounding is Rounding.BRACKET)[claim]
    heads = np.flatnonzero(opens | by_run | (by_bracket & _changes(in_first)))
    by_366 = at.are(lambda kind: kind.divisor_in_leap_year == 366)[claim] & table.leap[year - table.first_year]
    whole, rest = np.divmod(np.add.reduceat(np.where(by_366, 0, amount), heads), table.unit * 365)
    whole_366, rest_366 = np.divmod(np.add.reduceat(np.where(by_366, amount, 0), heads), table.unit * 366)
    whole += whole_366 + (rest * 366 + rest_366 * 365) // (table.unit * 365 * 366)
    firsts = np.flatnonzero(opens[heads])
    raw_yen[claim[heads[firsts]]] = np.add.reduceat(whole, firsts)
    return raw_yen


def _ends_of_runs(at: _Columns, book: _Book, bracket_end: Whole, until: Whole) -> Whole:
    """Claim and last day of every run of days with one base and one rate, in order.

    A run ends with the year, with the first bracket, on a day of payment, before a relief, with it, and with the charge.
    """
    claims, first_year = np.arange(len(at.due)), _year(at.due)
    years = np.maximum(_year(until) - first_year, 0)
    of_years = np.repeat(claims, years)
    year_ends = _new_year(first_year[of_years] + _nth(years) + 1) - 1
    owner, from_on, to_on, _ = at.relief.T
    ends = [(claims, until), (claims, bracket_end), (of_years, year_ends), (owner, from_on - 1), (owner, to_on)]
    keys = np.concatenate([book.keys, *(_key(*end) for end in ends)])
    claim, day = _claim(keys), _day(keys)
    keys = np.sort(keys[(day > at.due[claim]) & (day <= until[claim])])
    return keys[_changes(keys)]


def _rate(at: _Columns, table: _Rates, keys: Whole, year: Whole, in_first: Flags) -> Whole:
    """The rate of every run in parts of the unit: the lowest of those that apply."""
    _, years, columns = table.parts.shape
    parts, row = table.parts.ravel(), (at.terms[_claim(keys)] * years + year - table.first_year) * columns
    rate: Whole = parts[row + np.where(in_first, 0, 1)]
    owner, from_on, to_on, kind = at.relief.T
    first = np.searchsorted(keys, _key(owner, from_on))
    count = np.maximum(np.searchsorted(keys, _key(owner, to_on), side="right") - first, 0)
    runs = np.repeat(first, count) + _nth(count)
    np.minimum.at(rate, runs, parts[row[runs] + 2 + np.repeat(kind, count)])
    return rate


# Days and places ----------------------------------------------------------------------------------


def _base(principal: Whole, truncates: Flags) -> Whole:
    """Source: 地方税法20条の4の2第2項."""
    truncated = np.where(principal < LEAST_BASE, 0, principal - principal % UNIT_OF_BASE)
    return np.where(truncates, truncated, principal)


def _bracket_end(due: Whole, months: Whole) -> Whole:
    """The last day of a period that begins after the due date. Source: 民法143条2項."""
    first = (due + 1 - EPOCH).astype("M8[D]")
    month = first.astype("M8[M]")
    start, next_start = ((month + months + more).astype("M8[D]").astype(np.int64) for more in (0, 1))
    days_before = (first - month.astype("M8[D]")).astype(np.int64)
    last: Whole = start + np.minimum(days_before, next_start - start) - 1 + EPOCH
    return last


def _year(day: Whole) -> Whole:
    return (day - EPOCH).astype("M8[D]").astype("M8[Y]").astype(np.int64) + 1970


def _new_year(year: Whole) -> Whole:
    """The day of 1 January."""
    return (year - 1970).astype("M8[Y]").astype("M8[D]").astype(np.int64) + EPOCH


def _key(claim: Whole, day: Whole) -> Whole:
    return (claim << DAY_BITS) | day


def _claim(keys: Whole) -> Whole:
    return keys >> DAY_BITS


def _day(keys: Whole) -> Whole:
    return keys & ((1 << DAY_BITS) - 1)


def _changes(values: Whole | Flags) -> Flags:
    """Where a value differs from the one before; the first does."""
    return np.concatenate([[True], values[1:] != values[:-1]])[: len(values)]


def _nth(counts: Whole) -> Whole:
    """0, 1, 2, … up to each count, one after another."""
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
