"""Which court a money claim may go to, and what that costs. Every figure of the law is in the dated cost table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from toyota_collect.money import yen_text


class Forum(StrEnum):
    """How a claim is brought to court."""

    PAYMENT_ORDER = "payment_order"
    SMALL = "small"
    SUMMARY = "summary"
    DISTRICT = "district"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Forum.PAYMENT_ORDER: "支払督促",
    Forum.SMALL: "少額訴訟",
    Forum.SUMMARY: "簡易裁判所の通常訴訟",
    Forum.DISTRICT: "地方裁判所の訴訟",
}


@dataclass(frozen=True, slots=True)
class CostTable:
    """The dated figures of a court's costs.

    ``stamp_steps``: (up to yen, included, or None for all beyond; unit yen; fee yen a unit or part of one), ascending.
    ``payment_order_half``: a 支払督促 costs half. ``postage_yen``: by the code of the forum, for one opponent;
    ``postage_more_party_yen``: for each further one. Both limits are included in what they limit.
    """

    stamp_steps: tuple[tuple[int | None, int, int], ...]
    payment_order_half: bool
    postage_yen: Mapping[str, int]
    postage_more_party_yen: int
    small_limit_yen: int
    summary_limit_yen: int

    @classmethod
    def from_setting(cls, value: Mapping[str, Any]) -> "CostTable":
        """Read the value of the setting ``lawyers.court_costs``.

        Raises:
            ValueError: a part is missing, or the steps do not ascend; the message is Japanese.
        """
        try:
            steps = tuple(
                (None if up_to is None else int(up_to), int(unit), int(fee))
                for up_to, unit, fee in value["stamp_steps"]
            )
            table = cls(
                steps,
                bool(value["payment_order_half"]),
                {forum.value: int(value["postage_yen"][forum.value]) for forum in Forum},
                int(value["postage_more_party_yen"]),
                int(value["small_limit_yen"]),
                int(value["summary_limit_yen"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"設定「lawyers.court_costs」を読めません（{error}）。設定を直してください。") from None
        tops = [up_to for up_to, _, _ in steps[:-1]] + [top for top, _, _ in steps[-1:] if top is not None]
        if (
            not steps
            or None in tops
            or tops != sorted({top for top in tops if top})
            or any(unit < 1 for _, unit, _ in steps)
        ):
            raise ValueError(
                "設定「lawyers.court_costs」の手数料の段が、少ない額からの順になっていません。設定を直してください。"
            )
        return table


@dataclass(frozen=True, slots=True)
class Costs:
    """What filing costs, in yen, with its derivation in words."""

    stamp_yen: int
    postage_yen: int
    total_yen: int
    steps: tuple[str, ...]


def value_of_claim(principal_yen: Sequence[int]) -> int:
    """訴額: the sum of the principals joined in one claim (民事訴訟法9条1項); what is asked beside them does not count (2項).

    Where only late charge is left of a claim it is asked for itself: the caller then gives it as that claim's principal.
    """
    return sum(principal_yen)


def possible(value_yen: int, table: CostTable, *, small_suits_this_year: int, small_most: int) -> tuple[Forum, ...]:
    """The forums open to a claim of this value, in the order of :class:`Forum`.

    Args:
        small_suits_this_year: 少額訴訟 the city has asked for at that court in the calendar year.
        small_most: so many it may ask for in a year.

    Source: 民事訴訟法368条, 382条; 裁判所法33条1項1号; 民事訴訟規則223条.
    """
    forums = [Forum.PAYMENT_ORDER]
    if value_yen <= table.small_limit_yen and small_suits_this_year < small_most:
        forums.append(Forum.SMALL)
    forums.append(Forum.SUMMARY if value_yen <= table.summary_limit_yen else Forum.DISTRICT)
    return tuple(forums)


def proposed(
    value_yen: int,
    table: CostTable,
    *,
    small_suits_this_year: int,
    small_most: int,
    address_known: bool,
    disputed: bool,
    needs_public_service: bool,
) -> Forum:
    """The lightest forum that can lead to a title.

    A 支払督促 where the debtor is found and disputes nothing: it cannot be served by publication (民事訴訟法382条ただし書),
    and an objection turns it into a suit. A 少額訴訟 cannot be either (373条3項3号).
    """
    forums = possible(value_yen, table, small_suits_this_year=small_suits_this_year, small_most=small_most)
    served = address_known and not needs_public_service
    if served and not disputed:
        return Forum.PAYMENT_ORDER
    if served and Forum.SMALL in forums:
        return Forum.SMALL
    return forums[-1]


def costs(forum: Forum, value_yen: int, parties: int, table: CostTable) -> Costs:
    """Stamp and postage of filing in ``forum`` against so many opponents.

    Raises:
        ValueError: the value or the number of opponents is not positive, or the table does not reach so far; Japanese.

    Source: 民事訴訟費用等に関する法律3条, 別表第一の1の項・10の項.
    """
    if parties < 1:
        raise ValueError("相手方がいません。債務者・相続人を登録してください。")
    stamp_yen, steps = _stamp(value_yen, table)
    if forum is Forum.PAYMENT_ORDER and table.payment_order_half:
        stamp_yen //= 2
        steps.append(f"支払督促のため2分の1 = {yen_text(stamp_yen)}")
    postage_yen = table.postage_yen[forum] + table.postage_more_party_yen * (parties - 1)
    steps.append(f"郵便費用（{forum.label}、相手方{parties}人） {yen_text(postage_yen)}")
    return Costs(stamp_yen, postage_yen, stamp_yen + postage_yen, tuple(steps))


def more_after_objection(value_yen: int, table: CostTable) -> int:
    """The stamp in yen to be added when an objection turns a 支払督促 into a suit (同法3条2項): the full one less what was paid."""
    full_yen, _ = _stamp(value_yen, table)
    return full_yen - full_yen // 2 if table.payment_order_half else 0


def _stamp(value_yen: int, table: CostTable) -> tuple[int, list[str]]:
    if value_yen < 1:
        raise ValueError("訴額が0円です。請求する元金（元金がなければ延滞金・遅延損害金）を確かめてください。")
    stamp_yen, below, steps = 0, 0, [f"訴額 {yen_text(value_yen)}"]
    for up_to, unit, fee in table.stamp_steps:
        part = (value_yen if up_to is None else min(value_yen, up_to)) - below
        units = -(-part // unit)
        stamp_yen += units * fee
        steps.append(f"{yen_text(below)}を超える部分 {units}×{yen_text(fee)}（{yen_text(unit)}までごと）")
        below += part
        if below == value_yen:
            return stamp_yen, [*steps, f"手数料 {yen_text(stamp_yen)}"]
    raise ValueError(f"訴額 {yen_text(value_yen)}は手数料の表の外です。設定「lawyers.court_costs」を直してください。")
