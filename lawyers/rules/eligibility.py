"""委任の候補: which of a person's claims may be proposed for the city's lawyers, and all that stands in the way.

Amounts, months and counts are the city's own (dated settings). Whatever is not known answers no.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from toyota_collect.calendar import last_day_after
from toyota_collect.money import yen_text
from toyota_collect.wareki import long_text

# 非強制徴収公債権 and 私債権. All else is enforced by the city's own collectors, whose power nobody else may exercise.
COLLECTED_BY_COURT = ("B", "C")


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """One claim. ``legal_class``: A 強制徴収公債権, B 非強制徴収公債権, C 私債権; ``may_go_to_lawyers`` as its kind says on the day.

    ``total_yen``: with late charge. ``last_day``: the last day of its clock, included; None: postponed. ``lapsed``:
    extinct, invoked or run out (a private claim that waits for 援用 as well). ``dunned_on``: the first 督促.
    ``held``: label of a hold that silences lawyers or suits, "" none. ``in_case``: a firm has it already.
    """

    claim_id: int
    legal_class: str
    may_go_to_lawyers: bool
    principal_yen: int
    total_yen: int
    last_day: date | None
    lapsed: bool
    dunned_on: date | None
    held: str = ""
    being_paid: bool = False
    in_case: bool = False


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """The person. ``protected``: 支援措置. ``plan_kept``: a plan that is being kept.

    ``gate_allowed`` and ``gate_reason``: welfare's answer. ``contacts_in_year``: contacts of the last twelve months.
    """

    protected: bool
    deceased_without_heirs: bool
    gate_allowed: bool
    gate_reason: str
    plan_kept: bool
    last_contact_on: date | None
    last_payment_on: date | None
    contacts_in_year: int


@dataclass(frozen=True, slots=True)
class Limits:
    """From ``least_yen`` on in all; a clock must last longer than ``margin_months``; from ``contacts`` on a year is enough.

    ``payment_months``: so long after a payment it is worth asking whether the person goes on paying.
    """

    least_yen: int
    margin_months: int
    contacts: int
    payment_months: int = 3


class Reason(NamedTuple):
    """A code and what staff read: why, and the next step."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """``claims`` are free for themselves, with their total; ``excluded`` has a row a claim and reason.

    ``person_reasons`` keep the whole person out; ``cautions`` keep nobody out.
    """

    claims: tuple[int, ...]
    total_yen: int
    excluded: tuple[tuple[int, Reason], ...]
    person_reasons: tuple[Reason, ...]
    cautions: tuple[Reason, ...]

    @property
    def allowed(self) -> bool:
        return bool(self.claims) and not self.person_reasons


def eligible(person: PersonFacts, claims: Sequence[ClaimFacts], limits: Limits, *, on: date) -> Verdict:
    """Whether the person's claims may be proposed on ``on``, and every reason that speaks against it, never just the first.

    Source: 地方自治法240条2項, 施行令171条, 171条の2; the rest is the city's policy.
    """
    excluded: list[tuple[int, Reason]] = []
    free: list[ClaimFacts] = []
    for claim in claims:
        reasons = [(claim.claim_id, reason) for reason in _of_claim(claim, limits, on)]
        excluded += reasons
        if not reasons:
            free.append(claim)
    total_yen = sum(claim.total_yen for claim in free)
    return Verdict(
        tuple(claim.claim_id for claim in free),
        total_yen,
        tuple(excluded),
        tuple(_of_person(person, len(free), total_yen, limits)),
        tuple(_cautions(person, limits, on)),
    )


def _of_claim(claim: ClaimFacts, limits: Limits, on: date) -> Iterator[Reason]:
    if claim.legal_class not in COLLECTED_BY_COURT:
        yield Reason("class_a", "市が自ら滞納処分をする債権です。弁護士へは委任できません。徴収担当で進めてください。")
    elif not claim.may_go_to_lawyers:
        yield Reason("kind", "この債権種目は弁護士へ委任しない扱いです。債権種目の設定を所管課と確かめてください。")
    if claim.lapsed or (claim.last_day and claim.last_day < on):
        yield Reason("lapsed", "時効の期間が過ぎています。委任せず、援用の有無と不納欠損を検討してください。")
    elif claim.last_day and claim.last_day <= last_day_after(on, months=limits.margin_months):
        yield Reason(
            "clock_near",
            f"時効の最終日が{long_text(claim.last_day)}で、{limits.margin_months}か月以内です。"
            "先に承認・支払督促などで時効を止める手続を決めてください。",
        )
    if claim.held:
        yield Reason("held", f"「{claim.held}」の間は委任できません。終わるのを待つか、見直してください。")
    if claim.being_paid:
        yield Reason("being_paid", "納付が続いています。約束どおりの間は委任しません。")
    if claim.in_case:
        yield Reason("in_case", "すでに弁護士へ委任しています。その件で進めてください。")
    if claim.dunned_on is None or claim.dunned_on > on:
        yield Reason("not_dunned", "督促をしていません（地方自治法施行令171条）。先に督促状を送ってください。")


def _of_person(person: PersonFacts, free: int, total_yen: int, limits: Limits) -> Iterator[Reason]:
    if person.protected:
        yield Reason("protected", "支援措置の対象者です。委任の候補にしません。扱いは係長と相談してください。")
    if not person.gate_allowed:
        yield Reason("welfare_gate", person.gate_reason or "福祉の回答が確かめられません。福祉へ照会してください。")
    if person.plan_kept:
        yield Reason("plan_kept", "分納が守られています。守られている間は委任しません。")
    if person.deceased_without_heirs:
        yield Reason("no_heir", "亡くなった方で、相続人が見つかっていません。先に相続人を調査してください。")
    if not free:
        yield Reason("nothing", "委任できる債権がありません。債権ごとの理由を見てください。")
    elif total_yen < limits.least_yen:
        yield Reason(
            "below_least",
            f"委任できる債権の合計 {yen_text(total_yen)}が、基準の{yen_text(limits.least_yen)}に足りません。市の催告を続けてください。",
        )


def _cautions(person: PersonFacts, limits: Limits, on: date) -> Iterator[Reason]:
    if person.contacts_in_year < limits.contacts:
        last = f"最後は{long_text(person.last_contact_on)}" if person.last_contact_on else "記録なし"
        yield Reason(
            "few_contacts",
            f"この1年の接触が{person.contacts_in_year}回（目安{limits.contacts}回、{last}）です。電話や訪問を先に試してください。",
        )
    paid_on = person.last_payment_on
    if paid_on and on <= last_day_after(paid_on, months=limits.payment_months):
        yield Reason(
            "recent_payment", f"{long_text(paid_on)}に納付があります。続けて納められるか、先に聞いてください。"
        )
