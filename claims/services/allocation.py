"""充当: what a sum of money would pay of a person's claims, claim by claim, before anything is booked; and the entries of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from claims.models import Claim, ClaimKindTerms, Entry
from claims.rules.allocation import Debt, FeeRank
from claims.rules.allocation_mixed import allocate
from claims.services.charges import AmountDue, amounts_due
from claims.services.posting import Line
from toyota_collect.dated import value_or
from toyota_collect.held import once

FEE_RANK = "allocation.dunning_fee_rank"


@dataclass(frozen=True, slots=True)
class Share:
    """What one claim receives, in yen, and what it owes before and after on the day of payment."""

    claim: Claim
    due: AmountDue
    principal_yen: int = 0
    fee_yen: int = 0
    late_yen: int = 0
    cost_yen: int = 0

    @property
    def yen(self) -> int:
        return self.principal_yen + self.fee_yen + self.late_yen + self.cost_yen

    @property
    def charges_yen(self) -> int:
        """Dunning fee and costs."""
        return self.fee_yen + self.cost_yen

    @property
    def left_yen(self) -> int:
        """What is still owed after it, counted up to the day of payment."""
        return self.due.total_yen - self.yen

    @property
    def pays_off_principal(self) -> bool:
        return self.due.principal_yen == self.principal_yen

    def fits(self) -> bool:
        """Whether the claim owes at least this much of each component."""
        return (
            0 <= self.principal_yen <= self.due.principal_yen
            and 0 <= self.fee_yen <= self.due.fee_yen
            and 0 <= self.late_yen <= self.due.late_yen
            and 0 <= self.cost_yen <= self.due.cost_yen
        )

    def as_json(self) -> dict[str, int]:
        """As an answer of a case keeps it: claim id and yen per component."""
        parts = {"principal": self.principal_yen, "fee": self.fee_yen, "late": self.late_yen, "cost": self.cost_yen}
        return {"claim": self.claim.pk, **parts}


@dataclass(frozen=True)
class Plan:
    """Shares in the order of due dates, and the money that found no claim."""

    on: date
    yen: int
    shares: list[Share] = field(default_factory=list)

    @property
    def used_yen(self) -> int:
        return sum(share.yen for share in self.shares)

    @property
    def rest_yen(self) -> int:
        return self.yen - self.used_yen


def plan_allocation(
    claims: Iterable[Claim], *, yen: int, on: date, designated: Sequence[int] = (), shobunhi_yen: int = 0
) -> Plan:
    """What ``yen`` paid on ``on`` would pay: by law and due date, or the designated claims alone.

    Claims not yet due take part (they are named by the caller). Raises ``ValueError`` for a negative sum.
    """
    found = sorted(claims, key=lambda claim: (claim.due_on, claim.pk))
    dues = amounts_due(found, as_of=on)
    debts = [
        Debt(
            str(claim.pk),
            principal_yen=dues[claim.pk].principal_yen,
            late_yen=dues[claim.pk].late_yen,
            cost_yen=dues[claim.pk].fee_yen + dues[claim.pk].cost_yen,
            due_on=claim.due_on,
        )
        for claim in found
    ]
    private = {str(claim.pk) for claim in found if is_private(dues[claim.pk])}
    result = allocate(
        payment_yen=yen,
        debts=debts,
        private=private,
        designated=[str(pk) for pk in designated],
        shobunhi_yen=shobunhi_yen,
        fee_rank=fee_rank(on),
    )
    shares = []
    for claim, line in zip(found, result.lines, strict=True):
        due = dues[claim.pk]
        fee = min(line.cost_yen, due.fee_yen)
        shares.append(Share(claim, due, line.principal_yen, fee, line.late_yen, line.cost_yen - fee))
    return Plan(on, yen, shares)


def plan_of(answer: Sequence[Mapping[str, int]], *, yen: int, on: date) -> Plan:
    """The plan that a stored answer describes, against what the claims owe on ``on`` as the ledger stands now."""
    claims = {
        claim.pk: claim for claim in Claim.objects.select_related("kind").filter(pk__in=[a["claim"] for a in answer])
    }
    dues = amounts_due(claims.values(), as_of=on)
    shares = [
        Share(claims[a["claim"]], dues[a["claim"]], a["principal"], a["fee"], a["late"], a["cost"])
        for a in answer
        if a["claim"] in claims
    ]
    return Plan(on, yen, sorted(shares, key=lambda share: (share.claim.due_on, share.claim.pk)))


def entry_lines(
    shares: Iterable[Share],
    *,
    on: date,
    kind: str,
    accounting_year: int | None,
    receipt_id: int | None = None,
    overpayment_id: int | None = None,
    note: str = "",
) -> list[Line]:
    """The entries of the shares: late charge is determined as far as it is paid, wholly when the principal is paid off."""
    facts: dict[str, Any] = {"on": on, "accounting_year": accounting_year, "receipt_id": receipt_id, "note": note}
    lines = []
    for share in shares:
        if not share.yen:
            continue
        fixed = late_to_fix(share)
        if fixed:
            lines.append(Line(Entry.Kind.LATE_FIXED, Entry.Component.LATE, fixed, claim_id=share.claim.pk, **facts))
        parts = (
            (Entry.Component.COST, share.cost_yen),
            (Entry.Component.FEE, share.fee_yen),
            (Entry.Component.PRINCIPAL, share.principal_yen),
            (Entry.Component.LATE, share.late_yen),
        )
        lines += [
            Line(kind, component, -yen, claim_id=share.claim.pk, overpayment_id=overpayment_id, **facts)
            for component, yen in parts
            if yen
        ]
    return lines


def late_to_fix(share: Share) -> int:
    """Late charge (延滞金) that becomes a fixed amount with the payment, in yen."""
    running = share.due.late_yen - share.claim.late_yen  # what no entry has determined yet
    if share.due.principal_yen and share.pays_off_principal:
        return running
    return max(0, min(share.late_yen - share.claim.late_yen, running))


def has_lapsed(share: Share, on: date) -> bool:
    """Whether nobody may take money for the claim any more: a public one whose last day was before ``on`` (地方税法18条2項)."""
    last = share.claim.prescribes_on
    return not is_private(share.due) and last is not None and last < on and bool(share.due.total_yen)


def is_private(due: AmountDue) -> bool:
    return due.terms.legal_class == ClaimKindTerms.LegalClass.PRIVATE


@once
def fee_rank(on: date) -> FeeRank:
    """Where the dunning fee stands (dated setting; no statute says)."""
    return FeeRank(value_or(FEE_RANK, on, FeeRank.BEFORE_PRINCIPAL))
