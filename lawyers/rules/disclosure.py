"""What of a case a firm may see: named rules, each of which alone keeps a fact back (地方税法22条, 個人情報保護法69条).

A fact passes only if no rule holds; what is not known (a kind, a ground, a class) is kept back.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from toyota_collect.tax_words import DUNNING, ON_EVERY_BILL, TAX_WORDS, squeezed, tax_words_in

CLASSES = frozenset({"B", "C"})  # 非強制徴収公債権・私債権: what a court decides on
# What a court needs. Hardship, welfare, consents, safety, holds, workplace and accounts are kinds of their own, or none.
KINDS = frozenset({"contract", "cause", "basis", "delivery", "letter", "event", "contact", "ledger"})
PAPERS = frozenset({"contract", "cause", "basis", "delivery"})
# A note about a call may tell of these in passing; a paper about a claim tells of the claim.
PRIVATE_WORDS = (
    "生活保護",
    "生保",
    "福祉",
    "障害",
    "障がい",
    "病",
    "入院",
    "うつ",
    "支援措置",
    "DV",
    "暴力",
    "勤務先",
    "勤め先",
    "会社",
    "職場",
    "給料",
    "給与",
    "年金",
    "口座",
    "通帳",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that may be told; ``claims`` none: of ``person`` as a whole. ``words``: all free text that goes with it."""

    kind: str
    grounds: frozenset[str]
    classes: frozenset[str] = frozenset()  # of the claims it is about; "" stands for one that has none
    claims: frozenset[int] = frozenset()
    person: int | None = None
    words: str = ""
    addressed: bool = False  # carries an address or a phone number
    hidden: bool = False  # of somebody under protection (支援措置), or who may be
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """What the case opens: its claims and people, the grounds of the role, and what may stand in a text all the same.

    ``of_a_kind``: other claims that its people owe for the same thing (other months of one rent): one contract proves them all.
    """

    claims: frozenset[int]
    people: frozenset[int]
    grounds: frozenset[str]
    of_a_kind: frozenset[int] = frozenset()
    own_words: frozenset[str] = field(default_factory=frozenset)  # names and addresses of the case, its kinds' names


@dataclass(frozen=True, slots=True)
class Rule:
    """``holds``: whether the fact must be kept back; ``why``: what the city reads then."""

    code: str
    why: str
    holds: Callable[[Fact, Scope], bool]


def _ground(fact: Fact, scope: Scope) -> bool:
    return not fact.grounds or not fact.grounds <= scope.grounds


def _claims(fact: Fact, scope: Scope) -> bool:
    """A paper that proves a claim of the case may prove others of its kind as well; nothing else tells of another claim."""
    if fact.kind in PAPERS and fact.claims & scope.claims:
        return not fact.claims <= scope.claims | scope.of_a_kind
    return not fact.claims <= scope.claims


def _person(fact: Fact, scope: Scope) -> bool:
    return not fact.claims and fact.person not in scope.people


def _class(fact: Fact, scope: Scope) -> bool:
    return bool(fact.claims) and (not fact.classes or not fact.classes <= CLASSES)


def _kind(fact: Fact, scope: Scope) -> bool:
    return fact.kind not in KINDS


def _tax(fact: Fact, scope: Scope) -> bool:
    return bool(words_of_tax(fact.words, scope, about_claims=bool(fact.claims)))


def _private(fact: Fact, scope: Scope) -> bool:
    plain = squeezed(fact.words)
    return not fact.claims and any(word in plain for word in PRIVATE_WORDS)


def _place(fact: Fact, scope: Scope) -> bool:
    """A free note about somebody under protection may name a place as well as a paper does."""
    return fact.hidden and (fact.addressed or (not fact.claims and bool(fact.words)))


def _withdrawn(fact: Fact, scope: Scope) -> bool:
    return fact.withdrawn


RULES = (
    Rule("ground", "地方税・滞納処分の例による事務で知った事実を含むため（地方税法22条）。", _ground),
    Rule("claims", "この件にない債権の内容を含むため。", _claims),
    Rule("person", "この件の人のものではないため。", _person),
    Rule("class", "強制徴収公債権、または区分の分からない債権の内容を含むため。", _class),
    Rule("kind", "裁判に要る事実の種類ではないため（生活の状況・保留・勤務先・口座などは渡しません）。", _kind),
    Rule("tax", "税や滞納処分を思わせる言葉を含むため（地方税法22条）。", _tax),
    Rule("private", "生活・健康・勤務先・口座に触れる記載を含むため。", _private),
    Rule("place", "支援措置の対象か、その可能性がある人の住所・電話を含むおそれがあるため。", _place),
    Rule("withdrawn", "取り下げた書類のため。", _withdrawn),
)


def why_withheld(fact: Fact, scope: Scope) -> str:
    """Why the fact may not be shown to the firm, in Japanese; "" where it may."""
    return next((rule.why for rule in RULES if rule.holds(fact, scope)), "")


def words_of_tax(text: str, scope: Scope, *, about_claims: bool) -> list[str]:
    """Words of tax in a text of the case.

    ``about_claims``: of a paper about claims of the case 督促 tells nothing. A word that stands in the name of a kind of
    the case (国民健康保険 給付費返還金) tells of that claim, and so does the name of a person or a place.
    """
    own = "".join(squeezed(one) for one in scope.own_words)
    words = [word for word in TAX_WORDS if word == "税" or word not in own]
    if about_claims:
        words = [word for word in words if word != DUNNING]
    return tax_words_in(text, words=words, harmless=(*ON_EVERY_BILL, *scope.own_words))
