"""Claims and receipts as the sections hold them, amounts in whole yen."""

from dataclasses import dataclass, field
from datetime import date

from claims.demo.life import TODAY


@dataclass(slots=True)
class Receipt:
    """Money in. ``cancels`` names an earlier receipt that this record takes back in full, with the same amounts."""

    receipt_number: str
    paid_on: date
    booked_on: date
    channel: str
    principal_yen: int
    fee_yen: int = 0
    late_yen: int = 0
    cancels: str = ""

    @property
    def total_yen(self) -> int:
        return self.principal_yen + self.fee_yen + self.late_yen


@dataclass(slots=True)
class Claim:
    """One instalment of a levy with its common key, amounts in yen, and the receipts booked to it."""

    kind: str
    levy_year: int
    notice_number: str
    instalment: int
    due_on: date
    levied_yen: int
    taxation_year: int = 0
    detail_code: str = ""
    collector_number: str = ""
    declaration_number: str = ""
    business_year_number: str = ""
    child_number: str = ""
    corrected_yen: int | None = None
    exempted_yen: int = 0
    fee_yen: int = 0
    dunned_on: date | None = None
    contract_on: date | None = None
    el_qr: str = ""
    receipts: list[Receipt] = field(default_factory=list)

    @property
    def charged_yen(self) -> int:
        """What is owed before any payment: the levy as corrected, less exemptions."""
        return (self.levied_yen if self.corrected_yen is None else self.corrected_yen) - self.exempted_yen

    def received(self, part: str) -> int:
        """Return what stands received of ``principal_yen``, ``fee_yen`` or ``late_yen``, less what was cancelled."""
        return sum(-getattr(one, part) if one.cancels else getattr(one, part) for one in self.receipts)

    @property
    def principal_balance(self) -> int:
        return self.charged_yen - self.received("principal_yen")


def is_overdue(claim: Claim) -> bool:
    return claim.due_on < TODAY
