"""Support and its answers in the list of the day: that it is under way, never why."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from debtors.presence import nothing_of
from toyota_collect.lookups import Keys
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import DaySource, Fact, Span
from welfare.models import Referral
from welfare.services.cases import result_labels

ANSWERED = Referral.State.ANSWERED


def _with_reply(people: Keys, user: Any, span: Span) -> Iterable[int]:
    return Referral.objects.filter(person__any_of=people, state=ANSWERED).order_by().values_list("person", flat=True)


def day_facts(people: Sequence[int], user: Any, on: date) -> Iterator[tuple[int, Fact]]:
    """For those who work on the case: support under way, and an answer, from the day it was written."""
    if not allows(user, Permission.CONTACT_VIEW) or nothing_of(Referral, people):
        return
    referrals = Referral.objects.handed_over().filter(person__any_of=people).select_related("person")
    labels = result_labels()
    for referral in referrals.annotate(changed_at=Max("history__pgh_created_at")):
        state = referral.get_state_display()
        if referral.state != ANSWERED:
            yield (
                referral.person_id,
                Fact(
                    "support",
                    referral.consented_on or referral.handed_on,
                    text=f"自立相談支援につないでいます（{state}）",
                ),
            )
            continue
        day = referral.answered_on or timezone.localdate(referral.changed_at or referral.offered_at)
        text = f"自立相談支援から回答がありました（{labels.get(referral.result, referral.result) or state}）"
        url = reverse("welfare:talk", args=[referral.person.number])
        yield referral.person_id, Fact("welfare_reply", day, text=text, url=url, since=min(day, on))


SOURCE = DaySource(day_facts, frozenset({"support", "welfare_reply"}), {"welfare_reply": _with_reply})
