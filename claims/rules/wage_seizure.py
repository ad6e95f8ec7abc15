"""給与等の差押え: how much of a wage may be seized.

Source: 国税徴収法76条, 同法施行令34条, 基本通達76条関係(端数); private claims: 民事執行法152条.
"""

from dataclasses import dataclass
from enum import StrEnum

from toyota_collect.money import ceil_to, floor_to

UNIT = 1_000
LIVING_YEN = 100_000
LIVING_PER_DEPENDANT_YEN = 45_000
CIVIL_CAP_YEN = 330_000


class PayKind(StrEnum):
    """What is paid. A bonus counts as one month's pay (76条3項)."""

    MONTHLY = "monthly"
    BONUS = "bonus"
    RETIREMENT = "retirement"
    CIVIL = "civil"
    """Any pay, seized by a court for a private claim."""


@dataclass(frozen=True, slots=True)
class WageSeizure:
    """Exempt and seizable yen. ``no1`` to ``no5`` are the items of 76条1項 (``None`` for a court's seizure).

    ``gross_used`` is the pay the sum was made with, after rounding.
    """

    no1: int | None
    no2: int | None
    no3: int | None
    no4: int | None
    no5: int | None
    exempt: int
    seizable: int
    gross_used: int


def wage_seizure(
    *,
    kind: PayKind,
    gross_yen: int,
    income_tax_yen: int,
    resident_tax_yen: int,
    social_insurance_yen: int,
    dependants: int,
    years: int = 0,
) -> WageSeizure:
    """Return what a tax collector may seize of one pay.

    Args:
        gross_yen: pay of the period; with several employers their sum (76条1項後段).
        resident_tax_yen: 特別徴収 of 住民税 and 森林環境税.
        dependants: relatives sharing the livelihood, a partner without registration included.
        years: for a retirement pay, the whole years it is paid for.

    The pay is floored to 1,000 yen, items 1, 2, 3 and 5 are raised to 1,000 yen.

    Raises:
        ValueError: a negative amount or number, or ``PayKind.CIVIL``.
    """
    if min(gross_yen, income_tax_yen, resident_tax_yen, social_insurance_yen, dependants, years) < 0:
        raise ValueError("給与の差押えの計算に、負の数は使えません。")
    if kind is PayKind.CIVIL:
        raise ValueError("私債権の差押えは、手取額から計算します。")
    gross = floor_to(gross_yen, UNIT)
    no1, no2, no3 = (ceil_to(yen, UNIT) for yen in (income_tax_yen, resident_tax_yen, social_insurance_yen))
    living = LIVING_YEN + LIVING_PER_DEPENDANT_YEN * dependants
    if kind is PayKind.RETIREMENT:
        living *= 3
        status = ceil_to(living // 5, UNIT) * max(0, years - 5)
    else:
        rest = max(0, gross - no1 - no2 - no3 - living)
        status = min(ceil_to(-(-rest // 5), UNIT), 2 * living)
    exempt = no1 + no2 + no3 + living + status
    return WageSeizure(no1, no2, no3, living, status, exempt, max(0, gross - exempt), gross)


def civil_wage_seizure(*, net_yen: int, maintenance: bool = False) -> WageSeizure:
    """Return what a court may seize of one month's pay for a private claim.

    Three quarters of the pay after statutory deductions are exempt, for maintenance one half, and
    never more than 330,000 yen.

    Raises:
        ValueError: a negative amount.

    Source: 民事執行法152条1項・3項, 同法施行令2条.
    """
    if net_yen < 0:
        raise ValueError("給与の差押えの計算に、負の数は使えません。")
    share = net_yen // 2 if maintenance else net_yen // 4
    exempt = min(net_yen - share, CIVIL_CAP_YEN)
    return WageSeizure(None, None, None, None, None, exempt, net_yen - exempt, net_yen)
