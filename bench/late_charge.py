"""Late charge of open claims on one day: all at once against a loop over claims. The size is in claims.

Three in ten have one to three part payments. The peer is plain Python without steps, as one would write it first; the
other peer is our per-claim rule, which keeps every step. All three must give the same yen for every claim. Ours counts
from claims as Python objects, so that turning them into arrays is in it. Figures are seconds of one core, the best of
some turns in which all take part, so that a busy machine slows all alike.
"""

import csv
import random
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from time import process_time

from bench import Ratio, Result
from claims.data import late_charge_rates
from claims.rules.late_charge import LateChargeTerms, Regime, late_charge
from claims.rules.late_charge_batch import ClaimFacts, late_charges

SIZE = 300_000
TURNS = 3
AS_OF = date(2026, 11, 20)
RATES = late_charge_rates()
TERMS = {
    "tax": LateChargeTerms(Regime.LOCAL_TAX),
    "premium": LateChargeTerms(Regime.LOCAL_TAX, first_bracket_months=3),
    "private": LateChargeTerms(Regime.FLAT, rate=Fraction(3, 100)),
}
YEARLY = {year: (int(RATES.of(year).first * 10_000), int(RATES.of(year).after * 10_000)) for year in range(1999, 2027)}


def run(*, size: int, folder: Path) -> Iterator[Result]:
    """Yield the comparison with the per-claim rule, then the one with plain Python; growth is told on stderr."""
    path = folder / f"claims_{size}.csv"
    if not path.exists():
        _write(path, size)
    names, claims = _read(path)
    ways: dict[str, Callable[[], list[int]]] = {
        "ours": lambda: late_charges(claims, as_of=AS_OF, rates=RATES).yen.tolist(),
        "rule": lambda: [late_charge(**one._asdict(), as_of=AS_OF, rates=RATES).yen for one in claims],
        "plain": lambda: [plain(name, one) for name, one in zip(names, claims, strict=True)],
    }
    seconds = dict.fromkeys(ways, float("inf"))
    for _ in range(TURNS):
        found = {}
        for way, compute in ways.items():
            began = process_time()
            found[way] = compute()
            seconds[way] = min(seconds[way], process_time() - began)
        assert found["ours"] == found["rule"] == found["plain"]
    _tell_growth(claims, seconds["ours"])
    yield Result("late_charge", size, seconds["ours"], seconds["rule"], "our per-claim rule with steps", Ratio.OF_TIMES)
    yield Result("late_charge", size, seconds["ours"], seconds["plain"], "plain Python, no steps", Ratio.OF_TIMES)


def _tell_growth(claims: list[ClaimFacts], whole: float) -> None:
    tenth, least = claims[: max(1, len(claims) // 10)], float("inf")
    for _ in range(TURNS):
        began = process_time()
        charges = late_charges(tenth, as_of=AS_OF, rates=RATES)
        least = min(least, process_time() - began)
    told = f"{len(tenth)} claims {least:.3f} s, {len(claims)} claims {whole:.3f} s: {whole / least:.1f} times"
    print(f"{told}; left to the per-claim rule: {charges.by_rule}", file=sys.stderr)


def plain(name: str, claim: ClaimFacts) -> int:
    """The charge as somebody writes it who knows the rules and needs no steps."""
    month = claim.due_on + timedelta(days=1)
    for _ in range(3 if name == "premium" else 1):
        month = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
    end_of_month = (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    first_day = (claim.due_on + timedelta(days=1)).day
    bracket_end = end_of_month
    if first_day <= end_of_month.day:
        bracket_end = month.replace(day=first_day) - timedelta(days=1)
    total, left, day = 0, claim.principal_yen, claim.due_on + timedelta(days=1)
    for until, paid in [*sorted(claim.payments), (AS_OF, 0)]:
        base = left // 1000 * 1000 if left >= 2000 else 0
        while day <= until:
            end = min(until, date(day.year, 12, 31))
            if name == "private":
                rate = 300
            elif day <= bracket_end:
                end, rate = min(end, bracket_end), YEARLY[day.year][0]
            else:
                rate = YEARLY[day.year][1]
            total += base * rate * ((end - day).days + 1) // 3_650_000
            day = end + timedelta(days=1)
        left -= paid
    return total // 100 * 100 if total >= 1000 else 0


def _write(path: Path, size: int) -> None:
    rng = random.Random(size)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        for _ in range(size):
            due_on = date(2017, 4, 30) + timedelta(days=rng.randrange(3_440))
            yen = rng.randrange(1_500, 120_000)
            count = rng.randint(1, 3) if rng.random() < 0.3 else 0
            days = [due_on + timedelta(days=rng.randint(1, (AS_OF - due_on).days)) for _ in range(count)]
            name = rng.choices(list(TERMS), (70, 10, 20))[0]
            rows.writerow([name, due_on, yen, *(f"{day} {rng.randrange(100, yen // 3)}" for day in days)])


def _read(path: Path) -> tuple[list[str], list[ClaimFacts]]:
    names, claims = [], []
    with path.open(encoding="utf-8", newline="") as file:
        for name, due_on, yen, *paid in csv.reader(file):
            payments = [(date.fromisoformat(one[:10]), int(one[11:])) for one in paid]
            names.append(name)
            claims.append(ClaimFacts(date.fromisoformat(due_on), int(yen), TERMS[name], payments))
    return names, claims
