"""What the pages of the welfare app show. The collector's half reads referrals alone; cases are read by ``case_pages``."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import localdate

from claims.models import Claim
from claims.services.charges import kind_terms
from debtors.joined import together
from debtors.models import Person
from debtors.presence import rows_of
from toyota_collect.business_date import business_date
from toyota_collect.permissions import Permission, allows
from toyota_collect.wareki import long_text
from welfare import sheet
from welfare.loop import asked_to_wait, hold_step, newest_respite
from welfare.models import ConferenceDecision, Consent, LawyerQuestion, Referral, ResultSuggestion
from welfare.rules.disclosure import items_open
from welfare.rules.suggestions import suggested
from welfare.services.cases import result_labels
from welfare.services.questions import may_go_to_lawyers

STATE_TONES = {
    "offered": "",
    "consented": "act",
    "received": "life",
    "answered": "good",
    "declined": "",
    "withdrawn": "hold",
    "lapsed": "hold",
}


def nav_waiting(user: Any) -> tuple[QuerySet[Referral], ...]:
    """Cases that nobody has received yet."""
    if not allows(user, Permission.SUPPORT_CASE):
        return ()
    return (Referral.objects.open_to_workers(on=business_date()).filter(state="consented"),)


def referral_row(referral: Referral, labels: Mapping[str, str]) -> dict[str, Any]:
    """A referral as the collector sees it: state, result code and day of the hold. ``labels``: of the result codes."""
    day = referral.answered_on or referral.handed_on or referral.consented_on or referral.offered_on
    facts = [("件の番号", referral.case_number)]
    if referral.handed_on:
        facts.append(("引き継いだ日", f"{long_text(referral.handed_on)}（{referral.handed_by}）"))
    if referral.urgency:
        facts.append(("急ぐ理由", referral.get_urgency_display()))
    if referral.answered_on:
        facts.append(("回答の日", long_text(referral.answered_on)))
    if referral.hold_until:
        facts.append(("徴収を待ってほしい日", f"{long_text(referral.hold_until)}まで"))
    return {
        "referral": referral,
        "state": _state(referral),
        "tone": STATE_TONES[referral.state],
        "result": labels.get(referral.result, referral.result),
        "day": day or localdate(referral.offered_at),
        "facts": facts,
        "meeting": referral.meetings.filter(outcome="planned").select_related("worker", "collector").first(),
    }


def _state(referral: Referral) -> str:
    if referral.state == Referral.State.WITHDRAWN and referral.conference_id:
        return "支援会議の決定の終了"
    return referral.get_state_display()


def talk_context(person: Person, user: Any, *, on: date) -> dict[str, Any]:
    """What stands with the person: consents, referrals with their answers, and what the answers suggest."""
    everybody = together(person.pk)
    mine = {"person__in": everybody}
    consents = rows_of(Consent.objects.filter(**mine, dropped_on=None), everybody)
    consents = consents.select_related("document", "taken_by")
    referrals = rows_of(Referral.objects.filter(**mine).select_related("handed_by", "offered_by"), everybody)
    labels = result_labels() if referrals else {}
    rows = [referral_row(one, labels) for one in referrals]
    under_way = next((row for row in rows if row["referral"].state in ("consented", "received")), None)
    answered = next((row for row in rows if row["referral"].state == "answered"), None)
    wait = asked_to_wait(person, on=on)
    conferences = rows_of(ConferenceDecision.objects.filter(**mine), everybody)
    conferences = conferences.select_related("approval", "ended_by")
    questions = rows_of(LawyerQuestion.objects.filter(**mine).select_related("asked_by"), everybody)
    return {
        "person": person,
        "consents": consents,
        "waiting": next((one for one in consents if not one.given_on), None),
        "open_consent": rows_of(Consent.objects.open(on=on).filter(person=person), everybody).first(),
        "conferences": conferences,
        "open_conference": rows_of(ConferenceDecision.objects.open(on=on).filter(person=person), everybody).first(),
        "rows": rows,
        "under_way": under_way,
        "answered": answered,
        "suggestions": suggestions(person, user, answered["referral"], on=on) if answered else [],
        "wait": wait,
        "hold_step": hold_step(wait, newest_respite(person), person, user, on=on) if wait else None,
        "question": questions.first(),
        "verdict": may_go_to_lawyers(person, on),
        "on": on,
    }


def suggestions(person: Person, user: Any, referral: Referral, *, on: date) -> list[dict[str, Any]]:
    """The lawful next steps the result suggests, each with the page where it is drafted and the evidence it begins with."""
    terms = kind_terms()
    claims = Claim.objects.visible_to(user).filter(identity__person=person).outstanding().select_related("kind")
    classes = {terms.of(claim).legal_class for claim in claims}
    rows = (row.as_row() for row in ResultSuggestion.objects.filter(result=referral.result))
    return [
        {"row": row, "url": draft_url(row.step, person.number)}
        for row in suggested(rows, result=referral.result, classes=classes, on=on)
    ]


def draft_url(step: str, number: str) -> str:
    if step == "plan":
        return reverse("claims:plan-build", args=[number])
    if step == "reduction":
        return reverse("claims:reduction-new", args=[number])
    if step == "waiver":
        return reverse("claims:end-new", args=["waiver"])
    return f"{reverse('claims:measure-new', args=[number])}?what={step}"


def told_by(basis: Any, *, on: date) -> list[str]:
    """In words what a consent or a decision lets be told today."""
    return sheet.labels(sheet.ITEMS, items_open(basis.as_basis(), on=on), on=on)
