"""延滞金の計算書: the letter's detail sheet, with the same steps as the claim page and ``manage explain`` show."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction

from claims.rules.late_charge import LateCharge, percent
from claims.services.charges import AmountDue, amounts_due
from debtors.protection import hidden_people
from notices.models import Letter, LetterClaim
from toyota_collect.dated import value_on
from toyota_collect.documents.store import draw_number, make_document
from toyota_collect.models import Document

KIND = "late_charge_sheet"


class SheetWithheld(Exception):
    """The sheet may not be made; the message says why and what to do, in Japanese."""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One claim of the letter: the frozen figures, and how they come about as the ledger stands now."""

    line: LetterClaim
    due: AmountDue
    role_text: str = ""  # as the letter says as what the person is asked for a claim of another

    @property
    def charge(self) -> LateCharge:
        return self.due.charge

    @property
    def steps(self) -> list[dict[str, Any]]:
        return [{"step": step, "percent": percent(step.rate)} for step in self.charge.steps]

    @property
    def agrees(self) -> bool:
        """Whether the ledger still gives the late charge that the letter asks for; of a part nothing can be said."""
        return bool(self.line.role) or self.due.late_yen + self.due.cost_yen == self.line.late_yen


def sheet_lines(letter: Letter) -> list[SheetLine]:
    """The claims of a letter with the steps of their late charge as of the letter's day, in the letter's order."""
    lines = list(
        letter.claims.select_related("claim__kind").order_by("claim__kind__position", "claim__due_on", "claim__pk")
    )
    dues = amounts_due([line.claim for line in lines], as_of=letter.run.as_of)
    roles = {line["claim_ref"]: line.get("role_text", "") for line in letter.snapshot["lines"]}
    return [SheetLine(line, dues[line.claim_id], roles.get(str(line.claim_id), "")) for line in lines]


@transaction.atomic
def charge_sheet(*, letter_id: int, by: Any, today: date) -> Document:
    """The sheet of a letter, made when first asked for, then kept; no address stands on it.

    Raises:
        Letter.DoesNotExist: no such letter.
        SheetWithheld: the person is under protection measures now.
    """
    letter = Letter.objects.select_for_update(of=("self",)).select_related("person", "run").get(pk=letter_id)
    if hidden_people([letter.person_id], on=today):
        raise SheetWithheld("支援措置の登録がある人か、その人かもしれない人です。この画面では開けません。")
    kept = Document.objects.filter(kind=KIND, subject_type="notices.letter", subject_key=str(letter.pk)).first()
    if kept:
        return kept
    lines = sheet_lines(letter)
    return make_document(
        template="documents/charge_sheet.html",
        context={
            "city_name": settings.CITY_NAME,
            "city": value_on("city.profile", letter.run.issued_on),
            "demo": settings.DEMO or letter.run.is_sample,
            "on": today,
            "person": letter.person,
            "letter": letter,
            "lines": lines,
            "with_others": any(line.line.role for line in lines),
            "late_yen": sum(line.line.late_yen for line in lines),
            "estimated": any(line.charge.estimated for line in lines),
        },
        kind=KIND,
        number=draw_number(series="charges", mark="豊債管計", on=today),
        subject_type="notices.letter",
        subject_key=str(letter.pk),
        by=by,
    )
