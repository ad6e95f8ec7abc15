"""文書の送り先: the panel that says where letters go and why, and the 送付先 that staff enter."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from debtors.models import MailingAddress, Person
from debtors.panels import person_panel
from debtors.protection import hidden_people
from debtors.services import mailing
from notices.addressee_page import addressee_of, kind_choices
from notices.forms_addressees import AddressForm
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, require


@person_panel(Permission.CONTACT_VIEW)
def panel_addressee(request: HttpRequest, person: Person) -> HttpResponse:
    context = addressee_of(person, on=business_date()) | {"person": person, "on": business_date()}
    return render(request, "notices/addressee/panel.html", context)


@require(Permission.CONTACT_WRITE)
def new_address(request: HttpRequest, number: str) -> HttpResponse:
    person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    form = AddressForm(request.POST or None, on=business_date(), kinds=kind_choices(person))
    if form.is_valid():
        try:
            mailing.set_address(person_id=person.pk, by=request.user, **form.cleaned_data)
        except mailing.MailingRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "送付先を登録しました。作成済みで発送前の文書は、引抜の一覧に出ます。")
            return redirect("debtors:person", number=number)
    audit.log_view(request, action="mailing", person_key=number)
    protected = bool(hidden_people([person.pk], on=business_date()))
    return render(request, "notices/addressee/new.html", {"person": person, "form": form, "protected": protected})


@require(Permission.CONTACT_WRITE)
@require_POST
def end_address(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(MailingAddress.objects.select_related("person"), pk=pk)
    get_object_or_404(Person.objects.visible_to(request.user), pk=row.person_id)
    try:
        mailing.end_address(address_id=pk, ends_on=business_date(), by=request.user)
    except mailing.MailingRefused as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, "送付先を本日で終わらせました。")
    return redirect("debtors:person", number=row.person.number)
