"""Letters of people who do not exist: for the printer's sample, for tests and for measuring. Everything is 架空."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from .model import CityProfile, ClaimLine, DeskSlips, KindText, LetterData, RatesText, SlipPolicy
from .single import Paid, SingleData
from .slips import slips

CITY = CityProfile(
    mayor="架空　見本",
    phone="0565-00-0000",
    office="豊田市　債権管理課　一斉催告の係",
    counter="市役所 架空庁舎2階 12番窓口",
    hours="平日 午前8時30分〜午後5時15分",
    fax="FAX 0565-00-0001（電話が難しい方）",
    welfare="豊田市　自立相談支援窓口（生活・仕事・家計・住まい）",
    welfare_place="架空福祉センター1階　平日 午前8時30分〜午後5時15分",
    welfare_phone="0565-00-0002",
)
RATES = RatesText(year=2026, first_rate="2.8", after_rate="9.1")

_GROUPS = {
    "tax": "市税",
    "health": "国保・医療・介護",
    "child": "子ども",
    "welfare": "福祉",
    "home": "住宅・水道",
    "other": "その他",
}
# code: name, short name, group, class, fee, form of the term, slip shared with another kind
_KINDS = {
    "resident_tax": ("市民税・県民税・森林環境税", "市民税・県民税", "tax", "A", 100, "第{}期", ""),
    "property_tax": ("固定資産税・都市計画税", "固定資産税", "tax", "A", 100, "第{}期", ""),
    "light_vehicle_tax": ("軽自動車税（種別割）", "軽自動車税", "tax", "A", 100, "全期", ""),
    "corporate_tax": ("法人市民税", "法人市民税", "tax", "A", 100, "確定", ""),
    "nhi_tax": ("国民健康保険税", "国民健康保険税", "health", "A", 100, "第{}期", ""),
    "ltc_premium": ("介護保険料", "介護保険料", "health", "A", 100, "第{}期", ""),
    "late_elderly_premium": ("後期高齢者医療保険料", "後期高齢者医療保険料", "health", "A", 100, "第{}期", ""),
    "nursery_fee": ("保育料", "保育料", "child", "A", 0, "{}月分", ""),
    "side_meal_fee": ("副食費", "副食費", "child", "C", 0, "{}月分", ""),
    "welfare_63": ("生活保護費返還金（法第63条）", "生活保護費返還金", "welfare", "B", 0, "第{}回", ""),
    "housing_rent": ("市営住宅使用料", "市営住宅使用料", "home", "C", 0, "{}月分", ""),
    "water_charge": ("水道料金", "水道料金", "home", "C", 0, "{}月分", "water"),
    "sewer_charge": ("下水道使用料", "下水道使用料", "home", "A", 0, "{}月分", "water"),
    "school_lunch": ("学校給食費", "学校給食費", "other", "C", 0, "{}月分", ""),
}
_NO_LATE = {"welfare_63", "housing_rent", "side_meal_fee"}
_CIVIL = {"water_charge", "school_lunch"}
_SURNAMES = ["架空", "見本", "試作", "仮名", "佐架", "髙見", "山﨑架", "渡邉見", "齋藤仮", "濵架", "𠮷見"]
_GIVEN = ["太郎", "花子", "一郎", "美咲", "陽子", "直樹", "恵", "千代子", "マリア", "さくら", "健"]
_TOWNS = [
    ("4710025", "西町"),
    ("4710034", "小坂本町"),
    ("4710833", "山之手"),
    ("4700343", "浄水町"),
    ("4710026", "若宮町"),
]


def claim(kind: str, year: int, number: int, principal: int, late: int = 0, *, paid_off: bool = False) -> ClaimLine:
    """Instalment ``number`` of ``year``; ``paid_off``: only its (final) late charge is left."""
    name, short, group, legal, fee, term, joint = _KINDS[kind]
    due = _due(year, number, monthly="月分" in term)
    return ClaimLine(
        claim_ref=f"{kind}-{year}-{number}",
        kind=kind,
        kind_name=name,
        kind_short=short,
        group=group,
        group_name=_GROUPS[group],
        legal=legal,
        levy_year=year,
        term=term.format(number),
        number=f"000-{sum(map(ord, kind)) % 10000:04d}-{year % 100:02d}",
        due_on=due,
        principal_yen=0 if paid_off else principal,
        fee_yen=0 if paid_off else fee,
        late_yen=0 if kind in _NO_LATE else late,
        late_final=paid_off,
        late_none=kind in _NO_LATE,
        late_civil=kind in _CIVIL,
        joint_slip=joint,
    )


def _due(year: int, number: int, *, monthly: bool) -> date:
    """The end of the month of the instalment (6月, 7月, … for 期), on the next working day, all before December 2026."""
    month = number if monthly else (4 + number) % 12 + 1
    year += month < 4
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    while last >= date(2026, 11, 1):
        last = last.replace(year=last.year - 1, day=28)
    while last.weekday() > 4:
        last += timedelta(days=1)
    return last


def letter(serial: int, lines: list[ClaimLine], **changes: object) -> LetterData:
    """A letter of the sample run with these claims; any other field can be changed."""
    data = LetterData(
        run_number=801,
        serial=serial,
        number=f"豊債管第{serial:06d}号",
        issued_on=date(2026, 12, 1),
        as_of=date(2026, 11, 24),
        confirmed_on=date(2026, 11, 20),
        deadline_on=date(2026, 12, 25),
        postal_code="4710034",
        address_lines=("愛知県豊田市小坂本町架空一丁目１５番地３", "メゾン架空Ａ棟２０３号"),
        name_lines=("架空　太郎",),
        honorific="様",
        customer_code="47100341-15-3A203",
        lines=tuple(lines),
        city=CITY,
        rates=RATES,
    )
    return replace(data, **changes)  # type: ignore[arg-type]


def three() -> LetterData:
    """One kind, a slip for each instalment, one with an eL-QR (a sample text, not a real one)."""
    lines = [claim("nhi_tax", 2026, k, 68_400 - 200 * k, 1_700 - 500 * k) for k in (1, 2, 3)]
    lines[0] = replace(lines[0], el_qr="SAMPLE ONLY 架空 eL-QR 080100010010100000000")
    return letter(
        1001,
        lines,
        slip_policy="claim",
        postal_code="471-0025",
        address_lines=("愛知県豊田市西町架空丁目８番地の３",),
        name_lines=("見本　花子",),
        customer_code="47100258-3",
    )


def fourteen() -> LetterData:
    """Five groups and all three classes."""
    lines = [
        claim("resident_tax", 2025, 3, 41_000, 2_000, paid_off=True),
        claim("resident_tax", 2025, 4, 41_000, 2_800),
        claim("resident_tax", 2026, 1, 38_200, 1_100),
        claim("nhi_tax", 2025, 8, 24_600, 1_400),
        claim("nhi_tax", 2026, 1, 26_300),
        claim("nhi_tax", 2026, 2, 26_000),
        claim("nursery_fee", 2026, 5, 31_000, 1_100),
        claim("nursery_fee", 2026, 6, 31_000),
        claim("welfare_63", 2025, 5, 12_000),
        claim("housing_rent", 2026, 8, 24_800),
        claim("housing_rent", 2026, 9, 24_800),
        claim("housing_rent", 2026, 10, 24_800),
        claim("water_charge", 2026, 7, 6_842, 30),
        claim("sewer_charge", 2026, 7, 5_170),
    ]
    return letter(1002, lines)


def sixty() -> LetterData:
    """Two table sheets, one slip above the limit of the shops."""
    lines = [
        claim("resident_tax", 2022 + k // 4, k % 4 + 1, 32_700 + 700 * (k % 4), 9_300 - 400 * (k // 4))
        for k in range(16)
    ]
    lines += [
        claim("property_tax", 2022 + k // 4, k % 4 + 1, 46_200 - 300 * (k % 4), 13_100 - 900 * (k // 4))
        for k in range(16)
    ]
    lines += [
        claim("nhi_tax", 2023 + k // 8, k % 8 + 1, 35_600 - 200 * (k % 8), 7_400 - 300 * (k // 8)) for k in range(24)
    ]
    lines += [claim("water_charge", 2025, 3 + 2 * k, 6_160 + 220 * k, 210) for k in range(4)]
    return letter(
        1003,
        lines,
        slip_policy="person",
        name_lines=("試作　一郎",),
        address_lines=("愛知県豊田市浄水町架空２丁目３４番地１",),
    )


def organisation() -> LetterData:
    """Three lines of address, a long name, 髙 﨑, a variant of 葛 and 𠮷."""
    lines = [claim("property_tax", 2025, 4, 118_700, 8_100), claim("property_tax", 2026, 1, 121_300, 4_200)]
    lines += [claim("property_tax", 2026, 2, 120_000, 2_300), claim("light_vehicle_tax", 2026, 1, 12_900)]
    return letter(
        1004,
        lines,
        postal_code="4710833",
        address_lines=(
            "愛知県豊田市山之手架空八丁目１２３４番地の５６７",
            "とよた架空産業振興センタービルディング",
            "レジデンス霞ヶ丘パークサイド壱番館１２０３号",
        ),
        name_lines=("特定非営利活動法人架空とよた里山まちづくり推進協議会", "代表理事　髙﨑　葛\U000e0102𠮷"),
        customer_code="47108338-1234-567-1203",
    )


def every_kind() -> LetterData:
    """The fullest cover: every kind, group and class."""
    return letter(1005, [claim(kind, 2026, 1, 1_234_000, 12_300) for kind in _KINDS])


def two_envelopes() -> LetterData:
    """A slip for each of forty instalments: more sheets than one envelope holds."""
    lines = [claim("nhi_tax", 2022 + k // 8, k % 8 + 1, 31_000 + 100 * k, 2_000) for k in range(40)]
    return letter(1006, lines, slip_policy="claim")


def large() -> LetterData:
    return replace(three(), variant="large", serial=1007)


def plain() -> LetterData:
    lines = [
        claim("resident_tax", 2026, 1, 22_500, 700),
        claim("resident_tax", 2026, 2, 22_000),
        claim("nhi_tax", 2026, 3, 19_800),
    ]
    return letter(1008, lines, variant="plain", name_lines=("カクウ　マリア　エドゥアルダ",))


def several_roles() -> LetterData:
    """One letter to somebody who owes, owes together with another, has inherited and has stood surety."""
    own = [claim("resident_tax", 2026, 1, 38_200, 1_100), claim("water_charge", 2026, 7, 6_842, 30)]
    texts = {
        "joint": "連帯納付義務者として",
        "heir": "亡　架空　一郎 様の相続人として（持分 2分の1）",
        "guarantor": "連帯保証人として（主債務者 髙見　葛\U000e0102 様、極度額 500,000円）",
    }
    others = {
        "joint": [claim("property_tax", 2026, 1, 46_200, 900), claim("nhi_tax", 2026, 2, 26_000)],
        "heir": [claim("resident_tax", 2025, 3, 20_500, 1_000), claim("resident_tax", 2025, 4, 20_500, 1_400)],
        "guarantor": [claim("housing_rent", 2026, 8 + k, 24_800) for k in range(3)],
    }
    taken = [
        replace(line, claim_ref=f"{role}-{line.claim_ref}", role=role, role_text=texts[role])
        for role, lines in others.items()
        for line in lines
    ]
    return letter(1009, own + taken)


SAMPLES = {
    "three": three,
    "fourteen": fourteen,
    "sixty": sixty,
    "organisation": organisation,
    "every_kind": every_kind,
    "two_envelopes": two_envelopes,
    "large": large,
    "plain": plain,
    "several_roles": several_roles,
}


def many(count: int, seed: int = 1) -> list[LetterData]:
    """``count`` normal letters as a city has them: most owe a few instalments of one or two kinds, some very many."""
    draw = random.Random(seed)  # noqa: S311
    return [_drawn(draw, serial) for serial in range(1, count + 1)]


def _drawn(draw: random.Random, serial: int) -> LetterData:
    lines = []
    for kind in draw.sample(list(_KINDS), min(1 + int(draw.expovariate(0.9)), 6)):
        for number in range(1, 2 + min(int(draw.expovariate(0.35)), 24)):
            late = draw.choice((0, 0, 1_000, 1_200, 3_400, 12_300))
            year = 2020 + (number * 7 + serial) % 7
            paid_off = late > 0 and kind not in _NO_LATE and draw.random() < 0.05
            line = claim(kind, year, number % 12 + 1, draw.randint(20, 700) * 100, late, paid_off=paid_off)
            lines.append(replace(line, claim_ref=f"{serial}-{len(lines)}"))
    postal, town = draw.choice(_TOWNS)
    block, house = draw.randint(1, 99), draw.randint(1, 40)
    address = [f"愛知県豊田市{town}架空{block}番地{house}"]
    if draw.random() < 0.4:
        address.append(f"架空ハイツ{draw.choice('ＡＢＣ')}棟{draw.randint(101, 999)}号")
    name = f"{draw.choice(_SURNAMES)}　{draw.choice(_GIVEN)}"
    names = (f"株式会社架空{draw.choice(_SURNAMES)}製作所", f"代表取締役　{name}") if draw.random() < 0.04 else (name,)
    return letter(
        serial,
        lines,
        postal_code=postal,
        address_lines=tuple(address),
        name_lines=names,
        customer_code=f"{postal}{block}-{house}",
        slip_policy=draw.choice(("kind", "kind", "kind", "claim")),
    )


def desk(lines: Sequence[ClaimLine], policy: SlipPolicy = "kind") -> DeskSlips:
    """Slips as the counter makes them."""
    made = slips(replace(letter(1, list(lines)), slip_policy=policy))
    day = letter(1, list(lines))
    return DeskSlips(
        number="8豊債管納第000001号",
        issued_on=day.issued_on,
        as_of=day.as_of,
        deadline_on=day.deadline_on,
        name_lines=("見本　花子",),
        honorific="様",
        lines=tuple(lines),
        slips=made,
        city=CITY,
        slip_policy=policy,
    )


def fullest(text: KindText, **changes: object) -> LetterData:
    """The fullest cover that the text can stand on; a warning of seizure is for enforceable claims only."""
    lines = [line for line in every_kind().lines if line.legal == "A" or text.kind != "seizure_notice"]
    return replace(every_kind(), lines=tuple(lines), text=text, **changes)  # type: ignore[arg-type]


def single(text: KindText, **changes: object) -> SingleData:
    """A letter of one text to somebody who does not exist."""
    day = three()
    data = SingleData(
        number="8豊債管第000123号",
        issued_on=day.issued_on,
        postal_code=day.postal_code,
        address_lines=day.address_lines,
        name_lines=day.name_lines,
        honorific=day.honorific,
        customer_code=day.customer_code,
        city=CITY,
        text=text,
        values=(
            ("来庁日時", "令和8年12月15日（火）午前10時30分"),
            ("基準日", "令和8年11月24日"),
            ("合計", "206,400"),
            ("亡くなった方", "架空　一郎"),
            ("期限", "令和8年12月25日"),
        ),
        keys=SINGLE_KEYS.get(text.kind, ()),
        as_of=day.as_of,
    )
    if text.kind == "balance":
        paid = [Paid(date(2026, 10, 30 - k), "国民健康保険税 令和8年度 第2期", 10_000 + k) for k in range(3)]
        data = replace(data, lines=day.lines, paid=tuple(paid))
    return replace(data, **changes)  # type: ignore[arg-type]


SINGLE_KEYS = {
    "visit": (("お越しいただく日時", "令和8年12月15日（火）午前10時30分"),),
    "balance": (("残高（令和8年11月24日現在）", "206,400円"),),
    "heirs": (("お返事の期限", "令和8年12月25日（金）"),),
}
