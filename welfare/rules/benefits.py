"""使える制度: whether a reduction or a support may fit, from what is known of the person. Never a promise: the section decides.

A fact is known to be so, known not to be so, or not known. Nothing is ever taken for known because it is missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

ALL, ANY = " ", "|"  # between conditions, between alternatives of one


FACTS = {
    "pays_nhi": "国民健康保険に入っている（国保税を納めている）",
    "pays_nursery": "保育料を納めている",
    "pays_water": "水道を使っている（自分が契約している）",
    "city_housing": "市営住宅に住んでいる",
    "pays_resident_tax": "市民税・県民税を納めている",
    "pays_property_tax": "固定資産税を納めている",
    "aged_65": "65歳以上である",
    "aged_75": "75歳以上である",
    "school_child": "小学生・中学生がいる",
    "single_parent": "ひとりで18歳までの子を育てている",
    "income_drop": "収入が去年より大きく減った",
    "lost_job": "仕事を失った・事業をやめた",
    "company_ended_job": "会社の都合（倒産・解雇・雇止め）で仕事を失った（65歳未満）",
    "disaster": "災害・盗難にあった",
    "low_income": "世帯の収入が少ない（住民税が非課税になるくらい）",
    "pays_rent": "家賃を払っている（失う・払えないおそれがある）",
    "high_medical": "医療費が高い月がある",
    "pension_member": "国民年金の保険料を自分で納めている",
    "not_declared": "去年の収入を申告していない",
    "no_means": "生活費がなく、ほかに頼れるものがない",
}
"""What the conditions may ask for, in the words in which staff ask the person."""


class Chance(StrEnum):
    """How a benefit stands by the facts; in the order in which it is shown."""

    LIKELY = "likely"
    ASK = "ask"
    UNLIKELY = "unlikely"


@dataclass(frozen=True, slots=True)
class Look:
    """A benefit looked at. ``met``, ``unknown``, ``unmet``: codes of facts, in the order of its conditions."""

    code: str
    chance: Chance
    met: tuple[str, ...]
    unknown: tuple[str, ...]
    unmet: tuple[str, ...]


def codes_of(conditions: str) -> tuple[str, ...]:
    """The facts that the conditions ask for, each once."""
    return tuple(dict.fromkeys(code for one in conditions.split() for code in one.split(ANY)))


def look(code: str, conditions: str, facts: Mapping[str, bool | None]) -> Look:
    """Look at one benefit.

    Args:
        conditions: facts that must all be so, separated by blanks; alternatives of one by ``|``. None: for everybody.
        facts: by code; ``None``, or no entry: not known.
    """
    met: list[str] = []
    unknown: list[str] = []
    unmet: list[str] = []
    failed = open_ = False
    for alternatives in (one.split(ANY) for one in conditions.split()):
        so = [fact for fact in alternatives if facts.get(fact) is True]
        maybe = [fact for fact in alternatives if facts.get(fact) is None]
        met += so
        if so:
            continue
        unknown += maybe
        unmet += [fact for fact in alternatives if facts.get(fact) is False]
        failed, open_ = failed or not maybe, open_ or bool(maybe)
    chance = Chance.UNLIKELY if failed else Chance.ASK if open_ else Chance.LIKELY
    return Look(code, chance, *(tuple(dict.fromkeys(one)) for one in (met, unknown, unmet)))


def in_order(looks: Sequence[Look]) -> list[Look]:
    """Those that seem to fit first; inside, as given."""
    places = list(Chance)
    return sorted(looks, key=lambda one: places.index(one.chance))
