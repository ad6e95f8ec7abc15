"""支援措置の束: letters by confirmed routes, apart from runs, seals and packs; printed after a second person's decision."""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse

from debtors.models import Person, SafeRoute
from debtors.querysets import in_force
from notices.models import ClosedPile, HandOver, Notice
from notices.rules.kinds import KINDS
from notices.services import singles
from notices.services.single_data import Wish
from notices.services.singles import SingleRefused, changed_since
from toyota_collect import approvals, audit
from toyota_collect.documents.pdf import joined
from toyota_collect.documents.store import DocumentLost, document_bytes
from toyota_collect.models import Approval

SUBJECT = "notices.closedpile"
CHOICES = ("demand", "final_demand", "balance", "welfare")


@transaction.atomic
def make_pile(*, wish: Wish, by: Any, today: date) -> ClosedPile:
    """One letter of the kind to each person under protection whose route is confirmed and holds today.

    Who gets none stands in ``left_out`` with the reason.

    Raises:
        SingleRefused: a kind that may not go this way, or nobody gets a letter; nothing is written.
    """
    if wish.kind not in CHOICES:
        raise SingleRefused("この種類は、支援措置の束では作れません。")
    pile = ClosedPile.objects.create(kind=wish.kind, made_by=by)
    routes = SafeRoute.objects.filter(in_force(today), state=SafeRoute.State.CONFIRMED).select_related("person")
    for route in routes.order_by("person__number"):
        try:
            _make_one(pile, route, wish, by=by, today=today)
        except SingleRefused as refused:
            pile.left_out.append([route.person.number, str(refused)])
    made = pile.notices.count()
    if not made:
        why = "".join(f"{number}：{reason}" for number, reason in pile.left_out)
        raise SingleRefused(f"作れる人がいません。{why or '確認済みの送付経路がありません。'}")
    pile.save()
    audit.record(event="closed_pile.made", by=by, target=pile, detail={"letters": made, "kind": wish.kind})
    return pile


@transaction.atomic
def ask_printing(*, pile_id: int, by: Any) -> Approval:
    """Ask a second person whether the pile may be printed; the request says how many and by which ways, never where.

    Raises:
        SingleRefused: it waits or is decided already.
    """
    pile = _locked(pile_id)
    if pile.approval is not None and not pile.approval.came_back:
        raise SingleRefused("この束は、決裁を待っているか、決裁済みです。")
    notices = list(pile.notices.select_related("route").exclude(state=Notice.State.DISCARDED))
    ways = [str(notice.route.get_way_display()) for notice in notices if notice.route]
    try:
        pile.approval = approvals.ask(
            subject_type=SUBJECT,
            subject_key=str(pile.pk),
            subject_url=reverse("notices:closed-pile", args=[pile.pk]),
            title=pile.title,
            amount_yen=sum(notice.total_yen for notice in notices),
            evidence={"通": len(notices), "送付経路": {way: ways.count(way) for way in sorted(set(ways))}},
            by=by,
        )
    except approvals.ApprovalRefused as refused:
        raise SingleRefused(str(refused)) from refused
    pile.save()
    return pile.approval


@transaction.atomic
def print_pile(*, pile_id: int, by: Any, today: date) -> bytes:
    """The letters that are not handed over yet as one PDF; each print is recorded.

    Raises:
        SingleRefused: not decided, nothing left, or something has come that stands against a letter (a route is over …).
    """
    pile = _locked(pile_id)
    if not pile.may_be_printed:
        raise SingleRefused("印刷には、別の人の決裁が要ります。")
    notices = list(pile.notices.filter(state=Notice.State.MADE).select_related("person", "document").order_by("number"))
    if not notices:
        raise SingleRefused("印刷する通知がありません。すべて渡したか、取りやめました。")
    against = [f"{one.number}：{why}" for one in notices if (why := changed_since(one, today=today))]
    if against:
        raise SingleRefused(f"{''.join(against)} その通知を取りやめてから、印刷してください。")
    try:
        content, pages = joined([document_bytes(one.document) for one in notices if one.document])
    except DocumentLost as error:
        raise SingleRefused(str(error)) from error
    audit.record(event="closed_pile.printed", by=by, target=pile, detail={"letters": len(notices), "pages": pages})
    return content


@transaction.atomic
def hand_over(*, notice_id: int, to: str, checked: str, on: date, by: Any, now: datetime, today: date) -> Notice:
    """Somebody gave the letter to the person, the section or the post office in person: from that day it counts.

    Raises:
        Notice.DoesNotExist: no such letter.
        SingleRefused: not of a closed pile, not allowed to be printed, nobody named, or as ``singles.post``.
    """
    notice = Notice.objects.select_for_update(of=("self",)).select_related("pile__approval").get(pk=notice_id)
    if notice.pile is None or not notice.pile.may_be_printed:
        raise SingleRefused("印刷の決裁がまだです。決裁のあとに印刷し、渡してください。")
    if not to.strip() or not checked.strip():
        raise SingleRefused("だれに渡したかと、どう確かめたかを書いてください。")
    if notice.state != Notice.State.MADE:
        raise SingleRefused(f"この通知は「{notice.state_label}」です。")
    HandOver.objects.create(notice=notice, to=to.strip()[:100], checked=checked.strip()[:200], on=on, by=by)
    return singles.post(notice_id=notice_id, on=on, by=by, now=now, today=today)


def _make_one(pile: ClosedPile, route: SafeRoute, wish: Wish, *, by: Any, today: date) -> Notice:
    person = route.person
    if not Person.objects.protected(on=today).filter(pk=person.pk).exists():
        raise SingleRefused("支援措置が終わっています。ふつうの通知を作ってください。")
    try:
        with transaction.atomic():
            notice = Notice.objects.create(
                person=person,
                kind=wish.kind,
                state=Notice.State.ASKED,
                asked_on=today,
                deadline_on=wish.deadline_on,
                slip_policy=wish.slip_policy,
                details={},
                made_by=by,
                route=route,
                pile=pile,
            )
            singles.make(notice, by=by, today=today)
    except IntegrityError as error:
        raise SingleRefused("同じ種類の作りかけがあります。") from error
    return notice


def _locked(pile_id: int) -> ClosedPile:
    return ClosedPile.objects.select_for_update(of=("self",)).select_related("approval").get(pk=pile_id)


def offered() -> list[tuple[str, str]]:
    """Kinds that may go this way."""
    return [(code, KINDS[code].name) for code in CHOICES]
