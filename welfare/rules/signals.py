"""困窮のサイン: which rules speak for hardship and which against it, and whether a person is to be looked at.

Pure functions of facts, rules (dated data) and the day. A finding only says that somebody should look and offer help: it
has no field that could make a demand harsher, and what it returns is read through ``toyota_collect.registry`` as a fact
that softens. A rule whose fact is not known says nothing, neither for nor against.
"""

import operator
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

CONDITION = re.compile(r"([a-z_]+)(>=|<=)(\d+)")
COMPARE = {">=": operator.ge, "<=": operator.le}
DAYS_A_MONTH = 30
Measures = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the city holds of one person on a day. None: not known. Amounts in yen, ``_on``: days.

    A claim is *kept* if it was paid in full by its due date or within the days of grace. ``broke_on`` is the due date of
    the first claim after the best run of kept ones; counts ``before`` and ``after`` lie on its two sides.
    """

    # the ledger: claims that fell due before the day, on all grounds the finder may use
    open_yen: int = 0
    open_claims: int = 0
    open_kinds: int = 0
    open_groups: frozenset[str] = frozenset()
    before: int = 0
    kept_before: int = 0
    first_due_on: date | None = None
    broke_on: date | None = None
    after: int = 0
    kept_after: int = 0
    paid_after: int = 0
    part_after: int = 0
    kinds_after: int = 0
    kinds_unpaid_after: int = 0
    last_paid_on: date | None = None
    paid_months: int | None = None  # of the last three, those with a payment
    small_sums: int = 0  # months in which the same small sum was paid to old debts
    small_last_on: date | None = None
    plan_kept: int | None = None  # instalments of a plan that were paid before the first breach
    plan_broken_on: date | None = None
    tax_before_yen: int | None = None  # the highest yearly 市民税・県民税 of the years before the last levied
    tax_now_yen: int | None = None
    exempted_on: date | None = None  # due date of the latest claim with 減免
    # the register and the sections
    born_on: date | None = None
    is_corporate: bool = False
    died_on: date | None = None
    lives_here: bool | None = None
    adults: int | None = None
    minors: int | None = None
    member_died_on: date | None = None
    welfare_from: date | None = None
    welfare_until: date | None = None
    school_aid_from: date | None = None
    child_support_from: date | None = None
    # the log
    spoken_on: date | None = None
    tries: int | None = None  # in vain since somebody spoke with the person, or ever
    tried_on: date | None = None
    returned_on: date | None = None
    hardship_told_on: date | None = None
    illness_told_on: date | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """``measure`` compared with a number; all conditions of a rule must hold."""

    measure: str
    compare: str
    number: int

    def holds(self, measures: Measures) -> bool:
        value = measures.get(self.measure)
        return value is not None and bool(COMPARE[self.compare](value, self.number))

    def __str__(self) -> str:
        return f"{self.measure}{self.compare}{self.number}"


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of the table. ``weight`` counts for hardship, a negative one against it (counter-signal).

    ``text`` says the evidence, with measures in its places; ``law``: why each fact may be used for this; ``grounds``: how
    the facts were learned (``toyota_collect.permissions.Ground``), by which screens hide them.
    """

    code: str
    position: int
    label: str
    conditions: tuple[Condition, ...]
    weight: int
    text: str
    law: str
    grounds: tuple[str, ...]

    @property
    def counters(self) -> bool:
        return self.weight < 0


@dataclass(frozen=True, slots=True)
class Sign:
    """A rule that fired, with its evidence in words."""

    code: str
    label: str
    weight: int
    text: str
    law: str
    grounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """A rule that did not fire: the conditions that held, those that did not, and those whose fact nobody knows."""

    code: str
    label: str
    held: int
    missed: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Signs for and against, their sum, and whether the sum reaches the threshold."""

    signs: tuple[Sign, ...]
    counters: tuple[Sign, ...]
    score: int
    threshold: int
    silent: bool  # has paid nothing for long and never spoke with anybody

    @property
    def flagged(self) -> bool:
        return bool(self.signs) and self.score >= self.threshold


def conditions_of(text: str) -> tuple[Condition, ...]:
    """Read ``measure>=1 measure<=3``.

    Raises:
        ValueError: nothing to compare, or not in this form, or an unknown measure; the message says which.
    """
    parts = text.split()
    if not parts:
        raise ValueError("条件がありません")
    found = []
    for part in parts:
        match = CONDITION.fullmatch(part)
        if match is None or match[1] not in MEASURES:
            raise ValueError(f"条件「{part}」を読めません")
        found.append(Condition(match[1], match[2], int(match[3])))
    return tuple(found)


def find(rules: Iterable[Rule], facts: Facts, *, on: date, threshold: int) -> Finding:
    """Weigh what is known of a person on the day; the order of the rules says nothing."""
    known = measures_of(facts, on)
    fired = sorted(
        (rule for rule in rules if all(one.holds(known) for one in rule.conditions)),
        key=lambda rule: (-abs(rule.weight), rule.position, rule.code),
    )
    signs = tuple(_sign(rule, known) for rule in fired if not rule.counters)
    counters = tuple(_sign(rule, known) for rule in fired if rule.counters)
    score = sum(sign.weight for sign in (*signs, *counters))
    return Finding(signs, counters, score, threshold, _is_silent(known))


def why_not(rules: Iterable[Rule], facts: Facts, *, on: date) -> tuple[Near, ...]:
    """The rules that did not fire, in the order of the table, with what was missing for each."""
    known = measures_of(facts, on)
    missed = (rule for rule in rules if not all(one.holds(known) for one in rule.conditions))
    return tuple(_near(rule, known) for rule in sorted(missed, key=lambda rule: (rule.position, rule.code)))


def _near(rule: Rule, known: Measures) -> Near:
    failed = [one for one in rule.conditions if not one.holds(known)]
    return Near(
        rule.code,
        rule.label,
        len(rule.conditions) - len(failed),
        tuple(_in_words(one, known) for one in failed if one.measure in known),
        tuple(MEASURES[one.measure] for one in failed if one.measure not in known),
    )


def _in_words(condition: Condition, known: Measures) -> str:
    if condition.measure in YES_OR_NO:
        return f"「{MEASURES[condition.measure]}」に{'当たらない' if condition.compare == '>=' else '当たる'}"
    more = "以上" if condition.compare == ">=" else "以下"
    return f"{MEASURES[condition.measure]}が{condition.number}{more}でない（{known[condition.measure]}）"


def _sign(rule: Rule, known: Measures) -> Sign:
    text = rule.text
    for name, value in known.items():
        text = text.replace("{" + name + "}", f"{value:,}")
    return Sign(rule.code, rule.label, rule.weight, text, rule.law, rule.grounds)


def _is_silent(known: Measures) -> bool:
    return known.get("months_unpaid", 0) >= 6 and known.get("months_since_spoken", 999) >= 12


# What rules may compare, with the words for it.
MEASURES = {
    "open_thousand_yen": "滞納額（千円）",
    "open_claims": "未納の期別の数",
    "open_kinds": "未納の債権種目の数",
    "child_water_health": "子ども・水道住宅・保険の債権群のうち未納のある数",
    "open_child": "子どもの債権の未納",
    "open_tax": "市税の未納",
    "open_welfare": "福祉の債権の未納",
    "before": "納付が途切れる前の期別の数",
    "kept_before": "途切れる前に期限内に納めた割合（%）",
    "months_before": "途切れる前に納めていた月数",
    "after": "途切れた後の期別の数",
    "kept_after": "途切れた後に期限内に納めた割合（%）",
    "paid_after": "途切れた後に納め終えた割合（%）",
    "part_after": "途切れた後に一部だけ納めた割合（%）",
    "kinds_after": "途切れた後に納期の来た種目の数",
    "kinds_unpaid_after": "途切れた後に一度も納め終えていない種目の数",
    "months_broken": "途切れてからの月数",
    "months_unpaid": "最後の自主納付からの月数",
    "never_paid": "自主納付が一度もない",
    "paid_months": "直近3か月のうち納付のあった月数",
    "small_sums": "同じ小口の額を納めた月数",
    "months_since_small": "最後の小口の納付からの月数",
    "plan_kept": "分納を守った回数",
    "months_since_plan": "分納が途切れてからの月数",
    "income_drop": "市民税・県民税の年額の減った割合（%）",
    "tax_thousand_yen": "最近の年度の市民税・県民税（千円）",
    "months_since_exempted": "減免を受けた最後の納期限からの月数",
    "corporate": "法人",
    "dead": "亡くなっている",
    "away": "市外に住んでいる",
    "age": "年齢",
    "adults": "世帯の大人の数",
    "minors": "世帯の18歳未満の数",
    "months_since_death": "世帯の人が亡くなってからの月数",
    "welfare": "生活保護を受けている",
    "months_since_welfare_stop": "生活保護の廃止からの月数",
    "school_aid": "就学援助の認定がある",
    "child_support": "児童扶養手当を受けている",
    "tries": "連絡がつかなかった回数",
    "months_since_spoken": "最後に話してからの月数",
    "months_since_returned": "文書が戻ってからの月数",
    "months_since_hardship_told": "生活の相談を受けてからの月数",
    "months_since_illness_told": "病気・けがを聞いてからの月数",
}  # fmt: skip

YES_OR_NO = {
    "open_child", "open_tax", "open_welfare", "never_paid", "corporate", "dead", "away", "welfare", "school_aid",
    "child_support",
}  # fmt: skip


def measures_of(facts: Facts, on: date) -> dict[str, int]:
    """The numbers rules compare; what is not known is not in it."""
    groups = facts.open_groups
    found: dict[str, int | None] = {
        "open_thousand_yen": facts.open_yen // 1000,
        "open_claims": facts.open_claims,
        "open_kinds": facts.open_kinds,
        "child_water_health": sum(group in groups for group in ("child", "home", "health")),
        "open_child": int("child" in groups),
        "open_tax": int("tax" in groups),
        "open_welfare": int("welfare" in groups),
        "before": facts.before,
        "kept_before": _share(facts.kept_before, facts.before),
        "months_before": _months(facts.first_due_on, facts.broke_on or on) if facts.before else None,
        "after": facts.after,
        "kept_after": _share(facts.kept_after, facts.after),
        "paid_after": _share(facts.paid_after, facts.after),
        "part_after": _share(facts.part_after, facts.after),
        "kinds_after": facts.kinds_after,
        "kinds_unpaid_after": facts.kinds_unpaid_after,
        "months_broken": _months(facts.broke_on, on),
        "months_unpaid": _months(facts.last_paid_on or facts.first_due_on, on),
        "never_paid": int(facts.last_paid_on is None),
        "paid_months": facts.paid_months,
        "small_sums": facts.small_sums,
        "months_since_small": _months(facts.small_last_on, on),
        "plan_kept": facts.plan_kept,
        "months_since_plan": _months(facts.plan_broken_on, on),
        "income_drop": _drop(facts.tax_before_yen, facts.tax_now_yen),
        "tax_thousand_yen": None if facts.tax_now_yen is None else facts.tax_now_yen // 1000,
        "months_since_exempted": _months(facts.exempted_on, on),
        "corporate": int(facts.is_corporate),
        "dead": int(facts.died_on is not None),
        "away": None if facts.lives_here is None else int(not facts.lives_here),
        "age": _age(facts.born_on, on),
        "adults": facts.adults,
        "minors": facts.minors,
        "months_since_death": _months(facts.member_died_on, on),
        "welfare": int(_receives(facts.welfare_from, facts.welfare_until)),
        "months_since_welfare_stop": _months(facts.welfare_until, on),
        "school_aid": int(facts.school_aid_from is not None),
        "child_support": int(facts.child_support_from is not None),
        "tries": facts.tries,
        "months_since_spoken": _months(facts.spoken_on, on),
        "months_since_returned": _months(facts.returned_on, on),
        "months_since_hardship_told": _months(facts.hardship_told_on, on),
        "months_since_illness_told": _months(facts.illness_told_on, on),
    }
    return {name: value for name, value in found.items() if value is not None}


def _months(since: date | None, on: date) -> int | None:
    return None if since is None else max(0, (on - since).days // DAYS_A_MONTH)


def _share(part: int, whole: int) -> int | None:
    return part * 100 // whole if whole else None


def _drop(before: int | None, now: int | None) -> int | None:
    """By how many per cent less; more counts as 0."""
    return None if not before or now is None else max(0, (before - now) * 100 // before)


def _age(born_on: date | None, on: date) -> int | None:
    if born_on is None:
        return None
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def _receives(since: date | None, until: date | None) -> bool:
    return since is not None and (until is None or until < since)
