"""From what was booked on a claim's principal to what the late charge needs: the principal and its payments."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

DECISIONS = frozenset({"levy", "correction", "exemption"})
"""What says how much was due from the beginning (調定・更正・減免)."""


class PrincipalEntry(NamedTuple):
    """One entry on principal; ``yen`` is signed as in the ledger. A reversal (取消) names what it takes back."""

    kind: str
    yen: int
    on: date
    reversed_kind: str | None = None
    reversed_on: date | None = None


def principal_and_payments(entries: Iterable[PrincipalEntry]) -> tuple[int, list[tuple[date, int]]]:
    """Return the principal as finally decided and what was paid of it, by day (yen ≥ 0, ascending).

    A decision that changes the levy counts from the beginning. A reversed payment counts as never made. What was paid
    back (還付) is taken off the latest payments. A write-off ends the charge on its part like a payment.
    """
    principal_yen = paid_back = 0
    paid: dict[date, int] = defaultdict(int)
    for entry in entries:
        kind, on = (entry.reversed_kind, entry.reversed_on) if entry.kind == "reversal" else (entry.kind, entry.on)
        if kind in DECISIONS:
            principal_yen += entry.yen
        elif kind == "refund":
            paid_back += entry.yen
        elif on is not None:
            paid[on] -= entry.yen
    for on in sorted(paid, reverse=True):
        taken = min(paid_back, max(0, paid[on]))
        paid[on] -= taken
        paid_back -= taken
    return max(0, principal_yen), [(on, yen) for on, yen in sorted(paid.items()) if yen > 0]
