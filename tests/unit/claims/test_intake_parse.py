"""Bytes to canonical rows: strict, every refusal with its line, code, field and reason. No database."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest

from claims.intake.fields import CONTENT
from claims.intake.layout import Layout, read_layouts
from claims.intake.parse import Chunk, FileRefused, Parser
from claims.intake.records import Records

AS_OF = date(2026, 11, 20)
KINDS = {"resident_tax": 1, "property_tax": 2, "late_elderly_premium": 3, "ltc_premium": 4, "welfare_63": 5}
LAYOUTS = {layout.code: layout for layout in read_layouts()}
ZEI = LAYOUTS["zei_claims"]
CELLS = {
    "person_number": "Z001",
    "name": "架空　太郎",
    "kind": "01",
    "levy_year": "508",
    "notice_number": "N001",
    "instalment": "01",
    "due_on": "5080731",
    "levied_yen": "41000",
}


def parse(layout: Layout, content: bytes) -> Chunk:
    records = Records(BytesIO(content), layout)
    parser = Parser(layout, kinds=KINDS, as_of=AS_OF)
    whole = Chunk()
    header = layout.header
    for page in records.pages():
        if header:
            parser.read_header(page.record(0))
            page, header = page.after_header(), False
        if page:
            parsed = parser.parse(page, open_line=records.open_line)
            whole.rows += parsed.rows
            whole.refusals += parsed.refusals
            whole.gaiji += parsed.gaiji
    return whole


def rows(chunk: Chunk, layout: Layout = ZEI) -> list[dict[str, str]]:
    names = ["line", "start", "size", *(one.name for one in CONTENT[layout.content])]
    return [dict(zip(names, row.split("\t"), strict=True)) for row in chunk.rows]


def titles() -> bytes:
    return ",".join(spec.column for spec in ZEI.fields).encode("cp932")


def row(**cells: str | bytes) -> bytes:
    texts = [(CELLS | cells).get(spec.canonical.name, "") for spec in ZEI.fields]
    return b",".join(text if isinstance(text, bytes) else _quoted(text).encode("cp932") for text in texts)


def _quoted(text: str) -> str:
    return f'"{text}"' if "," in text and '"' not in text else text


def file(*lines: bytes, end: bytes = b"\r\n") -> bytes:
    return b"\r\n".join([titles(), *lines]) + end


def test_a_sound_row_becomes_canonical_values():
    found = rows(parse(ZEI, file(row(levied_yen="41,000", birth_on="3550401", postal_code="471-0034"))))
    assert len(found) == 1
    expected = {
        "line": "2",
        "kind": "1",
        "levy_year": "2026",
        "taxation_year": "2026",
        "instalment": "1",
        "due_on": "2026-07-31",
        "birth_on": "1980-04-01",
        "levied_yen": "41000",
        "corrected_yen": r"\N",
        "exempted_yen": "0",
        "postal_code": "4710034",
        "contract_on": r"\N",
        "detail_code": "",
    }
    assert {name: found[0][name] for name in expected} == expected
    raw = file(row(levied_yen="41,000", birth_on="3550401", postal_code="471-0034"))
    start, size = int(found[0]["start"]), int(found[0]["size"])
    assert raw[start : start + size].startswith(b"Z001,")


REFUSED = [
    pytest.param({"name": b"\x85\x40"}, "bytes", "", "85 40", id="unassigned CP932 code"),
    pytest.param({"name": b"\x81\xff"}, "bytes", "", "文字として読めません", id="broken second byte"),
    *(
        pytest.param({"name": bytes([byte])}, "bytes", "", f"{byte:02X}", id=f"byte {byte:02X} which Python lets pass")
        for byte in (0x80, 0xA0, 0xFD, 0xFE, 0xFF)
    ),
    pytest.param({"address": b"\x00"}, "bytes", "", "00", id="NUL"),
    pytest.param({"notice_number": ""}, "required", "notice_number", "通知書番号", id="no notice number"),
    pytest.param({"name": "　"}, "required", "name", "氏名", id="blank name"),
    pytest.param({"levied_yen": ""}, "required", "levied_yen", "調定額", id="no amount"),
    pytest.param({"due_on": "0000000"}, "required", "due_on", "納期限", id="a date of noughts"),
    pytest.param({"due_on": "5080231"}, "date", "due_on", "暦にない日付", id="31 February"),
    pytest.param({"due_on": "20260731"}, "date", "due_on", "5080731", id="another form of date"),
    pytest.param({"birth_on": "3549999"}, "date", "birth_on", "生年月日", id="impossible birth date"),
    pytest.param({"levied_yen": "41O00"}, "amount", "levied_yen", "41O00", id="letter in an amount"),
    pytest.param({"levied_yen": "4,10,00"}, "amount", "levied_yen", "金額", id="commas astray"),
    pytest.param({"levied_yen": "9" * 14}, "amount", "levied_yen", "大きすぎ", id="too large"),
    pytest.param(
        {"levied_yen": "9" * 61}, "columns", "levied_yen", "9…」が長すぎます（61文字）", id="longer than any amount"
    ),
    pytest.param(
        {"instalment": "9" * 5_000}, "columns", "instalment", "長すぎます（5,000文字）", id="longer than any number"
    ),
    pytest.param({"kind": "9" * 5_000}, "columns", "kind", "長すぎます", id="longer than any code"),
    pytest.param({"due_on": "5" * 5_000}, "columns", "due_on", "長すぎます", id="longer than any date"),
    pytest.param({"levied_yen": "-5000"}, "negative", "levied_yen", "マイナス", id="minus"),
    pytest.param({"exempted_yen": "▲5,000"}, "negative", "exempted_yen", "マイナス", id="Japanese minus"),
    pytest.param({"kind": "99"}, "kind", "kind", "99", id="kind not in the map"),
    pytest.param({"kind": "04"}, "kind", "kind", "corporate_tax", id="kind not registered"),
    pytest.param({"levy_year": "58"}, "number", "levy_year", "年度", id="year without era"),
    pytest.param({"instalment": "1.5"}, "number", "instalment", "期別", id="half an instalment"),
    pytest.param({"person_number": "9" * 31}, "columns", "person_number", "30文字", id="longer than a number can be"),
]


@pytest.mark.parametrize(("cells", "code", "field", "said"), REFUSED)
def test_refusals_name_line_field_and_what_to_do(cells, code, field, said):
    bad = row(**cells)
    chunk = parse(ZEI, file(row(), bad, row(instalment="02")))
    assert [one["line"] for one in rows(chunk)] == ["2", "4"]
    (refusal,) = chunk.refusals
    assert (refusal.line, refusal.code, refusal.field, refusal.raw) == (3, code, field, bad)
    assert said in refusal.reason
    assert refusal.reason.endswith("ください。")


def test_gaiji_are_taken_and_counted():
    chunk = parse(ZEI, file(row(name=b"\xf0\x40\xf9\xfc")))
    assert rows(chunk)[0]["name"] == "\ue000\ue757"
    assert chunk.gaiji == 1


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(b"\xfb\xfc", id="IBM extension, as Windows writes 髙"),
        pytest.param(b"\xee\xe0", id="NEC selection"),
    ],
)
def test_both_codes_of_a_variant_are_read(code):
    assert rows(parse(ZEI, file(row(name=code))))[0]["name"] == "髙"


def test_a_short_and_a_long_row_are_refused():
    chunk = parse(ZEI, file(row().rsplit(b",", 3)[0], row() + b",x", row()))
    assert [(one.line, one.code) for one in chunk.refusals] == [(2, "columns"), (3, "columns")]
    assert len(chunk.rows) == 1


def test_a_quoted_cell_may_span_lines_and_hold_commas():
    chunk = parse(ZEI, file(row(address='"豊田市西町,\r\n3-60"'), row(instalment="02")))
    assert [(one["line"], one["address"]) for one in rows(chunk)] == [("2", "豊田市西町, 3-60"), ("4", "")]


def test_a_quote_that_is_never_closed_harms_its_own_line_only():
    chunk = parse(ZEI, file(row(name='"架空'), *(row(instalment=f"{number}") for number in range(1, 20))))
    assert [(one.line, one.code) for one in chunk.refusals] == [(2, "columns")]
    assert len(chunk.rows) == 19


def test_a_backslash_survives():
    assert rows(parse(ZEI, file(row(address="a\\b"))))[0]["address"] == "a\\\\b"  # doubled for COPY


@pytest.mark.parametrize("cut", [0.2, 0.6, 1.0], ids=["early", "late", "only the line end is missing"])
def test_a_last_line_without_its_end_is_cut(cut):
    last = row(instalment="02")
    chunk = parse(ZEI, file(row(), last[: int(len(last) * cut)], end=b""))
    assert [(one.line, one.code) for one in chunk.refusals] == [(3, "truncated")]
    assert len(chunk.rows) == 1


def test_a_layout_may_say_that_the_last_line_never_ends():
    chunk = parse(replace(ZEI, last_line_end="optional"), file(row(), row(instalment="02"), end=b""))
    assert (len(chunk.rows), chunk.refusals) == (2, [])


def test_blank_lines_and_the_end_mark_of_mainframes_are_no_rows():
    chunk = parse(ZEI, file(row(), b"", row(instalment="02")) + b"\x1a")
    assert (len(chunk.rows), chunk.refusals) == (2, [])


@pytest.mark.parametrize(
    ("header", "said"),
    [
        pytest.param(titles().replace("調定額".encode("cp932"), b"x", 1), "「調定額」の列がありません", id="gone"),
        pytest.param(titles() + ",納期限".encode("cp932"), "「納期限」の列が2つ", id="twice"),
        pytest.param(b"\x81\xff", "encoding", id="no text"),
    ],
)
def test_a_changed_header_refuses_the_file(header, said):
    content = header.strip() + b"\r\n" + row() + b"\r\n"
    with pytest.raises(FileRefused, match=said):
        parse(ZEI, content)


# --- fixed width ---------------------------------------------------------------------------------

KOKI = LAYOUTS["koki_claims"]


def record(**cells: str) -> bytes:
    texts = {
        **CELLS,
        "kana": "ｶｸｳ ﾀﾛｳ",
        "due_on": "5080731",
        "levied_yen": "0041000",
        **cells,
    }
    out = bytearray(b" " * KOKI.record_bytes)
    for spec in KOKI.fields:
        if spec.value is None:
            packed = texts.get(spec.canonical.name, "").encode("cp932")
            out[spec.start : spec.start + len(packed)] = packed
    return bytes(out)


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b""], ids=["CRLF", "LF", "no line ends"])
def test_fixed_records_with_and_without_line_ends(end):
    content = end.join([record(), record(instalment="02")]) + end
    found = rows(parse(KOKI, content), KOKI)
    assert [(one["line"], one["instalment"]) for one in found] == [("1", "1"), ("2", "2")]
    assert (found[0]["name"], found[0]["kana"], found[0]["levied_yen"]) == ("架空　太郎", "ｶｸｳ ﾀﾛｳ", "41000")
    assert content[int(found[1]["start"]) :].startswith(record(instalment="02"))


def test_a_short_fixed_record_is_refused_and_a_cut_last_one_named():
    chunk = parse(KOKI, b"\r\n".join([record()[:-12], record(), record()[:100]]))
    assert [(one.line, one.code) for one in chunk.refusals] == [(1, "columns"), (3, "truncated")]
    blocks = parse(KOKI, record() + record()[:100])
    assert [(one.line, one.code) for one in blocks.refusals] == [(2, "truncated")]


def test_a_character_cut_by_its_field_is_refused():
    spec = next(one for one in KOKI.fields if one.canonical.name == "name")
    raw = bytearray(record())
    raw[spec.start : spec.start + spec.width] = b"x" * (spec.width - 1) + "架".encode("cp932")[:1]
    raw[spec.start + spec.width] = "架".encode("cp932")[1]
    (refusal,) = parse(KOKI, bytes(raw) + b"\r\n").refusals
    assert refusal.code == "bytes"


def test_negative_in_a_fixed_field():
    (refusal,) = parse(KOKI, record(levied_yen="-041000") + b"\r\n").refusals
    assert refusal.code == "negative"


# --- without header, other encodings ----------------------------------------------------------------


def test_a_file_without_header_takes_its_width_from_most_rows():
    layout = LAYOUTS["kaigo_receipts"]
    good = "R08,R08,N001,1,R001,R080715,R080717,2,1000,0,0,".encode("cp932")
    chunk = parse(layout, b"\r\n".join([good[:-2], good, good, good, b""]))
    assert [(one.line, one.code) for one in chunk.refusals] == [(1, "columns")]
    assert rows(chunk, layout)[0]["channel"] == "convenience"


def test_utf8_with_mark_tabs_and_japanese_dates():
    layout = replace(LAYOUTS["fukushi_claims"], encoding="utf-8-sig")
    cells = {"kind": "63条", "due_on": "令和8年7月31日", "levied_yen": "41,000", "levy_year": "2026"}
    names = [spec.canonical.name for spec in layout.fields]
    lines = [[spec.column for spec in layout.fields], [(CELLS | cells).get(name, "") for name in names]]
    content = b"\xef\xbb\xbf" + "".join("\t".join(one) + "\r\n" for one in lines).encode()
    found = rows(parse(layout, content), layout)[0]
    assert (found["kind"], found["due_on"], found["levied_yen"]) == ("5", "2026-07-31", "41000")
    assert (found["taxation_year"], found["fee_yen"]) == ("2026", r"\N")
    trailing = content.replace(b"41,000", b"41,000-")
    assert [one.code for one in parse(layout, trailing).refusals] == ["negative"]


def test_a_receipt_is_never_dated_after_the_business_date():
    layout = LAYOUTS["kaigo_receipts"]
    late = "R08,R08,N001,1,R001,R081121,R081121,2,1000,0,0,".encode("cp932")
    (refusal,) = parse(layout, late + b"\r\n").refusals
    assert (refusal.code, refusal.field) == ("date", "paid_on")
