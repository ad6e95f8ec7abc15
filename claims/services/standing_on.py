"""What stands on what an import brought in or changed: as long as it does, the import cannot be taken back.

Read from the tables that ``claims.intake.undo.find`` makes; which models count is told in ``registry.dependents``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import DateTimeField, Model, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.urls import reverse

from claims.intake.figures import claim_label
from claims.models import Claim, Entry, ImportFile, Overpayment, Receipt, ReceiptCancellation, TakingBack
from debtors.models import LifeEvent, Person, SourceIdentity
from debtors.services.withdrawing import KEPT_EVENTS, later_changes
from toyota_collect.models import Approval
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import Dependent, registry

SHOWN = 3  # told by name
LOOKED_AT = 10  # several rows may stand on one claim
NEW = {
    Claim: "SELECT id FROM undo_claims WHERE is_new",
    Receipt: "SELECT id FROM undo_receipts",
    Overpayment: "SELECT id FROM undo_overpayments",
    SourceIdentity: "SELECT id FROM undo_identities WHERE is_new",
}
CHANGED = {Claim: "SELECT id FROM undo_claims WHERE NOT is_new"}
PEOPLE = "SELECT id FROM undo_people"
# Keys to a person that go with the import, or are the machine's own: everything else somebody has written about them.
OF_NOBODY = {
    "debtors.sourceidentity.person",
    "debtors.identitylink.person",
    "debtors.protectionflag.person",
    "notices.exclusion.person",
}
# Neither the files' own, nor of a file that came before or was itself taken back.
LATER_ENTRIES = """
SELECT e.id FROM undo_claims u JOIN claims_entry e ON e.claim_id = u.id LEFT JOIN claims_importfile f ON f.id = e.in_file_id
WHERE (u.is_new OR e.written_at > %s) AND NOT EXISTS (SELECT FROM undo_entries o WHERE o.id = e.id)
    AND (f.id IS NULL OR f.status <> 'taken_back' AND f.begun_at >= %s)
    AND NOT EXISTS (SELECT FROM claims_entry v JOIN claims_importfile b ON b.id = v.in_file_id
        WHERE v.reverses_id = e.id AND b.status = 'taken_back')
"""
PAID_BACK = """
SELECT id FROM claims_entry WHERE overpayment_id IN (SELECT id FROM undo_overpayments)
    AND id NOT IN (SELECT id FROM undo_entries)
"""
CHANGED_LATER = """
SELECT DISTINCT u.id FROM undo_claims u JOIN claims_claimhistory h ON h.pgh_obj_id = u.id
WHERE h.pgh_created_at > %s AND h.pgh_created_at NOT IN (SELECT begun_at FROM undo_files)
    AND h.pgh_created_at NOT IN (SELECT done_at FROM claims_takingback WHERE done_at IS NOT NULL
        UNION SELECT begun_at FROM claims_importfile WHERE status = 'taken_back' AND begun_at IS NOT NULL)
"""


@dataclass
class Standing:
    """``count`` rows of one kind stand on the import; ``rows``: name and page of the first few."""

    title: str
    count: int
    rows: list[tuple[str, str]] = field(default_factory=list)


def standing_on(files: Sequence[ImportFile], *, user: Any = None) -> list[Standing]:
    """What stands on the files, the most frequent first. ``user``: the first few are told, if that user may see them."""
    found: dict[str, Standing] = {}
    for title, rows, subject in _all(files):
        if count := rows.count():
            known = found.get(title)
            if known is None or known.count < count:
                found[title] = Standing(title, count, list(_shown(rows, subject, user)) if user else [])
    if changed := later_changes(list(TakingBack.objects.exclude(done_at=None).values_list("done_at", flat=True))):
        found["宛名の変更"] = Standing("宛名の変更（あとのファイル）", changed)
    return sorted(found.values(), key=lambda one: (-one.count, one.title))


def _all(files: Sequence[ImportFile]) -> Iterator[tuple[str, QuerySet[Any], str]]:
    """Title, rows and the path from a row to the claim, receipt, overpayment, identity or person it stands on."""
    for key, table in sorted(registry.dependents.items()):
        if table.title:
            yield table.title, _counting(key, table, files), key.rpartition(".")[2]
    since = _since(files)
    yield "あとの記帳", Entry.objects.filter(pk__in=_ids(LATER_ENTRIES, since, since)), "claim"
    yield "期別の変更", Claim.objects.filter(pk__in=_ids(CHANGED_LATER, since)), ""
    mine = Claim.objects.filter(identity__in=_ids(NEW[SourceIdentity])).exclude(pk__in=_ids(NEW[Claim]))
    yield "ほかの取込の期別", mine, ""
    yield "過誤納金の充当・還付", Entry.objects.filter(pk__in=_ids(PAID_BACK)), "overpayment"
    decided = Q(approval__decision__in=["", Approval.Decision.APPROVED], approval__isnull=False)
    yield "過誤納金の決裁", Overpayment.objects.filter(decided, pk__in=_ids(NEW[Overpayment])), ""
    cancelled = ReceiptCancellation.objects.filter(receipt__in=_ids(NEW[Receipt])).exclude(in_file__in=files)
    yield "領収の取消", cancelled, "receipt"
    yield "異動", _life_events(files), "identity"
    yield from _of_people(files)


def _counting(key: str, table: Dependent, files: Sequence[ImportFile]) -> QuerySet[Any]:
    label, _, name = key.rpartition(".")
    model: type[Model] = apps.get_model(label)
    parent = model._meta.get_field(name).related_model
    on = Q(**{f"{name}__in": _ids(NEW[parent])})
    if table.since and parent in CHANGED:
        on |= Q(**{f"{name}__in": _ids(CHANGED[parent])}) & _later(model, table.since, files)
    rows = model._base_manager.filter(on & (table.rows if table.rows is not None else Q()))
    if table.since and _is_moment(model, table.since):  # what the files wrote themselves
        rows = rows.exclude(**{f"{table.since}__in": [file.begun_at for file in files]})
    return rows


def _later(model: type[Model], path: str, files: Sequence[ImportFile]) -> Q:
    """Rows made after the files; where only the day is known, on their business date or later."""
    if _is_moment(model, path):
        return Q(**{f"{path}__gt": _since(files)})
    return Q(**{f"{path}__gte": min(file.batch.as_of for file in files)})


def _is_moment(model: type[Model], path: str) -> bool:
    *steps, name = path.split("__")
    for step in steps:
        model = model._meta.get_field(step).related_model  # type: ignore[assignment]
    return isinstance(model._meta.get_field(name), DateTimeField)


def _life_events(files: Sequence[ImportFile]) -> QuerySet[LifeEvent]:
    """Events of the files that somebody has handled, and other files' events of people these brought in."""
    ids = [file.pk for file in files]
    handled = Q(in_file__in=ids, handled_on__isnull=False)
    others = Q(identity__in=_ids(NEW[SourceIdentity])) & (Q(in_file=None) | ~Q(in_file__in=ids))
    return LifeEvent.objects.filter(handled | others).exclude(kind__in=KEPT_EVENTS)


def _of_people(files: Sequence[ImportFile]) -> Iterator[tuple[str, QuerySet[Any], str]]:
    """What was written about people who would have no identity left."""
    steps = [file.pk for file in files]
    for key, table in sorted(registry.person_tables.items()):
        if key in OF_NOBODY:
            continue
        label, _, name = key.rpartition(".")
        rows = apps.get_model(label)._base_manager.filter(**{f"{name}__in": _ids(PEOPLE)})
        if key == "debtors.workitem.person":  # those of the files' own events are closed with them
            rows = rows.exclude(life_event__in_file__in=steps)
        yield table.title or "人の名寄せ", rows, name


def _since(files: Sequence[ImportFile]) -> datetime:
    return min(file.begun_at for file in files if file.begun_at)


def _ids(query: str, *params: Any) -> RawSQL:
    return RawSQL(query, params)  # noqa: S611  the constants above


def _shown(rows: QuerySet[Any], path: str, user: Any) -> Iterator[tuple[str, str]]:
    if not allows(user, Permission.CLAIM_VIEW):
        return
    told: set[tuple[str, str]] = set()
    for row in rows.order_by("pk")[:LOOKED_AT]:
        found = _named(getattr(row, path) if path else row, user)
        if found and found not in told and len(told) < SHOWN:
            told.add(found)
            yield found


def _named(subject: Any, user: Any) -> tuple[str, str] | None:
    """Name and page of what a row stands on, if the user may see it."""
    if isinstance(subject, SourceIdentity):
        subject = subject.person
    if isinstance(subject, Claim):
        claim = Claim.objects.visible_to(user).select_related("kind").filter(pk=subject.pk).first()
        if claim is None:
            return None
        kind = claim.kind
        name = claim_label(
            claim.levy_year, claim.instalment, claim.notice_number, kind.short_name, kind.instalment_label
        )
        return name, reverse("claims:claim", args=[claim.pk])
    if isinstance(subject, Person):
        visible = Person.objects.visible_to(user).filter(pk=subject.pk).exists()
        return (f"整理番号 {subject.number}", reverse("debtors:person", args=[subject.number])) if visible else None
    if isinstance(subject, Overpayment):
        return f"過誤納金 {subject.pk}", reverse("claims:overpayment", args=[subject.pk])
    if isinstance(subject, Receipt):
        return f"領収 {subject.receipt_number}", reverse("claims:receipt", args=[subject.pk])
    return None
