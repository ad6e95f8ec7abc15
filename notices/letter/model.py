"""What one consolidated demand (一斉催告書) says: a frozen snapshot, so that reprinting gives the same letter."""

import json
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any, Literal, Self

Variant = Literal["normal", "large", "plain"]
SlipPolicy = Literal["claim", "kind", "person"]


@dataclass(frozen=True, slots=True)
class Where:
    """Words that cannot be printed: the lines of a place ``mm`` wide (0: not known), and the characters at fault.

    ``line`` counts from 0; ``end`` is exclusive, none means to the end of the line.
    """

    lines: tuple[str, ...]
    mm: float = 0.0
    pt: float = 10.5
    line: int = 0
    start: int = 0
    end: int | None = None


class Unprintable(Exception):
    """This letter cannot be printed as it stands; the run goes on without it.

    ``code`` is stable and groups the failures of a run; ``text`` tells staff in Japanese what to mend; ``where`` is the
    place in its words, ``picture`` the place on its page (PNG), if either is known.
    """

    def __init__(self, code: str, text: str, where: Where | None = None, picture: bytes = b"") -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.where = where
        self.picture = picture

    def __reduce__(self) -> tuple[type["Unprintable"], tuple[str, str, Where | None, bytes]]:
        return type(self), (self.code, self.text, self.where, self.picture)


@dataclass(frozen=True)
class CityProfile:
    """Names, places and telephone numbers that the city prints; all of them its own settings."""

    mayor: str  # 市長名
    phone: str
    office: str  # 課・係
    counter: str  # 窓口の場所
    hours: str
    fax: str
    welfare: str  # 自立相談支援窓口
    welfare_place: str
    welfare_phone: str
    sample_mark: bool = True  # 見本: prints that every name and figure is invented
    issuer_code: str = "912345"  # 請求書発行企業コード, 6 digits
    name: str = "豊田市"
    mayor_title: str = "豊田市長"
    section: str = "債権管理課"
    treasurer: str = "豊田市会計管理者"


@dataclass(frozen=True)
class RatesText:
    """The late-charge rates as the notes tell them, taken from the dated rate table of the run.

    ``first_rate`` and ``after_rate`` are percent a year as printed ("2.8", "9.1") for calendar ``year``;
    ``civil`` is the rule for private claims ("年3％（民法）"); ``extra`` are further notes, one sentence each;
    ``estimate`` says how a charge beyond the last announced rate was reckoned, printed on estimated letters only.
    """

    year: int
    first_rate: str
    after_rate: str
    first_months: int = 1
    civil: str = "年3％（民法）"
    extra: tuple[str, ...] = ()
    estimate: str = ""


@dataclass(frozen=True)
class ClaimLine:
    """One instalment (期別) as printed. Yen are what is still owed on the day of the snapshot."""

    claim_ref: str  # opaque key of the claim, never printed
    kind: str
    kind_name: str
    kind_short: str
    group: str
    group_name: str
    legal: Literal["A", "B", "C"]  # A 強制徴収公債権, B 非強制徴収公債権, C 私債権
    levy_year: int  # 賦課年度, western
    term: str  # 期別 as printed: 第3期, 6月分
    number: str  # 通知書番号
    due_on: date
    principal_yen: int
    fee_yen: int  # 督促手数料
    late_yen: int  # 延滞金・遅延損害金, and costs of collection (費用), which have no column of their own
    late_final: bool = False  # 確定
    late_none: bool = False  # かからない
    late_civil: bool = False  # 遅延損害金 (民法)
    el_qr: str | None = None  # text of the core tax system, printed unchanged
    joint_slip: str = ""  # kinds billed together share this value and one slip
    cost_yen: int = 0  # how much of late_yen is 費用: printed nowhere, but money is booked by component
    role: str = ""  # notices.rules.takers.Role: somebody else's claim, and as what it is asked for
    role_text: str = ""  # 連帯保証人として（…）

    @property
    def total_yen(self) -> int:
        return self.principal_yen + self.fee_yen + self.late_yen


@dataclass(frozen=True)
class KindText:
    """The words of a kind of notice as approved: name of each part and its text, places not yet filled.

    Kept in the letter itself, so that a letter printed again says what it said.
    """

    kind: str
    version: int
    parts: tuple[tuple[str, str], ...]

    def part(self, name: str) -> str:
        return dict(self.parts).get(name, "")


@dataclass(frozen=True)
class LetterData:
    """Everything one letter prints. ``deadline_on`` is the last day of use of its slips too (inclusive)."""

    run_number: int
    serial: int  # of the letter within the run, from 1
    number: str  # 文書番号 豊債管第…号
    issued_on: date
    as_of: date  # 基準日 of the late charge
    confirmed_on: date  # payments seen up to this day
    deadline_on: date
    postal_code: str  # 7 digits, a hyphen is allowed
    address_lines: tuple[str, ...]  # 1-3
    name_lines: tuple[str, ...]  # 1-2
    honorific: str
    customer_code: str  # postal code and address number for the customer barcode, or "" for none
    lines: tuple[ClaimLine, ...]
    city: CityProfile
    rates: RatesText
    variant: Variant = "normal"
    slip_policy: SlipPolicy = "kind"
    estimated: bool = False  # a late charge runs past the last announced rate
    # 合封: run and serial that the marks of its envelope bear, its first sheet in it, and all its sheets. Not of the
    # snapshot: letters are frozen before anybody knows what travels together.
    enclosure: tuple[int, int, int, int] | None = None
    text: KindText | None = None  # none: the wording of the code, for letters older than the texts
    language: str = ""  # en | pt | zh | vi: what the cover says besides Japanese
    run_round: int = 0  # how often the numbers of runs have begun again

    @property
    def principal_yen(self) -> int:
        return sum(line.principal_yen for line in self.lines)

    @property
    def total_yen(self) -> int:
        return sum(line.total_yen for line in self.lines)

    def to_json(self) -> str:
        """The snapshot as canonical JSON: same letter, same text."""
        data = asdict(self)
        del data["enclosure"]
        if not self.run_round:  # nearly all: letters from before the rounds keep their text
            del data["run_round"]
        for line in data["lines"]:
            if not line["role"]:  # nearly all: letters from before roles keep their text
                del line["role"], line["role_text"]
        return json.dumps(
            data,
            ensure_ascii=False,
            sort_keys=True,
            separators=(",", ":"),
            default=_iso,
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The letter of a stored snapshot; ``from_json(letter.to_json()) == letter``."""
        data: dict[str, Any] = json.loads(text)
        data["lines"] = tuple(_build(ClaimLine, line) for line in data["lines"])
        data["city"] = _build(CityProfile, data["city"])
        data["rates"] = _build(RatesText, data["rates"])
        if text := data.get("text"):
            data["text"] = KindText(text["kind"], text["version"], tuple(map(tuple, text["parts"])))
        return _build(cls, data)


@dataclass(frozen=True)
class Slip:
    """One payment slip (納付書)."""

    place: int  # from 1
    count: int
    reference: str  # 整理番号
    title: str
    term: str
    principal_yen: int
    extra_yen: int  # 督促手数料 and late charges
    number: str | None  # the 44 digits of the barcode, or None
    due_on: date  # last day of use
    claim_refs: tuple[str, ...]
    reason_no_barcode: str = ""  # printed where there is no barcode
    el_qr: str | None = None
    free: str = ""  # 21 figures that name a letter's slip, in its barcode and in the ledger

    @property
    def amount_yen(self) -> int:
        return self.principal_yen + self.extra_yen


@dataclass(frozen=True)
class DeskSlips:
    """Slips made at the counter, as the paper handed over says it. There is no address on it, for nobody.

    A person under protection measures may show or lose the paper: it tells no place (支援措置), and none is needed.
    """

    number: str  # 文書番号
    issued_on: date
    as_of: date  # 基準日 of the late charge
    deadline_on: date  # last day of use
    name_lines: tuple[str, ...]  # 1-2
    honorific: str
    lines: tuple[ClaimLine, ...]
    slips: tuple[Slip, ...]
    city: CityProfile
    slip_policy: SlipPolicy = "kind"
    estimate: str = ""  # how a late charge beyond the last announced rate was reckoned

    @property
    def total_yen(self) -> int:
        return sum(line.total_yen for line in self.lines)


@dataclass(frozen=True)
class Rendered:
    """One PDF of several letters.

    ``pages`` has an entry per letter, in order: (first page from 0, number of pages), or None where the letter failed;
    ``failures`` maps the index of a failed letter to its reason.
    """

    pdf: bytes
    pages: list[tuple[int, int] | None]
    failures: dict[int, Unprintable] = field(default_factory=dict)


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"not JSON: {value!r}")


def _build(cls: type[Any], data: dict[str, Any]) -> Any:
    """A dataclass from its JSON fields: ISO text becomes a date where the field is one, lists become tuples."""
    values = {}
    for item in fields(cls):
        if item.name not in data:
            continue
        value = data[item.name]
        if item.type is date:
            value = date.fromisoformat(value)
        elif isinstance(value, list):
            value = tuple(value)
        values[item.name] = value
    return cls(**values)
