"""What the page for making slips shows: the person's open claims, what is chosen, and the slips that would come of it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict

from claims.models import Claim, ClaimGroup, Slip
from claims.services.charges import AmountDue, amounts_due
from debtors.models import Person
from debtors.protection import hidden_people
from notices.forms import SlipForm
from notices.letter.wording import wording_on
from notices.services.desk_paper import parts_of
from toyota_collect.documents.barcodes import STORE_LIMIT_YEN


@dataclass
class Row:
    """An open claim; ``refused``: why it cannot be chosen; ``state`` and ``tone``: what to know before choosing it."""

    claim: Claim
    due: AmountDue
    refused: str = ""
    state: str = ""
    tone: str = ""
    chosen: bool = False

    @property
    def late_yen(self) -> int:
        return self.due.late_yen + self.due.cost_yen


@dataclass
class Sums:
    count: int = 0
    principal_yen: int = 0
    fee_yen: int = 0
    late_yen: int = 0

    @property
    def total_yen(self) -> int:
        return self.principal_yen + self.fee_yen + self.late_yen

    def add(self, row: Row) -> None:
        self.count += 1
        self.principal_yen += row.due.principal_yen
        self.fee_yen += row.due.fee_yen
        self.late_yen += row.late_yen


@dataclass
class Group:
    code: str
    name: str
    rows: list[Row] = field(default_factory=list)


def context_of(person: Person, user: Any, data: QueryDict | None, *, on: date) -> dict[str, Any]:
    """Context of the page; without ``data`` everything overdue is chosen that nobody is known to have paid.

    ``data["pick"]`` chooses anew: ``all``, ``none`` or the code of a group, added to what is chosen.
    """
    claims = list(
        Claim.objects.visible_to(user)
        .filter(identity__person=person)
        .outstanding()
        .select_related("kind")
        .order_by("kind__position", "levy_year", "instalment", "pk")
    )
    form = SlipForm(data, today=on, claims=[one.pk for one in claims])
    as_of = _day(form, "as_of", data) or on
    dues = amounts_due(claims, as_of=as_of)
    coming = set(Claim.objects.filter(pk__in=dues).being_paid().values_list("pk", flat=True))
    rows = [_row(one, dues[one.pk], on=on, coming=one.pk in coming) for one in claims]
    _choose(rows, data, on=on)
    chosen = [row for row in rows if row.chosen]
    sums = Sums()
    for row in chosen:
        sums.add(row)
    return {
        "person": person,
        "form": form,
        "as_of": as_of,
        "due_on": _day(form, "due_on", data) or (form["due_on"].initial if data is None else None),
        "groups": _groups(rows),
        "sums": sums,
        "estimated": any(row.due.charge.estimated for row in chosen),
        "slips": _slips(chosen, form["policy"].value(), on=on),
        "replaced": _replaced([row.claim for row in chosen]),
        "hidden": person.pk in hidden_people([person.pk], on=on),
    }


def _day(form: SlipForm, name: str, data: QueryDict | None) -> date | None:
    """A day of the form, or nothing where it cannot be read: the figures then stay those of today."""
    try:
        day: date | None = form.fields[name].clean(data.get(name, "")) if data else None
    except ValidationError:
        return None
    return day


def _row(claim: Claim, due: AmountDue, *, on: date, coming: bool) -> Row:
    if claim.prescribes_on and claim.prescribes_on < on:
        return Row(claim, due, refused="選べません：時効の期間を過ぎています")
    if coming:
        return Row(claim, due, state="納付の知らせあり", tone="care")
    return Row(claim, due, state="納期前") if claim.due_on >= on else Row(claim, due)


def _choose(rows: list[Row], data: QueryDict | None, *, on: date) -> None:
    pick = data.get("pick", "") if data else ""
    named = set(data.getlist("claims")) if data else set()
    for row in rows:
        overdue = row.claim.due_on < on and not row.state
        kept = str(row.claim.pk) in named and pick != "none"
        added = ((pick == "all" or data is None) and overdue) or pick == row.claim.kind.group
        row.chosen = not row.refused and (kept or added)


def _groups(rows: list[Row]) -> list[Group]:
    groups = {code: Group(code, name) for code, name in ClaimGroup.choices}
    for row in rows:
        groups[row.claim.kind.group].rows.append(row)
    return [group for group in groups.values() if group.rows]


def _slips(chosen: list[Row], policy: str, *, on: date) -> list[dict[str, Any]]:
    """Title, yen and use in shops of each slip that would be made."""
    dues = {row.claim.pk: row.due for row in chosen}
    parts = parts_of([row.claim for row in chosen], dues, policy, on=on)
    slips = [{"title": title, "term": term, "yen": sum(x.total_yen for x in lines)} for title, term, lines in parts]
    return [slip | {"refused": wording_on(on).over_limit if slip["yen"] > STORE_LIMIT_YEN else ""} for slip in slips]


def _replaced(claims: list[Claim]) -> list[Slip]:
    """Slips in use that a new one would make invalid."""
    return list(Slip.objects.filter(lines__claim__in=claims, voided_on=None).distinct().order_by("pk"))
