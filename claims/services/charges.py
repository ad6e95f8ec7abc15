"""What claims cost on a day, late charge included: facts of the ledger gathered for many claims, then the pure rule.

The person page, the claim page and the letters all ask here. The number of queries does not depend on the claims.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import islice

from django.db.models import Case, F, Q, Sum, When
from django.db.models.functions import Coalesce, Greatest

from claims.models import Claim, ClaimKindTerms, Entry, Hold, LateChargeRate
from claims.rules.answering import Yen
from claims.rules.late_charge import LateCharge, LateChargeTerms, Regime, Relief, ReliefKind, Rounding, late_charge
from claims.rules.late_charge_batch import ClaimFacts, late_charges
from claims.rules.payments import PrincipalEntry, principal_and_payments
from claims.rules.rates import PERMYRIAD, RateTable, YearRate
from toyota_collect.dated import SettingMissing, value_on
from toyota_collect.held import once

BATCH = 5_000  # claims whose facts are held in memory at once
REGIMES = {
    ClaimKindTerms.LateRegime.TAX: Regime.LOCAL_TAX,
    ClaimKindTerms.LateRegime.CIVIL: Regime.FLAT,
    ClaimKindTerms.LateRegime.NONE: Regime.NONE,
}
DETERMINES = (Entry.Kind.LATE_FIXED, Entry.Kind.CORRECTION)  # what says how much late charge there is
RELIEFS = {"full": ReliefKind.FULL, "relief": ReliefKind.SPECIAL}


class TermsMissing(Exception):
    """No legal attributes are in force for the day a claim fell due; the message says which to add."""


@dataclass(frozen=True, slots=True)
class AmountDue:
    """What is still to be paid for one claim, in yen: today's balances, with the late charge up to a day.

    ``late_yen`` is the charge up to the day less what was paid of it, or the determined balance where that is higher.
    ``late_final``: it no longer grows. ``charge`` has the steps, if they were asked for. ``terms`` are the legal
    attributes of the claim's day.
    """

    principal_yen: int
    fee_yen: int
    late_yen: int
    cost_yen: int
    late_final: bool
    charge: LateCharge
    terms: ClaimKindTerms

    @property
    def other_yen(self) -> int:
        """Late charge, dunning fee and costs: all that is not principal."""
        return self.late_yen + self.fee_yen + self.cost_yen

    @property
    def total_yen(self) -> int:
        return sum(self.yen)

    @property
    def yen(self) -> Yen:
        return Yen(self.principal_yen, self.fee_yen, self.late_yen, self.cost_yen)

    def part(self, yen: Yen) -> "AmountDue":
        """Of this, only so much: what somebody answers for."""
        return replace(self, principal_yen=yen.principal, fee_yen=yen.fee, late_yen=yen.late, cost_yen=yen.cost)


class KindTerms:
    """The legal attributes of all kinds, looked up by the day a claim fell due."""

    def __init__(self) -> None:
        self._rows: dict[int, list[ClaimKindTerms]] = defaultdict(list)
        for row in ClaimKindTerms.objects.select_related("kind").order_by("-starts_on"):
            self._rows[row.kind_id].append(row)
        self._rules: dict[int, LateChargeTerms] = {}

    def of(self, claim: Claim) -> ClaimKindTerms:
        """Raises ``TermsMissing`` where no row had begun when the claim fell due."""
        for row in self._rows[claim.kind_id]:
            if row.starts_on <= claim.due_on:
                return row
        raise TermsMissing(
            f"「{claim.kind}」に、納期限 {claim.due_on:%Y-%m-%d}（通知書番号 {claim.notice_number}）に適用する"
            "法的属性がありません。管理画面の「債権種目の法的属性」に、その日より前に始まる行を足してください。"
        )

    def rule(self, row: ClaimKindTerms) -> LateChargeTerms:
        if row.pk not in self._rules:
            self._rules[row.pk] = late_charge_terms(row)
        return self._rules[row.pk]


def charges_for(claims: Iterable[Claim], *, as_of: date) -> dict[int, LateCharge]:
    """Late charge with its steps by claim id, as if all still unpaid were paid on ``as_of`` (the last counted day).

    Raises:
        TermsMissing: a claim's kind has no legal attributes for the day it fell due.
    """
    return {pk: due.charge for pk, due in amounts_due(claims, as_of=as_of).items()}


def amounts_due(claims: Iterable[Claim], *, as_of: date, with_steps: bool = True) -> dict[int, AmountDue]:
    """What is still to be paid by claim id.

    Without steps, which only a page of one claim shows, many claims are computed at once: the same yen, far sooner.

    Raises:
        TermsMissing: like :func:`charges_for`.
    """
    terms, rates = kind_terms(), rate_table(as_of=as_of)
    found: dict[int, AmountDue] = {}
    for batch in _batches(claims):
        entries, late_paid, reliefs = _principal_entries(batch), _late_paid(batch), _reliefs(batch, as_of)
        rows = [terms.of(claim) for claim in batch]
        facts = [
            _facts(claim, terms.rule(row), entries.get(claim.pk), reliefs.get(claim.pk, ()))
            for claim, row in zip(batch, rows, strict=True)
        ]
        if with_steps:
            charges = (late_charge(**one._asdict(), as_of=as_of, rates=rates) for one in facts)
        else:
            charges = late_charges(facts, as_of=as_of, rates=rates).each()
        for claim, row, charge in zip(batch, rows, charges, strict=True):
            found[claim.pk] = _amount_due(claim, charge, row, late_paid.get(claim.pk))
    return found


def charge_facts(claims: Iterable[Claim], *, as_of: date) -> dict[int, tuple[ClaimFacts, int]]:
    """What the late charge of each claim runs on, and determined late charge no longer owed, by claim id.

    A relief without an end counts up to ``as_of``: nobody knows yet that it goes on. Raises ``TermsMissing``.
    """
    terms = kind_terms()
    found: dict[int, tuple[ClaimFacts, int]] = {}
    for batch in _batches(claims):
        entries, late_paid, reliefs = _principal_entries(batch), _late_paid(batch), _reliefs(batch, as_of)
        for claim in batch:
            rule = terms.rule(terms.of(claim))
            facts = _facts(claim, rule, entries.get(claim.pk), reliefs.get(claim.pk, ()))
            found[claim.pk] = (facts, late_paid.get(claim.pk) or 0)
    return found


def charge_relieved(claim: Claim, *, as_of: date, relief: Relief) -> LateCharge:
    """The late charge of one claim as if ``relief`` had been granted besides those in the ledger. Raises ``TermsMissing``."""
    terms = kind_terms()
    reliefs = [*_reliefs([claim], as_of).get(claim.pk, ()), relief]
    facts = _facts(claim, terms.rule(terms.of(claim)), _principal_entries([claim]).get(claim.pk), reliefs)
    return late_charge(**facts._asdict(), as_of=as_of, rates=rate_table(as_of=as_of))


def late_charge_terms(row: ClaimKindTerms) -> LateChargeTerms:
    """The rule's terms of a kind's dated legal attributes."""
    return LateChargeTerms(
        regime=REGIMES[row.late_regime],
        first_bracket_months=row.first_bracket_months,
        rate=None if row.late_rate_permyriad is None else Fraction(row.late_rate_permyriad, PERMYRIAD),
        rounding=Rounding(row.late_rounding),
        truncate_principal=row.late_truncates,
        min_total_yen=1_000 if row.late_truncates else 0,
        floor_unit_yen=100 if row.late_truncates else 1,
    )


@once
def kind_terms() -> KindTerms:
    return KindTerms()


@once
def rate_table(*, as_of: date) -> RateTable:
    """The announced rates; past the last announced year they stop or go on as the city decided (設定値)."""
    rows = LateChargeRate.objects.values_list("year", "first_permyriad", "after_permyriad", "relief_permyriad")
    table = RateTable(YearRate.permyriad(*row) for row in rows)
    try:
        policy = value_on("late_charge.unknown_year", as_of)
    except SettingMissing:  # nobody decided for that day: no rate is guessed
        return table
    if policy["policy"] != "assume":
        return table
    first, after = policy["assumed_first_permyriad"], policy["assumed_after_permyriad"]
    return table.assuming(first=Fraction(first, PERMYRIAD), after=Fraction(after, PERMYRIAD), name="仮の割合")


def _batches(claims: Iterable[Claim]) -> Iterator[Sequence[Claim]]:
    rest = iter(claims)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _principal_entries(batch: Sequence[Claim]) -> dict[int, list[PrincipalEntry]]:
    """Entries on principal of the claims that have more than their levy: for the others the balance tells all."""
    touched = [claim.pk for claim in batch if claim.principal_yen != claim.levied_yen]
    rows = Entry.objects.filter(claim_id__in=touched, component=Entry.Component.PRINCIPAL).values_list(
        "claim_id", "kind", "amount_yen", _counts_on(""), "reverses__kind", _counts_on("reverses__")
    )
    found: dict[int, list[PrincipalEntry]] = defaultdict(list)
    for pk, *facts in rows:
        found[pk].append(PrincipalEntry(*facts))
    return found


def _counts_on(entry: str) -> Case:
    """The day that counts for the charge: of money its payment, of a set-off (充当) when both sides could be set off."""
    return Case(
        When(
            **{f"{entry}kind": Entry.Kind.SET_OFF},
            then=Greatest(f"{entry}overpayment__arose_on", f"{entry}claim__due_on"),
        ),
        default=Coalesce(f"{entry}receipt__paid_on", f"{entry}on"),
    )


def _late_paid(batch: Sequence[Claim]) -> dict[int, int]:
    """Yen of determined late charge that is no longer owed, of the claims that have any determined."""
    fixed = Q(kind__in=DETERMINES) | Q(kind=Entry.Kind.REVERSAL, reverses__kind__in=DETERMINES)
    rows = Entry.objects.filter(claim_id__in=[claim.pk for claim in batch], component=Entry.Component.LATE)
    sums = rows.values("claim_id").annotate(determined=Sum("amount_yen", filter=fixed), balance=Sum("amount_yen"))
    return {row["claim_id"]: (row["determined"] or 0) - row["balance"] for row in sums}


def _reliefs(batch: Sequence[Claim], as_of: date) -> dict[int, list[Relief]]:
    """Periods in which a hold lowers the charge, by claim: from its start to the day before its end."""
    claim = "person__identities__claims"
    rows = (
        Hold.objects.filter(**{f"{claim}__in": [one.pk for one in batch]}, late_charge_effect__in=RELIEFS)
        .filter(Q(claim=None) | Q(claim=F(claim)), Q(kind=None) | Q(kind=F(f"{claim}__kind")), starts_on__lte=as_of)
        .values_list(claim, "starts_on", "ends_on", "late_charge_effect")
    )
    found: dict[int, list[Relief]] = defaultdict(list)
    for pk, starts_on, ends_on, effect in rows:
        last_on = ends_on - timedelta(days=1) if ends_on else as_of
        found[pk].append(Relief(starts_on, last_on, RELIEFS[effect]))
    return found


def _facts(
    claim: Claim, rule: LateChargeTerms, entries: list[PrincipalEntry] | None, reliefs: Sequence[Relief]
) -> ClaimFacts:
    principal_yen, payments = (claim.levied_yen, []) if entries is None else principal_and_payments(entries)
    relief = [period for period in reliefs if _applies(period, rule)]
    return ClaimFacts(claim.due_on, principal_yen, rule, payments, relief)


def _applies(period: Relief, rule: LateChargeTerms) -> bool:
    """猶予特例基準割合 is a rate of local taxes; a contract's rate is not lowered by it."""
    return period.kind is not ReliefKind.SPECIAL or rule.regime is Regime.LOCAL_TAX


def _amount_due(claim: Claim, charge: LateCharge, row: ClaimKindTerms, late_paid: int | None) -> AmountDue:
    paid_off = claim.principal_yen == 0
    if paid_off and late_paid is not None:  # the section determined it: its figure stands
        late_yen = claim.late_yen
    else:
        late_yen = max(charge.yen - (late_paid or 0), claim.late_yen)
    return AmountDue(
        principal_yen=claim.principal_yen,
        fee_yen=claim.fee_yen,
        late_yen=late_yen,
        cost_yen=claim.cost_yen,
        late_final=paid_off,
        charge=charge,
        terms=row,
    )
