"""What the pages of 生活再建猶予 show: the panel of a person, the lists, what a switch would do, one respite."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from claims.models import Claim
from debtors.joined import together
from debtors.models import Person
from debtors.presence import rows_of
from toyota_collect.business_date import business_date
from toyota_collect.calendar import ONE_DAY
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import BoardLine, Happening
from toyota_collect.wareki import long_text
from welfare.loop import Wait, newest_respite
from welfare.models import Respite
from welfare.rules.respite import Standing, longest_last_day, standing, usual_last_day
from welfare.services.respite_effects import (
    REASON,
    Line,
    claims_of,
    lines_of,
    offers_for,
    silenced,
    terms_on,
    ways,
)

RUNNING = Respite.State.RUNNING
STATES = {
    Standing.COMING: ("これから", "act"),
    Standing.RUNNING: ("止めています", "good"),
    Standing.REVIEW_DUE: ("見直し日超過", "urgent"),
    Standing.ENDING: ("まもなく終わる", "care"),
    Standing.OVER_UNREVIEWED: ("見直しのないまま終了", "urgent"),
    Standing.OVER: ("終わった", ""),
}


def lists(*, on: date) -> dict[str, tuple[str, QuerySet[Respite]]]:
    """The lists of the page by key: label and rows, the nearest day first."""
    rows = Respite.objects.select_related("person", "hold", "approval", "by")
    running = rows.filter(state=RUNNING)
    lead = timedelta(days=terms_on(on).end_lead_days)
    return {
        "alarm": ("見直しが要る", running.filter(alarming(on)).order_by("hold__ends_on", "pk")),
        "ending": (
            "まもなく終わる",
            running.filter(hold__ends_on__gt=on, hold__ends_on__lte=on + lead + ONE_DAY).order_by(
                "hold__ends_on", "pk"
            ),
        ),
        "running": ("続いている", running.filter(hold__ends_on__gt=on).order_by("hold__ends_on", "pk")),
        "asked": ("決裁待ち", rows.filter(state=Respite.State.ASKED, approval__decision="").order_by("pk")),
        "ended": ("終わった", rows.filter(state=Respite.State.ENDED).order_by("-settled_on", "-pk")),
    }


def alarming(on: date) -> Q:
    """Running ones whose review day has passed, or that came to their end without anybody's look."""
    return Q(hold__ends_on__lte=on) | Q(hold__review_on__lt=on)


def nav_waiting(_: Any) -> tuple[QuerySet[Respite], ...]:
    """Those that ask for a look."""
    return (Respite.objects.filter(alarming(business_date()), state=RUNNING),)


def board_lines(user: Any, on: date) -> Iterator[BoardLine]:
    """Alarms for the supervisor's board: ended unseen, review overdue, a clock that would end inside and was never decided on."""
    if not allows(user, Permission.HOLD_WRITE):
        return
    running, url = Respite.objects.filter(state=RUNNING), f"{reverse('welfare:respites')}?show=alarm"
    if over := running.filter(hold__ends_on__lte=on).count():
        text = f"生活再建猶予が、見直しのないまま終わりました（{over:,}人）。催告や電話が再び始まります"
        yield BoardLine("警報", "urgent", text, url)
    late = running.filter(hold__ends_on__gt=on, hold__review_on__lt=on).count()
    if late:
        yield BoardLine("見直し", "urgent", f"生活再建猶予の見直しの日を過ぎたものが{late:,}人あります", url)
    if people := clocks_nobody_decided(on=on):
        text = f"生活再建猶予の間に時効が終わる期別が、始めたあとに{len(people):,}人で見つかりました"
        yield BoardLine("時効", "care", text, f"{reverse('welfare:respites')}?show=running")


def clocks_nobody_decided(*, on: date) -> dict[int, list[Claim]]:
    """By respite, claims whose clock ends inside it and of which nobody was told when it began: they came or changed since."""
    found: dict[int, list[Claim]] = {}
    for one in Respite.objects.filter(state=RUNNING, hold__ends_on__gt=on).select_related("hold"):
        assert one.hold is not None
        assert one.hold.ends_on is not None
        told = {line["claim"] for line in one.effects if line["ends_inside"]}
        ending = Claim.objects.outstanding().filter(
            identity__person=one.person_id, prescribes_on__gte=on, prescribes_on__lt=one.hold.ends_on
        )
        if new := list(ending.exclude(pk__in=told).select_related("kind")):
            found[one.pk] = new
    return found


def happenings(person: Person, user: Any, on: date) -> Iterator[Happening]:
    """Reviews and letters in the person's course."""
    if not allows(user, Permission.CONTACT_VIEW):
        return
    people = together(person.pk)
    begun = Respite.objects.filter(person__in=people, hold__isnull=False).select_related("by")
    for one in rows_of(begun, people):
        link = {"url": reverse("welfare:respite", args=[one.pk]), "action": "開く"}
        for review in one.reviews.select_related("by"):
            text = f"生活再建猶予の見直し：{review.get_outcome_display()}。{review.text}"
            yield Happening(review.on, "見直し", text, str(review.by), "hold", topic="hold", **link)


def standing_of(respite: Respite, *, on: date) -> Standing:
    """Where a respite that began stands."""
    hold = respite.hold
    assert hold is not None
    assert hold.ends_on is not None
    return standing(
        starts_on=hold.starts_on,
        ends_on=hold.ends_on,
        review_on=hold.review_on,
        settled=respite.state == Respite.State.ENDED,
        on=on,
        end_lead_days=terms_on(on).end_lead_days,
    )


def panel_context(person: Person, *, on: date) -> dict[str, Any]:
    """The newest respite of the person, whoever they were before they were found to be one."""
    newest = newest_respite(person)
    return {"person": person, "respite": newest} | (row_of(newest, on=on) if newest else {})


def row_of(respite: Respite, *, on: date) -> dict[str, Any]:
    """A line of a list: the state with its tone, and the last day."""
    if respite.hold is None or respite.hold.ends_on is None:
        label = "決裁待ち" if respite.waits else "差戻し"
        return {"respite": respite, "state": (label, "act"), "last_on": respite.ends_on - ONE_DAY}
    return {
        "respite": respite,
        "state": STATES[standing_of(respite, on=on)],
        "last_on": respite.hold.ends_on - ONE_DAY,
        "review_on": respite.hold.review_on,
    }


def proposed(*, on: date, starts_on: date, wait: Wait | None = None) -> dict[str, date]:
    """The days the form begins with: the day until which welfare asks to wait, or the usual ones."""
    terms = terms_on(on)
    last_on = usual_last_day(terms, starts_on=starts_on)
    if wait and wait.until > starts_on:
        last_on = min(wait.until, longest_last_day(terms, starts_on=starts_on))
    return {"last_on": last_on, "review_on": min(last_on, starts_on + timedelta(days=terms.review_days))}


def plan_context(person: Person, *, on: date, starts_on: date, last_on: date) -> dict[str, Any]:
    """What the switch would do: claim by claim, way by way, and what it offers instead.

    Raises:
        NotAllowed, TermsMissing, SettingMissing: the tables lack something.
    """
    claims = claims_of(person)
    lines = lines_of(claims, on=on, starts_on=starts_on, ends_on=last_on + ONE_DAY)
    closed, open_ = ways(silenced(on=starts_on))
    return {
        "person": person,
        "lines": lines,
        "total_yen": sum(line.due.total_yen for line in lines),
        "inside": inside(lines),
        "closed": closed,
        "open": [way for way in open_ if way.channels],
        "helping": [way for way in open_ if not way.channels],
        "offers": offers_for(person, claims, on=on),
        "starts_on": starts_on,
        "last_on": last_on,
    }


def inside(lines: Sequence[Line]) -> list[Line]:
    """Lines whose clock would end while it lasts, the nearest first."""
    found = [line for line in lines if line.effect.ends_inside]
    return sorted(found, key=lambda line: line.effect.last_day or date.max)


def respite_context(respite: Respite, *, on: date) -> dict[str, Any]:
    """One respite: its claims as they were told and those that came since, its reviews, and what it offers."""
    hold, person = respite.hold, respite.person
    ends_on = hold.ends_on if hold and hold.ends_on else respite.ends_on
    claims = claims_of(person)
    lines = lines_of(claims, on=on, starts_on=respite.starts_on, ends_on=ends_on)
    told = {line["claim"] for line in respite.effects}
    closed, open_ = ways(hold.channels if hold else silenced(on=respite.starts_on))
    return row_of(respite, on=on) | {
        "person": person,
        "over": bool(hold and ends_on <= on),
        "running": respite.state == RUNNING and on < ends_on,
        "lines": lines,
        "new": [line for line in lines if line.claim.pk not in told],
        "inside": inside(lines),
        "total_yen": sum(line.due.total_yen for line in lines),
        "closed": closed,
        "open": [way for way in open_ if way.channels],
        "offers": offers_for(person, claims, on=on),
        "reviews": list(respite.reviews.select_related("by")),
        "extended_by": Respite.objects.filter(extends=respite).exclude(state=Respite.State.DROPPED).first(),
        "facts": _facts(respite),
        "reason": REASON.label,
        "on": on,
    }


def _facts(respite: Respite) -> list[tuple[str, str]]:
    decided = respite.approval.decided_by if respite.approval else (respite.by if respite.hold else None)
    rows = [
        ("理由", respite.why),
        ("福祉部局との相談", respite.consulted),
        ("時効が終わる期別をどうするか", respite.clock_plan),
        ("起案", f"{respite.by}　{long_text(respite.asked_on)}"),
        ("決定", str(decided) if decided else ""),
    ]
    return [(name, value) for name, value in rows if value]
