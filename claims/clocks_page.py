"""時効ボード: the clocks of one person on one axis of time, and beside them what an act would make of them.

Places on the axis are percentages of its width with two decimals, as text for SVG attributes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from claims.models import Claim
from claims.rules.prescription import EventKind, Prescription
from claims.services.charges import TermsMissing
from claims.services.clock_acts import ENDING, OF_OTHERS
from claims.services.clocks import ClockUnknown
from claims.services.what_if import ACT_LABELS, Act, Outcome, WhatIf, summary
from debtors.models import Person
from toyota_collect.calendar import ONE_DAY, fiscal_year
from toyota_collect.templatetags.tc import date_short_text, fiscal_year_short

MARKS = {
    EventKind.DUNNING_TAX: ("督", "renew"),
    EventKind.DUNNING: ("督", "renew"),
    EventKind.ACKNOWLEDGEMENT: ("承", "renew"),
    EventKind.PART_PAYMENT: ("納", "renew"),
    EventKind.SEIZURE: ("差", "hold"),
    EventKind.SEIZURE_END: ("解", "renew"),
    EventKind.SEIZURE_CANCELLED: ("取", "grace"),
    EventKind.PARTICIPATION: ("交", "hold"),
    EventKind.PARTICIPATION_END: ("終", "renew"),
    EventKind.SUIT: ("訴", "hold"),
    EventKind.JUDGMENT: ("判", "renew"),
    EventKind.SUIT_WITHDRAWN: ("下", "grace"),
    EventKind.DEMAND: ("催", "grace"),
    EventKind.DEFERRAL: ("猶", "hold"),
    EventKind.STOP: ("停", "stop"),
    EventKind.STOP_CANCELLED: ("続", "stop"),
    EventKind.ENYO: ("援", "stop"),
}
PAST_YEARS, FUTURE_YEARS = 8, 11  # what lies further away is drawn at the edge
MARKS_APART = 1.7  # percent of the axis; of nearer marks of one kind only the last is drawn
EXPLAINED = {
    Act.NOTHING: "いまの時計のまま進みます。",
    Act.DEMAND: "催告は時効を更新しません。6か月以内に終わる時計だけが、到達から6か月まで延びます。猶予の間の再度の催告には効力がありません。",
    Act.PART_PAYMENT: "一部の納付は、充てた期別だけの承認になり、翌日から新しい期間が始まります。ほかの期別は変わりません。",
    Act.DEED: "誓約書に1件ずつ書いた期別だけが、翌日から更新されます。",
    Act.DUNNING: "督促で更新するのは最初の1回だけです。いつから更新するかは種目ごとに決まっています。",
    Act.SEIZURE: "差押が続く間は完成しません。終わると翌日から新しい期間が始まり、取り消されると6か月の猶予だけが残ります。",
    Act.SUIT: "手続が続く間は完成しません。判決などが確定すると10年になり、取り下げると6か月の猶予だけが残ります。",
    Act.GRACE: "申請は承認にあたり更新します。猶予の期間（1年として試算）は時計が進みません。",
}


@dataclass(frozen=True)
class Axis:
    """Days as places; ``first`` is 1 April of a fiscal year, ``last`` 31 March."""

    first: date
    last: date

    def at(self, day: date) -> float:
        inside = min(max(day, self.first), self.last + ONE_DAY)
        return round((inside - self.first).days * 100 / ((self.last - self.first).days + 1), 2)

    @property
    def years(self) -> list[dict[str, Any]]:
        years = range(self.first.year, self.last.year)
        every = 1 if len(years) <= 12 else 2
        return [
            {
                "at": self.at(date(year, 4, 1)),
                "middle": round((self.at(date(year, 4, 1)) + self.at(date(year + 1, 4, 1))) / 2, 2),
                "name": fiscal_year_short(year) if (year - self.first.year) % every == 0 else "",
            }
            for year in years
        ]


@dataclass(frozen=True)
class Asked:
    """What the page is asked for (query values, cleaned)."""

    act: Act
    on: date
    claim: int | None = None
    only: bool = False


def context_of(person: Person, user: Any, *, today: date, asked: Asked) -> dict[str, Any]:
    """Context of the page; the number of queries does not depend on the claims."""
    claims = Claim.objects.visible_to(user).filter(identity__person=person).outstanding()
    found, unknown = _countable(list(claims.select_related("kind", "identity").order_by("pk")), today)
    if found is None or not found.claims:
        return {"rows": [], "unknown": unknown, "asked": asked, "today": today}
    order = sorted(found.claims, key=lambda claim: _nearest(found.now[claim.pk], claim, today))
    chosen = next((claim for claim in order if claim.pk == asked.claim), order[0])
    only = chosen.pk if asked.only or asked.act is Act.PART_PAYMENT else None
    outcomes = {one.claim.pk: one for one in found.outcomes(asked.act, on=asked.on, only=only)}
    axis = _axis(found, outcomes.values(), today)
    return {
        "rows": [_row(found, outcomes[claim.pk], axis, today, chosen) for claim in order],
        "unknown": unknown,
        "axis": axis,
        "today_at": axis.at(today),
        "asked": asked,
        "today": today,
        "only": only,
        "chosen": chosen,
        "chosen_name": name_of(chosen),
        "outcome": outcomes[chosen.pk],
        "terms": found.facts[chosen.pk].terms,
        "choices": [_choice(found, act, asked, chosen) for act in Act],
        "count": len(order),
        "yen": sum(claim.outstanding_yen for claim in order),
        "sum": summary(list(outcomes.values())),
        "groups": _groups([outcomes[claim.pk] for claim in order], only),
        "explained": EXPLAINED[asked.act],
        "events": [
            {
                "event": event,
                "open": event.kind in ENDING and not event.until,
                "ours": event.kind not in OF_OTHERS and not event.withdrawn_at,
            }
            for event in chosen.events.select_related("by")
        ],
    }


def name_of(claim: Claim) -> str:
    return f"{claim.kind.short_name} {fiscal_year_short(claim.levy_year)} {claim.instalment_label}"


def _countable(claims: Sequence[Claim], today: date) -> tuple[WhatIf | None, list[str]]:
    """The clocks, and in words those that cannot be run: one bad claim must not hide the others."""
    try:
        return WhatIf(claims, on=today), []
    except (ClockUnknown, TermsMissing):
        pass
    sound, unknown = [], []
    for claim in claims:
        try:
            WhatIf([claim], on=today)
        except (ClockUnknown, TermsMissing) as problem:
            unknown.append(f"{name_of(claim)}：{problem}")
        else:
            sound.append(claim)
    return (WhatIf(sound, on=today) if sound else None), unknown


def _nearest(clock: Prescription, claim: Claim, today: date) -> tuple[int, date, int]:
    """Sort key: running clocks by their end, then those without one, then the lapsed."""
    if clock.last_day is None:
        return 1, date.max, claim.pk
    return (2 if clock.last_day < today else 0), clock.last_day, claim.pk


def _axis(found: WhatIf, outcomes: Iterable[Outcome], today: date) -> Axis:
    days = [claim.due_on for claim in found.claims]
    days += [one.last_day for outcome in outcomes for one in (outcome.now, outcome.then) if one.last_day]
    first = max(fiscal_year(min([today, *days])), fiscal_year(today) - PAST_YEARS)
    last = min(fiscal_year(max([today, *days])), fiscal_year(today) + FUTURE_YEARS)
    return Axis(date(first, 4, 1), date(last + 1, 3, 31))


def _row(found: WhatIf, outcome: Outcome, axis: Axis, today: date, chosen: Claim) -> dict[str, Any]:
    claim, clock = outcome.claim, outcome.now
    return {
        "claim": claim,
        "name": name_of(claim),
        "clock": clock,
        "terms": found.facts[claim.pk].terms,
        "chosen": claim == chosen,
        "outcome": outcome,
        "lost": clock.last_day is not None and clock.last_day < today,
        "tone": _tone(clock, today),
        "due_at": axis.at(claim.due_on),
        "bars": _bars(clock, axis),
        "ghost": _ghost(outcome, axis),
        "end_at": axis.at(clock.last_day) if clock.last_day else None,
        "marks": _marks(clock, axis),
        "course": _course(claim, clock),
    }


def _tone(clock: Prescription, today: date) -> str:
    months = clock.warning_months(today)
    return "" if months is None else "1" if months == 1 else "6" if months <= 6 else "12"


def _bars(clock: Prescription, axis: Axis) -> list[dict[str, Any]]:
    """The running period, what is taken out of it, and the postponement after it."""
    end = clock.last_day or axis.last
    runs_until = min(clock.period_ends_on or end, end)
    bars = [_bar("run", clock.start_on, runs_until, axis)]
    if end > runs_until:
        bars.append(_bar("grace", runs_until + ONE_DAY, end, axis))
    bars += [_bar("off", max(a, clock.start_on), min(b, end), axis) for a, b in clock.suspended if b >= clock.start_on]
    return [bar for bar in bars if bar["width"] > 0]


def _ghost(outcome: Outcome, axis: Axis) -> dict[str, Any] | None:
    now, then = outcome.now.last_day, outcome.then.last_day
    if not outcome.moves:
        return None
    return _bar("ghost", now or axis.last, then or axis.last, axis) | {"end": axis.at(then) if then else None}


def _bar(kind: str, from_on: date, to_on: date, axis: Axis) -> dict[str, Any]:
    start, end = axis.at(from_on), axis.at(to_on + ONE_DAY)
    return {"kind": kind, "at": start, "width": round(max(0.0, end - start), 2)}


def _marks(clock: Prescription, axis: Axis) -> list[dict[str, Any]]:
    marks: list[dict[str, Any]] = []
    drawn: dict[str, float] = {}
    for step in reversed(clock.steps):
        if step.kind is None or step.on < axis.first:
            continue
        (mark, tone), at = MARKS[step.kind], axis.at(step.on)
        if abs(drawn.get(mark, -100.0) - at) >= MARKS_APART:
            drawn[mark] = at
            marks.append({"mark": mark, "tone": tone if step.effective else "none", "at": at})
    return marks[::-1]


def _course(claim: Claim, clock: Prescription) -> str:
    """The marks in words."""
    words = [f"納期限 {date_short_text(claim.due_on)}"]
    words += [f"{MARKS[step.kind][0]} {date_short_text(step.on)}" for step in clock.steps if step.kind]
    return "、".join(words)


def _choice(found: WhatIf, act: Act, asked: Asked, chosen: Claim) -> dict[str, Any]:
    """One radio: what it is called, and in a few words what it would do."""
    only = chosen.pk if asked.only or act is Act.PART_PAYMENT else None
    outcomes = [one for one in found.outcomes(act, on=asked.on, only=only) if only in (None, one.claim.pk)]
    counts = summary(outcomes)
    label = ACT_LABELS[act] + (f"：{name_of(chosen)}" if act is Act.PART_PAYMENT else "")
    if act is Act.NOTHING:
        note = ""
    elif counts["refused"] == counts["all"]:
        note = f"できません：{outcomes[0].refused}"
    else:
        note = f"動く時計 {counts['moved']}件" + (f"・できない {counts['refused']}件" if counts["refused"] else "")
        stopped = next((one.silenced for one in outcomes if one.silenced), "")
        note += f"。{stopped}" if stopped else ""
    return {"act": act, "label": label, "short": ACT_LABELS[act], "note": note, "current": act is asked.act}


def _groups(outcomes: Sequence[Outcome], only: int | None) -> list[dict[str, Any]]:
    """Outcomes of one kind and reason together, what moves first; what was not asked about is left out."""
    groups: dict[tuple[int, str], dict[str, Any]] = {}
    for one in outcomes:
        if only in (None, one.claim.pk):
            rank = 2 if one.refused else 0 if one.moves else 1
            text = one.refused or one.text
            group = groups.setdefault((rank, text), {"rank": rank, "text": text, "rows": [], "silenced": ""})
            group["rows"].append({"name": name_of(one.claim), "outcome": one})
            group["silenced"] = group["silenced"] or one.silenced
    return [groups[key] for key in sorted(groups, key=lambda key: key[0])]
