"""What claims tell the pages of other apps through the registries: sums for lists, numbers on letters, a case's course."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Count, Min, Q, Sum

from claims.models import Claim, ClaimEvent, Entry, Hold, Slip
from claims.models.ledger import channel_label
from debtors.models import Person
from debtors.presence import nothing_of
from debtors.querysets import in_force
from toyota_collect.calendar import ONE_DAY
from toyota_collect.money import comma
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import Happening, registry
from toyota_collect.templatetags.tc import fiscal_year_short
from toyota_collect.wareki import short_text


def list_facts(people: Sequence[int], user: Any, on: date) -> Mapping[int, Mapping[str, Any]]:
    """For each person: overdue instalments, their booked yen (no running late charge), the nearest clock, a hold."""
    claims = Claim.objects.visible_to(user).filter(identity__person__any_of=people).outstanding().with_total()
    overdue = Q(due_on__lt=on) & (Q(prescribes_on=None) | Q(prescribes_on__gte=on))
    sums = (
        claims.order_by()
        .values("identity__person")
        .annotate(
            instalments=Count("pk", filter=overdue),
            outstanding_yen=Sum("booked_yen", filter=overdue, default=0),
            prescribes_on=Min("prescribes_on", filter=Q(prescribes_on__gte=on)),
        )
    )
    facts = {row.pop("identity__person"): row for row in sums}
    if allows(user, Permission.CONTACT_VIEW) and not (len(people) == 1 and nothing_of(Hold, people)):
        for person in Hold.objects.filter(in_force(on), person__any_of=people).values_list("person", flat=True):
            facts.setdefault(person, {})["held"] = True
    return facts


def people_by_notice(number: str, user: Any) -> Iterable[int]:
    """People who owe under the notice number (通知書番号), as far as the user may know the claim."""
    claims = Claim.objects.visible_to(user).filter(notice_number=number).exclude(identity__person=None)
    return set(claims.values_list("identity__person", flat=True))


def people_by_slip(number: str, user: Any) -> Iterable[int]:
    """People to whom a slip was made out: by its barcode, its number or the one printed for people (照会番号).

    For those who may see slips: a slip asks for what all sections are owed.
    """
    if not allows(user, Permission.SLIP_MAKE):
        return set()
    found = Slip.objects.filter(Q(barcode=number) | Q(number=number) | Q(reference=number)).exclude(number="")
    return set(found.values_list("person", flat=True))


def happenings(person: Person, user: Any, on: date) -> Iterator[Happening]:
    """Money that came, events that move the clock, holds placed."""
    claims = Claim.objects.visible_to(user).filter(identity__person=person)
    yield from _money(claims)
    yield from _events(claims)
    if allows(user, Permission.CONTACT_VIEW) and not nothing_of(Hold, [person.pk]):
        yield from _holds(person)


def _money(claims: Any) -> Iterator[Happening]:
    kinds = [Entry.Kind.RECEIPT, Entry.Kind.SET_OFF, Entry.Kind.WRITE_OFF, Entry.Kind.REVERSAL]
    rows = (
        Entry.objects.filter(claim__in=claims, kind__in=kinds)
        .order_by("on", "kind", "claim__kind__short_name", "claim__levy_year")
        .values_list("on", "kind", "claim__kind__short_name", "claim__levy_year", "amount_yen", "receipt__channel")
    )
    tones = {Entry.Kind.RECEIPT: "pay", Entry.Kind.REVERSAL: "care"}
    for (on, kind, name, year), entries in groupby(rows, key=lambda row: row[:4]):
        parts = list(entries)
        yen = sum(part[4] for part in parts)
        channel = channel_label(parts[0][5] or "")
        label = "入金" if kind == Entry.Kind.RECEIPT else Entry.Kind(kind).label
        amount = comma(-yen) if kind != Entry.Kind.REVERSAL else comma(yen)
        text = f"{amount}円　{name} {fiscal_year_short(year)}"
        yield Happening(on, label, text, channel, tones.get(kind, ""), topic="money")


def _events(claims: Any) -> Iterator[Happening]:
    rows = (
        ClaimEvent.objects.filter(claim__in=claims, withdrawn_at=None)
        .exclude(kind=ClaimEvent.Kind.PART_PAYMENT)  # shown as the money it was
        .order_by("on", "kind", "origin", "claim__kind__position")
        .values_list("on", "kind", "origin", "claim__kind__short_name")
    )
    for (on, kind, origin), events in groupby(rows, key=lambda row: row[:3]):
        names = [event[3] for event in events]
        what = "・".join(dict.fromkeys(names))
        yield Happening(on, ClaimEvent.Kind(kind).label[:4], f"{what}　{len(names)}期別", origin, _tone(kind))


def _tone(kind: str) -> str:
    if kind in (ClaimEvent.Kind.DUNNING, ClaimEvent.Kind.DEMAND):
        return "letter"
    return "hold" if kind in (ClaimEvent.Kind.GRACE, ClaimEvent.Kind.STOP) else ""


def _holds(person: Person) -> Iterator[Happening]:
    for hold in person.holds.select_related("kind", "claim__kind", "placed_by"):
        silent = "・".join(registry.channels[code].label for code in hold.channels if code in registry.channels)
        until = f"{short_text(hold.ends_on - ONE_DAY)}まで" if hold.ends_on else f"{short_text(hold.review_on)}に見直し"
        text = f"{hold.get_reason_display()}（{scope_of(hold)}）：{silent}を止めた。{until}。{hold.note}"
        yield Happening(hold.starts_on, "保留", text, str(hold.placed_by), "hold")


def scope_of(hold: Hold) -> str:
    """What a hold reaches, in words."""
    if hold.claim:
        return f"{hold.claim.kind.short_name} {fiscal_year_short(hold.claim.levy_year)} {hold.claim.instalment_label}"
    return hold.kind.name if hold.kind else "すべての債権"
