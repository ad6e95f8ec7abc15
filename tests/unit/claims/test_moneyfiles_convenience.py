from datetime import date

import pytest

from claims.moneyfiles import Feed, FileDamaged, Status, read
from tests.factories.moneyfiles import convenience, slip

AS_OF = date(2026, 11, 20)
PAID = date(2026, 11, 18)


def test_reads_what_a_store_took():
    content = convenience(Status.PROVISIONAL, [(slip(7, 5_000), PAID, "08:59", "0002", "0004567", date(2026, 11, 25))])
    file = read(content, as_of=AS_OF)
    [line] = file.lines
    assert (file.feed, file.count, file.total_yen, file.made_on) == (Feed.CONVENIENCE, 1, 0, PAID)
    assert (line.status, line.paid_on, line.value_on) == (Status.PROVISIONAL, PAID, date(2026, 11, 25))
    assert (line.amount_yen, line.slip_code) == (5_000, slip(7, 5_000))
    assert line.detail == {"time": "08:59", "chain": "0002", "store": "0004567", "result": "速報"}


def test_first_news_its_cancellation_and_the_final_report_share_the_key():
    kinds = [Status.PROVISIONAL, Status.CANCELLED, Status.FINAL]
    files = [
        read(convenience(kind, [(slip(2), AS_OF), (slip(1), PAID)][at % 2 :]), as_of=AS_OF)
        for at, kind in enumerate(kinds)
    ]
    keys = [next(line.key for line in file.lines if line.slip_code == slip(1)) for file in files]
    assert len({*keys}) == 1
    assert [file.lines[0].status for file in files] == kinds
    assert [file.total_yen for file in files] == [0, 0, 24_000]


@pytest.mark.parametrize(
    "other",
    [
        (slip(2), PAID, "12:05", "0001", "0000123"),
        (slip(1), date(2026, 11, 17), "12:05", "0001", "0000123"),
        (slip(1), PAID, "12:06", "0001", "0000123"),
        (slip(1), PAID, "12:05", "0002", "0000123"),
        (slip(1), PAID, "12:05", "0001", "0000124"),
    ],
    ids=["slip", "day", "minute", "chain", "store"],
)
def test_another_slip_time_or_store_is_another_payment(other):
    file = read(convenience(Status.FINAL, [(slip(1), PAID), other]), as_of=AS_OF)
    assert len({line.key for line in file.lines}) == len(file.lines) == 2


def test_a_record_sent_twice_is_one_line_that_says_so():
    twice = [(slip(1), PAID), (slip(2), PAID), (slip(1), PAID), (slip(1), PAID)]
    file = read(convenience(Status.FINAL, twice), as_of=AS_OF)
    assert (file.count, len(file.lines), file.total_yen) == (4, 2, 24_000)
    assert file.lines[0].detail["duplicate"] == "4、5レコード目にも同じ記録があり、1件として扱います"
    assert "duplicate" not in file.lines[1].detail


def test_the_same_payment_with_other_content_is_damage():
    content = convenience(Status.FINAL, [(slip(1), PAID), (slip(1), PAID, "12:05", "0001", "0000123", AS_OF)])
    with pytest.raises(FileDamaged, match="3レコード目: 2レコード目と同じ収納が、違う内容で2回あります"):
        read(content, as_of=AS_OF)


def test_first_news_and_final_report_in_one_file_are_two_lines():
    one, other = (convenience(kind, [(slip(1), PAID)]) for kind in (Status.PROVISIONAL, Status.FINAL))
    total = b"8" + b"00000002" + b"000000024000" + b" " * 99 + b"\r\n"
    file = read(one[:244] + other[122:244] + total + one[-122:], as_of=AS_OF)
    assert [line.status for line in file.lines] == [Status.PROVISIONAL, Status.FINAL]
    assert file.lines[0].key == file.lines[1].key


def test_an_amount_unlike_the_slip_is_told_not_refused():
    [line] = read(
        convenience(Status.FINAL, [(slip(1, 12_000), PAID, "12:05", "0001", "0000123", None, None, 9_000)]), as_of=AS_OF
    ).lines
    assert (line.amount_yen, line.detail["mismatch"]) == (9_000, "収納 9,000円、バーコード 12,000円")


@pytest.mark.parametrize("place", range(44))
def test_a_wrong_digit_of_the_slip_is_damage_of_that_record(place):
    content = convenience(Status.FINAL, [(slip(1), PAID), (slip(2), PAID)])
    at = 244 + 15 + place
    wrong = content[:at] + str((content[at] - 48 + 1) % 10).encode() + content[at + 1 :]
    with pytest.raises(FileDamaged, match=r"3レコード目: バーコード情報「[0-9]{44}」が正しくありません"):
        read(wrong, as_of=AS_OF)


@pytest.mark.parametrize(
    ("start", "text", "why"),
    [
        (2, b"04", r"データ種別（2〜3バイト目）の「04」が「01、02、03」ではありません"),
        (4, b"20261131", r"収納日（4〜11バイト目）の日付が読めません。暦にない日付です: 「20261131」"),
        (4, b"20261121", r"収納日（4〜11バイト目）の「20261121」が基準日（2026-11-20）より先です"),
        (4, b"19991231", r"収納日（4〜11バイト目）の「19991231」はありえない日付です"),
        (12, b"2400", r"収納時刻（12〜15バイト目）の「2400」という時刻はありません"),
        (60, b"00000000", r"収納金額（60〜67バイト目）の0円です"),
        (87, b"20261117", r"入金日 2026-11-17 が支払日 2026-11-18 より前です"),
    ],
)
def test_an_impossible_field_is_damage(start, text, why):
    content = convenience(Status.FINAL, [(slip(1), PAID)])
    at = 122 + start - 1
    with pytest.raises(FileDamaged, match=f"コンビニ収納の2レコード目: {why}"):
        read(content[:at] + text + content[at + len(text) :], as_of=AS_OF)
