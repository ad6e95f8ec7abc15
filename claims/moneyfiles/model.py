"""What a money file says, whichever bank, store or office wrote it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Feed(StrEnum):
    """収納の経路: where a file with payments comes from."""

    DIRECT_DEBIT = "direct_debit"
    CONVENIENCE = "convenience"
    COUNTER = "counter"
    EL_TAX = "el_tax"
    SEIZURE = "seizure"
    LAWYERS = "lawyers"


class Status(StrEnum):
    """How certain the money is: 速報, 速報取消, 確報・済・領収, 振替不能."""

    PROVISIONAL = "provisional"
    CANCELLED = "cancelled"
    FINAL = "final"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """One payment record as the file says it.

    ``line``: 1-based record of the file, its header counted. ``key``: names the same payment in every file it appears in
    (速報 and 確報 share it). ``paid_on``: the day that counts for late charge (rules: payment date by channel).
    ``value_on``: the day the city's account is credited, where the file says it. ``slip_code``: the 44 digits of a store's
    slip, else "". ``reference``: customer number, 納付番号 or 整理番号 as printed. ``payer_kana``: full-width. ``detail``:
    further facts by name, in Japanese, account numbers masked. ``raw``: the record's bytes without line end.
    """

    line: int
    key: str
    status: Status
    paid_on: date
    value_on: date | None
    amount_yen: int
    slip_code: str
    reference: str
    payer_kana: str
    detail: dict[str, str]
    raw: bytes


@dataclass(frozen=True, slots=True)
class MoneyFile:
    """A whole, undamaged file.

    ``count``: payment records of the file, equal to its trailer; larger than ``len(lines)`` only where a store's record
    stands twice. ``total_yen``: sum of the FINAL ``lines`` (0 in a file of 速報 only). ``made_on``: day of making, if said.
    """

    feed: Feed
    lines: tuple[MoneyLine, ...]
    count: int
    total_yen: int
    made_on: date | None
    title: str


@dataclass(frozen=True, slots=True)
class BankCredit:
    """One payment into the city's account. ``on``: 勘定日; ``number``: the bank's 照会番号; ``summary``: 摘要."""

    line: int
    number: str
    on: date
    amount_yen: int
    summary: str
    payer_kana: str


@dataclass(frozen=True, slots=True)
class BankStatement:
    """The credits of one account; ``account``: bank-branch-kind-number; ``total_yen``: their sum."""

    account: str
    lines: tuple[BankCredit, ...]
    total_yen: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """One payment of the city to an account. ``account_kind``: 1 普通, 2 当座, 4 貯蓄, 9 その他; ``reference``: ours, ≤ 20."""

    bank: str
    branch: str
    account_kind: str
    account: str
    payee_kana: str
    amount_yen: int
    reference: str = ""
    bank_kana: str = ""
    branch_kana: str = ""


@dataclass(frozen=True, slots=True)
class TransferFile:
    """A file of 総合振込 as written; ``on``: the day the bank transfers."""

    requester_code: str
    requester_kana: str
    on: date
    bank: str
    branch: str
    account_kind: str
    account: str
    transfers: tuple[Transfer, ...]
    total_yen: int


class FileDamaged(ValueError):
    """The file cannot be relied on, so nothing of it may be used.

    The message is Japanese: which record, which byte or field, what is wrong, what to do.
    """


class NotWritable(ValueError):
    """A payment cannot be written into the bank's file; the message says which, why and what to do, in Japanese."""
