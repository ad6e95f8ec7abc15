"""What the pages show of events of life (異動): the list with its filters, and a person's course."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet

from debtors.models import LifeEvent, Person
from debtors.presence import nothing_of
from debtors.protection import hidden_people
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import Happening

KIND = LifeEvent.Kind
HIDDEN_LABEL = "住所・世帯の異動"
# Kinds are filtered in groups: a filter for one of the whereabouts would tell what the row does not.
GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "home": ("住所・世帯", LifeEvent.WHEREABOUTS),
    "died": ("死亡", (KIND.DIED,)),
    "renamed": ("氏名", (KIND.RENAMED,)),
    "protection": ("支援措置", (KIND.PROTECTED, KIND.UNPROTECTED)),
    "welfare": ("生活保護", (KIND.WELFARE_START, KIND.WELFARE_STOP)),
}


def nav_waiting(_: Any) -> tuple[QuerySet[LifeEvent], ...]:
    return (LifeEvent.objects.of_people().to_do(),)


def filters(*, group: str, done: bool) -> dict[str, Any]:
    """The chosen events, and the filters with their counts."""
    found = LifeEvent.objects.of_people()
    shown = found.filter(work_item__isnull=False) if done else found.to_do()
    kinds = GROUPS[group][1] if group in GROUPS else tuple(KIND.values)
    state = "&state=all" if done else ""
    bar = [{"label": "すべて", "url": f"?kind={state}", "count": shown.count(), "current": group not in GROUPS}]
    for code, (label, members) in GROUPS.items():
        count = shown.filter(kind__in=members).count()
        bar.append({"label": label, "url": f"?kind={code}{state}", "count": count, "current": code == group})
    bar.append(
        {"label": "済みも見る" if not done else "残りだけ", "url": f"?kind={group}" + ("" if done else "&state=all")}
        | {"count": None, "current": False}
    )
    return {"events": shown.filter(kind__in=kinds).order_by("-on", "-pk"), "filters": bar}


def rows_of(events: Iterable[LifeEvent], user: Any, *, on: date) -> list[dict[str, Any]]:
    """A line an event. Of people under protection it says nothing about places and households."""
    found = list(events)
    hidden = hidden_people({event.identity.person_id for event in found}, on=on)
    return [_row(event, user, hidden=event.identity.person_id in hidden) for event in found]


def _row(event: LifeEvent, user: Any, *, hidden: bool) -> dict[str, Any]:
    secret = hidden and event.kind in LifeEvent.WHEREABOUTS
    item = event.work_item
    done = event.handled_on or (event.kind != KIND.UNPROTECTED and item and item.closed_at)
    return {
        "event": event,
        "person": event.identity.person,
        "hidden": hidden,
        "label": HIDDEN_LABEL if secret else event.get_kind_display(),
        "what": "支援措置のため内容は表示しません" if secret else _what(event),
        "item": item,
        "step": item.next_step if item else "",
        "done": done,
        "outcome": event.outcome or (item.outcome if item else ""),
        "open_url": item.subject_url if item and not done else "",
        "may_handle": allows(user, Permission.APPROVE if event.kind == KIND.UNPROTECTED else Permission.CONTACT_WRITE),
    }


def _what(event: LifeEvent) -> str:
    return f"{event.before} → {event.after}" if event.before or event.after else ""


def happenings(person: Person, user: Any, on: date) -> Iterator[Happening]:
    """The person's events of life, for those who see its course."""
    if not allows(user, Permission.CONTACT_VIEW) or nothing_of(LifeEvent, [person.pk], by="identity"):
        return
    hidden = person.pk in hidden_people([person.pk], on=on)
    for event in LifeEvent.objects.filter(identity__person=person).exclude(kind=KIND.PROTECTED):  # shown by its measure
        secret = hidden and event.kind in LifeEvent.WHEREABOUTS
        text = HIDDEN_LABEL if secret else " ".join(filter(None, (event.get_kind_display(), _what(event))))
        done = f"。{event.outcome}" if event.outcome else ""
        yield Happening(event.on, "異動", f"{text}{done}", event.origin, "life")
