"""What keeps the text of a notice from being used, kind by kind; no database."""

import pytest

from notices.reference import first_texts
from notices.rules.kinds import BATCH, FORMS, KINDS, SINGLE, Medium, Writing
from notices.rules.text_checks import clean, problems
from toyota_collect.letter_forms import form_of
from toyota_collect.places import fill, places_in

CODES = list(KINDS)


def found(kind: str, **changed: str) -> list[str]:
    """The problems of a kind's first text with some parts changed."""
    return [one.text for one in problems(KINDS[kind], first_texts()[kind] | changed)]


@pytest.mark.parametrize("kind", CODES)
def test_the_first_text_of_every_kind_is_complete(kind):
    assert found(kind) == []
    assert set(first_texts()[kind]) == {part.code for part in KINDS[kind].parts}


@pytest.mark.parametrize("kind", CODES)
def test_an_empty_part_is_a_problem_in_every_kind(kind):
    for part in KINDS[kind].parts:
        assert found(kind, **{part.code: ""}) == ["空です。文を入れてください。"]


@pytest.mark.parametrize("kind", [kind for kind in CODES if not KINDS[kind].appeal])
def test_only_a_disposition_carries_the_notice_of_appeal(kind):
    part = next(part.code for part in KINDS[kind].parts if part.writing is Writing.TEXT)
    text = first_texts()[kind][part]
    assert any("教示は書きません" in one for one in found(kind, **{part: text + "審査請求ができます。"}))


def test_the_dunning_may_speak_of_appeal():
    text = first_texts()["dunning"]["help"]
    assert found("dunning", help=text + "審査請求もできます。") == []


@pytest.mark.parametrize("part", ["legal_b", "legal_c"])
@pytest.mark.parametrize("kind", ["consolidated", "demand", "final_demand"])
def test_no_seizure_is_announced_where_the_city_cannot_seize(kind, part):
    (problem,) = found(kind, **{part: "裁判所の手続を経ずに差し押さえます。"})
    assert "自力執行権のない債権" in problem


def test_a_warning_of_seizure_has_no_words_for_other_claims():
    codes = {part.code for part in KINDS["seizure_notice"].parts}
    assert codes.isdisjoint({"legal_b", "legal_c", "plain_next_court"})
    assert KINDS["seizure_notice"].decided
    assert KINDS["seizure_notice"].seizes


@pytest.mark.parametrize(
    ("kind", "part", "text", "reason"),
    [
        pytest.param(
            "demand", "legal_a", "財産を調べることがあります。", "予定する処分（差押え）", id="no seizure named"
        ),
        pytest.param("demand", "legal_c", "お支払いを求めます。", "裁判所の手続", id="no court named"),
        pytest.param("demand", "lead", "お支払いください。期限までに。", "相談できること", id="nobody to talk to"),
        pytest.param("demand", "hardship", "お電話ください。", "猶予や分割", id="no relief"),
        pytest.param("dunning", "seizure", "完納しないときは差押えます。", "10日を経過した日", id="no ten days"),
        pytest.param("dunning", "late", "増えます。", "延滞金", id="no late charge"),
        pytest.param("welfare", "body", "滞納のある方へ。相談できます。", "支払いの求め", id="a guide that presses"),
        pytest.param("visit", "steps", "来ないと差し押さえます。お電話ください。", "予告は書きません", id="a threat"),
        pytest.param("handover_notice", "lead", "{所管課}から。", "移管すること", id="no handing over"),
        pytest.param("dunning", "pt", "Telefone. penhora", "裁判所の手続", id="no court in Portuguese"),
        pytest.param("dunning", "vi", "gọi tòa án", "差押え", id="no seizure in Vietnamese"),
        pytest.param("plan_broken", "zh", "扣押 法院", "電話で相談", id="no telephone in Chinese"),
        pytest.param("dunning", "plain", "はらって ください。", "相談できること", id="nobody to talk to, easily"),
        pytest.param(
            "dunning", "plain_next_court", "｜差押《さしおさえ》 裁判所", "書くことはできません", id="seizure, easily"
        ),
    ],
)
def test_required_and_forbidden_contents(kind, part, text, reason):
    assert any(reason in one for one in found(kind, **{part: text}))


@pytest.mark.parametrize(
    ("kind", "part", "text", "reason"),
    [
        pytest.param("demand", "crossed", "入金をもとに作りました。", "{確認日} がありません", id="a place is missing"),
        pytest.param("demand", "crossed", "{確認日}と{氏名}", "{氏名} は、ここでは使えない", id="an unknown place"),
        pytest.param(
            "demand", "lead", "{合計}を期限までに。ご相談ください。", "{合計} は、ここでは", id="changes by letter"
        ),
        pytest.param("visit", "body", "{来庁日時", "組が合いません", id="a lost brace"),
        pytest.param("visit", "body", "{来庁日時} {{ person }}", "組が合いません", id="a template language"),
        pytest.param("visit", "body", "<b>{来庁日時}</b>", "HTML", id="markup"),
        pytest.param("visit", "body", "{来庁日時}\ue000", "外字（U+E000）", id="private use"),
        pytest.param("visit", "headline", "あ\nい", "1行に", id="two lines in one"),
        pytest.param("visit", "headline", "あ" * 26, "長すぎます（26文字）", id="too long"),
        pytest.param("visit", "plain", "｜漢字《かんじ", "読みの書き方", id="a reading not closed"),
        pytest.param("demand", "lead", "＊期限＊までに＊ご相談＊ください。", "1か所だけ", id="bold twice"),
    ],
)
def test_places_signs_and_length(kind, part, text, reason):
    assert any(reason in one for one in found(kind, **{part: text}))


def test_the_longest_text_is_allowed():
    assert found("visit", headline="相" * 25) == []


def test_a_character_the_font_lacks_is_named_by_its_part():
    parts = first_texts()["visit"]
    checked = problems(KINDS["visit"], parts, lacking=lambda part, text: "ỳ" if part.code == "vi" else "")
    assert [(one.part, "ỳ" in one.text) for one in checked] == [("vi", True)]


def test_a_part_of_another_kind_is_refused():
    assert found("visit", legal_a="差押え") == ["この種類にない項目です。"]


def test_what_is_kept_has_plain_braces_and_line_ends():
    assert clean("  ｛期限｝まで \r\n\r\n\r\n\r\nに  ") == "{期限}まで\n\nに"


def test_filling_replaces_known_places_alone():
    assert fill("{期限}まで{合計}", {"期限": "12月1日"}) == "12月1日まで{合計}"
    assert places_in("{期限}{期限}{合計}") == {"期限", "合計"}


def test_kinds_for_runs_and_for_one_person():
    assert BATCH == ("consolidated", "demand", "final_demand", "seizure_notice")
    assert "consolidated" not in SINGLE
    assert all(KINDS[code].medium is not Medium.PAPER for code in SINGLE)
    assert {code for code in KINDS if KINDS[code].demands} == set(BATCH)
    assert {code for code in KINDS if KINDS[code].helps} == {"welfare"}
    assert {code for code in KINDS if KINDS[code].appeal} == {"dunning"}


@pytest.mark.parametrize("code", FORMS)
def test_every_form_is_read_back(code):
    variant, language = form_of(code)
    again = ".".join(filter(None, [variant if variant != "normal" or not language else "", language]))
    assert again == code


def test_an_unknown_form_is_the_ordinary_letter():
    assert form_of("klingon") == ("normal", "")
    assert form_of("large.klingon") == ("large", "")
