import json
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from claims.explain import RULES, explain

CASES = Path(__file__).parents[2] / "cases"
AS_OF = date(2026, 11, 20)
KEYS = {
    "late_charge": {"id", "yen", "raw_yen", "estimated", "steps"},
    "prescription": {"id", "last_day", "extinct_from", "status", "steps"},
    "wage_seizure": {"id", "no1", "no2", "no3", "no4", "no5", "exempt", "seizable", "gross_used"},
    "allocation": {"id", "lines", "shobunhi", "refund"},
}


def cases_of(rule):
    content = json.loads((CASES / f"{rule}.json").read_text(encoding="utf-8"))
    return content if isinstance(content, list) else content.get("cases") or content["japanpost"] + content["gs1_128"]


def answer(rule, **case):
    (result,) = explain(rule, json.dumps([case]), as_of=AS_OF)
    return result


def base(rule, number=0, **changes):
    return {**cases_of(rule)[number], **changes}


@pytest.mark.parametrize(("rule", "keys"), KEYS.items(), ids=KEYS)
def test_prints_exactly_the_named_keys_in_order_of_the_file(rule, keys):
    results = list(explain(rule, (CASES / f"{rule}.json").read_text(encoding="utf-8"), as_of=AS_OF))
    assert [result["id"] for result in results] == [case["id"] for case in cases_of(rule)]
    assert all(result.keys() == keys for result in results)
    assert all(json.loads(json.dumps(result)) == result for result in results)


@pytest.mark.parametrize("rule", RULES)
def test_the_expected_fields_are_not_read(rule):
    plain = [
        {name: value for name, value in case.items() if "expected" not in name and name not in ("valid", "fields")}
        for case in cases_of(rule)
    ]
    whole = list(explain(rule, json.dumps(cases_of(rule)), as_of=AS_OF))
    assert list(explain(rule, json.dumps({"cases": plain}), as_of=AS_OF)) == whole


@pytest.mark.parametrize("case", cases_of("late_charge"), ids=lambda case: case["id"])
def test_late_charge(case):
    result = answer("late_charge", **case)
    assert result["yen"] == case["expected_yen"]
    assert result["raw_yen"] == case.get("published_raw", result["raw_yen"])
    assert sum(step["yen"] for step in result["steps"]) == result["raw_yen"]


@pytest.mark.parametrize(
    ("number", "days", "yen"),
    [
        pytest.param("toyohashi-r3-kotei1", None, [133, 2_883, 480], id="豊橋市: 133+2,883+480"),
        pytest.param("shinagawa-r3-kokuho", [92, 92], None, id="品川区: 92 days and 92 days"),
        pytest.param("kitami-h29-shidominzei2", [30, 46], [166, 850], id="北見市: 30 d 166, 46 d 850"),
        pytest.param("kitami-r6-suido", [181], [1_190], id="北見市 水道: 181 d 1,190"),
        pytest.param("amagasaki-r3-kogyosui-1", [62], [1_254], id="尼崎市: 62 d 1,254"),
        pytest.param("obu-r5", [30, 92, 133 - 92], None, id="大府市: 30 d and 133 d, over the new year"),
        pytest.param("self-oldrates", [6, 25, 340, 365, 366, 365, 59], [88, 353, 340 * 48, 365 * 48, 366 * 48, 365 * 48, 1_784],
                     id="自作: 6 d and 25 d of the first month, then 48 yen a day"),
        pytest.param("self-jan31", [28, 31], None, id="自作: 1 to 28 February"),
    ],
)  # fmt: skip
def test_interim_figures_that_a_case_names(number, days, yen):
    (case,) = (case for case in cases_of("late_charge") if case["id"] == number)
    steps = answer("late_charge", **case)["steps"]
    assert days in (None, [step["days"] for step in steps])
    assert yen in (None, [step["yen"] for step in steps])


@pytest.mark.parametrize("case", cases_of("prescription"), ids=lambda case: case["id"])
def test_prescription(case):
    result = answer("prescription", **case)
    assert (result["last_day"], result["extinct_from"]) == (case["expected_last_day"], case["expected_extinct_from"])
    assert result["steps"][-1]["text"]


@pytest.mark.parametrize("case", cases_of("wage_seizure"), ids=lambda case: case["id"])
def test_wage_seizure(case):
    result = answer("wage_seizure", **case)
    assert {name: result[name] for name in case["expected"]} == case["expected"]


@pytest.mark.parametrize("case", cases_of("allocation"), ids=lambda case: case["id"])
def test_allocation(case):
    result = answer("allocation", **case)
    if case["regime"] == "kafunou":
        juto = sum(line["juto"] for line in result["lines"])
        assert {"juto": juto, "refund": result["refund"]} == case["expected"]
        return
    assert result["shobunhi"] == case.get("expected_shobunhi", 0)
    for line, expected in zip(result["lines"], case["expected"], strict=True):
        assert {name: line[name] for name in expected} == expected


@pytest.mark.parametrize("case", cases_of("barcode"), ids=lambda case: case["id"])
def test_barcode(case):
    result = answer("barcode", **case)
    if "data" in case:
        assert (result["valid"], result["code128_check"]) == (case["valid"], case["code128_check"])
        assert result["fields"] == case.get("fields", result["fields"])
    else:
        assert result == {"id": case["id"], "codes": case["expected_codes"], "bars": case["expected_bars"]}


FAR = [{"type": "sashiosae", "date": "2021-01-01"}, {"type": "sashiosae_end", "date": "9999-12-31"}]


@pytest.mark.parametrize(
    ("rule", "case", "message"),
    [
        ("late_charge", base("late_charge", regime="national_tax"), "「regime」の「national_tax」は登録されていません。"),
        ("late_charge", base("late_charge", rounding="up"), "「rounding」の「up」は登録されていません。"),
        ("late_charge", base("late_charge", regime=None), "「regime」がありません。"),
        ("late_charge", base("late_charge", as_of=None), "「as_of」がありません。"),
        ("late_charge", base("late_charge", principal="65000"), "「principal」は整数で書いてください。"),
        ("late_charge", base("late_charge", principal=65000.5), "「principal」は整数で書いてください。"),
        ("late_charge", base("late_charge", principal=True), "「principal」は整数で書いてください。"),
        ("late_charge", base("late_charge", due_date="2021-02-30"), "「due_date」: 暦にない日付です: 「2021-02-30」。"),
        ("late_charge", base("late_charge", due_date="20210531"), "「due_date」: 日付の書式が違います"),
        ("late_charge", base("late_charge", principal=-1), "元金が負の数です: -1円"),
        ("late_charge", base("late_charge", principal=10**15), "「principal」の数が大きすぎます。"),
        ("late_charge", base("late_charge", due_date="9999-99-99"), "「due_date」: 暦にない日付です"),
        ("late_charge", base("late_charge", due_date="0205-05-31"), "「due_date」の年を確かめてください: 0205-05-31"),
        ("late_charge", base("late_charge", as_of="9999-12-31"), "「as_of」の年を確かめてください: 9999-12-31"),
        ("late_charge", base("late_charge", payments=[{"date": "2202-01-31", "amount": 1}]), "「date」の年を確かめて"),
        ("allocation", base("allocation", claims=[{"name": "A", "due": "1025-04-30"}]), "「due」の年を確かめて"),
        ("late_charge", base("late_charge", due_date=20210531), "「due_date」は文字列で書いてください。"),
        ("late_charge", base("late_charge", payments={"date": "2022-01-31"}), "「payments」は配列で書いてください。"),
        ("late_charge", base("late_charge", payments=[{"amount": 1}]), "「date」がありません。"),
        ("late_charge", base("late_charge", payments=[{"date": "2022-01-31", "amount": -1}]), "納付額が負の数です"),
        ("late_charge", base("late_charge", payments=[{"date": "2099-01-31", "amount": -1}]), "納付額が負の数です"),
        ("late_charge", base("late_charge", payments=[{"date": "2022-01-31", "amount": False}]), "「amount」は整数"),
        ("late_charge", base("late_charge", relief=[{"from": "2021-09-30", "to": "2021-09-29", "kind": "full"}]), "前です"),
        ("late_charge", base("late_charge", relief=[{"from": "2021-09-30", "to": "2021-09-30"}]), "「kind」がありません。"),
        ("late_charge", base("late_charge", relief=[{"from": "2021-09-30", "to": "2021-09-30", "kind": "some"}]), "「some」は"),
        ("late_charge", base("late_charge", 3, relief=[{"from": "2024-06-01", "to": "2024-06-02", "kind": "yuyo"}]), "猶予特例"),
        ("late_charge", base("late_charge", first_bracket_months=2), "1か月または3か月"),
        ("late_charge", base("late_charge", first_bracket_months=True), "「first_bracket_months」は整数"),
        ("late_charge", base("late_charge", min_total=-1), "端数"),
        ("late_charge", base("late_charge", floor_unit=0), "端数"),
        ("late_charge", base("late_charge", assumed_rate={}), "「first」の率が読めません"),
        ("late_charge", base("late_charge", assumed_rate={"first": "-1/100", "after": "1/10", "name": "x"}), "「first」の率"),
        ("late_charge", base("late_charge", assumed_rate={"first": "1/100", "after": "1/10"}), "「name」がありません。"),
        ("late_charge", base("late_charge", 3, rate=3), "「rate」の率が読めません"),
        ("late_charge", base("late_charge", 3, rate="1e99"), "「rate」の率が読めません"),
        ("late_charge", base("late_charge", 3, rate=True), "「rate」の率が読めません"),
        ("late_charge", base("late_charge", payments=[1]), "「payments」の中身はオブジェクトで書いてください。"),
        ("late_charge", base("late_charge", 3, rate=None), "年の率"),
        ("late_charge", base("late_charge", 3, rate="3/0"), "「rate」の率が読めません"),
        ("late_charge", base("late_charge", 3, rate=[3]), "「rate」の率が読めません"),
        ("prescription", base("prescription", start_day="9996-01-01"), "暦の外"),
        ("prescription", base("prescription", events=FAR), "大きすぎます"),
        ("prescription", base("prescription", events=[{"type": "kiseki", "date": "2021-01-01"}]), "「kiseki」は登録"),
        ("prescription", base("prescription", events=[{"type": "shonin"}]), "「date」がありません。"),
        ("prescription", base("prescription", events=[{"type": "yuyo", "date": "2021-01-01"}]), "「from」がありません。"),
        ("prescription", base("prescription", period_years=None), "「period_years」がありません。"),
        ("wage_seizure", base("wage_seizure", kind="weekly"), "「weekly」は登録"),
        ("wage_seizure", base("wage_seizure", input={"gross": 1}), "「income_tax」がありません。"),
        ("wage_seizure", base("wage_seizure", kind="retirement"), "「years」がありません。"),
        ("allocation", base("allocation", regime="lottery"), "「lottery」は登録されていません。"),
        ("allocation", base("allocation", regime=None), "「regime」がありません。"),
        ("allocation", base("allocation", payment=-1), "負の金額は充当できません: -1円"),
        ("allocation", base("allocation", payment=True), "「payment」は整数で書いてください。"),
        ("allocation", base("allocation", 1, shobunhi=-1), "負の金額は充当できません: -1円"),
        ("allocation", base("allocation", 1, tesuryo_rank="first"), "「first」は登録されていません。"),
        ("allocation", base("allocation", claims=[{"name": "A", "principal": -1}]), "「A」に負の金額があります。"),
        ("allocation", base("allocation", claims=[{"name": "A", "principal": 1, "due": "2026-02-30"}]), "「due」: 暦にない"),
        ("allocation", base("allocation", claims="A"), "「claims」は配列で書いてください。"),
        ("allocation", base("allocation", 7, designated="4期"), "「4期」がありません。"),
        ("allocation", base("allocation", 8, overpaid=-1), "負の金額は充当できません: -1円"),
        ("allocation", base("allocation", 8, unpaid=[{"name": "翌期", "interest": 1}]), "使えない項目です: interest"),
        ("allocation", base("allocation", payment=None), "「payment」がありません。"),
        ("allocation", base("allocation", regime="designation"), "「designated」に"),
        ("allocation", base("allocation", regime="civil_default"), "使えない項目です: entaikin、tesuryo"),
        ("allocation", base("allocation", claims=None), "「claims」がありません。"),
        ("barcode", {"id": "x", "postal": "471", "address": ""}, "7桁"),
        ("barcode", {"id": "x"}, "「postal」がありません。"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_an_error_of_its_case(rule, case, message):
    result = answer(rule, **case)
    assert result.keys() == {"id", "error"}
    assert message in result["error"]


def test_one_bad_case_does_not_stop_the_others():
    good = base("late_charge")
    results = list(explain("late_charge", json.dumps([good, 5, {}, good]), as_of=AS_OF))
    assert [("error" in result) for result in results] == [False, True, True, False]
    assert results[1]["id"] is None


@pytest.mark.parametrize("number", [1.5, [1], {"n": 1}])
def test_an_id_is_a_text_or_a_whole_number(number):
    assert answer("late_charge", **base("late_charge", id=number)) == {
        "id": None,
        "error": "「id」は文字列で書いてください。",
    }
    assert answer("late_charge", **base("late_charge", id=7))["id"] == 7


def test_decimal_rates_are_exact():
    case = base("late_charge", 3)
    assert answer("late_charge", **case | {"rate": 0.03}) == answer("late_charge", **case)
    assert answer("late_charge", **case | {"rate": "0.146", "principal": 120_000})["raw_yen"] == 48 * 181


def test_civil_claims_take_the_rate_of_the_day_the_delay_began():
    case = {"id": "x", "regime": "civil", "principal": 100_000, "as_of": "2021-03-31"}
    five = answer("late_charge", **case, due_date="2020-03-30")["steps"][0]
    three = answer("late_charge", **case, due_date="2020-03-31")["steps"][0]
    assert (five["rate_percent"], three["rate_percent"]) == ("5", "3")


def test_a_relief_without_an_end_in_sight_is_written_with_the_last_day_of_the_calendar():
    case = base("late_charge", 6, payments=[], relief=[{"from": "2023-06-01", "to": "9999-12-31", "kind": "full"}])
    assert answer("late_charge", **case)["yen"] == 0


def test_money_paid_before_the_due_date_lowers_the_first_base():
    early = [{"date": "2021-05-01", "amount": 45_000}]
    step = answer("late_charge", **base("late_charge", payments=early))["steps"][0]
    assert (step["from"], step["base"]) == ("2021-06-01", 20_000)


def test_relief_and_assumed_rates_can_be_given():
    case = base("late_charge", 6, payments=[], as_of="2027-01-31", principal=200_000)
    stopped = answer("late_charge", **case)
    assumed = answer("late_charge", **case, assumed_rate={"first": "28/1000", "after": 0.091, "name": "前年の率"})
    relief = [{"from": "2026-01-01", "to": "2026-12-31", "kind": "yuyo"}]
    relieved = answer("late_charge", **case, relief=relief)
    assert (stopped["estimated"], assumed["estimated"]) == (True, True)
    assert (stopped["steps"][-1]["to"], assumed["steps"][-1]["to"]) == ("2026-12-31", "2027-01-31")
    assert assumed["steps"][-1]["label"] == "1か月経過後・前年の率"
    assert relieved["steps"][-1]["rate_percent"] == "1.3"


def test_status_is_that_of_the_day():
    case = base("prescription")
    assert answer("prescription", **case)["status"] == "完成"
    assert answer("prescription", **case, as_of="2025-07-31")["status"] == "進行"


def test_private_claims_may_be_designated_and_late_charges_paid_back_into():
    claims = [{"name": "A", "interest": 10, "principal": 100}, {"name": "B", "interest": 20, "principal": 100}]
    lines = answer("allocation", regime="designation", claims=claims, designated="B", payment=50)["lines"]
    assert lines[1] == {"name": "B", "cost": 0, "interest": 20, "principal": 30}
    unpaid = [{"name": "翌期", "principal": 100, "entaikin": 50}]
    refund = answer("allocation", regime="kafunou", overpaid=120, unpaid=unpaid)
    assert (refund["lines"][0]["juto"], refund["lines"][0]["entaikin"], refund["refund"]) == (120, 20, 0)


def test_a_slip_with_a_wrong_check_digit_is_not_valid():
    data = base("barcode", 12)["data"]
    assert answer("barcode", id="g", data=data[:-1] + str(9 - int(data[-1]))) == {
        "id": "g",
        "valid": False,
        "fields": None,
        "code128_check": None,
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "JSONとして読めません"),
        ("{", "1行2文字目"),
        ("{}", "一覧がありません"),
        ('{"cases": 1}', "一覧がありません"),
        ("9" * 5_000, "桁の多すぎる数"),
        ("[" * 200_000, "深すぎる入れ子"),
    ],
)
def test_a_text_without_cases_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        list(explain("late_charge", text, as_of=AS_OF))


def test_an_unknown_rule_is_named():
    with pytest.raises(ValueError, match="規則「tarot」はありません"):
        explain("tarot", "[]", as_of=AS_OF)


# The command; no database is there to be asked --------------------------------------------------------


def test_command_prints_one_object_a_line():
    out = StringIO()
    call_command("explain", "prescription", str(CASES / "prescription.json"), stdout=out)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["id"] for line in lines] == [case["id"] for case in cases_of("prescription")]


def test_command_writes_what_utf8_cannot_as_json_does(tmp_path):
    path, out = tmp_path / "cases.json", StringIO()
    path.write_text(json.dumps([base("late_charge", regime="\ud800")]), encoding="ascii")
    call_command("explain", "late_charge", str(path), stdout=out)
    assert "\\ud800" in out.getvalue()
    assert json.loads(out.getvalue())["error"] == "「regime」の「\ud800」は登録されていません。"


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "ファイルがありません"), (b"\x82\xa0", "UTF-8"), (b"[1,", "JSONとして読めません")],
    ids=["missing", "CP932", "cut off"],
)
def test_command_names_a_file_it_cannot_read(tmp_path, content, message):
    path, out, err = tmp_path / "cases.json", StringIO(), StringIO()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SystemExit) as stopped:
        call_command("explain", "late_charge", str(path), stdout=out, stderr=err)
    assert (stopped.value.code, out.getvalue()) == (1, "")
    assert message in err.getvalue()
    assert "cases.json" in err.getvalue()
