"""Masking: what is left of a value. All data is synthetic."""

from datetime import date

import pytest

from debtors.rules.masking import masked
from toyota_collect.lists import Mask


@pytest.mark.parametrize(
    ("mask", "value", "left"),
    [
        (Mask.NAME, "架空 太郎", "架＊＊＊＊"),
        (Mask.NAME, "架空商事株式会社", "架＊＊＊＊＊＊＊"),
        (Mask.NAME, "架", "架"),
        (Mask.KANA, "カクウ タロウ", "カ＊＊＊＊＊＊"),
        (Mask.ADDRESS, "愛知県豊田市小坂本町一丁目1番地", "愛知県豊田市＊＊＊"),
        (Mask.ADDRESS, "豊田市小坂本町1-1", "豊田市＊＊＊"),
        (Mask.ADDRESS, "三重県四日市市架空町1", "三重県四日市＊＊＊"),
        (Mask.ADDRESS, "東京都千代田区架空1-1", "東京都千代田区＊＊＊"),
        (Mask.ADDRESS, "1-2-3 架空ハイツ", "＊＊＊"),
        (Mask.POSTAL_CODE, "4710034", "471＊＊＊＊"),
        (Mask.POSTAL_CODE, "471-0034", "471＊＊＊＊"),
        (Mask.PHONE, "0565-99-9912", "＊＊＊＊＊＊＊＊＊＊12"),
        (Mask.PHONE, "1234", "＊＊＊＊"),
        (Mask.NUMBER, "00012345", "＊＊＊＊＊＊45"),
        (Mask.NUMBER, "45", "＊＊"),
        (Mask.TEXT, "豊田市小坂本町の実家に住む", "（伏せています）"),
        (Mask.BIRTH, date(1980, 4, 1), "昭和55年＊月＊日"),
        (Mask.BIRTH, None, ""),
        (Mask.NAME, "", ""),
    ],
)
def test_what_is_left(mask, value, left):
    assert masked(value, mask) == left


@pytest.mark.parametrize("mask", Mask)
def test_every_rule_hides_the_last_characters_but_two_at_most(mask):
    secret = "愛知県豊田市秘匿町九丁目9876番地"
    assert secret[:-2] not in masked(secret, mask)
    assert "秘匿町" not in masked(secret, mask)
