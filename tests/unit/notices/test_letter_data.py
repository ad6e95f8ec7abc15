"""The frozen letter, its slips and its sheets, before anything is drawn."""

from dataclasses import replace
from datetime import date

import pytest

from notices.letter import LetterData, Unprintable, fonts, plain, samples, sheets, slips
from notices.letter.run_words import broken, subject
from notices.letter.sheets import MAX_SHEETS
from notices.letter.table import Line, kept, lines_of, paginate
from toyota_collect.documents import barcodes


@pytest.mark.parametrize("name", samples.SAMPLES)
def test_a_stored_letter_comes_back_the_same(name):
    letter = samples.SAMPLES[name]()
    assert LetterData.from_json(letter.to_json()) == letter
    assert LetterData.from_json(letter.to_json()).to_json() == letter.to_json()


# --- slips -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "count"),
    [
        pytest.param("claim", 13, id="one for each instalment, water and sewer of one bill together"),
        pytest.param("kind", 6, id="one for each kind, water and sewer together"),
        pytest.param("person", 1, id="one for the letter"),
    ],
)
def test_slips_share_out_every_claim_exactly_once(policy, count):
    letter = replace(samples.fourteen(), slip_policy=policy)
    made = slips(letter)
    refs = [ref for slip in made for ref in slip.claim_refs]
    assert len(made) == count
    assert sorted(refs) == sorted(line.claim_ref for line in letter.lines)
    assert sum(slip.amount_yen for slip in made) == letter.total_yen
    assert [slip.place for slip in made] == list(range(1, count + 1))


@pytest.mark.parametrize(
    ("yen", "printed"),
    [
        pytest.param(300_000, True, id="the limit of the shops itself"),
        pytest.param(300_001, False, id="one yen above it"),
        pytest.param(1, True, id="one yen"),
    ],
)
def test_a_slip_above_the_limit_carries_the_reason_instead_of_a_barcode(yen, printed):
    line = replace(samples.claim("water_charge", 2026, 5, yen), fee_yen=0)
    (slip,) = slips(samples.letter(1, [line]))
    assert (slip.number is not None) == printed
    assert ("30万円を超える" in slip.reason_no_barcode) == (not printed)


def test_the_digits_of_a_slip_say_its_amount_and_last_day():
    letter = samples.fourteen()
    for slip in slips(letter):
        fields = barcodes.read_slip(slip.number)
        assert fields.amount == slip.amount_yen
        assert fields.due == "261225"
        assert fields.free.startswith(f"08010001002{slip.place:03d}")


def test_no_two_slips_of_a_run_share_their_digits():
    numbers = [slip.number for letter in samples.many(60) for slip in slips(letter) if slip.number]
    assert len(numbers) > 100
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("policy", ["claim", "kind"])
def test_an_el_qr_stands_only_on_a_slip_of_its_own_claim(policy):
    letter = replace(samples.three(), slip_policy=policy)
    codes = [slip.el_qr for slip in slips(letter)]
    assert codes == ([letter.lines[0].el_qr, None, None] if policy == "claim" else [None])


@pytest.mark.parametrize("change", [{"principal_yen": 0, "fee_yen": 0, "late_yen": 0}, {"principal_yen": -1}])
def test_a_claim_of_nothing_never_reaches_a_letter(change):
    lines = [samples.claim("nhi_tax", 2026, 1, 1000), replace(samples.claim("nhi_tax", 2026, 2, 1000), **change)]
    with pytest.raises(Unprintable) as refused:
        sheets(samples.letter(1, lines))
    assert refused.value.code == "zero"
    assert "国民健康保険税 第2期" in refused.value.text


# --- what is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param({"lines": ()}, "empty", id="no claims"),
        pytest.param({"name_lines": ("外字\ue000太郎",)}, "gaiji", id="private-use character"),
        pytest.param({"name_lines": ("葛\U000e01ee城",)}, "variant", id="selector that no font knows"),
        pytest.param({"name_lines": ("王\U00030000",)}, "glyph", id="character in no font"),
        pytest.param({"name_lines": ("架" * 40,)}, "long", id="name too long to condense"),
        pytest.param({"address_lines": ("架空" * 30,)}, "long", id="address too long to condense"),
        pytest.param({"address_lines": ("a", "b", "c", "d")}, "address", id="four lines of address"),
        pytest.param({"postal_code": "471-00"}, "postal_code", id="postal code of five digits"),
        pytest.param({"customer_code": "4710034１丁目"}, "post", id="customer code with another character"),
        pytest.param({"city": replace(samples.CITY, issuer_code="12345")}, "slip", id="issuer code of five digits"),
        pytest.param({"serial": 10_000_000}, "serial", id="serial that does not fit the mark"),
        pytest.param({"deadline_on": date(2026, 11, 30)}, "deadline", id="deadline before the day of issue"),
    ],
)
def test_a_letter_that_cannot_be_right_is_refused_with_a_reason(change, code):
    with pytest.raises(Unprintable) as refused:
        sheets(replace(samples.fourteen(), **change))
    assert refused.value.code == code
    assert refused.value.text


def test_without_ipamj_mincho_only_the_names_that_need_it_are_refused(monkeypatch):
    present = {name: face for name, face in fonts.faces().items() if name != "mj"}
    monkeypatch.setattr(fonts, "faces", lambda: present)
    assert fonts.face_for("髙﨑　太郎") == "ud"
    with pytest.raises(Unprintable) as refused:
        fonts.face_for("𠮷野　太郎")
    assert refused.value.code == "font"


@pytest.mark.parametrize("by", ["TC_FONT_DIRS", "FONTCONFIG_FILE"])
def test_ipamj_mincho_is_found_where_an_ordinary_user_unpacked_it(by, tmp_path, monkeypatch):
    font = tmp_path / "usr/share/fonts/truetype/ipamjm.ttf"
    font.parent.mkdir(parents=True)
    font.touch()
    config = tmp_path / "fonts.conf"
    config.write_text(f"<fontconfig><dir>{tmp_path}/usr/share/fonts</dir></fontconfig>")
    monkeypatch.delenv("TC_FONT_DIRS", raising=False)
    monkeypatch.delenv("FONTCONFIG_FILE", raising=False)
    monkeypatch.setenv(by, str(tmp_path if by == "TC_FONT_DIRS" else config))
    assert fonts.mincho_path() == font


@pytest.mark.parametrize("language", plain.LANGUAGES, ids=lambda language: language.lang)
def test_the_shipped_fonts_spell_every_language(language):
    files = {"zh-Hans": ["LetterChinese-Regular"]}.get(language.lang, ["LetterLatin-Regular", "LetterLatin-Bold"])
    for name in files:
        (file,) = fonts.HERE.glob(f"{name}.[ot]tf")
        face = fonts.Face(file)
        assert not [
            face.missing(text) for name, text in vars(language).items() if name != "lang" and face.missing(text)
        ]


def test_an_el_qr_too_long_to_print_is_refused():
    line = replace(samples.claim("nhi_tax", 2026, 1, 5000), el_qr="1" * 2000)
    with pytest.raises(Unprintable) as refused:
        sheets(samples.letter(1, [line]))
    assert refused.value.code == "qr"


def test_an_amount_wider_than_its_column_is_refused():
    with pytest.raises(Unprintable) as refused:
        sheets(samples.letter(1, [samples.claim("corporate_tax", 2026, 1, 12_345_678_901)]))
    assert refused.value.code == "amount"


# --- words -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (["nhi_tax"], "国民健康保険税"),
        (["water_charge"], "水道料金"),
        (["resident_tax", "property_tax"], "市税"),
        (["resident_tax", "nhi_tax"], "市税など"),
        (["nhi_tax", "ltc_premium"], "市税・料金など"),
        (["water_charge", "housing_rent"], "料金など"),
        (["resident_tax", "water_charge"], "市税・料金など"),
        (["late_elderly_premium"], "料金など"),
    ],
)
def test_the_headline_names_no_more_than_is_owed(kinds, expected):
    letter = samples.letter(1, [samples.claim(kind, 2026, 1, 5000) for kind in kinds])
    assert subject(letter) == expected
    assert len(subject(letter)) <= 7


def _legal(letter):
    return [
        dict(block.static)["mark"] for area in sheets(letter)[0].areas for block in area.blocks if block.name == "legal"
    ]


@pytest.mark.parametrize(
    ("kinds", "marks"),
    [
        (["nhi_tax"], ["A"]),
        (["welfare_63"], ["B"]),
        (["housing_rent"], ["C"]),
        (["housing_rent", "nhi_tax"], ["A", "C"]),
    ],
)
def test_only_the_consequences_of_the_classes_owed_are_told(kinds, marks):
    assert _legal(samples.letter(1, [samples.claim(kind, 2026, 1, 5000) for kind in kinds])) == marks


def _notes(letter):
    blocks = [
        block for sheet in sheets(letter) for area in sheet.areas for block in area.blocks if block.name == "notes"
    ]
    return ["".join(lines) for lines in dict(blocks[-1].static)["notes"]]


def test_the_year_and_rates_of_the_notes_come_from_the_data():
    rates = replace(
        samples.RATES, year=2027, first_rate="3.1", after_rate="9.4", extra=("介護保険料は3か月までです。",)
    )
    notes = _notes(replace(samples.fourteen(), rates=rates))
    assert any("令和9年は1か月まで年3.1％、その後 年9.4％" in note for note in notes)
    assert any("介護保険料は3か月までです。" in note for note in notes)
    assert not any("令和8年は" in note for note in notes)


def test_an_estimated_letter_says_so():
    assert not any("まだ決まっていない" in note for note in _notes(samples.fourteen()))
    assert any("率がまだ決まっていない年" in note for note in _notes(replace(samples.fourteen(), estimated=True)))
    assumed = replace(samples.RATES, estimate="令和9年は令和8年と同じ率と仮定しました。")
    notes = _notes(replace(samples.fourteen(), estimated=True, rates=assumed))
    assert any("同じ率と仮定しました" in note for note in notes)


def test_lines_of_a_note_keep_the_japanese_rules():
    text = "※ 延滞金等は令和8年11月24日（基準日）までの概算で、お支払いの日まで「ふえる」ことがあります。" * 3
    for mm in range(40, 180, 7):
        lines = broken(text, mm, 10.5)
        assert "".join(lines) == text
        assert not any(line[0] in "、。）」日" for line in lines[1:])
        assert not any(line[-1] in "（「" for line in lines[:-1])


# --- pages -----------------------------------------------------------------------------------------------


def _kinds(pages):
    return [sheet.kind for sheet in pages]


def test_every_sheet_in_its_place():
    assert _kinds(sheets(samples.fourteen())) == ["cover", "table", "slips", "slips", "slips"]
    assert _kinds(sheets(samples.large())) == ["large1", "large2", "cards", "slips", "slips"]
    assert _kinds(sheets(samples.plain())) == ["plain", "languages", "table", "slips"]


@pytest.mark.parametrize("name", ["every_kind", "two_envelopes"])
def test_no_envelope_holds_more_than_eight_sheets_and_each_has_its_address(name):
    pages = sheets(samples.SAMPLES[name]())
    for envelope in range(1, pages[-1].envelope + 1):
        inside = [sheet for sheet in pages if sheet.envelope == envelope]
        assert len(inside) <= MAX_SHEETS
        assert [any(area.name == "addr" for area in sheet.areas) for sheet in inside] == [True] + [False] * (
            len(inside) - 1
        )
        marks = [ink.text for sheet in inside for ink in sheet.inks if ink.kind == "mark"]
        assert marks == [
            f"08010001{pages[0].inks[-1].text[8:11]}{envelope:02d}{k}{len(inside)}" for k in range(1, len(inside) + 1)
        ]
    assert [sheet.place for sheet in pages] == list(range(1, len(pages) + 1))
    assert {sheet.count for sheet in pages} == {len(pages)}


def test_a_long_letter_prints_every_slip_across_its_envelopes():
    letter = samples.two_envelopes()
    pages = sheets(letter)
    printed = [ink.text for sheet in pages for ink in sheet.inks if ink.kind == "gs1"]
    assert printed == [slip.number for slip in slips(letter)]
    assert pages[-1].envelopes == 3


def test_a_thousand_slips_are_too_many():
    lines = [replace(samples.claim("nhi_tax", 2026, 1, 5000), claim_ref=str(k), fee_yen=0) for k in range(1000)]
    with pytest.raises(Unprintable) as refused:
        sheets(samples.letter(1, lines, slip_policy="claim"))
    assert refused.value.code == "slips"
    assert sheets(samples.letter(1, lines[:999], slip_policy="claim"))[-1].envelopes == 52


def test_pages_keep_heads_with_rows_and_rows_with_sums():
    for letter in samples.many(150, seed=3):
        lines = lines_of(letter)
        for size, last in ((40, 36), (12, 8), (9, 6)):
            pages = paginate(lines, size, last)
            assert [line for page in pages for line in page if not line.more] == lines
            for number, page in enumerate(pages):
                assert len(page) <= (last if number == len(pages) - 1 else size)
                assert page[-1].type != "head"
                assert page[0].type != "sub"
                assert number == 0 or page[0].type == "head"


def test_a_head_keeps_its_first_row_and_the_sums_after_it():
    claim = samples.claim("nhi_tax", 2026, 1, 5000)
    lines = [
        Line("head", (claim,)),
        Line("row", (claim,)),
        Line("sub", (claim,), "sub"),
        Line("sub", (claim,), "total"),
    ]
    assert kept(lines, 0) == 4


def test_sums_of_the_table_add_up():
    for letter in samples.many(40, seed=9):
        lines = lines_of(letter)
        rows = [line.claims[0] for line in lines if line.type == "row"]
        assert sorted(row.claim_ref for row in rows) == sorted(line.claim_ref for line in letter.lines)
        assert sum(claim.total_yen for claim in lines[-1].claims) == letter.total_yen
