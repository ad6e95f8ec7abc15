"""Whole yen: rounding to the units of the law, and how an amount is printed.

Amounts are ``int`` yen everywhere. No float ever carries money.
"""


def floor_to(yen: int, unit: int) -> int:
    """Drop what is below ``unit`` yen (切捨て). ``yen`` must not be negative."""
    if yen < 0 or unit < 1:
        raise ValueError(f"切捨てできない金額または単位です: {yen}円, {unit}円")
    return yen - yen % unit


def ceil_to(yen: int, unit: int) -> int:
    """Raise to the next whole ``unit`` yen (切上げ). ``yen`` must not be negative."""
    if yen < 0 or unit < 1:
        raise ValueError(f"切上げできない金額または単位です: {yen}円, {unit}円")
    return yen + -yen % unit


def comma(yen: int) -> str:
    """``1234567`` → ``"1,234,567"``; a negative amount carries the Japanese mark ``▲``."""
    return f"▲{-yen:,}" if yen < 0 else f"{yen:,}"


def yen_text(yen: int) -> str:
    """``1234`` → ``"1,234円"``."""
    return f"{comma(yen)}円"
