"""A file of after-school clubs, as no section of the demo city writes one: 187 bytes a line, two kinds, R-dates. Synthetic."""

PEOPLE = (("架空　一郎", "ｶｸｳ ｲﾁﾛｳ"), ("見本　花子", "ﾐﾎﾝ ﾊﾅｺ"), ("試験　次郎", "ｼｹﾝ ｼﾞﾛｳ"))
# field: first byte (from 1), bytes, how it is read, its table of values
PLACES = {
    "person_number": (1, 10), "name": (11, 30), "kana": (41, 20), "birth_on": (61, 7), "sex": (68, 1),
    "postal_code": (69, 7), "address": (76, 60), "kind": (148, 2), "levy_year": (150, 3), "notice_number": (153, 8),
    "instalment": (161, 2), "due_on": (163, 7), "levied_yen": (170, 9), "exempted_yen": (179, 9),
}  # fmt: skip
MAPS = {"kind": "GK=after_school_fee\nGS=school_lunch", "sex": "M=1\nF=2", "levy_year": ""}


def _cell(text: str, size: int) -> bytes:
    return text.encode("cp932").ljust(size)


def row(number: int, *, instalment: int = 1, kind: str = "GK", yen: str = "5000", due: str = "R080630") -> bytes:
    """One line without its end; ``number`` tells the person."""
    name, kana = PEOPLE[number % 3]
    return b"".join(
        _cell(text, size)
        for text, size in (
            (f"G{number:07d}", 10), (name, 30), (kana, 20), ("3550401", 7), ("M" if number % 3 != 1 else "F", 1),
            ("4710034", 7), (f"豊田市架空町1丁目{number + 1}番地", 60), ("", 12), (kind, 2), ("508", 3),
            (f"K{number:06d}", 8), (f"{instalment:02d}", 2), (due, 7), (yen.rjust(9, "0"), 9), ("0" * 9, 9),
        )
    )  # fmt: skip


def extract(count: int = 12) -> bytes:
    """``count`` lines, two instalments a person."""
    lines = [
        row(at // 2, instalment=at % 2 + 1, kind="GS" if at % 4 > 1 else "GK", due=("R080630", "R080731")[at % 2])
        for at in range(count)
    ]
    return b"".join(line + b"\r\n" for line in lines)
