"""訴訟の準備の信号: is a bundle, one person's claims that go to court together, ready for the court and the council?"""

from collections.abc import Iterator
from datetime import date

from lawyers.rules import court
from lawyers.rules.court import Costs, CostTable, Forum
from lawyers.rules.readiness_facts import (
    PAPERS,
    BundleFacts,
    Check,
    Colour,
    Council,
    Evidence,
    Meter,
    Party,
    Terms,
)
from toyota_collect.calendar import last_day_after
from toyota_collect.money import yen_text
from toyota_collect.wareki import long_text

__all__ = [
    "PAPERS",
    "BundleFacts",
    "Check",
    "Colour",
    "CostTable",
    "Costs",
    "Council",
    "Evidence",
    "Forum",
    "Meter",
    "Party",
    "Terms",
    "meter",
]

DECISIVE = {PAPERS["contract"], PAPERS["cause"]}  # without them the claim itself cannot be proved
MAIN_ROLES = ("debtor", "heir")


def meter(facts: BundleFacts, terms: Terms, *, on: date) -> Meter:
    """The signal of a bundle on ``on``: the worst colour of its checks, of which the good ones are told too.

    Costs are those of suing every party. Where no principal is left, the late charge itself is the value of the claim.

    Raises:
        ValueError: nobody is to be sued, nothing is asked, or the cost table does not reach so far; Japanese.

    Source: 民事訴訟法9条, 368条, 373条3項3号, 382条; 地方自治法96条1項12号, 180条; 最判昭和59年5月31日 (an objection to a
    支払督促 needs the council's vote).
    """
    value_yen = court.value_of_claim(facts.principal_yen) or facts.total_yen
    forum = court.proposed(
        value_yen,
        terms.costs,
        small_suits_this_year=facts.small_suits_this_year,
        small_most=terms.small_most,
        address_known=_address_known(facts),
        disputed=facts.disputed,
        needs_public_service=facts.needs_public_service,
    )
    costs = court.costs(forum, value_yen, len(facts.parties), terms.costs)
    expected_yen = facts.total_yen * facts.expected_permille // 1000
    net_yen = expected_yen - costs.total_yen
    suit = Council.SENKETSU if terms.senketsu_yen and value_yen <= terms.senketsu_yen else Council.VOTE
    council = Council.NONE if forum is Forum.PAYMENT_ORDER else suit
    checks = (
        *_classes(facts),
        *_veto(facts),
        *_evidence(facts),
        *_parties(facts),
        *_dunning(facts),
        *_forum(facts, forum, value_yen),
        _clock(facts, terms, forum, council, on),
        _council(forum, council, suit, terms),
        _net(expected_yen, costs, net_yen, terms),
    )
    return Meter(
        max((check.colour for check in checks), key=lambda colour: colour.rank),
        checks,
        forum,
        value_yen,
        costs,
        expected_yen,
        net_yen,
        council,
        suit if forum is Forum.PAYMENT_ORDER else None,
        court.more_after_objection(value_yen, terms.costs) if forum is Forum.PAYMENT_ORDER else 0,
    )


def _address_known(facts: BundleFacts) -> bool:
    """Whether the debtor, or where there is none at least one heir, can be served otherwise than by publication."""
    debtors = [party for party in facts.parties if party.role == "debtor"]
    if debtors:
        return all(party.located for party in debtors)
    return any(party.located for party in facts.parties if party.role == "heir")


def _classes(facts: BundleFacts) -> Iterator[Check]:
    if facts.classes <= {"B", "C"}:
        yield Check("class", Colour.GREEN, "裁判所の手続で回収する債権だけです。")
    else:
        yield Check(
            "class",
            Colour.RED,
            "滞納処分ができる債権（強制徴収公債権）が入っています。訴えの対象から外し、徴収担当で進めてください。",
        )


def _veto(facts: BundleFacts) -> Iterator[Check]:
    if facts.veto:
        yield Check("veto", Colour.RED, f"{facts.veto.rstrip('。')}。訴えの準備を止め、福祉と相談してください。")
    else:
        yield Check("veto", Colour.GREEN, "困窮・福祉・支援措置による支障はありません。")


def _evidence(facts: BundleFacts) -> Iterator[Check]:
    for one in facts.evidence:
        missing = [(code, label) for code, label in PAPERS.items() if {code, label} & set(one.missing)]
        missing += [(label, label) for label in one.missing if label not in PAPERS and label not in PAPERS.values()]
        if not missing:
            yield Check("evidence", Colour.GREEN, f"{one.label}: 証拠書類がそろっています。", f"claim:{one.claim_id}")
        for code, label in missing:
            red = label in DECISIVE or one.have == 0
            text = f"{one.label}: 「{label}」がありません。所管課から取り寄せて登録してください。"
            yield Check("evidence", Colour.RED if red else Colour.AMBER, text, f"claim:{one.claim_id}:{code}")


def _parties(facts: BundleFacts) -> Iterator[Check]:
    if not any(party.role in MAIN_ROLES for party in facts.parties):
        yield Check("no_party", Colour.RED, "債務者も相続人も登録されていません。相手方を登録してください。")
    for number, party in enumerate(facts.parties):
        name, about = f"{party.role_label} {party.name}", f"party:{number}"
        why = f"（{party.reason}）" if party.reason else ""
        if party.located:
            yield Check("located", Colour.GREEN, f"{name}: 送達できる住所があります。", about)
        elif facts.needs_public_service:
            text = f"{name}: 所在が分かりません{why}。公示送達の申立てに、所在の調査報告書を添えてください。"
            yield Check("located", Colour.AMBER, text, about)
        elif party.role in MAIN_ROLES and not _address_known(facts):
            text = f"{name}: 所在が分かりません{why}。住所を調査するか、公示送達によるほかないことを確かめてください。"
            yield Check("located", Colour.RED, text, about)
        else:
            text = f"{name}: 所在が分かりません{why}。住所を調査するか、この人を除いて進めてください。"
            yield Check("located", Colour.AMBER, text, about)


def _dunning(facts: BundleFacts) -> Iterator[Check]:
    if not facts.dunned:
        yield Check(
            "dunned", Colour.RED, "督促をしていない債権があります（地方自治法施行令171条）。先に督促してください。"
        )
    else:
        yield Check("dunned", Colour.GREEN, "督促をしています。")
    if facts.delivered:
        yield Check("delivery", Colour.GREEN, "督促か催告の到達が分かっています。")
    else:
        yield Check(
            "delivery", Colour.AMBER, "督促も催告も、届いたことが確かめられません。配達証明などで催告し直してください。"
        )


def _forum(facts: BundleFacts, forum: Forum, value_yen: int) -> Iterator[Check]:
    value = f"訴額 {yen_text(value_yen)}。{forum.label}を案とします。"
    if facts.disputed:
        yield Check("dispute", Colour.AMBER, f"{value}争いがあるため、相手の言い分と証拠を確かめてください。")
    if facts.needs_public_service:
        text = f"{value}公示送達では支払督促も少額訴訟も使えず、証拠による証明が要ります。証拠を確かめてください。"
        yield Check("public_service", Colour.AMBER, text)
    if not facts.disputed and not facts.needs_public_service:
        yield Check("forum", Colour.GREEN, value)


def _clock(facts: BundleFacts, terms: Terms, forum: Forum, council: Council, on: date) -> Check:
    if facts.last_day is None:
        return Check("clock", Colour.GREEN, "時効は完成猶予中です。")
    last = f"時効の最終日は{long_text(facts.last_day)}です。"
    if facts.last_day < on:
        text = (
            f"時効の期間が{long_text(facts.last_day)}に過ぎています。訴えず、援用の有無と不納欠損を検討してください。"
        )
        return Check("clock_over", Colour.RED, text)
    lead = terms.lead_months[forum] + (terms.vote_months if council is Council.VOTE else 0)
    if facts.last_day < _after(on, lead):
        text = f"{last}申立てまで{lead}か月かかる見込みで、間に合いません。先に承認や催告で時効の完成を防いでください。"
        return Check("clock_short", Colour.RED, text)
    if facts.last_day < _after(on, lead + terms.amber_margin_months):
        text = f"{last}申立てまで{lead}か月かかる見込みで、余裕が{terms.amber_margin_months}か月に足りません。急いでください。"
        return Check("clock_near", Colour.AMBER, text)
    return Check("clock", Colour.GREEN, f"{last}申立てまでの余裕があります。")


def _after(on: date, months: int) -> date:
    return last_day_after(on, months=months) if months else on


def _council(forum: Forum, council: Council, suit: Council, terms: Terms) -> Check:
    if council is Council.NONE:
        text = f"支払督促だけなら議会の議決は要りません。異議が出て訴訟になると、{suit.label}が要ります。"
        return Check("council", Colour.GREEN, text)
    if council is Council.SENKETSU:
        assert terms.senketsu_yen
        text = f"訴額が{yen_text(terms.senketsu_yen)}以下のため、市長の専決処分で訴えられます。議会への報告を予定してください。"
        return Check("council", Colour.GREEN, text)
    unknown = "（専決処分できる額が設定にないため、議決が要るものとしています）" if terms.senketsu_yen is None else ""
    return Check(
        "council", Colour.AMBER, f"訴えの提起に議会の議決が要ります{unknown}。議案の提出時期を確かめてください。"
    )


def _net(expected_yen: int, costs: Costs, net_yen: int, terms: Terms) -> Check:
    sums = f"回収の見込み {yen_text(expected_yen)} − 費用 {yen_text(costs.total_yen)} = {yen_text(net_yen)}。"
    if net_yen <= 0:
        return Check("net", Colour.RED, f"{sums}費用に見合いません。徴収停止などほかの扱いを検討してください。")
    if net_yen < terms.small_net_yen:
        text = f"{sums}目安の{yen_text(terms.small_net_yen)}に足りません。訴える意味があるか検討してください。"
        return Check("net", Colour.AMBER, text)
    return Check("net", Colour.GREEN, f"{sums}費用に見合います。")
