"""One claim: its entries, late charge, clock and origin."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from claims.claim_page import context_of
from claims.forms import AsOfForm
from claims.models import Claim
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require


@require(Permission.CLAIM_VIEW)
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    claims = Claim.objects.visible_to(request.user).select_related(
        "kind", "source", "section", "identity__person", "identity__source", "seen_in_file"
    )
    found = get_object_or_404(claims, pk=pk)
    person = found.identity.person
    audit.log_view(request, action="claim", person_key=person.number if person else "")
    form = AsOfForm(request.GET if "as_of" in request.GET else None)
    as_of = (form.is_valid() and form.cleaned_data["as_of"]) or business_date()
    return render(request, "claims/claim.html", context_of(found, as_of=as_of) | {"form": form, "person": person})
