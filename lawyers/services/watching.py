"""Each morning: what became of the people whose cases a firm has. What would keep them from being handed over today is told once."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from debtors.models import WorkItem
from lawyers.models import LegalCase
from lawyers.services.candidates import Candidate, candidates
from lawyers.services.reminders import tell
from toyota_collect.calendar import last_day_after
from toyota_collect.dated import value_or
from toyota_collect.wareki import long_text

AT_ONCE = 200
ACCEPT_WITHIN = timedelta(days=14)
CLOCK_MONTHS = "lawyers.clock_warn_months"
STOPS = {
    "protected": "支援措置が始まった",
    "welfare_gate": "福祉の回答を確かめる",
    "no_heir": "亡くなり、相続人が見つかっていない",
}


def watch(*, on: date, by: Any) -> int:
    """Tell who works on the person of each new matter; how many were told. Safe to run twice.

    Raises:
        SettingMissing: the thresholds of the candidates are not set.
    """
    cases = list(LegalCase.objects.with_firm().select_related("mandate__firm", "person").order_by("pk"))
    told = 0
    for start in range(0, len(cases), AT_ONCE):
        batch = cases[start : start + AT_ONCE]
        people = {one.person.pk: one for one in candidates([case.person_id for case in batch], on=on)}
        own: dict[int, set[int]] = defaultdict(set)
        for case, claim in LegalCase.objects.filter(pk__in=[one.pk for one in batch]).values_list("pk", "lines__claim"):
            own[case].add(claim)
        matters = [(case, *one) for case in batch for one in _matters(case, people[case.person_id], own[case.pk], on)]
        keys = [f"lawyers:{case.pk}:{code}" for case, code, _, _ in matters]
        known = set(WorkItem.objects.filter(subject_key__in=keys).values_list("subject_key", flat=True))
        for (case, _, reason, step), key in zip(matters, keys, strict=True):
            if key not in known:
                tell(case, key=key, reason=reason, next_step=step, by=by, on=on)
                told += 1
    return told


def _matters(case: LegalCase, one: Candidate, own: set[int], on: date) -> Iterator[tuple[str, str, str]]:
    """Code, reason and step of what somebody has to look at."""
    for reason in one.verdict.person_reasons:
        if reason.code in STOPS:
            yield reason.code, STOPS[reason.code], "件を続けるか、取り戻すかを決める"
    if one.person.died_on:
        yield "died", "本人が亡くなった", "相続人を調べ、件を続けるか決める"
    owed = [claim for claim in one.claims if claim.pk in own]
    if not owed:
        yield "paid", "件の債権がすべて納められた", "件を終える"
    if not case.firm.is_active or not case.firm.members.exists():
        yield "firm", f"{case.firm}との契約が終わったか、所属する人がいない", "件を取り戻す"
    if case.state == LegalCase.State.HANDED and case.handed_on and on > case.handed_on + ACCEPT_WITHIN:
        yield "unaccepted", "引き渡してから、まだ受任されていない", "事務所に確かめるか、取り戻す"
    last = min((day for claim in owed if (day := one.found.now[claim.pk].last_day)), default=None)
    if last and last <= last_day_after(on, months=int(value_or(CLOCK_MONTHS, on, 6))):
        yield f"clock:{last:%Y-%m-%d}", f"時効の最終日が近い（{long_text(last)}）", "時効を止める手続を事務所と決める"
