"""Cases out and in as JSON or CSV: signal → case → attempts → results, checked by the schema both ways.

No name, no address, no note and no yen is in it. The CSV holds the same facts, a line each (種別), and is read into the same
shape, so that one schema judges both.
"""

import csv
import io
import json
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from jsonschema import Draft202012Validator, FormatChecker

from toyota_collect import audit
from toyota_collect.csv_out import as_text, from_text
from toyota_collect.dated import value_on
from welfare.models import Referral, SupportCase
from welfare.services import cases

SCHEMA = Path(__file__).parent / "data" / "exchange.schema.json"
VERSION = 1
MOST_PROBLEMS = 50
COLUMNS = (
    "row", "id", "sent_on", "basis", "crisis", "warm_handover", "received_on", "closed_on",
    "on", "part", "channel", "reached", "code", "hold_until",
)  # fmt: skip
ROWS = {
    "signal": ("id", "sent_on", "basis", "crisis", "warm_handover"),
    "case": ("id", "received_on", "closed_on"),
    "attempt": ("id", "on", "part", "channel", "reached"),
    "result": ("id", "on", "code", "hold_until"),
}
BOOLEANS = ("crisis", "warm_handover", "reached")


class ExchangeRefused(Exception):
    """The file is not taken in; ``problems`` say where and why, in Japanese. Nothing was written."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("ファイルを取り込めません。")
        self.problems = problems


def message(*, on: date) -> dict[str, Any]:
    """All cases whose basis is in force on the day, as the schema has them."""
    referrals = Referral.objects.open_to_workers(on=on).filter(handed_on__isnull=False).order_by("pk")
    found = list(referrals.prefetch_related("meetings", "case__attempts", "case__results"))
    return {
        "version": VERSION,
        "municipality": str(value_on("standard.city_code", on)),
        "made_on": on.isoformat(),
        "signals": [
            {
                "id": one.case_number,
                "sent_on": one.handed_on.isoformat(),
                "basis": "consent" if one.consent_id else "conference",
                "crisis": one.lane == Referral.Lane.URGENT,
                "warm_handover": any(meeting.outcome in ("planned", "held") for meeting in one.meetings.all()),
            }
            for one in found
        ],
        "cases": [_case(one.case, one.case_number) for one in found if hasattr(one, "case")],
    }


def to_json(found: dict[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def to_csv(found: dict[str, Any]) -> str:
    """The same facts, a line each; the first line tells version, municipality and day."""
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=COLUMNS, lineterminator="\r\n")
    out.write(f"#{found['version']},{found['municipality']},{found['made_on']}\r\n")
    writer.writeheader()
    for row in _rows(found):
        writer.writerow({name: as_text(_cell(value)) for name, value in row.items()})
    return out.getvalue()


def read(content: bytes) -> dict[str, Any]:
    """The message of a JSON or CSV file, as the schema allows it.

    Raises:
        ExchangeRefused: not UTF-8, neither JSON nor our CSV, or not as the schema has it.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ExchangeRefused(["文字コードがUTF-8ではありません。UTF-8で書き出してください。"]) from error
    try:
        found = json.loads(text) if text.lstrip().startswith("{") else _from_csv(text)
    except (ValueError, KeyError, RecursionError, csv.Error) as error:
        raise ExchangeRefused(
            ["JSONとしても、書き出しと同じ形のCSVとしても読めません。書き出したファイルの形に合わせてください。"]
        ) from error
    if problems := problems_of(found):
        raise ExchangeRefused(problems)
    return dict(found)


def problems_of(found: Any) -> list[str]:
    """What is not as the schema has it, each with its place."""
    errors = sorted(_validator().iter_errors(found), key=lambda error: [str(part) for part in error.absolute_path])
    return [
        f"{'/'.join(str(part) for part in error.absolute_path) or '（全体）'}：{_reason(error)}"
        for error in errors[:MOST_PROBLEMS]
    ]


@transaction.atomic
def take_in(content: bytes, *, by: Any, on: date) -> dict[str, int]:
    """Write attempts and results of a file: whole or not at all; what is known already is written no second time.

    Raises:
        ExchangeRefused: the file or one of its facts cannot be taken in; nothing was written.
    """
    found = read(content)
    counts = {"cases": 0, "attempts": 0, "results": 0}
    problems: list[str] = []
    open_ones = {one.case_number: one for one in Referral.objects.open_to_workers(on=on)}
    for row in found["cases"]:
        referral = open_ones.get(row["signal"])
        if referral is None:
            problems.append(f"{row['signal']}：この番号の件はないか、同意が終わっています。")
            continue
        try:
            _take_case(row, referral, counts, by=by, on=on)
        except cases.CaseRefused as refused:
            problems.append(f"{row['signal']}：{refused}")
    if problems:
        raise ExchangeRefused(problems)
    audit.record(event="exchange.taken_in", by=by, key=found["made_on"], detail=counts)
    return counts


def _take_case(row: dict[str, Any], referral: Referral, counts: dict[str, int], *, by: Any, on: date) -> None:
    case = cases.receive(referral_id=referral.pk, by=by, on=on)
    # What was received and worked on elsewhere keeps its own day.
    received_on = max(date.fromisoformat(row["received_on"]), referral.handed_on or case.received_on)
    if received_on < case.received_on:
        case.received_on = received_on
        case.save()
    before = (case.attempts.count(), case.results.count())
    for one in row["attempts"]:
        facts = {name: one[name] for name in ("part", "channel", "reached")}
        cases.attempt(case_id=case.pk, day=date.fromisoformat(one["on"]), by=by, on=on, **facts)
    for one in sorted(row["results"], key=lambda result: str(result["on"])):
        until = date.fromisoformat(one["hold_until"]) if one.get("hold_until") else None
        day = date.fromisoformat(one["on"])
        cases.answer(case_id=case.pk, code=one["code"], day=day, hold_until=until, by=by, on=on)
    if row.get("closed_on"):
        cases.close(case_id=case.pk, day=date.fromisoformat(row["closed_on"]), by=by, on=on)
    counts["cases"] += 1
    counts["attempts"] += case.attempts.count() - before[0]
    counts["results"] += case.results.count() - before[1]


def _case(case: SupportCase, number: str) -> dict[str, Any]:
    attempts = sorted(case.attempts.all(), key=lambda one: (one.on, one.pk))
    results = sorted(case.results.all(), key=lambda one: (one.on, one.pk))
    return {
        "signal": number,
        "received_on": case.received_on.isoformat(),
        **({"closed_on": case.closed_on.isoformat()} if case.closed_on else {}),
        "attempts": [
            {"on": one.on.isoformat(), "part": one.part, "channel": one.channel, "reached": one.reached}
            for one in attempts
        ],
        "results": [
            {
                "on": one.on.isoformat(),
                "code": one.code,
                **({"hold_until": one.hold_until.isoformat()} if one.hold_until else {}),
            }
            for one in results
        ],
    }


def _rows(found: dict[str, Any]) -> Iterable[dict[str, Any]]:
    for signal in found["signals"]:
        yield {"row": "signal", **signal}
    for case in found["cases"]:
        number = {"id": case["signal"]}
        yield {"row": "case", **number, **{name: case.get(name, "") for name in ("received_on", "closed_on")}}
        for kind in ("attempt", "result"):
            for one in case[f"{kind}s"]:
                yield {"row": kind, **number, **one}


def _from_csv(text: str) -> dict[str, Any]:
    """The message of our CSV. Raises ``ValueError`` or ``KeyError`` where it is none."""
    head, _, body = text.partition("\n")
    version, municipality, made_on = head.strip().removeprefix("#").split(",")[:3]
    found: dict[str, Any] = {
        "version": int(version),
        "municipality": municipality,
        "made_on": made_on,
        "signals": [],
        "cases": [],
    }
    known: dict[str, dict[str, Any]] = {}
    for line in csv.DictReader(io.StringIO(body)):
        kind = line["row"]
        facts = {name: _value(name, from_text(line[name])) for name in ROWS[kind] if line[name]}
        number = facts["id"]
        if kind == "signal":
            found["signals"].append(facts)
        elif kind == "case":
            facts["signal"] = facts.pop("id")
            known[number] = facts | {"attempts": [], "results": []}
            found["cases"].append(known[number])
        else:
            known[number][f"{kind}s"].append({name: value for name, value in facts.items() if name != "id"})
    return found


def _cell(value: Any) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _value(name: str, text: str) -> Any:
    """A cell as JSON has it; a truth that is neither 0 nor 1 stays text, and the schema refuses it."""
    return {"0": False, "1": True}.get(text, text) if name in BOOLEANS else text


@cache
def _validator() -> Draft202012Validator:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return Draft202012Validator(schema, format_checker=FormatChecker(["date"]))


REASONS = {
    "required": "要る項目がありません",
    "additionalProperties": "決まりにない項目があります",
    "enum": "決まった値のどれでもありません",
    "const": "決まった値と違います",
    "format": "日付ではありません",
    "pattern": "書き方が違います",
    "type": "値の型が違います",
    "uniqueItems": "同じものが2つあります",
}


def _reason(error: Any) -> str:
    if error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        return f"{REASONS['required']}（{'・'.join(missing)}）。"
    shown = "" if isinstance(error.instance, dict | list) else f"（{str(error.instance)[:40]}）"
    return f"{REASONS.get(error.validator, '形が違います')}{shown}。"
