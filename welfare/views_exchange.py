"""Cases out and in as a file."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require
from welfare import exchange as service
from welfare.forms import ImportForm
from welfare.services.referrals import bases_of

LARGEST = 5 * 2**20  # bytes: a year of cases is far less
CASE = Permission.SUPPORT_CASE


@require(CASE)
def exchange(request: HttpRequest) -> HttpResponse:
    """A POST takes a file in, whole or not at all."""
    form, problems, on = ImportForm(request.POST or None, request.FILES or None), [], business_date()
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if file.size > LARGEST:
                raise service.ExchangeRefused(["ファイルが大きすぎます（5MiBまで）。期間を分けてください。"])
            counts = service.take_in(file.read(), by=request.user, on=on)
        except service.ExchangeRefused as refused:
            problems = refused.problems
        else:
            words = f"{counts['cases']}件を確かめ、新しい連絡{counts['attempts']}件、新しい結果{counts['results']}件を書きました。"
            messages.success(request, words)
            return redirect("welfare:exchange")
    audit.log_view(request, action="support.exchange")
    return render(request, "welfare/exchange.html", {"form": form, "problems": problems, "on": on})


@require(CASE)
def exchange_document(request: HttpRequest) -> HttpResponse:
    """The file: JSON, or with ``?form=csv`` CSV; or with ``?form=schema`` what both are checked by."""
    on, form = business_date(), request.GET.get("form", "json")
    audit.log_view(request, action="support.export")
    if form != "schema":
        bases = bases_of(request.user, on=on)
        audit.log_views(request, action="support.export", person_keys=bases, bases=bases)
    if form == "schema":
        text, kind, name = service.SCHEMA.read_text(encoding="utf-8"), "application/schema+json", "shien.schema.json"
    elif form == "csv":
        text = "\ufeff" + service.to_csv(service.message(on=on))
        kind, name = "text/csv; charset=utf-8", f"shien-{on:%Y%m%d}.csv"
    else:
        text, kind, name = service.to_json(service.message(on=on)), "application/json", f"shien-{on:%Y%m%d}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(text, content_type=kind, headers=headers)
