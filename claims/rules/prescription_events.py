"""What can happen to the clock of a claim, and how one kind of claim counts it.

Source: 地方税法15条の7, 18条の2; 地方自治法236条; 民法145条, 147〜152条.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class EventKind(StrEnum):
    """What can happen to a clock."""

    DUNNING_TAX = "tokusoku_tax"
    """督促状 of a local tax; ``on`` is the day it was sent."""
    DUNNING = "tokusoku_koho"
    """督促 under other laws; ``on`` is the day of effect, ``to_on`` the deadline it sets, if that counts."""
    ACKNOWLEDGEMENT = "shonin"
    PART_PAYMENT = "ichibu_nofu"
    SEIZURE = "sashiosae"
    SEIZURE_END = "sashiosae_end"
    SEIZURE_CANCELLED = "sashiosae_torikeshi"
    PARTICIPATION = "kofuyokyu"
    PARTICIPATION_END = "kofuyokyu_end"
    SUIT = "soshou"
    JUDGMENT = "hanketsu_kakutei"
    SUIT_WITHDRAWN = "soshou_torisage"
    DEMAND = "saikoku"
    """催告; ``on`` is the day it arrived."""
    DEFERRAL = "yuyo"
    """徴収猶予・換価の猶予 from ``from_on`` to ``to_on``, both included; ``on`` is the application or decision."""
    STOP = "shikko_teishi"
    STOP_CANCELLED = "shikko_teishi_torikeshi"
    ENYO = "enyo"
    """時効の援用 of a private claim; ``on`` is the day it arrived."""


KIND_LABELS = {
    EventKind.DUNNING_TAX: "督促状の発付",
    EventKind.DUNNING: "督促",
    EventKind.ACKNOWLEDGEMENT: "承認",
    EventKind.PART_PAYMENT: "一部納付",
    EventKind.SEIZURE: "差押",
    EventKind.SEIZURE_END: "差押の終了",
    EventKind.SEIZURE_CANCELLED: "差押の取消し",
    EventKind.PARTICIPATION: "交付要求",
    EventKind.PARTICIPATION_END: "交付要求の終了",
    EventKind.SUIT: "訴訟・支払督促",
    EventKind.JUDGMENT: "判決等の確定",
    EventKind.SUIT_WITHDRAWN: "訴訟等の取下げ",
    EventKind.DEMAND: "催告",
    EventKind.DEFERRAL: "猶予",
    EventKind.STOP: "執行停止",
    EventKind.STOP_CANCELLED: "執行停止の取消し",
    EventKind.ENYO: "時効の援用",
}


class DunningEffect(StrEnum):
    """From when the first 督促 renews the clock."""

    TAX10 = "tax10"
    """From the day after 発した日から起算して10日を経過した日 (地方税法18条の2第1項2号)."""
    ARRIVAL = "arrival"
    DISPATCH = "dispatch"
    DEADLINE = "deadline"


@dataclass(frozen=True, slots=True)
class Event:
    """One dated event. ``from_on`` and ``to_on`` (both included) belong to a deferral alone, but see ``DUNNING``."""

    kind: EventKind
    on: date
    from_on: date | None = None
    to_on: date | None = None
    by_application: bool = False

    def __post_init__(self) -> None:
        if self.kind is EventKind.DEFERRAL and (
            self.from_on is None or self.to_on is None or self.to_on < self.from_on
        ):
            raise ValueError(f"{self.on.isoformat()} の猶予に、正しい期間(開始日と終了日)がありません。")


@dataclass(frozen=True, slots=True)
class PrescriptionTerms:
    """How the clock of one kind of claim runs.

    ``needs_enyo``: a private claim, lost only when the debtor invokes it (民法145条).
    ``stop_day_counts``: whether the day of the stop is the first of its three years (初日算入).
    """

    years: int
    needs_enyo: bool = False
    dunning_effect: DunningEffect = DunningEffect.ARRIVAL
    stop_day_counts: bool = False

    def __post_init__(self) -> None:
        if self.years < 1:
            raise ValueError("時効期間は1年以上です。")

    def dunning(
        self, *, sent_on: date | None = None, arrived_on: date | None = None, deadline_on: date | None = None
    ) -> Event:
        """Return the 督促 event as these terms count it.

        Raises:
            ValueError: the day that the terms count from is not known.
        """
        counted = {
            DunningEffect.TAX10: (EventKind.DUNNING_TAX, sent_on, None),
            DunningEffect.DISPATCH: (EventKind.DUNNING, sent_on, None),
            DunningEffect.ARRIVAL: (EventKind.DUNNING, arrived_on, None),
            DunningEffect.DEADLINE: (EventKind.DUNNING, arrived_on or sent_on, deadline_on),
        }
        kind, on, deadline = counted[self.dunning_effect]
        if on is None or (self.dunning_effect is DunningEffect.DEADLINE and deadline is None):
            raise ValueError("督促の日(発付日・到達日・指定期限のうち時効の計算に使うもの)が分かりません。")
        return Event(kind, on, to_on=deadline)
