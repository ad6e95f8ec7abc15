"""Whether a letter of a kind may be written to one person, and if not, why and what to do instead."""

import re
from dataclasses import dataclass
from datetime import date

from notices.rules.kinds import Kind, Medium

_POSTAL_CODE = re.compile(r"\d{7}", re.ASCII)
# Whoever speaks for the person is written to instead, or nobody knows where the person is: that holds for help too.
STOPS_HELP = frozenset({"representative", "returned_mail", "succession"})
ELSEWHERE = {
    "consolidated": "一斉催告の画面で、まとめて作ります。",
    "dunning": "督促状の画面で、期別ごとに一度だけ作ります。",
    "plan_broken": "分納の画面で、守られていない回について作ります。",
    "handover_notice": "所管課が、移管の画面で作ります。",
}


@dataclass(frozen=True, slots=True)
class SingleFacts:
    """What decides. ``told``: claims the kind may tell of; ``silencing``: reasons of holds on letters over the whole person."""

    protected: bool
    maybe_protected: bool
    died_on: date | None
    postal_code: str
    address: str
    told: int
    any_overdue: bool
    any_held: bool
    silencing: frozenset[str]
    heir_of: str
    on_its_way: bool
    routed: bool = False  # by a confirmed route for people under protection, which needs no recorded address


def refusal(kind: Kind, facts: SingleFacts) -> str:
    """The first reason against it, in Japanese; "" where it may be made. Safety first, as for a run."""
    if kind.medium is Medium.PAPER or not kind.single:
        return ELSEWHERE.get(kind.code, "この種類は、ここでは作れません。")
    return _person_refusal(facts) or _hold_refusal(kind, facts) or _own_refusal(kind, facts)


def _person_refusal(facts: SingleFacts) -> str:
    if facts.routed:
        return "亡くなっています。相続人を調べてください。" if facts.died_on is not None else ""
    if facts.protected:
        return "支援措置の登録がある人です。住所の載る書面は作れません。"
    if facts.maybe_protected:
        return "支援措置の人と同じ人かもしれません。住民記録の担当に確かめてください。"
    if facts.died_on is not None:
        return "亡くなっています。相続人の画面から、相続人を調べてください。"
    if not _POSTAL_CODE.fullmatch(facts.postal_code) or not facts.address.strip():
        return "郵便番号か住所がありません。住所を調べてください。"
    return ""


def _hold_refusal(kind: Kind, facts: SingleFacts) -> str:
    """A guide to help goes past holds on demands (生活困窮者自立支援法8条), but never past who speaks for the person."""
    if kind.helps:
        stops = facts.silencing & STOPS_HELP
        return "代理人がいるか、住所を調査中です。本人に直接は送れません。" if stops else ""
    if facts.silencing:
        return "催告を止める保留が、この人の全体にかかっています。"
    return ""


def _own_refusal(kind: Kind, facts: SingleFacts) -> str:
    if facts.on_its_way:
        return "同じ種類の作りかけがあります。発送するか、取りやめてから作ってください。"
    if kind.code == "heirs" and not facts.heir_of:
        return "この人は、登録された相続人ではありません。債権の関係者に登録してください。"
    if not kind.with_claims or facts.told:
        return ""
    if not facts.any_overdue:
        return "納期限を過ぎた未納がありません。"
    if kind.seizes:
        return "自力執行権があり、督促状を発して10日を経過した債権で、差押えの保留のないものがありません。"
    if facts.any_held:
        return "載せられる債権がありません。猶予・保留中か、納付を確認中です。"
    return "載せられる債権がありません。時効の期間を過ぎたか、納付を確認中です。"
