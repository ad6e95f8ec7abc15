from datetime import date

import pytest

from claims.moneyfiles import Feed, FileDamaged, Status, read
from tests.factories.moneyfiles import convenience, counter, direct_debit, el_tax, lawyers, seizure, slip

AS_OF = date(2026, 11, 20)
PAID, CREDITED = date(2026, 11, 18), date(2026, 11, 24)
WRITERS = {Feed.COUNTER: counter, Feed.EL_TAX: el_tax, Feed.SEIZURE: seizure, Feed.LAWYERS: lawyers}
MONEY = [("N-001", 12_000, PAID, "000007", CREDITED), ("N-002", 300, PAID, "000008", None)]


def payments(feed):
    """The same two payments in each writer's order of facts."""
    if feed is Feed.COUNTER:
        return [(reference, yen, on, number, "ｶｸｳ ﾊﾅｺ", credited) for reference, yen, on, number, credited in MONEY]
    return [(*one, "ｶｸｳ ﾊﾅｺ") for one in MONEY]


def damage(content: bytes, **facts) -> str:
    with pytest.raises(FileDamaged) as refused:
        read(content, as_of=AS_OF, **facts)
    return str(refused.value)


def edited(old: str, new: str) -> bytes:
    content = counter(payments(Feed.COUNTER))
    assert old.encode("cp932") in content
    return content.replace(old.encode("cp932"), new.encode("cp932"), 1)


@pytest.mark.parametrize("encoding", ["cp932", "utf-8-sig"])
@pytest.mark.parametrize("feed", WRITERS)
def test_reads_the_file_and_finds_its_kind(feed, encoding):
    content = WRITERS[feed](payments(feed), encoding=encoding)
    file = read(content, as_of=AS_OF)
    assert (file.feed, file.count, file.total_yen) == (feed, 2, 12_300)
    first, second = file.lines
    assert (first.line, first.status, first.paid_on, first.value_on) == (2, Status.FINAL, PAID, CREDITED)
    assert (first.amount_yen, first.reference, first.payer_kana) == (12_000, "N-001", "カクウ ハナコ")
    assert (second.value_on, second.slip_code, second.detail["number"]) == (None, "", "000008")
    assert file == read(content, feed=feed, as_of=AS_OF)


@pytest.mark.parametrize("feed", WRITERS)
def test_the_key_does_not_depend_on_the_place_or_the_encoding(feed):
    keys = [line.key for line in read(WRITERS[feed](payments(feed)), as_of=AS_OF).lines]
    turned = read(WRITERS[feed](payments(feed)[::-1], encoding="utf-8-sig"), as_of=AS_OF).lines
    assert keys == [line.key for line in turned][::-1]
    assert len({*keys}) == 2


@pytest.mark.parametrize("feed", WRITERS)
def test_the_same_receipt_twice_is_damage(feed):
    assert "3行目: 2行目と同じ支払（N-001、12,000円）が2回あります" in damage(WRITERS[feed]([payments(feed)[0]] * 2))


def test_parts_of_a_key_cannot_run_together():
    one = read(lawyers([("A", 1, PAID, "b/c", None, "", "L", "a")]), as_of=AS_OF).lines[0].key
    other = read(lawyers([("A", 1, PAID, "c", None, "", "L", "a/b")]), as_of=AS_OF).lines[0].key
    assert one != other


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (edited("合計,2,12300", "合計,3,12300"), "4行目: 合計件数が 3 ですが、記録を数えると 2 です"),
        (edited("合計,2,12300", "合計,2,12301"), "4行目: 合計金額が 12,301 ですが、記録を数えると 12,300 です"),
        (edited("合計,2,12300\r\n", ""), "3行目: この後に「合計」の行がありません"),
        (edited("合計,2,12300\r\n", "合計,2,12300"), "4行目: 最後の改行がありません"),
        (edited("合計,2,12300", "合計,2"), "4行目: 「合計」の行の列が2で、3ではありません"),
        (edited("合計,2,12300\r\n", "合計,2,12300\r\n合計,2,12300\r\n"), "5行目: 「合計」の行の後に行があります"),
        (edited(",12000\r\n", ",0\r\n"), "2行目: 領収金額の0円です"),
        (edited(",12000\r\n", ",-12000\r\n"), "2行目: 領収金額の「-12000」が数字ではありません"),
        (edited(",12000\r\n", ",１２０００\r\n"), "2行目: 領収金額の「１２０００」が数字ではありません"),
        (edited(",12000\r\n", ",1000000000001\r\n"), "2行目: 領収金額の「1000000000001」円は大きすぎます"),
        (edited(",N-001,", f",{'N' * 41},"), "2行目: 番号かカナが長すぎます（「NNNNNNNNNNNNNNNNNNNN」"),
        (edited("2026/11/18", "2026/11/31"), "2行目: 領収日の"),
        (edited("2026/11/18", "2026/11/21"), "2行目: 領収日の「2026/11/21」が基準日（2026-11-20）より先です"),
        (edited("2026/11/24", "2026/11/17"), "2行目: 入金日 2026-11-17 が支払日 2026-11-18 より前です"),
        (edited(",N-001,", ",,"), "2行目: 納付番号が空です"),
        (edited(",N-001,", ",N,001,"), "2行目: 列の数が8で、7ではありません"),
        (edited(",N-001,", ',"N-001,'), "2行目: 列の数が読めずで、7ではありません"),
        (edited(",N-001,", ",N\x00001,"), "2行目: 36バイト目（00）が文字として読めません"),
        (edited(",領収日,", ",受領日,"), "見出しの3列目が「受領日」で、「領収日」ではありません"),
        (edited(",領収金額", ",領収金額,備考"), "見出しに知らない列「備考」があります"),
    ],
    ids=[
        "count", "sum", "no trailer", "no last line end", "short trailer", "after the trailer", "zero", "negative",
        "full-width figures", "too much", "too long", "no such day", "in the future", "credited before paid", "empty", "one column more",
        "open quote", "control character", "other title", "further title",
    ],
)  # fmt: skip
def test_damage_is_named_by_line_and_column(content, why):
    assert why in damage(content, feed=Feed.COUNTER)


def test_undecodable_bytes_are_named():
    content = counter(payments(Feed.COUNTER)).replace("本庁".encode("cp932"), b"\xff\x41\x41\x41", 1)
    assert "2行目: 1バイト目（FF）が文字として読めません" in damage(content)
    broken = counter(payments(Feed.COUNTER), encoding="utf-8-sig").replace("本庁".encode(), b"\xe6\x9c,,,,", 1)
    assert "2行目: 1バイト目（E6）が文字として読めません" in damage(broken)


def test_amounts_with_commas_and_padded_sums_are_read():
    content = edited(",12000\r\n", ',"12,000"\r\n').replace(b",2,12300", b',2,"12,300",,,,')
    assert read(content, as_of=AS_OF).total_yen == 12_300


def test_an_unknown_file_is_told_what_is_known():
    text = damage("日付,金額\r\n2026/11/20,100\r\n".encode("cp932"), name="なぞ.csv")
    assert text.startswith("なぞ.csv: 知らない種類のファイルです。読めるのは")
    for name in ("口座振替結果", "コンビニ収納", "窓口収納日計", "共通納税収納", "差押取立", "弁護士からの送金"):
        assert name in text


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\x1a", b"\r\n", b"\xff", b"1"])
def test_next_to_nothing_is_no_file(content):
    damage(content)
    for feed in Feed:
        damage(content, feed=feed)


def test_a_file_of_another_kind_than_wanted_is_refused():
    text = damage(direct_debit([("A", 1)], on=AS_OF), feed=Feed.CONVENIENCE)
    assert "中身は 口座振替結果 で、指定された種類（コンビニ収納）ではありません" in text
    assert "中身は 窓口収納日計" in damage(counter(payments(Feed.COUNTER)), feed=Feed.DIRECT_DEBIT)


def test_a_damaged_header_is_named_where_the_file_name_tells_the_kind():
    content = convenience(Status.FINAL, [(slip(1), PAID)]).replace(b"1CV", b"1DV", 1)
    assert "知らない種類" in damage(content)
    assert "コンビニ収納の1レコード目: 種別コード（2〜3バイト目）の「DV」が「CV」ではありません" in damage(
        content, name="cvs_1120.txt"
    )
