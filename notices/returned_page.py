"""What the page of a return shows: the steps taken to find the person, where a letter would go now, and what can be done."""

from datetime import date
from typing import Any

from debtors.joined import current_person
from debtors.models import Person
from debtors.protection import hidden_people
from notices.addressee_page import addressee_of
from notices.forms_mailing import Settle
from notices.forms_public_notices import EnquiryForm, PrepareForm
from notices.models import ReturnedLetter
from notices.services.enquiries import lack_in_words, lack_of, may_be_enquired
from notices.services.runs import RunRefused


def returned_page(returned: ReturnedLetter, *, today: date) -> dict[str, Any]:
    """Facts and forms of one return; where the setting of what has to be tried is missing, the page says so."""
    person = Person.objects.get(pk=current_person(returned.person.pk))
    refused = returned.reason == ReturnedLetter.Reason.REFUSED
    try:
        lacks = lack_in_words(lack_of(returned, today=today))
    except RunRefused as error:
        lacks = [str(error)]
    if refused:
        lacks = ["受取拒否は住所が分かっているので、公示送達にはできません。"]
    open_ = may_be_enquired(returned)
    notices = list(returned.public_notices.select_related("approval").order_by("pk"))
    under_way = [one for one in notices if one.state != "withdrawn"]
    return {
        "returned": returned,
        "person": person,
        "enquiries": returned.enquiries.select_related("by", "proof"),
        "notices": notices,
        "lacks": lacks,
        "may_prepare": returned.done_as in ("", "public") and not under_way,
        "person_hidden": bool(hidden_people([person.pk], on=today)),
        "sorts": addressee_of(person, on=today)["sorts"],
        "form": Settle(today=today, redo=returned.dunning is not None),
        "enquiry_form": EnquiryForm(today=today, auto_id="enquiry-%s") if open_ else None,
        "prepare_form": PrepareForm(auto_id="prepare-%s"),
    }
