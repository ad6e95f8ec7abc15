"""使える制度: what may fit the person by what is known, what to ask, and the paper to take along."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from debtors.models import Person
from toyota_collect import audit
from toyota_collect.business_date import business_date
from toyota_collect.documents.pdf import inline
from toyota_collect.documents.store import DocumentLost, document_bytes
from toyota_collect.permissions import Permission, require
from welfare.forms_respite import AnswersForm
from welfare.models import BenefitCheck
from welfare.rules.benefits import FACTS, Chance
from welfare.services import benefit_checks as checks

GROUPS = (
    (Chance.LIKELY, "当てはまりそう", "good"),
    (Chance.ASK, "聞いて確かめる", "next"),
    (Chance.UNLIKELY, "当てはまらない見込み", ""),
)


@require(Permission.CONTACT_WRITE)
def benefits(request: HttpRequest, number: str) -> HttpResponse:
    """Without ``make``, the answers only sort the table anew; with it the paper about what is chosen is made."""
    person = get_object_or_404(Person.objects.visible_to(request.user), number=number)
    on = business_date()
    rows, known = checks.benefits_on(on), checks.known_facts(person, user=request.user, on=on)
    asked = [(code, FACTS[code], _help(known[code])) for code in checks.questions(rows)]
    form = AnswersForm(request.POST or None, questions=asked)
    answers = form.answers() if form.is_valid() else {}
    if "make" in request.POST and form.is_valid():
        try:
            checks.make_paper(
                person_id=person.pk, answers=answers, chosen=request.POST.getlist("chosen"), by=request.user, on=on
            )
        except checks.CheckRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(
                request, "案内の紙を作りました。「これまでの案内」から開き、印刷して本人に渡してください。"
            )
            return redirect("welfare:benefits", number=number)
    found = checks.looks(rows, checks.with_answers(known, answers))
    chosen, offered = request.POST.getlist("chosen"), request.POST.getlist("offered")
    audit.log_view(request, action="benefits", person_key=number)
    context = {
        "person": person,
        "form": form,
        "groups": [
            {
                "id": chance.value,
                "label": label,
                "tone": tone,
                "open": chance is not Chance.UNLIKELY,
                "rows": [
                    {
                        "row": row,
                        "met": [FACTS[code] for code in one.met],
                        "unknown": [FACTS[code] for code in one.unknown],
                        "unmet": [FACTS[code] for code in one.unmet],
                        # What an answer has just made likely is ticked; what somebody unticked stays so.
                        "chosen": row.code in chosen or (chance is Chance.LIKELY and row.code not in offered),
                        "may": chance is not Chance.UNLIKELY,
                    }
                    for row, one in found
                    if one.chance is chance
                ],
            }
            for chance, label, tone in GROUPS
        ],
        "former": person.benefit_checks.select_related("paper", "by")[:5],
    }
    return render(request, "welfare/benefits.html", context)


@require(Permission.CONTACT_WRITE)
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper as it was made."""
    found = get_object_or_404(BenefitCheck.objects.select_related("person", "paper"), pk=pk)
    get_object_or_404(Person.objects.visible_to(request.user), pk=found.person_id)
    audit.log_view(request, action="benefits.paper", person_key=found.person.number)
    try:
        content = document_bytes(found.paper)
    except DocumentLost as lost:
        messages.warning(request, str(lost))
        return redirect("welfare:benefits", number=found.person.number)
    return inline(content, f"seido-{found.paper.pk}.pdf")


def _help(known: checks.Known) -> str:
    if known.value is None:
        return ""
    return f"{known.origin}では「{'はい' if known.value else 'いいえ'}」"
