import json
from datetime import date
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from toyota_collect.documents import barcodes

CASES = json.loads((Path(__file__).parents[2] / "cases" / "barcode.json").read_text(encoding="utf-8"))


def slip(**changes):
    facts = {"company": "912345", "free": "471", "amount_yen": 12_340, "due_on": date(2026, 12, 25)}
    return barcodes.slip_number(**facts | changes)


@pytest.mark.parametrize("case", CASES["japanpost"], ids=lambda case: case["id"])
def test_customer_barcode_of_the_worked_case(case):
    made = barcodes.customer_barcode(case["postal"], case["address"], number=case.get("disp"))
    assert " ".join(made.codes) == case["expected_codes"]
    assert made.bars == case["expected_bars"]


@pytest.mark.parametrize(
    ("address", "number"),
    [
        pytest.param("秋田県大仙市堀見内　南田茂木　添60-1", "60-1", id="manual: house number only"),
        pytest.param("東京都青梅市河辺町十一丁目六番地一号　郵便タワー601", "11-6-1-601", id="manual: kanji numerals"),
        pytest.param("大阪府堺市堺区中田出井町四丁六番十九号", "4-6-19", id="manual: 丁"),
        pytest.param("茨城県日立市宮田町6丁目7-14　ABCビル2F", "6-7-14-2", id="manual: floor at the end"),
        pytest.param("京都府綾部市青野町綾部6-7　LプラザB106", "6-7LB106", id="manual: two single letters"),
        pytest.param("福井県福井市新田塚3丁目80-25　J1ビル2-B", "3-80-25J1-2B", id="manual: hyphen before a letter"),
        pytest.param("山梨県韮崎市龍岡町下條南割　韮崎400", "400", id="manual: one number"),
        pytest.param("豊田市西町", "", id="no number"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_takes_the_address_number_out(address, number):
    assert barcodes.address_number(address) == number


def test_letter_on_the_last_place_keeps_its_control_code_only():
    made = barcodes.customer_barcode("4710034", "", number="1-25-3-12345B1")
    assert made.codes[8:21] == (*"1-25-3-12345", "CC1")
    assert len(made.codes) == 23


def test_a_large_office_needs_no_address_number():
    made = barcodes.customer_barcode("471-8501", "愛知県豊田市西町3丁目60番地")
    assert made.codes[8:21] == ("CC4",) * 13


@pytest.mark.parametrize("postal", ["471-0000", "4701200"])
def test_a_code_for_a_whole_city_has_no_barcode(postal):
    assert barcodes.customer_barcode(postal, "小坂本町1-25") is None


@pytest.mark.parametrize("postal", ["", "471-003", "47100345", "471003A"])
def test_refuses_an_incomplete_postal_code(postal):
    with pytest.raises(ValueError, match="7桁"):
        barcodes.customer_barcode(postal, "小坂本町1-25")


def test_refuses_an_address_number_of_other_characters():
    with pytest.raises(ValueError, match="できない文字"):
        barcodes.customer_barcode("4710034", "", number="1丁目")


@given(st.from_regex(r"[0-9]{5}[1-9]{2}", fullmatch=True), st.text(max_size=40))
def test_every_customer_barcode_checks(postal, address):
    made = barcodes.customer_barcode(postal, address)
    values = {**{str(n): n for n in range(10)}, "-": 10, **{f"CC{n}": n + 10 for n in range(1, 9)}}
    assert sum(values[code] for code in made.codes[1:-1]) % 19 == 0
    assert (len(made.codes), len(made.bars)) == (23, 67)


# Slips ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES["gs1_128"], ids=lambda case: case["id"])
def test_slip_of_the_worked_case(case):
    fields = barcodes.read_slip(case["data"])
    assert barcodes.code128_check(case["data"]) == case["code128_check"]
    for name, value in case.get("fields", {}).items():
        assert getattr(fields, name) == value


def test_builds_the_public_sample():
    number = slip(free="123456789012345678901", reissue=1, due_on=date(2025, 1, 31))
    assert number == "91912345123456789012345678901125013100123404"
    assert barcodes.slip_text(number) == ("(91)912345-123456789012345678901", "1-250131-0-012340-4")


@pytest.mark.parametrize(("amount", "made"), [(0, False), (1, True), (300_000, True), (300_001, False)])
def test_amounts_a_store_takes(amount, made):
    assert (slip(amount_yen=amount) is not None) is made


def test_a_past_deadline_gets_no_barcode():
    assert slip(printed_on=date(2026, 12, 25))
    assert slip(printed_on=date(2026, 12, 26)) is None
    assert slip(due_on=None, printed_on=date(2026, 12, 26))[30:36] == "999999"


@pytest.mark.parametrize(
    "bad", [{"company": "12345"}, {"company": "１２３４５６"}, {"free": "1" * 22}, {"reissue": 10}, {"stamp": 2}]
)
def test_refuses_parts_that_do_not_fit(bad):
    with pytest.raises(ValueError, match="です"):
        slip(**bad)


def with_check(body):
    return body + barcodes.check_digit(body)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", "44桁"),
        ("9191234512345678901234567890112501310012340", "44桁"),
        ("91912345123456789012345678901125013100123405", "チェックデジット"),
        (with_check("90" + "912345" + "1" * 21 + "1" + "250131" + "0" + "012340"), "91で始まり"),
        (with_check("91" + "912345" + "1" * 21 + "1" + "250229" + "0" + "012340"), "暦にありません"),
        (with_check("91" + "912345" + "1" * 21 + "1" + "250131" + "0" + "300001"), "300,000円"),
        (with_check("91" + "912345" + "1" * 21 + "1" + "250131" + "0" + "000000"), "1円から"),
        (with_check("91" + "912345" + "1" * 21 + "1" + "250131" + "2" + "012340"), "印紙フラグ"),
    ],
)
def test_refuses_a_slip_that_cannot_be(data, reason):
    with pytest.raises(ValueError, match=reason):
        barcodes.read_slip(data)
    with pytest.raises(ValueError, match=reason):
        barcodes.code128_widths(data)


@given(
    st.from_regex(r"[0-9]{6}", fullmatch=True),
    st.from_regex(r"[0-9]{0,21}", fullmatch=True),
    st.integers(1, 300_000),
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.integers(0, 43),
    st.integers(1, 9),
)
def test_reads_back_and_one_wrong_digit_is_noticed(company, free, amount, due_on, place, shift):
    number = slip(company=company, free=free, amount_yen=amount, due_on=due_on)
    fields = barcodes.read_slip(number)
    assert (fields.company, fields.free, fields.amount) == (company, free.ljust(21, "0"), amount)
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    with pytest.raises(ValueError, match=r"チェックデジット|91で始まり"):
        barcodes.read_slip(wrong)


@settings(max_examples=10, deadline=None)
@given(st.from_regex(r"[0-9]{21}", fullmatch=True), st.integers(1, 300_000))
def test_an_independent_reader_decodes_the_bars(free, amount):
    number = slip(free=free, amount_yen=amount)
    bars = b"".join(b"\0\xff"[n % 2 : n % 2 + 1] * width for n, width in enumerate(barcodes.code128_widths(number)))
    row = b"\xff" * 10 + bars + b"\xff" * 10
    image = Image.frombytes("L", (len(row), 40), row * 40).resize((len(row) * 3, 40), Image.Resampling.NEAREST)
    (read,) = zxingcpp.read_barcodes(image)
    assert read.text.replace("(91)", "91") == number
    assert read.content_type == zxingcpp.ContentType.GS1
