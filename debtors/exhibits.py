"""The log of contacts as proof that somebody was asked and what was answered (経過), each line with its ground."""

from collections.abc import Collection, Iterator
from datetime import date

from debtors.models import Contact, Person
from toyota_collect.money import yen_text
from toyota_collect.registry import Exhibit
from toyota_collect.wareki import short_text

# What a line is by whom or by what it was about; only ``contact`` is needed in court.
KINDS = {Contact.Outcome.HARDSHIP: "hardship", Contact.Outcome.NOTE: "note"}


def exhibits(claim_ids: Collection[int], on: date) -> Iterator[Exhibit]:
    """Contacts with those who owe the claims, in force; letters tell of themselves. One query."""
    # "claims" is the reverse name that the app above gives to its debtor; nothing is imported from there.
    people = Person.objects.filter(identities__claims__in=claim_ids).values("pk")
    letters = (Contact.Outcome.SENT, Contact.Outcome.RETURNED)
    rows = Contact.objects.in_force().filter(person__in=people, on__lte=on).exclude(outcome__in=letters)
    for row in rows.order_by("on", "pk"):
        yield Exhibit(
            key=f"contact:{row.pk}",
            kind="workplace" if row.with_whom == Contact.Whom.EMPLOYER else KINDS.get(row.outcome, "contact"),
            title=f"{row.get_channel_display()}　{row.get_outcome_display()}",
            day=row.on,
            claims=frozenset(),
            grounds=frozenset({row.ground}),
            person=row.person_id,
            text=_words(row),
        )


def _words(row: Contact) -> str:
    words = []
    if row.with_whom:
        words.append(f"相手：{row.get_with_whom_display()}。")
    if row.promised_on:
        yen = f"に{yen_text(row.promised_yen)}" if row.promised_yen else ""
        words.append(f"約束 {short_text(row.promised_on)}{yen}。")
    return "".join([*words, row.text])
