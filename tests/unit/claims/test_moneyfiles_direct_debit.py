import json
from datetime import date
from pathlib import Path

import pytest

from claims.moneyfiles import Feed, FileDamaged, Status, read
from tests.factories.moneyfiles import direct_debit

CASE = json.loads((Path(__file__).parents[2] / "cases" / "zengin.json").read_text(encoding="utf-8"))
AS_OF = date(2026, 11, 20)
DEBITS = [("R8-K-0001", 12_000), ("R8-K-0002", 3_400), ("R8-K-0003", 500)]


def damage(content: bytes, **facts) -> str:
    with pytest.raises(FileDamaged) as refused:
        read(content, as_of=AS_OF, **facts)
    return str(refused.value)


def changed(content: bytes, record: int, start: int, text: str) -> bytes:
    """``text`` written over a record, both counted from 1; records of 120 bytes with CRLF."""
    at = (record - 1) * 122 + start - 1
    packed = text.encode("cp932")
    return content[:at] + packed + content[at + len(packed) :]


@pytest.mark.parametrize("line_end", ["\r\n", "\n", ""], ids=["CRLF", "LF", "no line ends"])
def test_reads_the_worked_result_file(line_end):
    content = "".join(record + line_end for record in CASE["records"]).encode("cp932")
    file = read(content, as_of=AS_OF)
    wanted = CASE["expected"]
    assert (file.feed, file.count, file.total_yen) == (Feed.DIRECT_DEBIT, wanted["total"], wanted["ok_amount"])
    assert sum(line.amount_yen for line in file.lines) == wanted["amount"]
    paid, failed = file.lines
    assert (paid.status, paid.amount_yen, paid.reference) == (Status.FINAL, 20_000, "R08KOTEI3-0000001")
    assert (paid.paid_on, paid.line, paid.payer_kana) == (date(2026, 11, 30), 2, "トヨタ タロウ")
    assert paid.raw == CASE["records"][1].encode("cp932")
    assert (failed.status, failed.detail["result"]) == (Status.FAILED, "資金不足")
    assert failed.detail["account"] == "ゆうちょ 番号 ****2221"  # 9900: the seven digits and the passbook's last 1
    assert "1111111" not in "".join(paid.detail.values())


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        ("0", Status.FINAL, "振替済"),
        ("1", Status.FAILED, "資金不足"),
        ("2", Status.FAILED, "取引なし"),
        ("3", Status.FAILED, "預金者の都合による振替停止"),
        ("4", Status.FAILED, "口座振替依頼書なし"),
        ("8", Status.FAILED, "委託者の都合による振替停止"),
        ("9", Status.FAILED, "その他"),
    ],
)
def test_every_result_code_has_its_meaning(code, status, words):
    [line] = read(direct_debit([("A", 100, "ｶｸｳ", code)], on=AS_OF), as_of=AS_OF).lines
    assert (line.status, line.detail["result"]) == (status, words)


def test_an_unknown_result_code_is_damage():
    content = direct_debit([("A", 100)], on=AS_OF)
    assert "2レコード目: 振替結果コード（112〜112バイト目）の「5」" in damage(changed(content, 2, 112, "5"))


@pytest.mark.parametrize(
    ("mmdd", "as_of", "expected"),
    [
        ("1120", date(2026, 11, 20), date(2026, 11, 20)),
        ("1231", date(2027, 1, 5), date(2026, 12, 31)),
        ("0104", date(2026, 12, 28), date(2027, 1, 4)),
        ("0119", date(2026, 11, 20), date(2027, 1, 19)),
        ("0120", date(2026, 11, 20), date(2026, 1, 20)),
        ("0229", date(2029, 1, 5), date(2028, 2, 29)),
    ],
    ids=["today", "last year's end", "next year's begin", "60 days ahead", "61 days ahead", "29 February"],
)
def test_a_day_without_year_lies_around_the_business_date(mmdd, as_of, expected):
    content = changed(direct_debit([("A", 100)], on=date(2026, 3, 1)), 1, 55, mmdd)
    assert read(content, as_of=as_of).lines[0].paid_on == expected


@pytest.mark.parametrize("mmdd", ["0230", "1301", "0000", "0229"])
def test_a_day_that_does_not_exist_is_damage(mmdd):
    text = damage(changed(direct_debit([("A", 100)], on=AS_OF), 1, 55, mmdd))
    assert f"1レコード目: 引落日（55〜58バイト目）の「{mmdd}」" in text


def test_the_key_is_the_same_in_every_file_and_place():
    first = read(direct_debit(DEBITS, on=AS_OF), as_of=AS_OF)
    again = read(direct_debit(DEBITS[::-1], on=AS_OF, ok={"R8-K-0001"}, line_end=""), as_of=date(2026, 12, 24))
    assert {line.key for line in first.lines} == {line.key for line in again.lines}
    assert len({line.key for line in first.lines}) == 3
    other_day = read(direct_debit(DEBITS, on=date(2026, 10, 31)), as_of=AS_OF)
    assert not {line.key for line in first.lines} & {line.key for line in other_day.lines}


def test_the_same_payment_twice_is_damage_and_another_amount_is_another_payment():
    text = damage(direct_debit([("A", 100), ("B", 100), ("A", 100)], on=AS_OF))
    assert "4レコード目: 2レコード目と同じ支払（A、100円）が2回あります" in text
    assert len(read(direct_debit([("A", 100), ("A", 200)], on=AS_OF), as_of=AS_OF).lines) == 2


def test_a_payment_both_made_and_failed_is_damage():
    assert "2回あります" in damage(direct_debit([("A", 100), ("A", 100, "ｶｸｳ", "1")], on=AS_OF))


def test_a_day_without_debits_is_a_whole_file():
    file = read(direct_debit([], on=AS_OF), as_of=AS_OF)
    assert (file.count, file.total_yen, file.lines) == (0, 0, ())


@pytest.mark.parametrize(
    ("start", "text", "field"),
    [
        (2, "000004", "合計件数が 4 ですが、記録を数えると 3 です"),
        (8, "000000015901", "合計金額が 15,901 ですが、記録を数えると 15,900 です"),
        (20, "000002", "振替済件数が 2"),
        (26, "000000015400", "振替済金額が 15,400"),
        (38, "000001", "振替不能件数が 1"),
        (44, "000000000500", "振替不能金額が 500"),
    ],
)
def test_every_figure_of_the_trailer_must_agree(start, text, field):
    said = damage(changed(direct_debit(DEBITS, on=AS_OF), 5, start, text))
    assert f"口座振替結果の5レコード目: {field}" in said
    assert said.endswith("このファイルは1件も使いません。取扱銀行に確かめ、正しいファイルを受け取り直してください。")


def _records(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda r: r[:-1], "5レコード目: この後にエンド・レコードがありません"),
        (lambda r: r[:-2], "4レコード目: この後にトレーラー・レコードがありません"),
        (lambda r: [*r[:-2], r[-1]], "5レコード目: データ・レコードの後にエンド・レコードがあります"),
        (lambda r: r[1:], "知らない種類のファイルです"),
        (lambda r: [r[0], *r], "2レコード目: ヘッダー・レコードの後にヘッダー・レコードがあります"),
        (lambda r: [*r, r[1]], "7レコード目: エンド・レコードの後にデータ・レコードがあります"),
        (lambda r: [*r, *r], "7レコード目: エンド・レコードの後にヘッダー・レコードがあります"),
        (lambda r: [*r[:2], r[4], *r[2:]], "4レコード目: トレーラー・レコードの後にデータ・レコードがあります"),
        (lambda r: [*r[:2], b"5" + r[2][1:], *r[3:]], "3レコード目: レコード区分「5」（1バイト目）は知らない種類です"),
        (lambda r: [*r[:2], r[2][:-3] + b"\r\n", *r[3:]], "3レコード目: 長さが119バイトで、120バイトではありません"),
        (lambda r: [*r[:2], r[2][:-2] + b" \r\n", *r[3:]], "3レコード目: 長さが121バイト"),
        (lambda r: [*r[:2], r[2][:-3] + b"\r\n", b" " + r[3], *r[4:]], "3レコード目: 長さが119バイト"),
        (lambda r: [*r[:-1], r[-1][:-2]], "6レコード目: 最後の改行がありません"),
        (lambda r: [*r[:-1], r[-1][:50]], "6レコード目: 長さが50バイト"),
    ],
    ids=[
        "no end", "no trailer and end", "no trailer", "no header", "two headers", "data after the end", "two files",
        "data after the trailer", "unknown record", "short record", "long record", "a byte moved on", "no last line end", "cut",
    ],
)  # fmt: skip
def test_records_out_of_order_or_length_are_damage(make, why):
    assert why in damage(b"".join(make(_records(direct_debit(DEBITS, on=AS_OF)))))


def test_a_file_without_line_ends_that_is_cut_says_where():
    content = direct_debit(DEBITS, on=AS_OF, line_end="")
    assert "6レコード目: 120バイトに足りません（119バイト）" in damage(content[:-1])
    assert "4レコード目: この後にトレーラー" in damage(content[:480])
    assert "ファイルが空です" in damage(b"", feed=Feed.DIRECT_DEBIT)


@pytest.mark.parametrize(
    ("start", "packed", "why"),
    [
        (51, b"\xff", "51バイト目（FF）が文字として読めません"),
        (60, b"\x80", "60バイト目（80）が文字として読めません"),
        (70, b"\x00", "70バイト目（00）が文字として読めません"),
        (52, "豊".encode("cp932"), "52バイト目（96）が文字として読めません"),  # a full-width character
        (81, b"-000012000", "引落金額（81〜90バイト目）の「-000012000」が数字ではありません"),
        (81, b"00000l2000", "引落金額（81〜90バイト目）の「00000l2000」が数字ではありません"),
        (81, b"0000000000", "引落金額（81〜90バイト目）の0円です。支払は1円以上です"),
        (44, b"12 4567", "口座番号（44〜50バイト目）の「12 4567」が数字ではありません"),
    ],
)
def test_a_damaged_field_is_named_with_its_bytes(start, packed, why):
    content = direct_debit(DEBITS, on=AS_OF)
    at = 122 + start - 1
    text = damage(content[:at] + packed + content[at + len(packed) :])
    assert f"2レコード目: {why}" in text


def test_control_z_at_the_end_is_no_record():
    content = direct_debit(DEBITS, on=AS_OF)
    assert read(content + b"\x1a", as_of=AS_OF) == read(content, as_of=AS_OF)
