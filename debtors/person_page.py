"""What the shell of the person page shows; the panels come from the apps that own them."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.urls import reverse

from debtors.disclosure import identities_for, own_records, protection_of, shown
from debtors.models import CounterVisit, IdentityLink, Joining, OutsideEntry, Person, ProtectionFlag, SourceIdentity
from debtors.panels import PANEL_COLUMNS, panel_url, panels_for, visit_mark
from debtors.presence import nothing_of
from debtors.protection import hidden_people
from debtors.rules.certainty import EVIDENCE
from toyota_collect.calendar import ONE_DAY
from toyota_collect.permissions import Ground, Permission, allows
from toyota_collect.registry import Flag, registry
from toyota_collect.wareki import long_text

LINK_RULES = {"alone": "ほかの業務に同じ人は見つかっていません", "person": "職員が確認して結んだ"}
NOT_KEPT = Flag("", "この版ではまだ記録していません。")
NO_REVEAL = "住所の照会には、理由と別の人の決裁が要ります。"
MAYBE = Flag(
    "支援措置の人と同じ人かもしれない：居場所を見せない・言わない", f"住民記録の担当に確かめてください。{NO_REVEAL}"
)


def context_of(person: Person, user: Any, *, on: date) -> dict[str, Any]:
    """Head, flags, identities and the addresses of the panels; a constant number of queries."""
    hidden = person.pk in hidden_people([person.pk], on=on)
    head = shown(person, user, hidden=hidden, record=own_records([person.pk], user).get(person.pk))
    return {
        "person": person,
        "shown": head,
        "may_reveal": hidden and allows(user, Permission.ADDRESS_REVEAL),
        "household_size": _household_size(head.household_number, user, on=on),
        "flags": flags_of(person, user, on=on, hidden=hidden),
        "here": _visit_of(person, user),
        "panels": panels_by_column(person, user, mark := visit_mark(user, person.number)),
        "panels_url": f"{reverse('debtors:panels', args=[person.number])}?visit={mark}",
        "identities": (identities := _identities(person, user)),
        "may_unlink": allows(user, Permission.MATCH_REVIEW) and len(identities) > 1,
        "joined": _joined(person, user),
        "outside": OutsideEntry.objects.filter(identity__person=person).select_related("entered_by").first()
        if Person.objects.outside().filter(pk=person.pk).exists()
        else None,
    }


def _visit_of(person: Person, user: Any) -> CounterVisit | None:
    """The visit at the counter that goes on."""
    if not allows(user, Permission.CONTACT_VIEW) or nothing_of(CounterVisit, [person.pk]):
        return None
    found: CounterVisit | None = person.visits.filter(closed_at=None).first()
    return found


def panels_by_column(person: Person, user: Any, mark: str) -> dict[str, list[dict[str, str]]]:
    """Code, title and address of each panel the user may open, by column."""
    columns: dict[str, list[dict[str, str]]] = defaultdict(list)
    for panel in panels_for(user):
        column = panel.column if panel.column in PANEL_COLUMNS else "side"
        url = panel_url(panel, person.number, mark)
        columns[column].append({"code": panel.code, "title": panel.title, "url": url})
    return dict(columns)


def flags_of(person: Person, user: Any, *, on: date, hidden: bool | None = None) -> list[dict[str, Any]]:
    """The three fixed places; one that nobody has looked into says so instead of "none"."""
    if hidden is None:
        hidden = person.pk in hidden_people([person.pk], on=on)
    flags = {"protect": _protect(_protection(person, on=on), hidden=hidden, on=on)}
    for kind in ("safety", "living"):
        flags[kind] = registry.flags[kind](person, user, on) if kind in registry.flags else NOT_KEPT
    return [
        {"kind": kind, "on": bool(flag and flag.title), "flag": flag, "none": "未確認" if flag else "なし"}
        for kind, flag in flags.items()
    ]


def _protection(person: Person, *, on: date) -> ProtectionFlag | None:
    return None if nothing_of(ProtectionFlag, [person.pk]) else protection_of(person, on=on)


def _protect(protection: ProtectionFlag | None, *, hidden: bool, on: date) -> Flag | None:
    if protection is None:
        return MAYBE if hidden else None
    ends_on = protection.ends_on
    until = f"{long_text(ends_on - ONE_DAY)}まで。" if ends_on else "終わりの日は決まっていません。"
    if ends_on and ends_on <= on:
        until = f"{until}終わりを係長・課長が確かめるまで表示しません（「異動」の画面）。"
    return Flag("支援措置：居場所を見せない・言わない", f"{until}{NO_REVEAL}")


def _household_size(household_number: str, user: Any, *, on: date) -> int | None:
    if not household_number or not allows(user, Permission.CONTACT_VIEW):
        return None
    entries = SourceIdentity.objects.filter(household_number=household_number, ground=Ground.REGISTER, died_on=None)
    return entries.exclude(protections__in=ProtectionFlag.objects.hiding(on=on)).count()


def _identities(person: Person, user: Any) -> list[dict[str, Any]]:
    """Each linked source identity with the reason of its link, in words."""
    identities = list(identities_for(person, user))
    links = IdentityLink.objects.filter(identity__in=identities, unlinked_at=None).select_related("linked_by")
    by_identity = {link.identity_id: link for link in links}
    return [
        {"identity": one, "reason": _reason(by_identity.get(one.pk)), "link": by_identity.get(one.pk)}
        for one in identities
    ]


def _joined(person: Person, user: Any) -> list[Joining]:
    """Whom staff found to be this person, for those who may review that."""
    if not allows(user, Permission.MATCH_REVIEW) or nothing_of(Joining, [person.pk], by="kept"):
        return []
    found = person.joined.filter(parted_at=None).select_related("emptied", "by", "second")  # type: ignore[attr-defined]
    return list(found)


def _reason(link: IdentityLink | None) -> str:
    if link is None:
        return "—"
    if link.rule in EVIDENCE:
        return f"{'・'.join(EVIDENCE[link.rule])}が一致"
    return LINK_RULES.get(link.rule, link.rule)
