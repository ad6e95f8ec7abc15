"""Pure parts of a run: who is left out, how letters are bundled, how an address stands in the window."""

from dataclasses import replace
from datetime import date

import pytest

from notices.rules.address import Addressee, address_lines, addressee, text_width
from notices.rules.batches import bundle_sizes
from notices.rules.exclusion import PersonFacts, Reason, reason_to_exclude
from notices.rules.speed import Span, letters_per_second, speed_table

REACHABLE = PersonFacts(
    protected=False,
    maybe_protected=False,
    died_on=None,
    postal_code="4710034",
    address="豊田市小坂本町",
    reachable_yen=1_000,
    any_held=False,
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, None, id="exactly the minimum gets a letter"),
        pytest.param(
            {"protected": True, "maybe_protected": True, "reachable_yen": 0}, "protected", id="protected first"
        ),
        pytest.param({"maybe_protected": True, "died_on": date(2026, 1, 1)}, "maybe_protected", id="maybe protected"),
        pytest.param({"died_on": date(2026, 1, 1), "address": ""}, "deceased", id="deceased before no address"),
        pytest.param({"address": "　", "any_held": True}, "no_address", id="blank address"),
        pytest.param({"postal_code": "471003"}, "no_address", id="six digits"),
        pytest.param({"postal_code": "４７１００３４"}, "no_address", id="full-width digits"),
        pytest.param({"reachable_yen": 0, "any_held": True}, "held", id="all held"),
        pytest.param({"reachable_yen": 0}, "prescribed", id="all prescribed"),
        pytest.param({"reachable_yen": 999, "any_held": True}, "below_minimum", id="one yen short, others held"),
    ],
)
def test_a_person_has_the_first_reason_only(changes, expected):
    assert reason_to_exclude(replace(REACHABLE, **changes), minimum_yen=1_000) == expected


def test_reasons_are_those_staff_read():
    from notices.models import Exclusion

    assert set(Exclusion.Reason.values) == set(Reason)


@pytest.mark.parametrize(
    ("letters", "most", "expected"),
    [(0, 100, []), (1, 100, [1]), (100, 100, [100]), (101, 100, [51, 50]), (7, 3, [3, 2, 2]), (5, 1, [1] * 5)],
)
def test_bundles_are_few_and_even(letters, most, expected):
    assert bundle_sizes(letters, most=most) == expected


def test_a_bundle_holds_at_least_one_letter():
    with pytest.raises(ValueError):
        bundle_sizes(3, most=0)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        pytest.param("豊田市西町三丁目60番地", ("豊田市西町三丁目60番地",), id="short"),
        pytest.param(
            "愛知県豊田市小坂本町一丁目15番地3　メゾン架空A棟203号",
            ("愛知県豊田市小坂本町一丁目15番地3", "メゾン架空A棟203号"),
            id="breaks at the blank before the building",
        ),
        pytest.param(
            "愛知県豊田市小坂本町1-15-3メゾン架空グランド203号",
            ("愛知県豊田市小坂本町1-15-3", "メゾン架空グランド203号"),
            id="breaks after the house number without a blank",
        ),
        pytest.param("豊田市西町1番地 101号", ("豊田市西町1番地　101号",), id="a blank on the line is kept"),
        pytest.param(
            "愛知県豊田市山之手架空八丁目１２３４番地の５６７　とよた架空産業振興センタービルディング"
            "　レジデンス霞ヶ丘パークサイド壱番館１２０３号",
            (
                "愛知県豊田市山之手架空八丁目１２３４番地の５６７",
                "とよた架空産業振興センタービルディング",
                "レジデンス霞ヶ丘パークサイド壱番館１２０３号",
            ),
            id="three lines",
        ),
    ],
)
def test_an_address_is_broken_where_it_reads_well(address, expected):
    assert address_lines(address) == expected


@pytest.mark.parametrize("length", [1, 17, 18, 40, 80])
def test_an_address_without_any_break_keeps_every_character(length):
    address = "あ" * length
    lines = address_lines(address)
    assert (len(lines) <= 3, "".join(lines)) == (True, address)


def test_a_number_is_never_parted():
    lines = address_lines("い" * 20 + "1234567890123456789012345678901234567890" + "い" * 20)
    assert any("1234567890123456789012345678901234567890" in line for line in lines)


@pytest.mark.parametrize(
    ("name", "corporate", "expected"),
    [
        pytest.param("架空 太郎", False, Addressee(("架空　太郎",), "様"), id="person"),
        pytest.param(
            "ＭＡＲＩＡ　ＤＡ　ＳＩＬＶＡ　ＹＵＫＩ",
            False,
            Addressee(("MARIA DA SILVA YUKI",), "様"),
            id="long Latin name is set half-width, blanks too, on one line",
        ),
        pytest.param("株式会社架空", True, Addressee(("株式会社架空",), "御中"), id="company"),
        pytest.param(
            "株式会社架空とよたものづくり研究所　代表取締役　架空　太郎",
            True,
            Addressee(("株式会社架空とよたものづくり研究所", "代表取締役　架空　太郎"), "様"),
            id="company and its representative",
        ),
        pytest.param(
            "特定非営利活動法人架空とよた里山まちづくり推進協議会",
            True,
            Addressee(("特定非営利活動法人", "架空とよた里山まちづくり推進協議会"), "御中"),
            id="long company breaks after its form",
        ),
    ],
)
def test_names_stand_with_their_honorific(name, corporate, expected):
    assert addressee(name, is_corporate=corporate) == expected


def test_selectors_have_no_width_and_stay_with_their_character():
    name = "葛\U000e0102" * 30
    first, second = addressee(name, is_corporate=True).name_lines
    assert (text_width(first), first + second, second[0]) == (15, name, "葛")


def test_speed_counts_only_the_time_in_which_something_was_made():
    spans = [Span(0, 10, 100), Span(5, 15, 100), Span(1_000, 1_005, 50)]
    assert letters_per_second(spans) == pytest.approx(250 / 20)
    assert letters_per_second([]) is None


@pytest.mark.parametrize("end", [5, 59, 200, 5_000, 1_000_000])
def test_the_speed_table_is_short_and_holds_every_letter(end):
    table = speed_table([Span(0, end / 2, 30), Span(end / 4, end, 70)])
    width = table[1][0] - table[0][0]
    assert 2 <= len(table) <= 12
    assert sum(rate * width for _, rate in table) == pytest.approx(100)
