"""Runs a rule on written cases: what ``manage explain`` prints, one answer a case.

A case is a JSON object of the shape of ``tests/cases/*.json``, with or without the expected fields.
What a rule does not know (a regime, an event, a missing figure) is an error of that case, never a guess.

A late charge may also have ``relief`` (a list of ``from``, ``to``, ``kind``: full, yuyo or half) and
``assumed_rate`` (``first``, ``after``, ``name``) for the years not yet announced; a prescription
``as_of`` (the day of its status) and ``stop_day_counts``; a tax payment ``tesuryo_rank``.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeVar

from claims.data import civil_rates, late_charge_rates
from claims.rules.allocation import Allocation, Debt, FeeRank, allocate_civil, allocate_tax
from claims.rules.late_charge import (
    LateChargeTerms,
    Payment,
    Regime,
    Relief,
    ReliefKind,
    Rounding,
    late_charge,
    percent,
)
from claims.rules.prescription import Event, EventKind, PrescriptionTerms, prescription
from claims.rules.rates import civil_rate
from claims.rules.wage_seizure import PayKind, civil_wage_seizure, wage_seizure
from toyota_collect.calendar import ONE_DAY
from toyota_collect.documents import barcodes
from toyota_collect.wareki import parse_as

Case = dict[str, Any]
_Choice = TypeVar("_Choice", bound=StrEnum)
_REQUIRED = object()
_RATE = re.compile(r"\d{1,9}(/\d{1,9}|\.\d{1,9})?", re.ASCII)
LARGEST = 10**15  # yen; a larger number in a case is a slip of the hand, and so is a day outside of these years
YEARS = range(1900, 2200)


def explain(rule: str, text: str, *, as_of: date) -> Iterator[Case]:
    """Yield the answer to each case in a JSON text: ``id`` and the rule's fields, or ``id`` and ``error``.

    Args:
        rule: one of :data:`RULES`.
        text: a list of cases, an object with ``cases``, or (barcodes) one with ``japanpost`` and ``gs1_128``.
        as_of: the day of a prescription's status where the case names none.

    Raises:
        ValueError: an unknown rule, or a text that holds no list of cases. The message is Japanese.
    """
    if rule not in RULES:
        raise ValueError(f"規則「{rule}」はありません。{'、'.join(RULES)} から選んでください。")
    return (_answer(rule, case, as_of) for case in _cases(text))


def _cases(text: str) -> list[Any]:
    try:
        # Decimal fractions are read exactly; no float takes part in any sum.
        content = json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"JSONとして読めません({error.lineno}行{error.colno}文字目)。書式を確かめてください。"
        ) from None
    except (ValueError, RecursionError):
        raise ValueError("JSONとして読めません。桁の多すぎる数か、深すぎる入れ子があります。") from None
    if isinstance(content, dict):
        lists = [content[name] for name in ("cases", "japanpost", "gs1_128") if name in content]
        if lists and all(isinstance(cases, list) for cases in lists):
            return [case for cases in lists for case in cases]
    elif isinstance(content, list):
        return content
    raise ValueError("事例の一覧がありません。一覧(配列)か、cases を持つオブジェクトにしてください。")


def _answer(rule: str, case: Any, as_of: date) -> Case:
    if not isinstance(case, dict):
        return {"id": None, "error": "事例がオブジェクトではありません。"}
    if not isinstance(case.get("id"), str | int | None):
        return {"id": None, "error": "「id」は文字列で書いてください。"}
    try:
        return {"id": case.get("id"), **RULES[rule](case, as_of)}
    except ValueError as error:
        return {"id": case.get("id"), "error": str(error)}
    except OverflowError:
        return {"id": case.get("id"), "error": "日付または数が大きすぎます。"}


# 延滞金 --------------------------------------------------------------------------------------------


def _late_charge(case: Case, _: date) -> Case:
    due_on = _likely_day(case, "due_date")
    rates = late_charge_rates()
    if (assumed := _get(case, "assumed_rate", dict, None)) is not None:
        rates = rates.assuming(
            first=_fraction(assumed, "first"), after=_fraction(assumed, "after"), name=_get(assumed, "name", str)
        )
    charge = late_charge(
        due_on=due_on,
        principal_yen=_get(case, "principal", int),
        payments=[Payment(_likely_day(paid, "date"), _get(paid, "amount", int)) for paid in _objects(case, "payments")],
        as_of=_likely_day(case, "as_of"),
        terms=_late_charge_terms(case, due_on),
        rates=rates,
        relief=[
            Relief(_day(period, "from"), _day(period, "to"), _choice(period, "kind", ReliefKind))
            for period in _objects(case, "relief")
        ],
    )
    return {
        "yen": charge.yen,
        "raw_yen": charge.raw_yen,
        "estimated": charge.estimated,
        "steps": [
            {
                "from": step.from_on.isoformat(),
                "to": step.to_on.isoformat(),
                "days": step.days,
                "base": step.base_yen,
                "rate_percent": percent(step.rate),
                "yen": step.yen,
                "label": step.label,
                "text": step.text,
            }
            for step in charge.steps
        ],
    }


def _late_charge_terms(case: Case, due_on: date) -> LateChargeTerms:
    regime = _get(case, "regime", str)
    rate = _fraction(case, "rate") if case.get("rate") is not None else None
    if regime == "civil":
        regime, rate = Regime.FLAT.value, rate if rate is not None else civil_rate(due_on + ONE_DAY, civil_rates())
    return LateChargeTerms(
        _choice({"regime": regime}, "regime", Regime),
        first_bracket_months=_get(case, "first_bracket_months", int, 1),
        rate=rate,
        rounding=_choice(case, "rounding", Rounding, Rounding.SEGMENT),
        truncate_principal=_get(case, "truncate_principal", bool, True),
        min_total_yen=_get(case, "min_total", int, 1_000),
        floor_unit_yen=_get(case, "floor_unit", int, 100),
    )


# 時効 ----------------------------------------------------------------------------------------------


def _prescription(case: Case, today: date) -> Case:
    result = prescription(
        start_on=_day(case, "start_day"),
        terms=PrescriptionTerms(
            _get(case, "period_years", int),
            needs_enyo=_get(case, "needs_enyo", bool, False),
            stop_day_counts=_get(case, "stop_day_counts", bool, False),
        ),
        events=[_event(event) for event in _objects(case, "events")],
        as_of=_day(case, "as_of") if case.get("as_of") is not None else today,
    )
    return {
        "last_day": _iso(result.last_day),
        "extinct_from": _iso(result.extinct_from),
        "status": result.status.label,
        "steps": [
            {
                "on": step.on.isoformat(),
                "event": step.kind,
                "effective": step.effective,
                "start_day": step.start_on.isoformat(),
                "last_day": _iso(step.last_day),
                "text": step.text,
            }
            for step in result.steps
        ],
    }


def _event(event: Case) -> Event:
    kind, on = _choice(event, "type", EventKind), _day(event, "date")
    if kind is not EventKind.DEFERRAL:
        return Event(kind, on)
    return Event(kind, on, _day(event, "from"), _day(event, "to"), _get(event, "by_application", bool, False))


# 給与差押 ------------------------------------------------------------------------------------------


def _wage_seizure(case: Case, _: date) -> Case:
    kind, given = _choice(case, "kind", PayKind), _get(case, "input", dict)
    if kind is PayKind.CIVIL:
        net_yen, maintenance = _get(given, "net", int), _get(given, "maintenance", bool, False)
        return asdict(civil_wage_seizure(net_yen=net_yen, maintenance=maintenance))
    return asdict(
        wage_seizure(
            kind=kind,
            gross_yen=_get(given, "gross", int),
            income_tax_yen=_get(given, "income_tax", int),
            resident_tax_yen=_get(given, "resident_tax", int),
            social_insurance_yen=_get(given, "social_insurance", int),
            dependants=_get(given, "dependants", int),
            years=_get(given, "years", int, _REQUIRED if kind is PayKind.RETIREMENT else 0),
        )
    )


# 充当 ----------------------------------------------------------------------------------------------

_TAX_NAMES = {"tesuryo": "cost_yen", "principal": "principal_yen", "entaikin": "late_yen"}
_CIVIL_NAMES = {"cost": "cost_yen", "interest": "late_yen", "principal": "principal_yen"}
_TAX_REGIMES = ("tax_voluntary", "tax_seizure")
_CIVIL_REGIMES = (
    "civil_default",
    "civil_agreed_principal_first",
    "civil_multi_no_designation",
    "civil_multi_same_due",
    "civil_multi_interest_first",
)


def _allocation(case: Case, _: date) -> Case:
    regime = _get(case, "regime", str)
    if regime == "kafunou":
        return _refund(case)
    if regime not in (*_TAX_REGIMES, *_CIVIL_REGIMES, "designation"):
        raise ValueError(f"充当の方法「{regime}」は登録されていません。")
    claims = _objects(case, "claims", _REQUIRED)
    civil = regime in _CIVIL_REGIMES or (regime == "designation" and _are_private(claims))
    names = _CIVIL_NAMES if civil else _TAX_NAMES
    payment_yen, debts = _get(case, "payment", int), [_debt(claim, names) for claim in claims]
    designated = _names(case, "designated", required=regime == "designation")
    if civil:
        principal_first = regime == "civil_agreed_principal_first"
        result = allocate_civil(
            payment_yen=payment_yen, debts=debts, principal_first=principal_first, designated=designated
        )
    else:
        result = allocate_tax(
            payment_yen=payment_yen,
            debts=debts,
            shobunhi_yen=_get(case, "shobunhi", int, 0),
            fee_rank=_choice(case, "tesuryo_rank", FeeRank, FeeRank.BEFORE_PRINCIPAL),
            designated=designated,
        )
    return _allocated(result, names)


def _refund(case: Case) -> Case:
    """過誤納: what is open is paid first, the rest goes back (地方税法17条, 17条の2)."""
    debts = [_debt(claim, _TAX_NAMES) for claim in _objects(case, "unpaid")]
    answer = _allocated(allocate_tax(payment_yen=_get(case, "overpaid", int), debts=debts), _TAX_NAMES)
    for line in answer["lines"]:
        line["juto"] = sum(line[name] for name in _TAX_NAMES)
    return answer


def _are_private(claims: list[Case]) -> bool:
    private = [claim for claim in claims if {"interest", "cost"} & claim.keys()]
    if private and len(private) < len(claims):
        raise ValueError("税と私債権が混ざっています。分けて充当してください。")
    return bool(private)


def _debt(claim: Case, names: dict[str, str]) -> Debt:
    if foreign := sorted(((_TAX_NAMES.keys() | _CIVIL_NAMES.keys()) - names.keys()) & claim.keys()):
        raise ValueError(f"この充当の方法では使えない項目です: {'、'.join(foreign)}")
    due_on = _likely_day(claim, "due") if claim.get("due") is not None else None
    amounts = {field: _get(claim, name, int, 0) for name, field in names.items()}
    return Debt(_get(claim, "name", str, ""), due_on=due_on, benefit=_get(claim, "benefit", int, 0), **amounts)


def _allocated(result: Allocation, names: dict[str, str]) -> Case:
    return {
        "lines": [
            {"name": line.key, **{name: getattr(line, field) for name, field in names.items()}} for line in result.lines
        ],
        "shobunhi": result.shobunhi_yen,
        "refund": result.refund_yen,
    }


# バーコード ----------------------------------------------------------------------------------------


def _barcode(case: Case, _: date) -> Case:
    if "data" in case:
        return _slip(_get(case, "data", str))
    made = barcodes.customer_barcode(
        _get(case, "postal", str), _get(case, "address", str, ""), number=_get(case, "disp", str, None)
    )
    return {"codes": " ".join(made.codes) if made else None, "bars": made.bars if made else None}


def _slip(data: str) -> Case:
    try:
        fields = barcodes.read_slip(data)
    except ValueError:
        return {"valid": False, "fields": None, "code128_check": None}
    return {"valid": True, "fields": asdict(fields), "code128_check": barcodes.code128_check(data)}


RULES: dict[str, Callable[[Case, date], Case]] = {
    "late_charge": _late_charge,
    "prescription": _prescription,
    "wage_seizure": _wage_seizure,
    "allocation": _allocation,
    "barcode": _barcode,
}


# Reading a case ------------------------------------------------------------------------------------

_TYPE_NAMES = {int: "整数", str: "文字列", bool: "true か false", dict: "オブジェクト", list: "配列"}


def _get(case: Case, name: str, kind: type, default: Any = _REQUIRED) -> Any:
    """The value of ``name``, which must be of ``kind``; a missing one or null is the default or an error."""
    value = case.get(name)
    if value is None:
        if default is _REQUIRED:
            raise ValueError(f"「{name}」がありません。")
        return default
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"「{name}」は{_TYPE_NAMES[kind]}で書いてください。")
    if kind is int and abs(value) >= LARGEST:
        raise ValueError(f"「{name}」の数が大きすぎます。")
    return value


def _objects(case: Case, name: str, default: Any = ()) -> list[Case]:
    values = list(_get(case, name, list, default))
    if not all(isinstance(value, dict) for value in values):
        raise ValueError(f"「{name}」の中身はオブジェクトで書いてください。")
    return values


def _day(case: Case, name: str) -> date:
    text = _get(case, name, str)
    try:
        return parse_as(text, "iso")
    except ValueError as error:
        raise ValueError(f"「{name}」: {error}") from None


def _likely_day(case: Case, name: str) -> date:
    day = _day(case, name)
    if day.year not in YEARS:
        raise ValueError(f"「{name}」の年を確かめてください: {day.isoformat()}")
    return day


def _fraction(case: Case, name: str) -> Fraction:
    """A rate a year, from 0 to 1 (100 %)."""
    value = case.get(name)
    if isinstance(value, str | int | Decimal) and _RATE.fullmatch(str(value)):
        try:
            if (rate := Fraction(str(value))) <= 1:
                return rate
        except ZeroDivisionError:
            pass
    raise ValueError(f"「{name}」の率が読めません(3/100 や 0.03 のように、1年あたり0以上1以下で書いてください)。")


def _choice(case: Case, name: str, choices: type[_Choice], default: Any = _REQUIRED) -> _Choice:
    value = _get(case, name, str, default)
    try:
        return choices(value)
    except ValueError:
        raise ValueError(f"「{name}」の「{value}」は登録されていません。") from None


def _names(case: Case, name: str, *, required: bool) -> list[str]:
    value = case.get(name)
    names = [value] if isinstance(value, str) else (value or [])
    if not isinstance(names, list) or not all(isinstance(key, str) for key in names) or (required and not names):
        raise ValueError(f"「{name}」に、指定する債権の名前を書いてください。")
    return names


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
