"""What the signal of a bundle (訴訟の準備) is made of, and what it says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from lawyers.rules.court import Costs, CostTable, Forum

# What a claim is proved with: the code (that pages link to) and what staff read.
PAPERS = {"contract": "契約書・申請書", "cause": "発生原因", "basis": "請求根拠", "delivery": "送達記録"}


class Colour(StrEnum):
    """The signal, from good to bad."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"

    @property
    def label(self) -> str:
        return {"green": "青", "amber": "黄", "red": "赤"}[self.value]

    @property
    def rank(self) -> int:
        return list(Colour).index(self)


class Council(StrEnum):
    """Whose consent going to court needs (地方自治法96条1項12号, 180条)."""

    NONE = "none"
    SENKETSU = "senketsu"
    VOTE = "vote"

    @property
    def label(self) -> str:
        return {"none": "議決は不要", "senketsu": "専決処分", "vote": "議会の議決"}[self.value]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The papers of one claim; ``missing``: labels or codes of :data:`PAPERS`. ``have``: how many are there, None: not told."""

    claim_id: int
    label: str
    missing: tuple[str, ...]
    have: int | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who is to be sued; ``role``: debtor, guarantor or heir. ``reason``: in words, why not ``located``."""

    role: str
    name: str
    located: bool
    reason: str = ""

    @property
    def role_label(self) -> str:
        return {"debtor": "債務者", "guarantor": "連帯保証人", "heir": "相続人"}[self.role]


@dataclass(frozen=True, slots=True)
class BundleFacts:
    """What is known of the bundle.

    ``principal_yen``: a figure a claim (see ``court.value_of_claim``); ``total_yen``: with late charge.
    ``last_day``: of the clock that ends first, included; None: all are postponed. ``dunned``: all claims were.
    ``delivered``: a 督促 or demand is known to have arrived. ``needs_public_service``: it was found out that the papers
    can be served by publication only. ``veto``: hardship, welfare or protection, in words; "" none.
    ``expected_permille``: of ``total_yen``, what is expected to come in. ``classes``: A, B, C as they occur.
    """

    evidence: tuple[Evidence, ...]
    parties: tuple[Party, ...]
    principal_yen: tuple[int, ...]
    total_yen: int
    last_day: date | None
    dunned: bool
    delivered: bool
    disputed: bool
    needs_public_service: bool
    veto: str
    expected_permille: int
    small_suits_this_year: int
    classes: frozenset[str]

    def __post_init__(self) -> None:
        if not self.principal_yen or not self.evidence:
            raise ValueError("債権がありません。訴える債権を選んでください。")


@dataclass(frozen=True, slots=True)
class Terms:
    """The figures of the law and of the city that the meter reads.

    ``lead_months``: by the code of the forum, until the claim can be filed; ``vote_months``: longer where the council
    must vote. ``amber_margin_months``: less than so much beyond that is little. ``senketsu_yen``: up to this value of
    claim, included, the mayor decides alone; 0: never; None: not known, taken as never. ``small_net_yen``: below it the
    expected net is little. ``small_most``: 少額訴訟 a year.
    """

    costs: CostTable
    lead_months: Mapping[str, int]
    vote_months: int
    amber_margin_months: int
    senketsu_yen: int | None
    small_net_yen: int
    small_most: int

    @classmethod
    def from_settings(
        cls, *, court_costs: Mapping[str, Any], readiness: Mapping[str, Any], small_suits: Mapping[str, Any]
    ) -> "Terms":
        """Read the values of ``lawyers.court_costs``, ``lawyers.readiness`` and ``lawyers.small_suits``.

        Raises:
            ValueError: a part is missing; the message is Japanese.
        """
        try:
            limit = readiness["senketsu_yen"]
            return cls(
                CostTable.from_setting(court_costs),
                {forum.value: int(readiness["lead_months"][forum.value]) for forum in Forum},
                int(readiness["vote_months"]),
                int(readiness["amber_margin_months"]),
                None if limit is None else int(limit),
                int(readiness["small_net_yen"]),
                int(small_suits["most"]),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"設定「lawyers.readiness」を読めません（{error}）。設定を直してください。") from None


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. ``about``: what a page links to: ``claim:12:contract``, ``party:0``, or ""."""

    code: str
    colour: Colour
    text: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Meter:
    """The signal with everything it stands on; amounts in yen.

    ``net_yen``: ``expected_yen`` less the costs of filing. ``council_if_objection`` and ``more_if_objection_yen`` (further
    stamp): of a 支払督促 alone.
    """

    colour: Colour
    checks: tuple[Check, ...]
    forum: Forum
    value_yen: int
    costs: Costs
    expected_yen: int
    net_yen: int
    council: Council
    council_if_objection: Council | None = None
    more_if_objection_yen: int = 0
