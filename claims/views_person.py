"""The claims' panels of the person page, and placing a hold."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Case, Sum, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from claims.facts import scope_of
from claims.forms import HoldForm
from claims.models import Claim, Entry, Hold, Payment, PaymentTarget
from claims.models.ledger import channel_label
from claims.services import holds
from claims.statement import amounts_of, matrix_of, statement_of
from debtors.models import Person
from debtors.panels import person_panel
from debtors.presence import nothing_of
from debtors.querysets import in_force
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.calendar import ONE_DAY
from toyota_collect.permissions import Permission, require
from toyota_collect.registry import registry

RECEIPTS = 10
SOON_LINES = 5


@person_panel(Permission.CLAIM_VIEW)
def panel_owed(request: HttpRequest, person: Person) -> HttpResponse:
    statement = statement_of(person, request.user, on=business_date())
    return render(request, "claims/panel_owed.html", {"person": person, "statement": statement})


@person_panel(Permission.CLAIM_VIEW)
def panel_clock(request: HttpRequest, person: Person) -> HttpResponse:
    statement = statement_of(person, request.user, on=business_date())
    soon = statement.soon
    context = {
        "person": person,
        "nearest": statement.nearest,
        "soon": soon[:SOON_LINES],
        "more": max(0, len(soon) - SOON_LINES),
    }
    return render(request, "claims/panel_clock.html", context | {"statement": statement})


@person_panel(Permission.CLAIM_VIEW)
def panel_matrix(request: HttpRequest, person: Person) -> HttpResponse:
    statement = statement_of(person, request.user, on=business_date())
    return render(request, "claims/panel_matrix.html", matrix_of(statement) | {"person": person})


@require(Permission.CLAIM_VIEW)
def amounts(request: HttpRequest, number: str) -> HttpResponse:
    """What the sums of the person's page are made of: a line a claim, each with the way to its ledger and reckoning."""
    person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    audit.log_view(request, action="amounts", person_key=number)
    context = amounts_of(statement_of(person, request.user, on=business_date(), only_open=True), request.GET)
    return render(request, "claims/amounts.html", context | {"person": person})


@person_panel(Permission.CLAIM_VIEW)
def panel_receipts(request: HttpRequest, person: Person) -> HttpResponse:
    claims = Claim.objects.visible_to(request.user).filter(identity__person=person)
    receipts = _receipts(claims)
    shown = receipts if request.GET.get("all") else receipts[:RECEIPTS]
    context = {"person": person, "receipts": shown, "more": len(receipts) - len(shown)}
    return render(request, "claims/panel_receipts.html", context)


@person_panel(Permission.CONTACT_VIEW)
def panel_holds(request: HttpRequest, person: Person) -> HttpResponse:
    on = business_date()
    in_effect: list[Hold] = []
    if not nothing_of(Hold, [person.pk]):
        in_effect += person.holds.filter(in_force(on)).select_related("kind", "claim__kind", "measure")
    rows = [
        {"hold": hold, "scope": scope_of(hold), "last_on": hold.ends_on - ONE_DAY if hold.ends_on else None}
        | {"legal": holds.has_legal_effect(hold)}
        for hold in in_effect
    ]
    told = Payment.objects.none()
    if not nothing_of(PaymentTarget, [person.pk], by="claim"):
        told = Payment.objects.unsettled().filter(targets__claim__identity__person=person).distinct()
    context = {"person": person, "rows": rows, "channels": _channels(in_effect), "on": on, "payments": told}
    return render(request, "claims/panel_holds.html", context)


@require(Permission.HOLD_WRITE)
def new_hold(request: HttpRequest, number: str) -> HttpResponse:
    person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    statement = statement_of(person, request.user, on=business_date(), only_open=True)
    form = HoldForm(request.POST or None, statement=statement, initial=_chosen_scope(request))
    if form.is_valid():
        try:
            holds.place_hold(person_id=person.pk, by=request.user, **form.terms())
        except holds.HoldRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "保留を登録しました。選んだ手段は、開始日から止まります。")
            return redirect("debtors:person", number=number)
    audit.log_view(request, action="hold", person_key=number)
    return render(request, "claims/hold_new.html", {"person": person, "form": form, "statement": statement})


@require(Permission.HOLD_WRITE)
@require_POST
def end_hold(request: HttpRequest, pk: int) -> HttpResponse:
    hold = get_object_or_404(Hold.objects.select_related("person"), pk=pk)
    get_object_or_404(Person.objects.visible_to(request.user), pk=hold.person_id)
    try:
        holds.end_hold(hold_id=pk, ends_on=business_date(), by=request.user)
    except holds.HoldRefused as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, "保留を終わらせました。本日から、止めていた手段が使えます。")
    return redirect("debtors:person", number=hold.person.number)


def _chosen_scope(request: HttpRequest) -> dict[str, str]:
    claim = request.GET.get("claim", "")
    scope = {"scope": f"claim:{claim}"} if claim.isdigit() else {}
    return scope | {"reason": request.GET.get("reason", "")}  # a proposal; a reason not offered stays unchosen


def _channels(in_effect: Iterable[Hold]) -> list[dict[str, Any]]:
    """Each channel with whether a hold silences it, wholly or for some claims."""
    whole = {code for hold in in_effect if not (hold.kind_id or hold.claim_id) for code in hold.channels}
    part = {code for hold in in_effect for code in hold.channels} - whole
    return [
        {"label": f"{channel.label}（一部）" if code in part else channel.label, "stopped": code in whole | part}
        for code, channel in registry.channels.items()
    ]


def _receipts(claims: Any) -> list[dict[str, Any]]:
    """A line a receipt and claim, latest first: how much of it went to what."""

    principal = Case(When(component=Entry.Component.PRINCIPAL, then="amount_yen"), default=0)
    rows = (
        Entry.objects.filter(claim__in=claims, receipt__isnull=False)
        .values(
            "receipt", "receipt__paid_on", "receipt__booked_on", "receipt__channel", "receipt__receipt_number", "claim"
        )
        .annotate(yen=Sum("amount_yen"), principal=Sum(principal))
        .order_by("-receipt__paid_on", "-receipt", "claim")
    )
    found = list(rows)
    by_pk = Claim.objects.select_related("kind").in_bulk({row["claim"] for row in found})
    return [_receipt_line(row, by_pk[row["claim"]]) for row in found]


def _receipt_line(row: dict[str, Any], claim: Claim) -> dict[str, Any]:
    paid_on: date = row["receipt__paid_on"]
    return {
        "claim": claim,
        "pk": row["receipt"],
        "paid_on": paid_on,
        "booked_on": row["receipt__booked_on"],
        "channel": channel_label(row["receipt__channel"]),
        "number": row["receipt__receipt_number"],
        "yen": -row["yen"],
        "principal": -row["principal"],
        "rest": row["principal"] - row["yen"],
    }
