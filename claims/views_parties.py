"""関係者: the panel of roles, heirs entered in one form, joint debtors and guarantors of a claim."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from claims.forms_parties import CorrectPartyForm, HeirsForm, PartyForm
from claims.models import Claim, ClaimParty
from claims.roles_page import roles_of
from claims.services import parties
from debtors.models import Person
from debtors.panels import person_panel
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require


@person_panel(Permission.CLAIM_VIEW)
def panel_roles(request: HttpRequest, person: Person) -> HttpResponse:
    context = roles_of(person, request.user, on=business_date())
    debtors = {row.debtor.pk for rows in context.values() for row in rows} - {person.pk}
    seen = Person.objects.visible_to(request.user).filter(pk__in=debtors).values_list("pk", flat=True)
    outside = Person.objects.outside().filter(pk__in=debtors).values_list("pk", flat=True)
    context |= {"person": person, "linked": set(seen), "outside": set(outside)}
    return render(request, "claims/panel_roles.html", context)


@require(Permission.CONTACT_WRITE)
def heirs(request: HttpRequest, number: str) -> HttpResponse:
    person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    form = HeirsForm(request.POST or None, died_on=person.died_on)
    if form.is_valid():
        facts = {name: form.cleaned_data[name] for name in ("starts_on", "origin", "note")}
        try:
            made = parties.enter_heirs_by_number(person_id=person.pk, lines=form.lines(), by=request.user, **facts)
        except parties.PartyRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"相続人を登録しました（{len({one.claim_id for one in made})}件の債権）。")
            return redirect("debtors:person", number=number)
    audit.log_view(request, action="heirs", person_key=number)
    former = ClaimParty.objects.filter(
        claim__identity__person=person, role=ClaimParty.Role.HEIR, ends_on=None
    ).select_related("person")
    known = {party.person_id: party for party in former}
    outside = set(Person.objects.outside().filter(pk__in=known).values_list("pk", flat=True))
    context = {"person": person, "form": form, "known": known.values(), "outside": outside}
    return render(request, "claims/heirs.html", context)


@require(Permission.CONTACT_WRITE)
def new_party(request: HttpRequest, pk: int) -> HttpResponse:
    claim = get_object_or_404(Claim.objects.visible_to(request.user).select_related("kind", "identity__person"), pk=pk)
    form = PartyForm(request.POST or None, initial={"starts_on": claim.contract_on or business_date()})
    if form.is_valid():
        facts = {key: value for key, value in form.cleaned_data.items() if key != "number"}
        try:
            parties.add_party_by_number(claim_id=pk, number=form.cleaned_data["number"], by=request.user, **facts)
        except parties.PartyRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "関係者を登録しました。")
            return redirect("claims:claim", pk=pk)
    audit.log_view(request, action="party", person_key=claim.identity.person.number if claim.identity.person else "")
    return render(request, "claims/party_new.html", {"claim": claim, "form": form})


@require(Permission.CONTACT_WRITE)
@require_POST
def end_party(request: HttpRequest, pk: int) -> HttpResponse:
    party = get_object_or_404(ClaimParty, pk=pk)
    get_object_or_404(Claim.objects.visible_to(request.user), pk=party.claim_id)
    try:
        parties.end_party(
            party_id=pk, ends_on=business_date(), reason=request.POST.get("reason", "")[:300], by=request.user
        )
    except parties.PartyRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "関係を本日で終わらせました。")
    return redirect("claims:claim", pk=party.claim_id)


@require(Permission.CONTACT_WRITE)
def correct_party(request: HttpRequest, pk: int) -> HttpResponse:
    party = get_object_or_404(ClaimParty.objects.select_related("person", "claim__kind"), pk=pk)
    claim = get_object_or_404(
        Claim.objects.visible_to(request.user).select_related("kind", "identity__person"), pk=party.claim_id
    )
    form = CorrectPartyForm(request.POST or None, party=party)
    if form.is_valid():
        try:
            parties.correct_party(party_id=pk, by=request.user, **form.cleaned_data)
        except parties.PartyRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "関係者の登録を直しました。前の内容は履歴に残ります。")
            return redirect("claims:claim", pk=party.claim_id)
    audit.log_view(request, action="party.correct", person_key=party.person.number)
    return render(request, "claims/party_correct.html", {"claim": claim, "party": party, "form": form})
