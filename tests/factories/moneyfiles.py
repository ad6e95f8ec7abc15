"""Small money files for tests; the writers are the demo city's own. All of it is synthetic."""

from claims.moneyfiles.samples import (
    bank_statement,
    convenience,
    counter,
    direct_debit,
    el_tax,
    lawyers,
    seizure,
)
from toyota_collect.documents.barcodes import slip_number

__all__ = [
    "bank_statement",
    "convenience",
    "counter",
    "direct_debit",
    "el_tax",
    "lawyers",
    "seizure",
    "slip",
]


def slip(number: int, amount_yen: int = 12_000) -> str:
    """The 44 digits of a synthetic slip without a deadline."""
    code = slip_number(company="912345", free=f"{number:010d}", amount_yen=amount_yen, due_on=None)
    assert code, "no store takes this amount"
    return code
