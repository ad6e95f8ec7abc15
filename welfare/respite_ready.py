"""What 生活再建猶予 and 使える制度 put into the registries."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Q

from toyota_collect.approvals import ApprovalRefused
from toyota_collect.business_date import business_date
from toyota_collect.models import Approval
from toyota_collect.nav import CARE
from toyota_collect.permissions import Permission
from toyota_collect.registry import NavItem, Panel, PersonTable, Registry
from welfare import respite_pages as pages
from welfare import ways_out
from welfare.models import Respite
from welfare.services import respites


def register(registry: Registry) -> None:
    registry.nav_item(NavItem(CARE, "生活再建猶予", "welfare:respites", Permission.HOLD_WRITE, 32, pages.nav_waiting))
    registry.panel(Panel("respite", "welfare:panel-respite", Permission.CONTACT_VIEW, 19, "third", "生活再建猶予"))
    for code, label in ((respites.SUBJECT, "生活再建猶予"), (respites.CLOCKS, "生活再建猶予（時効が終わる期別あり）")):
        registry.subject_labels[code] = label
        registry.on_approved[code] = _carry_out
    registry.one_by_one.add(respites.CLOCKS)  # claims are lost by it
    registry.board_lines.append(pages.board_lines)
    registry.cared_for.append(cared_for)
    registry.happenings.append(pages.happenings)
    registry.person_table(
        PersonTable(
            "welfare.respite.person",
            "生活再建猶予",
            moves=Q(),
            fit=_where_none_runs,
            matters=Q(state__in=["asked", "running"]),
            decide="どちらの人の猶予かを確かめ、要る人に始め直す",
            name=lambda respite: f"{respite.starts_on}から",
        ),
        PersonTable("welfare.benefitcheck.person", "制度の確認", moves=Q(), name=lambda check: str(check.on)),
    )
    ways_out.register(registry)


def cared_for(people: Collection[int], on: date) -> set[int]:
    """Of the people, those whose life is being put in order: nothing is tried out on them."""
    running = Respite.objects.filter(person__in=people, hold__ends_on__gt=on)
    return set(running.values_list("person_id", flat=True))


def _carry_out(approval: Approval, by: Any) -> None:
    try:
        respites.carry_out(approval, by=by, today=business_date())
    except respites.RespiteRefused as refused:
        raise ApprovalRefused(str(refused)) from refused


def _where_none_runs(respite: Respite, person_id: int) -> dict[str, Any] | None:
    """Stays where it is if the other person has one that begins on the same day, or waits too."""
    others = Respite.objects.filter(person=person_id)
    if respite.state == Respite.State.ASKED and others.filter(state=Respite.State.ASKED).exists():
        return None
    running = Respite.State.RUNNING
    if respite.state == running and others.filter(state=running, starts_on=respite.starts_on).exists():
        return None
    return {}
