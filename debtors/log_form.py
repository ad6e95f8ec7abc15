"""The form of the log as the screens show it: ready words, flags, what is open; the same on the person's page and in a call."""

from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils import timezone

from debtors import services_work
from debtors.forms import ContactForm, CorrectionForm
from debtors.models import Contact, OutcomeRule, Person, Snippet
from debtors.person_page import flags_of
from debtors.protection import hidden_people
from toyota_collect.business_date import business_date

SNIPPET_KEYS = "qwertyuiop"
CORRECTED = ("on", "at", "channel", "with_whom", "outcome", "text", "promised_on", "promised_yen")


def contact_form(
    person: Person, request: HttpRequest, *, kind: type[ContactForm] = ContactForm, **initial: Any
) -> ContactForm:
    """The form as it was sent, or a new one; bound only where it is to be written.

    A ready word whose button was pressed without scripts is put in, and the form shown again. So is the step that the
    outcome proposes, where none was given and one is needed.
    """
    on = business_date()
    given: dict[str, Any] = {
        "on_latest": on,
        "owes": services_work.owes(person, by=request.user, on=on),
        "rules": list(OutcomeRule.objects.all()),
        "now": timezone.localtime().time().replace(second=0, microsecond=0),
    }
    if request.method != "POST":
        return kind(initial=initial, **given)
    if "insert" in request.POST:
        return kind(initial=_typed(request.POST) | _with_snippet(request.POST), **given)
    form = kind(request.POST, **given)
    if not form.is_valid() and {"next_step", "next_due_on"} & set(form.errors):
        form.data = _filled(request.POST, form)
    return form


def correction_form(contact: Contact, request: HttpRequest) -> CorrectionForm:
    """The form with what the line says, or as it was sent."""
    given = {"on_latest": business_date(), "rules": list(OutcomeRule.objects.all())}
    if request.method == "POST":
        return CorrectionForm(request.POST, **given)
    return CorrectionForm(initial={name: getattr(contact, name) for name in CORRECTED}, **given)


def context_of(person: Person, user: Any, form: ContactForm) -> dict[str, Any]:
    """What stands around the form, too."""
    on = business_date()
    snippets = list(Snippet.objects.filter(in_use=True))
    keys = SNIPPET_KEYS.ljust(len(snippets))
    return {
        "person": person,
        "form": form,
        "owes": form.fields["next_step"].required if "next_step" in form.fields else False,
        "snippets": [{"snippet": one, "key": key.strip()} for one, key in zip(snippets, keys, strict=False)],
        "item": person.work_items.filter(subject_key=services_work.CASE, closed_at=None).first(),
        "protected": person.pk in hidden_people([person.pk], on=on),
        "flags": flags_of(person, user, on=on),
    }


def _typed(data: QueryDict) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name in ContactForm.base_fields}


def _with_snippet(data: QueryDict) -> dict[str, str]:
    found = Snippet.objects.filter(code=data["insert"], in_use=True).first()
    text = data.get("text", "")
    return {"text": f"{text}{found.text}"[:2000] if found else text}


def _filled(data: QueryDict, form: ContactForm) -> QueryDict:
    """What was sent, with the proposed step where nothing was typed: the errors stay, the answer is a key away."""
    shown = data.copy()
    for name, value in form.proposed().items():
        if not shown.get(name):
            shown[name] = str(value)
    return shown
