"""The wage-seizure sheet: what of a pay may be seized, item by item with its article, and what a court could seize."""

from typing import Any

from django.http import QueryDict

from claims.forms_plan import WageForm
from claims.rules.wage_seizure import PayKind, civil_wage_seizure, wage_seizure
from toyota_collect.money import comma


def context_of(data: QueryDict) -> dict[str, Any]:
    """Context of the page; without a pay only the form."""
    form = WageForm(data if "gross_yen" in data else None, initial={"kind": PayKind.MONTHLY, "dependants": 0})
    if not form.is_bound or not form.is_valid():
        return {"form": form, "result": None}
    given = form.amounts()
    result = wage_seizure(**given)
    taken = given["income_tax_yen"] + given["resident_tax_yen"] + given["social_insurance_yen"]
    net_yen = max(0, given["gross_yen"] - taken)
    retirement = given["kind"] is PayKind.RETIREMENT
    return {
        "form": form,
        "given": given,
        "result": result,
        "net_yen": net_yen,
        # A retirement pay is one quarter for a court, without the cap of 33 万円 (民事執行法152条2項): not worked out here.
        "civil": None if retirement else civil_wage_seizure(net_yen=net_yen),
        "steps": _steps(given, result),
    }


def _steps(given: dict[str, Any], result: Any) -> list[dict[str, Any]]:
    living = f"10万円 ＋ 4万5千円 × {given['dependants']}人"
    rest = result.gross_used - result.no1 - result.no2 - result.no3 - result.no4
    if given["kind"] is PayKind.RETIREMENT:
        living = f"（{living}）× 3"
        dignity = f"④の20% × （{given['years']}年 − 5年）" if given["years"] > 5 else "5年以下のためなし"
        law_4, law_5 = "76条4項2号・令34条", "76条4項3号"
    else:
        dignity = f"（給与 − ①〜④ ＝ {comma(max(0, rest))}円）の20%。上限は④の2倍"
        law_4, law_5 = "76条1項4号・令34条", "76条1項5号"
    fraction = "基本通達76条関係：千円未満を切り上げ"
    return [
        {"mark": "①", "name": "所得税", "how": f"{comma(given['income_tax_yen'])}円（{fraction}）", "law": "国税徴収法76条1項1号", "yen": result.no1},
        {"mark": "②", "name": "住民税等の特別徴収", "how": f"{comma(given['resident_tax_yen'])}円（同じ）", "law": "76条1項2号", "yen": result.no2},
        {"mark": "③", "name": "社会保険料", "how": f"{comma(given['social_insurance_yen'])}円（同じ）", "law": "76条1項3号", "yen": result.no3},
        {"mark": "④", "name": "最低の生活費", "how": living, "law": law_4, "yen": result.no4},
        {"mark": "⑤", "name": "体面を保つための額", "how": dignity, "law": law_5, "yen": result.no5},
    ]  # fmt: skip
