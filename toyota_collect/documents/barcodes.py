"""What the barcodes of a letter say: convenience-store slips (GS1-128) and the customer barcode of Japan Post.

This module decides digits, symbols and bars; drawing them is somebody else's. A code that cannot be
right is never made.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from toyota_collect.numerals import replace_before

# GS1-128 of a payment slip --------------------------------------------------------------------------

AI = "91"
NO_DEADLINE = "999999"
STORE_LIMIT_YEN = 300_000
"""A convenience store takes no slip above this (収納代行の上限); such a slip carries no barcode."""

_SLIP = re.compile(r"(91)(\d{6})(\d{21})(\d)(\d{6})([01])(\d{6})(\d)", re.ASCII)
_START_C, _FNC1, _STOP = 105, 102, 106
# Bar and space widths in modules of the Code 128 symbols 0 to 106 (JIS X 0504).
_CODE128_TABLE = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 "
    "122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 "
    "322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 "
    "112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 213311 213131 311123 311321 "
    "331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 "
    "112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 "
    "124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 114311 411113 "
    "411311 113141 114131 311141 411131 211412 211214 211232 2331112"
)
_CODE128 = _CODE128_TABLE.split()


@dataclass(frozen=True, slots=True)
class SlipFields:
    """The parts of the 44 digits. ``due`` is YYMMDD, 999999 for none; ``amount`` is yen."""

    ai: str
    company: str
    free: str
    reissue: str
    due: str
    stamp: str
    amount: int
    cd: str


def check_digit(digits: str) -> str:
    """Return the mod-10 check digit (weight 3 on the rightmost digit) of the first 43 digits."""
    total = 3 * sum(map(int, digits[-1::-2])) + sum(map(int, digits[-2::-2]))
    return str(-total % 10)


def slip_number(
    *,
    company: str,
    free: str,
    amount_yen: int,
    due_on: date | None,
    reissue: int = 0,
    stamp: int = 0,
    printed_on: date | None = None,
) -> str | None:
    """Return the 44 digits of a slip, or ``None`` where the slip must carry no barcode.

    Args:
        company: the collecting company's number, 6 digits.
        free: up to 21 digits that find the slip again; filled up with zeros on the right.
        due_on: last day the store takes it; ``None`` = no deadline.
        reissue: 0 to 9.
        stamp: 1 where a revenue stamp is needed; 0 for public money.
        printed_on: the day of printing; a slip already past ``due_on`` gets no barcode.

    Raises:
        ValueError: a part does not fit its place.
    """
    if not 0 < amount_yen <= STORE_LIMIT_YEN or (due_on and printed_on and due_on < printed_on):
        return None
    if not re.fullmatch(r"\d{6}", company, re.ASCII):
        raise ValueError(f"請求書発行企業コードは6桁の数字です: 「{company}」")
    if not re.fullmatch(r"\d{0,21}", free, re.ASCII):
        raise ValueError(f"自由使用欄は21桁までの数字です: 「{free}」")
    if not 0 <= reissue <= 9 or stamp not in (0, 1):
        raise ValueError(f"再発行区分は0から9、印紙フラグは0か1です: {reissue}, {stamp}")
    due = f"{due_on:%y%m%d}" if due_on else NO_DEADLINE
    body = f"{AI}{company}{free:0<21}{reissue}{due}{stamp}{amount_yen:06d}"
    return body + check_digit(body)


def read_slip(data: str) -> SlipFields:
    """Take the 44 digits of a slip apart.

    Raises:
        ValueError: not 44 digits beginning with 91, a wrong check digit, an impossible deadline, or
            an amount that no store takes. The message is Japanese.
    """
    found = _SLIP.fullmatch(data)
    if not found:
        raise ValueError("コンビニ収納用バーコードは、91で始まり印紙フラグが0か1の44桁の数字です。")
    ai, company, free, reissue, due, stamp, amount, cd = found.groups()
    if check_digit(data[:43]) != cd:
        raise ValueError(f"チェックデジットが違います: {cd}(正しくは{check_digit(data[:43])})")
    if due != NO_DEADLINE:
        try:
            date(2000 + int(due[:2]), int(due[2:4]), int(due[4:]))
        except ValueError:
            raise ValueError(f"支払期限が暦にありません: {due}") from None
    if not 0 < int(amount) <= STORE_LIMIT_YEN:
        raise ValueError(f"金額が1円から{STORE_LIMIT_YEN:,}円の間ではありません: {int(amount):,}円")
    return SlipFields(ai, company, free, reissue, due, stamp, int(amount), cd)


def slip_text(number: str) -> tuple[str, str]:
    """The two lines of figures printed below the bars."""
    slip = read_slip(number)
    return f"({slip.ai}){slip.company}-{slip.free}", (
        f"{slip.reissue}-{slip.due}-{slip.stamp}-{slip.amount:06d}-{slip.cd}"
    )


def code128_symbols(number: str) -> tuple[int, ...]:
    """Symbol values of the slip's GS1-128: Start C, FNC1, 22 pairs, check symbol, stop.

    Raises:
        ValueError: see :func:`read_slip`.
    """
    read_slip(number)
    symbols = [_START_C, _FNC1, *(int(number[place : place + 2]) for place in range(0, 44, 2))]
    check = (_START_C + sum(place * symbol for place, symbol in enumerate(symbols))) % 103
    return (*symbols, check, _STOP)


def code128_check(number: str) -> int:
    """The check symbol of the slip's GS1-128, 0 to 102."""
    return code128_symbols(number)[-2]


def code128_widths(number: str) -> tuple[int, ...]:
    """Widths in modules, bar and space in turn, from the first bar to the last; quiet zones not included."""
    return tuple(int(width) for symbol in code128_symbols(number) for width in _CODE128[symbol])


# Customer barcode ------------------------------------------------------------------------------------

_ADDRESS_CHARS = 13
_VALUES = {
    **{str(number): number for number in range(10)},
    "-": 10,
    **{f"CC{number}": number + 10 for number in range(1, 9)},
}
_BY_VALUE = {value: symbol for symbol, value in _VALUES.items()}
_BARS = {
    "0": "144", "1": "114", "2": "132", "3": "312", "4": "123", "5": "141", "6": "321", "7": "213", "8": "231",
    "9": "411", "-": "414", "CC1": "324", "CC2": "342", "CC3": "234", "CC4": "432", "CC5": "243", "CC6": "423",
    "CC7": "441", "CC8": "111", "STC": "13", "SPC": "31",
}  # fmt: skip
_NUMERAL_FOLLOWERS = "丁目|丁|番地|番|号|地割|線|の|ノ"


@dataclass(frozen=True, slots=True)
class CustomerBarcode:
    """23 ``codes`` (STC, 7 postal, 13 address, check, SPC) and their 67 ``bars``.

    A bar is 1 long, 2 upper half long, 3 lower half long, 4 timing only.
    """

    codes: tuple[str, ...]
    bars: str


def customer_barcode(postal_code: str, address: str, *, number: str | None = None) -> CustomerBarcode | None:
    """Return the customer barcode of an address, or ``None`` where none may be printed.

    Args:
        postal_code: seven digits, with or without a hyphen.
        address: the address as printed; its figures are taken out by :func:`address_number`.
        number: the address number itself where it is known (a post-office box).

    None is printed for a postal code that stands for a whole city (…00, 「以下に掲載がない場合」). The
    code of one large office says everything: no address number follows it.

    Raises:
        ValueError: the postal code is not seven digits, or ``number`` holds another character.

    Source: 日本郵便 郵便番号・バーコードマニュアル.
    """
    postal = unicodedata.normalize("NFKC", postal_code).replace("-", "").strip()
    if not re.fullmatch(r"\d{7}", postal, re.ASCII):
        raise ValueError(f"郵便番号は7桁の数字です: 「{postal_code}」")
    if postal.endswith("00"):
        return None
    if number is None:
        number = "" if is_business_code(postal) else address_number(address)
    symbols = list(_symbols(number))[:_ADDRESS_CHARS]
    body = [*postal, *symbols, *["CC4"] * (_ADDRESS_CHARS - len(symbols))]
    check = _BY_VALUE[-sum(_VALUES[symbol] for symbol in body) % 19]
    codes = ("STC", *body, check, "SPC")
    return CustomerBarcode(codes, "".join(_BARS[code] for code in codes))


def address_number(address: str) -> str:
    """Take the figures that the customer barcode needs out of an address.

    東3丁目-20-5 郵便・A&bコーポB604号 → ``3-20-5B604``.

    Source: 同マニュアル「バーコードに必要な文字情報の抜き出し法」.
    """
    text = re.sub("[&/・.]", "", unicodedata.normalize("NFKC", address).upper())
    text = replace_before(text, _NUMERAL_FOLLOWERS)
    text = re.sub(r"(?<=[0-9])F(?![A-Z])", "-", text)
    text = re.sub("[A-Z]{2,}|[^0-9A-Z-]", "-", text)
    text = re.sub("-+", "-", text)
    return re.sub("-?([A-Z])-?", r"\1", text).strip("-")


@cache
def _business_ranges() -> tuple[tuple[str, str], ...]:
    rows = json.loads(files(__package__).joinpath("business_postal_codes.json").read_text(encoding="utf-8"))["rows"]
    return tuple((row["first"], row["last"]) for row in rows)


def is_business_code(postal: str) -> bool:
    """Tell whether seven digits are the code of one large office (大口事業所個別番号)."""
    return any(first <= postal <= last for first, last in _business_ranges())


def _symbols(number: str) -> Iterator[str]:
    """Figures and hyphens as they are; a letter becomes a control code and a figure."""
    for char in number:
        if "A" <= char <= "Z":
            shift, figure = divmod(ord(char) - ord("A"), 10)
            yield from (f"CC{shift + 1}", str(figure))
        elif char in _VALUES:
            yield char
        else:
            raise ValueError(f"カスタマバーコードにできない文字です: 「{char}」")
