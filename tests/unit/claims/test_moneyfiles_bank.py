"""入出金取引明細 and 総合振込."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.moneyfiles import FileDamaged, NotWritable, Transfer, read_bank_statement, read_transfers, write_transfers
from claims.moneyfiles.kana import transfer_kana
from tests.factories.moneyfiles import bank_statement

AS_OF = date(2026, 11, 20)
CITY = {
    "requester_code": "1234567890",
    "requester_kana": "トヨタシ カイケイカンリシヤ",
    "on": date(2026, 11, 30),
    "bank": "0152",
    "branch": "100",
    "account": "1234567",
}
REFUND = Transfer("0005", "001", "1", "1111111", "ｶｸｳ ﾀﾛｳ", 12_300, "R8-1")


def refused(**facts) -> str:
    with pytest.raises(NotWritable) as said:
        write_transfers(**(CITY | {"transfers": [REFUND]} | facts))
    return str(said.value)


def changed_transfer(**facts) -> dict:
    values = {name: getattr(REFUND, name) for name in Transfer.__dataclass_fields__} | facts
    return {"transfers": [REFUND, Transfer(**values)]}


# 入出金取引明細 --------------------------------------------------------------------------------------


@pytest.mark.parametrize("line_end", ["\r\n", "\n", ""], ids=["CRLF", "LF", "no line ends"])
def test_reads_the_credits_of_the_day(line_end):
    entries = [(AS_OF, 12_000, "ﾌﾘｺﾐ", "ｶｸｳ ﾊﾅｺ"), (AS_OF, -500), (date(2026, 11, 19), 300, "ﾌﾘｶｴ", "")]
    statement = read_bank_statement(bank_statement(entries, line_end=line_end), as_of=AS_OF)
    assert (statement.account, statement.total_yen) == ("0152-100-1-0001234567", 12_300)
    first, last = statement.lines
    assert (first.on, first.amount_yen, first.summary, first.payer_kana) == (AS_OF, 12_000, "フリコミ", "カクウ ハナコ")
    assert (last.line, last.number, last.on, last.payer_kana) == (4, "00000003", date(2026, 11, 19), "")


@pytest.mark.parametrize(
    ("record", "start", "text", "why"),
    [
        (
            1,
            5,
            "261120",
            "作成日（5〜10バイト目）の「261120」は、基準日（2026-11-20）までの2年に和暦の日付としてありません。西暦",
        ),
        (1, 5, "081121", "作成日（5〜10バイト目）の「081121」は、基準日"),
        (1, 5, "081131", "作成日（5〜10バイト目）の「081131」は"),
        (2, 10, "081119", "勘定日 2026-11-19 がヘッダーの期間（2026-11-20〜2026-11-20）の外です"),
        (2, 22, "3", "入払区分（22〜22バイト目）の「3」が「1、2」ではありません"),
        (2, 25, "000000000000", "取引金額（25〜36バイト目）の0円です"),
        (4, 2, "000002", "入金件数が 2 ですが、記録を数えると 1 です"),
        (4, 8, "0000000012001", "入金額合計が 12,001"),
        (4, 21, "000002", "出金件数が 2"),
        (4, 27, "0000000000501", "出金額合計が 501"),
        (4, 55, "0000003", "データ・レコード件数が 3"),
    ],
)
def test_a_damaged_statement_says_where(record, start, text, why):
    content = bank_statement([(AS_OF, 12_000), (AS_OF, -500)])
    at = (record - 1) * 202 + start - 1
    with pytest.raises(FileDamaged) as said:
        read_bank_statement(content[:at] + text.encode() + content[at + len(text) :], as_of=AS_OF)
    assert f"入出金取引明細の{record}レコード目: {why}" in str(said.value)


@pytest.mark.parametrize(
    ("text", "as_of", "expected"),
    [("010501", date(2019, 5, 7), date(2019, 5, 1)), ("310430", date(2019, 5, 7), date(2019, 4, 30))],
    ids=["first day of 令和", "last day of 平成"],
)
def test_the_era_is_the_one_that_fits(text, as_of, expected):
    content = bank_statement([(date(2019, 5, 2), 100)]).replace(b"010502", text.encode())
    assert read_bank_statement(content, as_of=as_of).lines[0].on == expected


def test_several_accounts_in_one_statement_are_refused():
    content = bank_statement([(AS_OF, 100)])
    with pytest.raises(FileDamaged, match="4レコード目: トレーラー・レコードの後にヘッダー・レコード"):
        read_bank_statement(content[:606] + content, as_of=AS_OF)


def test_a_payment_file_is_no_statement():
    with pytest.raises(FileDamaged, match="入出金取引明細の"):
        read_bank_statement(write_transfers(**CITY, transfers=[REFUND]), as_of=AS_OF)


# 総合振込 --------------------------------------------------------------------------------------------

KANA = st.text(st.sampled_from("ｱｲｶﾀﾅﾊﾝﾞﾟABZ019()-./"), min_size=1, max_size=30)
TRANSFERS = st.builds(
    Transfer,
    bank=st.from_regex("[0-9]{4}", fullmatch=True),
    branch=st.from_regex("[0-9]{3}", fullmatch=True),
    account_kind=st.sampled_from("1249"),
    account=st.from_regex("[0-9]{7}", fullmatch=True),
    payee_kana=KANA,
    amount_yen=st.integers(1, 9_999_999_999),
    reference=st.from_regex("[A-Z0-9-]{0,20}", fullmatch=True),
    bank_kana=st.from_regex("[ｱ-ﾝ]{0,15}", fullmatch=True),
    branch_kana=st.from_regex("[ｱ-ﾝ]{0,15}", fullmatch=True),
)


@given(st.lists(TRANSFERS, min_size=1, max_size=5))
def test_what_is_written_is_read_back(transfers):
    file = read_transfers(write_transfers(**CITY, transfers=transfers), as_of=AS_OF)
    assert file.transfers == tuple(transfers)
    assert file.total_yen == sum(one.amount_yen for one in transfers)
    assert (file.on, file.requester_code, file.requester_kana) == (CITY["on"], "1234567890", "ﾄﾖﾀｼ ｶｲｹｲｶﾝﾘｼﾔ")
    assert (file.bank, file.branch, file.account_kind, file.account) == ("0152", "100", "1", "1234567")


def test_the_bytes_stand_at_the_places_of_the_standard():
    header, data, trailer, end, rest = write_transfers(**CITY, transfers=[REFUND]).decode("cp932").split("\r\n")
    assert rest == ""
    assert [len(record) for record in (header, data, trailer, end)] == [120] * 4
    assert header[:14] == "12101234567890"
    assert (header[14:54].strip(), header[54:58], header[58:62]) == ("ﾄﾖﾀｼ ｶｲｹｲｶﾝﾘｼﾔ", "1130", "0152")
    assert (header[77:80], header[95:103]) == ("100", "11234567")
    assert (data[:5], data[20:23], data[38:50]) == ("20005", "001", "000011111111")
    assert (data[50:80].strip(), data[80:91], data[91:111].strip(), data[111]) == (
        "ｶｸｳ ﾀﾛｳ",
        "00000123000",
        "R8-1",
        "7",
    )
    assert trailer.rstrip() == "8000001000000012300"
    assert end.rstrip() == "9"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("カクウ ガクト", "ｶｸｳ ｶﾞｸﾄ"),
        ("ｼｬﾁｮｳ ｯァィ", "ｼﾔﾁﾖｳ ﾂｱｲ"),
        ("（カ）トヨタ．Ａ／９", "(ｶ)ﾄﾖﾀ.A/9"),
        ("ポール", "ﾎﾟ-ﾙ"),
        ("abc", "ABC"),
    ],
    ids=["voiced", "small kana", "full width", "long vowel", "small letters"],
)
def test_names_are_put_into_the_form_of_the_banks(written, expected):
    assert transfer_kana(written, label="受取人名", width=30) == expected


@pytest.mark.parametrize("char", list("豊ひヲｦ・&,_*「\n髙"))
def test_other_characters_are_refused_by_name(char):
    with pytest.raises(NotWritable, match="受取人名「ｶｸｳ"):
        transfer_kana(f"ｶｸｳ{char}ﾀﾛｳ", label="受取人名", width=30)


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"transfers": []}, "振込が0件です"),
        (changed_transfer(payee_kana="架空"), "2件目: 受取人名「架空」の「架空」は振込に使えません"),
        (changed_transfer(payee_kana=" "), "2件目: 受取人名が空です"),
        (changed_transfer(payee_kana="ガ" * 16), "2件目: 受取人名「ガガガガガガガガガガガガガガガガ」が32字あります"),
        (changed_transfer(amount_yen=0), "2件目: 振込金額が0円です"),
        (changed_transfer(amount_yen=-1), "2件目: 振込金額が-1円です"),
        (changed_transfer(amount_yen=10_000_000_000), "2件目: 振込金額が10,000,000,000円です"),
        (changed_transfer(account="123456"), "2件目: 口座番号「123456」は7桁の数字で書いてください"),
        (changed_transfer(bank="５"), "2件目: 銀行番号「５」は4桁の数字"),
        (changed_transfer(branch="1"), "2件目: 支店番号「1」は3桁の数字"),
        (changed_transfer(account_kind="3"), "2件目: 預金種目「3」はありません"),
        (changed_transfer(reference="X" * 21), "2件目: 顧客コード"),
        ({"requester_code": "12345678901"}, "振込依頼人コード「12345678901」は10桁までの数字"),
        ({"requester_kana": "豊田市"}, "振込依頼人名「豊田市」の「豊田市」は振込に使えません"),
    ],
)
def test_what_the_bank_would_refuse_is_not_written(facts, why):
    assert why in refused(**facts)


def test_a_transfer_file_whose_sum_differs_is_damaged():
    content = write_transfers(**CITY, transfers=[REFUND]).replace(b"000000012300 ", b"000000012301 ")
    with pytest.raises(
        FileDamaged, match="総合振込の3レコード目: 合計金額が 12,301 ですが、記録を数えると 12,300 です"
    ):
        read_transfers(content, as_of=AS_OF)
