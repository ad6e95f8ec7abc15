"""What firms said, in the list of the day: a proposal or a question that waits, each with where it is answered."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from debtors.presence import nothing_of
from lawyers.models import CaseQuestion, LegalCase, Proposal
from toyota_collect.lookups import Keys
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import DaySource, Fact, Span


def _with_reply(people: Keys, user: Any, span: Span) -> Iterable[int]:
    cases = LegalCase.objects.with_firm().filter(person__any_of=people).order_by()
    return cases.values_list("person", flat=True)


def day_facts(people: Sequence[int], user: Any, on: date) -> Iterator[tuple[int, Fact]]:
    """For those who answer firms; the open step of the same matter is then not told twice."""
    if not allows(user, Permission.LAWYER_OFFICE) or nothing_of(LegalCase, people):
        return
    cases = LegalCase.objects.with_firm().filter(person__any_of=people)
    waiting = Proposal.objects.waiting().filter(case__in=cases).select_related("case")
    for proposal in waiting:
        text, url = f"弁護士から提案がありました（{proposal.get_kind_display()}）", _url(proposal.case)
        yield (
            proposal.case.person_id,
            Fact("lawyer_reply", proposal.proposed_on, text=text, url=url, about=f"proposal:{proposal.pk}"),
        )
    for question in CaseQuestion.objects.filter(case__in=cases, by_firm=True, answer="").select_related("case"):
        text, url = "弁護士から質問がありました", _url(question.case)
        yield (
            question.case.person_id,
            Fact("lawyer_reply", question.asked_on, text=text, url=url, about=f"question:{question.pk}"),
        )


def _url(case: LegalCase) -> str:
    return reverse("lawyers:case", args=[case.pk])


SOURCE = DaySource(day_facts, frozenset({"lawyer_reply"}), {"lawyer_reply": _with_reply})
