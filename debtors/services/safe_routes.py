"""支援措置対象者の送付経路: entered by one person, confirmed by another, shown to nobody else, and over on its day."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from cryptography.fernet import InvalidToken
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from debtors.joined import together
from debtors.models import Person, SafeRoute
from debtors.querysets import in_force
from debtors.rules.mailing import Acts
from toyota_collect import approvals, audit
from toyota_collect.approvals import ApprovalRefused
from toyota_collect.ciphers import cipher
from toyota_collect.models import Approval
from toyota_collect.permissions import Permission, allows
from toyota_collect.wareki import long_text

Way, State = SafeRoute.Way, SafeRoute.State
SUBJECT = "debtors.saferoute"
LAWFUL = (Acts.TRUSTEE, Acts.GUARDIAN)
CONFIRMED, LOST = "確認済みの送付経路", "送付先を読み出せません。この送付経路を終わらせて、登録し直してください。"


class RouteRefused(Exception):
    """The route cannot be entered, shown, confirmed or ended; the message says why, in Japanese."""


@dataclass(frozen=True)
class Place:
    """Where a way by post leads. ``care_of`` may be ""."""

    postal_code: str
    address: str
    care_of: str = ""


@transaction.atomic
def ask_route(
    *,
    person_id: int,
    way: str,
    starts_on: date,
    ends_on: date,
    reason: str,
    ground: str,
    origin: str,
    by: Any,
    today: date,
    place: Place | None = None,
    section_id: int | None = None,
) -> SafeRoute:
    """Enter a route, exclusive end, and ask a second person to confirm it; the approval says nothing of the address.

    Raises:
        Person.DoesNotExist: no such person.
        RouteRefused: not under protection, somebody acts for the person by law, no usable address or section, no reason,
            days that cannot be, or another route stands.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    _refuse(person, way, place, section_id, reason=reason, origin=origin, ends_on=ends_on, today=today)
    kept = Place(place.postal_code, place.address.strip(), place.care_of.strip()) if place and way == Way.POST else None
    try:
        with transaction.atomic():
            route = SafeRoute.objects.create(
                person=person,
                way=way,
                secret=_sealed(kept) if kept else "",
                section_id=section_id if way == Way.SECTION else None,
                starts_on=starts_on,
                ends_on=ends_on,
                reason=reason.strip(),
                ground=ground,
                origin=origin.strip(),
                entered_by=by,
            )
    except IntegrityError as error:
        raise RouteRefused(
            "送付経路を登録できません。すでに1つあるか、税の調査で知ったもの（地方税法22条）か、日付が逆です。"
        ) from error
    evidence = {
        "送付経路": str(route.get_way_display()),
        "有効期限": f"{long_text(ends_on)}の前日まで",
        "確かめ方": route.origin,
    }
    try:
        route.approval = approvals.ask(
            subject_type=SUBJECT,
            subject_key=str(route.pk),
            subject_url=reverse("debtors:safe-route", args=[route.pk]),
            title=f"送付経路の確認　{person.number}",
            reason=route.reason,
            evidence=evidence,
            by=by,
        )
    except ApprovalRefused as refused:
        raise RouteRefused(str(refused)) from refused
    route.save()
    audit.record(event="safe_route.asked", by=by, target=route, detail={"person": person.number, "way": way})
    return route


@transaction.atomic
def shown_to(*, route_id: int, by: Any) -> Place:
    """The address, for the one who is to confirm it and while that is open; that it was looked at is recorded.

    Raises:
        SafeRoute.DoesNotExist: no such route.
        RouteRefused: not by post, decided already, or asked by somebody who entered it or may not decide.
    """
    route = SafeRoute.objects.select_for_update(of=("self",)).select_related("approval").get(pk=route_id)
    if route.state != State.ASKED or route.approval is None or not route.approval.is_open or not route.secret:
        raise RouteRefused("送付先を見られるのは、確認を待っている間だけです。")
    if route.entered_by_id == by.pk or not allows(by, Permission.APPROVE):
        raise RouteRefused("送付先を見られるのは、確認する人（登録した人とは別の決裁者）だけです。")
    audit.record(event="safe_route.shown", by=by, target=route)
    return _opened(route)


def confirm(approval: Approval, by: Any) -> None:
    """A second person has confirmed the route.

    Raises:
        ApprovalRefused: it was given up meanwhile, or the protection is over.
    """
    route = SafeRoute.objects.select_for_update(of=("self",)).get(pk=int(approval.subject_key))
    if route.state != State.ASKED or route.approval_id != approval.pk:
        raise ApprovalRefused("この送付経路は、すでに終わっています。")
    route.state = State.CONFIRMED
    route.save()
    audit.record(event="safe_route.confirmed", by=by, target=route)


@transaction.atomic
def end_route(*, route_id: int, reason: str, by: Any) -> SafeRoute:
    """The route is used no longer; its address is forgotten.

    Raises:
        SafeRoute.DoesNotExist: no such route.
        RouteRefused: it has ended, waits for a decision, or no reason is given.
    """
    route = SafeRoute.objects.select_for_update(of=("self",)).select_related("approval").get(pk=route_id)
    if route.state == State.ENDED:
        raise RouteRefused("この送付経路は、すでに終わっています。")
    if route.approval is not None and route.approval.is_open:
        raise RouteRefused("確認を待っています。「起案した件」で取り下げてから、終わらせてください。")
    if not reason.strip():
        raise RouteRefused("終わらせる理由を書いてください。")
    route.state, route.secret = State.ENDED, ""
    route.ended_by, route.ended_at, route.ended_because = by, timezone.now(), reason.strip()[:200]
    route.save()
    audit.record(event="safe_route.ended", by=by, target=route, detail={"reason": route.ended_because})
    return route


def route_of(person_id: int, *, on: date) -> SafeRoute | None:
    """The confirmed route that holds on the day, if there is one: after its day the letters are withheld again."""
    routes = SafeRoute.objects.filter(in_force(on), person__in=together(person_id), state=State.CONFIRMED)
    return routes.select_related("section").first()


def place_of(route: SafeRoute) -> Place:
    """The address for the printing of a letter. It is shown nowhere.

    Raises:
        RouteRefused: it cannot be read (the key of the installation was changed).
    """
    return _opened(route)


def _refuse(
    person: Person,
    way: str,
    place: Place | None,
    section_id: int | None,
    *,
    reason: str,
    origin: str,
    ends_on: date,
    today: date,
) -> None:
    if not Person.objects.protected(on=today).filter(pk=person.pk).exists():
        raise RouteRefused("支援措置の登録がない人です。送付先は、ふつうの「送付先を登録する」から入れてください。")
    if person.relations.filter(in_force(today), kind__in=LAWFUL, takes_letters=True).exists():
        raise RouteRefused("成年後見人・破産管財人など、法律で文書を受ける人がいます。その人に確かめてください。")
    if way not in Way.values:
        raise RouteRefused("送付経路を選んでください。")
    if not reason.strip() or not origin.strip():
        raise RouteRefused("安全だとした理由と、だれにどう確かめたかを書いてください。")
    if ends_on <= today:
        raise RouteRefused("有効期限は、明日より後の日にしてください。")
    if way == Way.POST:
        code = place.postal_code if place else ""
        usable = len(code) == 7 and code.isascii() and code.isdecimal() and place is not None and place.address.strip()
        if not usable:
            raise RouteRefused("郵便番号（7桁）と住所を入れてください。")
    if way == Way.SECTION and not section_id:
        raise RouteRefused("経由する課を選んでください。")


def _sealed(place: Place) -> str:
    return cipher(SUBJECT).encrypt(json.dumps(vars(place)).encode()).decode()


def _opened(route: SafeRoute) -> Place:
    try:
        return Place(**json.loads(cipher(SUBJECT).decrypt(route.secret.encode())))
    except InvalidToken as error:
        raise RouteRefused(LOST) from error
