"""成功報酬 and the reconciliation of a firm's invoice with what we compute, to the yen."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from toyota_collect.money import yen_text

PERMYRIAD = 10_000


class Route(StrEnum):
    """By what the money came in."""

    TALKS = "talks"
    PAYMENT_ORDER = "payment_order"
    SUIT = "suit"
    EXECUTION = "execution"

    @property
    def label(self) -> str:
        return {"talks": "交渉", "payment_order": "支払督促", "suit": "訴訟", "execution": "強制執行"}[self.value]


@dataclass(frozen=True, slots=True)
class FeeTerms:
    """What a contract says. ``permyriad``: by the code of the route, of what was recovered, below a yen dropped.

    ``least_yen``: at least so much where anything was recovered, but never more than that. ``tax_on``: "line": the tax of
    each line is rounded down for itself; "total": once on the fees of the whole invoice (消費税法施行令70条の10).
    """

    permyriad: Mapping[str, int]
    tax_permyriad: int
    least_yen: int = 0
    tax_on: str = "total"

    @classmethod
    def from_setting(cls, value: Mapping[str, Any]) -> "FeeTerms":
        """Read the value of ``lawyers.fees``, or of a firm's own contract.

        Raises:
            ValueError: a part is missing or is none that we compute; the message is Japanese.
        """
        try:
            terms = cls(
                {route.value: int(value["permyriad"][route.value]) for route in Route},
                int(value["tax_permyriad"]),
                int(value["least_yen"]),
                str(value["tax_on"]),
            )
            base, rounding = value["base"], value["rounding"]
        except (KeyError, TypeError) as error:
            raise ValueError(f"報酬の設定を読めません（{error}）。設定「lawyers.fees」を直してください。") from None
        if base != "recovered" or rounding != "floor" or terms.tax_on not in ("line", "total"):
            raise ValueError("報酬の設定に計算できない区分（base・rounding・tax_on）があります。設定を直してください。")
        figures = (*terms.permyriad.values(), terms.tax_permyriad)
        if terms.least_yen < 0 or not all(0 <= figure <= PERMYRIAD for figure in figures):
            raise ValueError("報酬の割合は0から10000（万分率）、最低額は0円以上で書いてください。")
        return terms


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee in yen with its derivation; the tax is that of this fee alone."""

    base_yen: int
    fee_yen: int
    tax_yen: int
    total_yen: int
    steps: tuple[str, ...]


class InvoiceLine(NamedTuple):
    """A line of an invoice. A line without ``case_number`` and ``route`` carries the tax of the whole invoice."""

    case_number: str
    route: str
    recovered_yen: int
    fee_yen: int
    tax_yen: int
    cost_yen: int

    @property
    def payable_yen(self) -> int:
        return self.fee_yen + self.tax_yen + self.cost_yen


class Recovery(NamedTuple):
    """What a firm brought in, and what it laid out (実費), in one case by one route."""

    case_number: str
    route: Route
    recovered_yen: int
    cost_yen: int = 0


class Difference(NamedTuple):
    """``field``: recovered_yen, fee_yen, tax_yen or cost_yen of a line both sides have; "line": only one side has it."""

    case_number: str
    field: str
    claimed_yen: int
    computed_yen: int
    text: str


_FIELDS = {"recovered_yen": "回収額", "fee_yen": "報酬", "tax_yen": "消費税", "cost_yen": "実費"}


def fee(recovered_yen: int, route: Route, terms: FeeTerms) -> Fee:
    """The fee on what was recovered by ``route``, never more than by the exact share, but for ``least_yen``.

    Raises:
        ValueError: a negative sum; the message is Japanese.
    """
    if recovered_yen < 0:
        raise ValueError(
            f"回収額が0円より少なくなっています: {yen_text(recovered_yen)}。入金の取消しを確かめてください。"
        )
    permyriad = terms.permyriad[route]
    fee_yen = recovered_yen * permyriad // PERMYRIAD
    steps = [f"回収額 {yen_text(recovered_yen)}×{permyriad}/10000（{route.label}、円未満切捨て） = {yen_text(fee_yen)}"]
    if fee_yen < (least := min(terms.least_yen, recovered_yen)):
        fee_yen = least
        steps.append(f"最低額 {yen_text(terms.least_yen)}（回収額を超えない） = {yen_text(fee_yen)}")
    tax_yen = tax(fee_yen, terms)
    steps.append(f"消費税 {yen_text(fee_yen)}×{terms.tax_permyriad}/10000（円未満切捨て） = {yen_text(tax_yen)}")
    return Fee(recovered_yen, fee_yen, tax_yen, fee_yen + tax_yen, tuple(steps))


def tax(fee_yen: int, terms: FeeTerms) -> int:
    """消費税 (with the local part) on a fee, below a yen dropped."""
    return fee_yen * terms.tax_permyriad // PERMYRIAD


def invoice(recoveries: Sequence[Recovery], terms: FeeTerms) -> tuple[InvoiceLine, ...]:
    """The lines an invoice ought to have. With tax on the total, the last line carries the tax and nothing else."""
    lines = []
    for one in recoveries:
        found = fee(one.recovered_yen, one.route, terms)
        tax_yen = found.tax_yen if terms.tax_on == "line" else 0
        lines.append(
            InvoiceLine(one.case_number, one.route.value, one.recovered_yen, found.fee_yen, tax_yen, one.cost_yen)
        )
    if terms.tax_on == "total" and (tax_yen := tax(sum(line.fee_yen for line in lines), terms)):
        lines.append(InvoiceLine("", "", 0, 0, tax_yen, 0))
    return tuple(lines)


def reconcile(claimed: Sequence[InvoiceLine], computed: Sequence[InvoiceLine]) -> tuple[Difference, ...]:
    """Every difference between the firm's lines and ours, in the order of case numbers; none: the same lines on both sides.

    Lines that are equal are paired first, then those of one case and route in the order of their figures. The differences
    of fee, tax, cost and whole lines add up to the difference of what is payable.
    """
    theirs, ours = _left_over(claimed, computed), _left_over(computed, claimed)
    found: list[Difference] = []
    for key in sorted({*theirs, *ours}):
        left, right = theirs.get(key, []), ours.get(key, [])
        both = min(len(left), len(right))
        for one, other in zip(left, right, strict=False):
            found += _of_pair(one, other)
        found += [
            Difference(line.case_number, "line", line.payable_yen, 0, f"{_name(line)}の明細（{yen_text(line.payable_yen)}）は請求書だけにあります。事務所に確かめてください。")
            for line in left[both:]
        ]  # fmt: skip
        found += [
            Difference(line.case_number, "line", 0, line.payable_yen, f"{_name(line)}の明細（{yen_text(line.payable_yen)}）が請求書にありません。")
            for line in right[both:]
        ]  # fmt: skip
    return tuple(found)


def _left_over(lines: Sequence[InvoiceLine], others: Sequence[InvoiceLine]) -> dict[tuple[str, str], list[InvoiceLine]]:
    found: dict[tuple[str, str], list[InvoiceLine]] = defaultdict(list)
    for line in sorted((Counter(lines) - Counter(others)).elements()):
        found[line.case_number, line.route].append(line)
    return found


def _of_pair(claimed: InvoiceLine, computed: InvoiceLine) -> list[Difference]:
    found = []
    for field, label in _FIELDS.items():
        one, other = getattr(claimed, field), getattr(computed, field)
        if one != other:
            text = f"{_name(claimed)}の{label}が、請求 {yen_text(one)}、計算 {yen_text(other)}で、{yen_text(one - other)}違います。"
            found.append(Difference(claimed.case_number, field, one, other, text))
    return found


def _name(line: InvoiceLine) -> str:
    return f"{line.case_number}（{Route(line.route).label}）" if line.route else "請求書全体"
