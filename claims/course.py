"""Plans, papers and decisions in a person's course."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localdate

from claims.models import Acknowledgement, Claim, ClaimEnd, ClaimEndLine, LateReduction, Measure, Plan, PlanBreach
from claims.services.clock_acts import SUBJECT as CLOCK_ACT
from debtors.joined import together
from debtors.models import Person
from debtors.presence import nothing_of
from toyota_collect.models import Approval
from toyota_collect.money import yen_text
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import Happening, registry


def happenings(person: Person, user: Any, on: date) -> Iterator[Happening]:
    """For those who see the course of a case; a constant number of queries."""
    if not allows(user, Permission.CONTACT_VIEW):
        return
    people = together(person.pk)
    if not nothing_of(Plan, people):
        yield from _plans(people)
    if not nothing_of(Acknowledgement, people):
        yield from _papers(people)
    yield from _decisions(person, people, user)


def _plans(people: list[int]) -> Iterator[Happening]:
    for plan in Plan.objects.filter(person__in=people).select_related("by", "closed_by"):
        name, link = f"誓約履歴{plan.history_number}", {"url": reverse("claims:plan", args=[plan.pk]), "action": "開く"}
        sums = f"月{yen_text(plan.amount_yen)}、総額{yen_text(plan.total_yen)}"
        yield Happening(plan.drafted_on, "分納", f"{name}の案を作った。{sums}。", str(plan.by), topic="plan", **link)
        if plan.signed_on:
            text = f"{name}の誓約書を受けた（{plan.signer}）。{sums}。"
            yield Happening(plan.signed_on, "分納", text, str(plan.by), "hold", topic="plan", **link)
        if plan.closed_on:
            text = f"{name}を「{plan.get_closed_as_display()}」とした。{plan.close_reason}"
            yield Happening(plan.closed_on, "分納", text, str(plan.closed_by), topic="plan", **link)
    breaches = PlanBreach.objects.filter(instalment__plan__person__in=people).select_related("instalment__plan")
    for breach in breaches:
        plan = breach.instalment.plan
        text = f"誓約履歴{plan.history_number}：{breach.missed}回分、{yen_text(breach.short_yen)}の納付がない。"
        link = {"url": reverse("claims:plan", args=[plan.pk]), "action": "開く"}
        yield Happening(breach.found_on, "不履行", text, "自動", "care", topic="plan", **link)


def _papers(people: list[int]) -> Iterator[Happening]:
    """Acknowledgements that are out for signature or were given up; a signed one is the event 承認 itself."""
    papers = Acknowledgement.objects.filter(person__in=people, signed_on=None).select_related("document", "by")
    for paper in papers:
        state = "取りやめた" if paper.dropped_on else "署名待ち"
        text = f"債務承認書 {paper.document.number} を印刷した（{state}）。"
        yield Happening(paper.made_on, "承認書", text, str(paper.by), "letter")


def _decisions(person: Person, people: list[int], user: Any) -> Iterator[Happening]:
    claims = Claim.objects.visible_to(user).filter(identity__person=person)
    measures = Measure.objects.filter(person__in=people)
    of_claims: list[Any] = []
    if not nothing_of(LateReduction, [person.pk], by="claim"):
        of_claims.append(LateReduction.objects.filter(claim__in=claims).values("approval"))
    if not nothing_of(ClaimEndLine, [person.pk], by="claim"):
        of_claims.append(ClaimEnd.objects.filter(lines__claim__in=claims).values("approval"))
    of_person: list[Any] = []
    if not nothing_of(Measure, people):
        of_person += [measures.values("approval"), measures.values("cancel_approval")]
    if not nothing_of(Plan, people):
        of_person.append(Plan.objects.filter(person__in=people).values("review"))
    wanted = Q(subject_type=CLOCK_ACT, subject_key__startswith=f"{person.number}:")
    for keys in [*of_claims, *of_person]:
        wanted |= Q(pk__in=keys)
    for one in Approval.objects.filter(wanted).select_related("requested_by", "decided_by"):
        what = registry.subject_labels.get(one.subject_type, "決裁")
        asked = f"{what}を決裁に出した。{one.reason}"
        yield Happening(
            localdate(one.requested_at), "決裁", asked, str(one.requested_by), topic="decision",
            at=None, url=one.subject_url, action="開く" if one.subject_url else "",
        )  # fmt: skip
        if one.decided_at:
            text = f"{what}：{one.get_decision_display()}。{one.decision_reason}"
            who = str(one.decided_by or one.requested_by)
            yield Happening(localdate(one.decided_at), "決裁", text, who, "hold", topic="decision")
