"""Who gets a letter, and at which address: the one rule every producer of letters asks.

Source: 地方税法20条1項（納税管理人）・9条の2（相続人の代表者）, 民法98条の2（受領能力）・111条（代理権の消滅）,
破産法78条1項, 住民基本台帳事務処理要領（支援措置）. Who ranks before whom is to be confirmed by the legal desk (ADR 15).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_POSTAL_CODE = re.compile(r"\d{7}", re.ASCII)


class Acts(StrEnum):
    """Who acts for a person: as ``PersonRelation.Kind``."""

    TRUSTEE = "trustee"
    GUARDIAN = "guardian"
    TAX_AGENT = "tax_agent"
    PROXY = "proxy"
    REPRESENTATIVE = "representative"
    HEAD = "head"
    HEIRS_SPEAKER = "heirs_speaker"


RANK = (Acts.TRUSTEE, Acts.GUARDIAN, Acts.TAX_AGENT, Acts.PROXY, Acts.REPRESENTATIVE, Acts.HEAD)
"""Among the living: who must get letters by law comes before whom the person has asked for."""
ONLY_TAXES = frozenset({Acts.TAX_AGENT, Acts.HEIRS_SPEAKER})
LABELS = {
    Acts.TRUSTEE: "破産管財人",
    Acts.GUARDIAN: "成年後見人等",
    Acts.TAX_AGENT: "納税管理人",
    Acts.PROXY: "代理人",
    Acts.REPRESENTATIVE: "代表者",
    Acts.HEAD: "世帯主",
    Acts.HEIRS_SPEAKER: "相続人代表者",
}
REASONS = {
    Acts.TRUSTEE: "破産管財人が財産を管理しているため（破産法78条1項）",
    Acts.GUARDIAN: "成年後見人等の登録があるため（民法98条の2）",
    Acts.TAX_AGENT: "納税管理人の届出があり、税だけの文書のため（地方税法20条1項）",
    Acts.PROXY: "代理人を通じて連絡するとの届出があるため",
    Acts.REPRESENTATIVE: "法人の代表者を文書の送り先にする登録があるため",
    Acts.HEAD: "世帯主を文書の送り先にする登録があるため",
    Acts.HEIRS_SPEAKER: "相続人の代表者の届出があり、税だけの文書のため（地方税法9条の2）",
}


class Because(StrEnum):
    """Why nothing is sent the usual way."""

    PROTECTED = "protected"
    AGENT_PROTECTED = "agent_protected"
    DECEASED = "deceased"
    NO_ADDRESS = "no_address"


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody who acts for the person. ``hidden``: the address is a protected one (支援措置) and leaves nowhere."""

    acts: str
    name: str
    postal_code: str = ""
    address: str = ""
    is_corporate: bool = False
    takes_letters: bool = True
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """A 送付先 in force. ``kind``: code of the claim kind it is for ("": all); ``label``: that kind in words."""

    postal_code: str
    address: str
    reason: str
    kind: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Addressed:
    """The person a letter is about: what is recorded, who acts for them (the latest first), what was chosen."""

    name: str
    postal_code: str
    address: str
    is_corporate: bool = False
    died: bool = False
    hidden: bool = False
    agents: tuple[Agent, ...] = ()
    chosen: tuple[Chosen, ...] = ()


@dataclass(frozen=True, slots=True)
class Contents:
    """What a letter tells of: codes of the claim kinds, and whether all of them are local taxes."""

    kinds: frozenset[str]
    all_tax: bool


@dataclass(frozen=True, slots=True)
class Destination:
    """Where one letter goes. ``on_behalf`` stands above the name of whoever gets it for somebody else, and
    ``representative`` below the name of a company. ``passed_over``: what is recorded but was not used, and why."""

    name: str
    postal_code: str
    address: str
    reason: str
    is_corporate: bool = False
    on_behalf: str = ""
    representative: str = ""
    passed_over: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Withheld:
    """The letter is not sent; ``reason`` says why, for staff."""

    because: Because
    reason: str


def destination(person: Addressed, contents: Contents) -> Destination | Withheld:
    """Decide for one letter who gets it and where.

    In this order: protection, death, who acts by law or by notice, the 送付先 of just these kinds, the general 送付先,
    the recorded address. An agent whose address cannot be used is no reason to write to the person instead.
    """
    if person.hidden:
        return Withheld(
            Because.PROTECTED, "支援措置の登録がある人か、その人かもしれない人のため、通常の経路では送りません"
        )
    notes: list[str] = []
    for agent in _in_rank(person):
        if agent.acts in ONLY_TAXES and not contents.all_tax:
            notes.append(f"{LABELS[Acts(agent.acts)]}：税でない債権も載る文書のため、使いません")
            continue
        return _to_agent(person, agent, tuple(notes))
    if person.died:
        return Withheld(
            Because.DECEASED, "死亡の登録があり、文書を受ける相続人の代表者が決まっていないため、送りません"
        )
    place = _chosen(person.chosen, contents, notes)
    postal_code, address, reason = (
        (place.postal_code, place.address, _why(place))
        if place
        else (person.postal_code, person.address, "住民記録など、登録されている住所のため")
    )
    if not _reachable(postal_code, address):
        return Withheld(Because.NO_ADDRESS, "郵便番号か住所が登録されていないため、送れません")
    return Destination(
        person.name,
        postal_code,
        address,
        reason,
        is_corporate=person.is_corporate,
        representative=_representative(person),
        passed_over=tuple(notes),
    )


def by_route(name: str, reason: str, *, postal_code: str = "", address: str, is_corporate: bool = False) -> Destination:
    """A letter to somebody under protection by a confirmed route; what is handed over in person has no postal code."""
    return Destination(name, postal_code, address, reason, is_corporate=is_corporate)


def _in_rank(person: Addressed) -> Iterable[Agent]:
    """Those who take letters. Death ends every power but that of the heirs' speaker (民法111条1項1号, 653条1号)."""
    ranks = (Acts.HEIRS_SPEAKER,) if person.died else RANK
    takers = [agent for agent in person.agents if agent.takes_letters and agent.acts in ranks]
    return sorted(takers, key=lambda agent: ranks.index(Acts(agent.acts)))


def _to_agent(person: Addressed, agent: Agent, notes: tuple[str, ...]) -> Destination | Withheld:
    acts = Acts(agent.acts)
    if agent.hidden:
        return Withheld(
            Because.AGENT_PROTECTED, f"{LABELS[acts]}の住所を使えないため、通常の経路では送りません（個別に確認）"
        )
    if not _reachable(agent.postal_code, agent.address):
        return Withheld(Because.NO_ADDRESS, f"{LABELS[acts]}の郵便番号か住所が登録されていないため、送れません")
    company = acts is Acts.REPRESENTATIVE  # the company itself, at the representative's address
    return Destination(
        name=person.name if company else agent.name,
        postal_code=agent.postal_code,
        address=agent.address,
        reason=REASONS[acts],
        is_corporate=person.is_corporate if company else agent.is_corporate,
        on_behalf="" if company else _on_behalf(person, acts),
        representative=agent.name if company else "",
        passed_over=notes,
    )


def _on_behalf(person: Addressed, acts: Acts) -> str:
    if person.died:
        return f"亡　{person.name}　{LABELS[acts]}"
    return f"{person.name}　{'御中' if person.is_corporate else '様'}　{LABELS[acts]}"


def _chosen(rows: Iterable[Chosen], contents: Contents, notes: list[str]) -> Chosen | None:
    """The 送付先 of a kind serves a letter about that kind alone; otherwise the one for all claims."""
    general = None
    for row in rows:
        if not row.kind:
            general = general or row
        elif contents.kinds == {row.kind}:
            return row
        elif row.kind in contents.kinds:
            notes.append(f"{row.label or row.kind}の送付先：ほかの種目も載る文書のため、使いません")
    return general


def _why(row: Chosen) -> str:
    of_kind = f"「{row.label or row.kind}」の" if row.kind else ""
    return f"{of_kind}送付先の登録があるため（{row.reason}）"


def _representative(person: Addressed) -> str:
    """Who stands below the company's name; the name alone is no secret, an address would be."""
    if not person.is_corporate:
        return ""
    return next((agent.name for agent in person.agents if agent.acts == Acts.REPRESENTATIVE), "")


def _reachable(postal_code: str, address: str) -> bool:
    return bool(_POSTAL_CODE.fullmatch(postal_code) and address.strip())
