"""The money files a city gets and sends: pure readers and writers, without a database and without a clock.

``read`` takes any file with payments, ``read_bank_statement`` the credits of an account, ``write_transfers`` makes the
file that pays out. What stands where is said by the layouts in ``layouts/``.
"""

from claims.moneyfiles.model import (
    BankCredit,
    BankStatement,
    Feed,
    FileDamaged,
    MoneyFile,
    MoneyLine,
    NotWritable,
    Status,
    Transfer,
    TransferFile,
)
from claims.moneyfiles.reading import read
from claims.moneyfiles.statement import read_bank_statement
from claims.moneyfiles.transfers import read_transfers, write_transfers

__all__ = [
    "BankCredit",
    "BankStatement",
    "Feed",
    "FileDamaged",
    "MoneyFile",
    "MoneyLine",
    "NotWritable",
    "Status",
    "Transfer",
    "TransferFile",
    "read",
    "read_bank_statement",
    "read_transfers",
    "write_transfers",
]
