"""What a letter to one person says: a run of one, so that whatever holds for letters of runs holds for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Sum
from django.db.models.functions import Coalesce

from claims.models import Claim, Entry
from claims.services.charges import AmountDue, amounts_due
from debtors.models import Person
from notices.letter import KindText, LetterData, Paid, SingleData
from notices.models import PrintRun
from notices.rules.kinds import KINDS
from notices.services.letter_data import RunWords
from notices.services.selection import PersonClaims, addressed, with_claims
from toyota_collect.documents.store import draw_numbers
from toyota_collect.money import comma
from toyota_collect.wareki import long_text

SINGLE_RUN = 0  # in slip numbers and marks, where a run has its own number
SERIES = "single_letter"
PAID_SINCE = timedelta(days=365)
BOOKED = (Entry.Kind.RECEIPT, Entry.Kind.SET_OFF, Entry.Kind.REVERSAL)


@dataclass(frozen=True)
class Wish:
    """What a collector asks for. ``deadline_on``: for payment, or for an answer (inclusive)."""

    kind: str
    deadline_on: date
    slip_policy: str = PrintRun.SlipPolicy.KIND
    details: dict[str, str] = field(default_factory=dict)  # visit, deceased


def run_of_one(wish: Wish, *, on: date) -> PrintRun:
    """The conditions of a run, never saved, by which the claims are selected and the letter is written."""
    return PrintRun(
        pk=SINGLE_RUN,
        kind=wish.kind,
        as_of=on,
        issued_on=on,
        deadline_on=wish.deadline_on,
        slip_policy=wish.slip_policy,
    )


def claims_of(person: Person, wish: Wish, *, on: date) -> PersonClaims:
    """The claims the letter may tell of, through the one outbound queryset; none for a kind that tells of none."""
    if not KINDS[wish.kind].with_claims:
        return addressed(person, [], on=on)
    return next(iter(with_claims(run_of_one(wish, on=on), [person.pk])))


def open_claims(person: Person, *, on: date) -> PersonClaims:
    """Everything overdue, for a preview that is never sent."""
    claims = list(
        Claim.objects.overdue(on=on)
        .filter(identity__person=person)
        .select_related("kind", "identity")
        .order_by("kind__position", "due_on", "pk")
    )
    dues: dict[int, AmountDue] = amounts_due(claims, as_of=on, with_steps=False)
    return addressed(person, [(claim, dues[claim.pk]) for claim in claims], on=on)


def next_serial() -> int:
    """The next number of a letter of its own, from 1, never given twice."""
    return draw_numbers(series=SERIES, year=0, count=1)


def letter_data(told: PersonClaims, wish: Wish, *, text: KindText, number: str, serial: int, on: date) -> LetterData:
    """The letter with its table and slips.

    Raises:
        SettingMissing, ProfileIncomplete: a text of the city is not set.
        LetterWithheld: nobody may get it.
    """
    words = RunWords.of(run_of_one(wish, on=on), today=on, text=text)
    return words.letter(told, serial=serial, number=number)


def single_data(told: PersonClaims, wish: Wish, *, text: KindText, number: str, on: date) -> SingleData:
    """The letter of one text: the address, the form and the table as a letter of a run has them.

    Raises:
        SettingMissing, ProfileIncomplete: a text of the city is not set.
        LetterWithheld: nobody may get it.
    """
    base = letter_data(told, wish, text=text, number=number, serial=1, on=on)
    values, keys = _words_of(wish, base)
    return SingleData(
        number=number,
        issued_on=on,
        postal_code=base.postal_code,
        address_lines=base.address_lines,
        name_lines=base.name_lines,
        honorific=base.honorific,
        customer_code=base.customer_code,
        city=base.city,
        text=base.text or text,
        values=values,
        keys=keys,
        as_of=base.as_of,
        lines=base.lines if wish.kind == "balance" else (),
        paid=tuple(paid_lately(told.person, on=on)) if wish.kind == "balance" else (),
        variant=base.variant,
        language=base.language,
    )


def paid_lately(person: Person, *, on: date) -> Sequence[Paid]:
    """What the last year's money was used for, newest first: by day and kind of claim, what was taken back left out."""
    rows: Any = (
        Entry.objects.filter(claim__identity__person=person, kind__in=BOOKED, on__gt=on - PAID_SINCE, on__lte=on)
        .annotate(day=Coalesce("receipt__paid_on", "on"))
        .values("day", "claim__kind__name")
        .annotate(yen=-Sum("amount_yen"))
        .filter(yen__gt=0)
        .order_by("-day", "claim__kind__name")
    )
    return [Paid(row["day"], row["claim__kind__name"], row["yen"]) for row in rows]


def _words_of(wish: Wish, base: LetterData) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """What fills the places of the text, and the large boxes."""
    deadline, as_of, total = long_text(wish.deadline_on), long_text(base.as_of), comma(base.total_yen)
    visit = wish.details.get("visit", "")
    values = {
        "期限": deadline,
        "基準日": as_of,
        "合計": total,
        "来庁日時": visit,
        "亡くなった方": wish.details.get("deceased", ""),
    }
    boxes = {
        "visit": (("お越しいただく日時", visit),),
        "balance": ((f"残高（{as_of}現在）", f"{total}円"),),
        "heirs": (("お返事の期限", deadline),),
    }
    return tuple(values.items()), boxes.get(wish.kind, ())
