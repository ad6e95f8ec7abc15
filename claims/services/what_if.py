"""もし行うと: what an act would do to clocks before anybody does it. The same rule on the same facts; nothing is stored."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from claims.models import Claim, ClaimEvent, ClaimKindTerms, Hold
from claims.rules.prescription import Prescription, Status
from claims.services.charges import kind_terms
from claims.services.clocks import ClockFacts, Clocks, StoredEvent, stored_events
from debtors.querysets import in_force
from toyota_collect.calendar import ONE_DAY, last_day_after
from toyota_collect.wareki import short_text

Kind = ClaimEvent.Kind
GRACE_YEARS = 1  # 地方税法15条3項: at most one year, before an extension
LOST = frozenset({Status.EXTINCT, Status.INVOKED})


class Act(StrEnum):
    """What somebody may think of doing; the value is used in addresses."""

    NOTHING = "nothing"
    DEMAND = "demand"
    PART_PAYMENT = "part_payment"
    DEED = "deed"
    DUNNING = "dunning"
    SEIZURE = "seizure"
    SUIT = "suit"
    GRACE = "grace"


ACT_LABELS = {
    Act.NOTHING: "何もしない",
    Act.DEMAND: "催告",
    Act.PART_PAYMENT: "一部納付",
    Act.DEED: "分納誓約（債務の承認）",
    Act.DUNNING: "督促",
    Act.SEIZURE: "差押",
    Act.SUIT: "支払督促・訴え",
    Act.GRACE: "徴収猶予",
}
EVENT_OF = {
    Act.DEMAND: Kind.DEMAND,
    Act.PART_PAYMENT: Kind.PART_PAYMENT,
    Act.DEED: Kind.ACKNOWLEDGEMENT,
    Act.DUNNING: Kind.DUNNING,
    Act.SEIZURE: Kind.SEIZURE,
    Act.SUIT: Kind.SUIT,
    Act.GRACE: Kind.GRACE,
}
ACT_OF = {kind: act for act, kind in EVENT_OF.items()} | {Kind.DELIVERY_CLAIM: Act.SEIZURE}
BY_THE_DEBTOR = frozenset({Act.PART_PAYMENT, Act.DEED, Act.GRACE})
ONLY_WHEN_DUE = frozenset({Act.DEMAND, Act.DUNNING, Act.SEIZURE, Act.SUIT})
CHANNELS_OF = {
    Act.DUNNING: frozenset({"dunning"}),
    Act.DEMAND: frozenset({"notice"}),
    Act.SEIZURE: frozenset({"seizure"}),
    Act.SUIT: frozenset({"suit", "lawyers"}),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides whether an act may be done to a claim, besides its clock."""

    terms: ClaimKindTerms
    due_on: date
    dunned_on: date | None = None
    dunning_deadline_on: date | None = None
    holds: tuple[Hold, ...] = ()
    being_paid: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """One clock now and after the act.

    ``refused`` says why the act may not be done at all ("" if it may); ``silenced`` that a hold or a payment on its way
    stands against it today. ``text`` is the sentence of the rule.
    """

    claim: Claim
    now: Prescription
    then: Prescription
    text: str
    refused: str = ""
    silenced: str = ""

    @property
    def moves(self) -> bool:
        return not self.refused and self.then.last_day != self.now.last_day


class WhatIf:
    """Clocks of some claims with their facts read once; every act is then only computed."""

    def __init__(self, claims: Iterable[Claim], *, on: date) -> None:
        """Read the facts; claims come with kind and identity. Raises ``ClockUnknown`` or ``TermsMissing``."""
        self.on = on
        self.claims = list(claims)
        pks = [claim.pk for claim in self.claims]
        self._clocks, self._events, terms = Clocks(as_of=on), stored_events(pks), kind_terms()
        holds = _holds(self.claims, on)
        paying = set(Claim.objects.filter(pk__in=pks).being_paid().values_list("pk", flat=True))
        self.facts = {
            claim.pk: Facts(
                terms.of(claim),
                claim.due_on,
                *_dunning(self._events[claim.pk]),
                holds=tuple(hold for hold in holds if _reaches(hold, claim)),
                being_paid=claim.pk in paying,
            )
            for claim in self.claims
        }
        self.now = {claim.pk: self._run(claim) for claim in self.claims}

    def outcomes(self, act: Act, *, on: date, only: int | None = None) -> list[Outcome]:
        """What the act on the day ``on`` would do to each claim (``only``: to one; the others stay as they are)."""
        return [
            self._untouched(claim) if only not in (None, claim.pk) else self._outcome(claim, act, on)
            for claim in self.claims
        ]

    def _outcome(self, claim: Claim, act: Act, on: date) -> Outcome:
        now = self.now[claim.pk]
        if act is Act.NOTHING:
            return Outcome(claim, now, now, _left_alone(now, self.facts[claim.pk].terms))
        if refused := why_refused(act, now, self.facts[claim.pk], on=on):
            return Outcome(claim, now, now, "", refused=refused)
        then = self._run(claim, supposed(act, on))
        return Outcome(claim, now, then, _sentence(now, then, act), silenced=why_silenced(act, self.facts[claim.pk]))

    def _untouched(self, claim: Claim) -> Outcome:
        return Outcome(claim, self.now[claim.pk], self.now[claim.pk], "この行為の対象にしていません")

    def _run(self, claim: Claim, *more: StoredEvent) -> Prescription:
        return self._clocks.run(ClockFacts.of(claim), [*self._events[claim.pk], *more])


def clocks_if(claims: Iterable[Claim], *, act: Act, on: date) -> list[Outcome]:
    """What the act on the day ``on`` would do to each clock; nothing is stored."""
    return WhatIf(claims, on=on).outcomes(act, on=on)


def supposed(act: Act, on: date) -> StoredEvent:
    """The event that the act would write. 猶予 is applied for on the day and runs for one year from it."""
    if act is Act.GRACE:
        return (Kind.GRACE, on, last_day_after(on - ONE_DAY, years=GRACE_YEARS), {"applied_on": on.isoformat()})
    return (EVENT_OF[act], on, None, {})


def why_refused(act: Act, clock: Prescription, facts: Facts, *, on: date) -> str:
    """Why the law or the state of the claim forbids the act, or ""."""
    terms = facts.terms
    lost = clock.last_day is not None and clock.last_day < on
    if clock.status in LOST or (lost and not terms.needs_enyo):
        return "消滅しているため、徴収も債務の承認もできません"
    if lost and act in BY_THE_DEBTOR:
        return "時効期間が満了しています。援用できなくなるため、個別の審査なしにはできません"
    if act in ONLY_WHEN_DUE and facts.due_on >= on:
        return "納期限の前です"
    if act is Act.GRACE and not terms.self_execution:
        return "猶予は強制徴収公債権の制度です（履行延期特約を検討してください）"
    if act is Act.SUIT and terms.self_execution:
        return "滞納処分ができる債権のため、支払督促・訴えの対象になりません"
    if act is Act.SEIZURE and not terms.self_execution:
        return "自力執行できない債権です（支払督促・訴えによります）"
    if act in (Act.SEIZURE, Act.SUIT):
        return _before_execution(act, facts, on)
    return ""


def _before_execution(act: Act, facts: Facts, on: date) -> str:
    if facts.dunned_on is None:
        law = "地方税法331条など" if act is Act.SEIZURE else "地方自治法施行令171条の2"
        return f"督促状を出していません（{law}）"
    free_on = (facts.dunning_deadline_on or facts.dunned_on + timedelta(days=10)) + ONE_DAY
    if act is Act.SEIZURE and on < free_on:
        return f"督促の期限が過ぎていません（差押は{short_text(free_on)}から）"
    return ""


def why_silenced(act: Act, facts: Facts) -> str:
    """What stops the act today although the law allows it, or ""."""
    channels = CHANNELS_OF.get(act, frozenset())
    for hold in facts.holds:
        if channels & set(hold.channels):
            until = (
                f"{short_text(hold.ends_on - ONE_DAY)}まで" if hold.ends_on else f"{short_text(hold.review_on)}に見直し"
            )
            return f"保留で止めています：{hold.get_reason_display()}（{until}）"
    return "納付の記帳が済んでいないため、いまは行えません" if channels and facts.being_paid else ""


def _left_alone(clock: Prescription, terms: ClaimKindTerms) -> str:
    if clock.status in LOST:
        return "消滅しています"
    if clock.status is Status.AWAITING_ENYO:
        return "時効期間が満了しています。援用されるまで債権は残ります"
    if clock.last_day is None:
        return "手続が続く間は完成しません"
    if terms.needs_enyo:
        return "終わる日に時効期間が満了し、援用されると消滅します"
    return "終わる日の翌日に消滅します（援用は要りません）"


def _sentence(now: Prescription, then: Prescription, act: Act) -> str:
    """The sentence of the step that the act added."""
    added = Counter((step.on, step.kind) for step in then.steps) - Counter((step.on, step.kind) for step in now.steps)
    steps = [step for step in then.steps if (step.on, step.kind) in added]
    return steps[-1].text if steps else f"この種目では、{ACT_LABELS[act]}は時効に影響しません"


def _dunning(events: Sequence[StoredEvent]) -> tuple[date | None, date | None]:
    """Day and deadline of the first 督促."""
    for kind, on, _, detail in events:
        if kind == Kind.DUNNING:
            deadline = detail.get("deadline_on")
            return on, date.fromisoformat(deadline) if deadline else None
    return None, None


def _holds(claims: Sequence[Claim], on: date) -> list[Hold]:
    people = {claim.identity.person_id for claim in claims}
    return list(Hold.objects.filter(in_force(on), person__in=people))


def _reaches(hold: Hold, claim: Claim) -> bool:
    return (
        hold.person_id == claim.identity.person_id
        and hold.claim_id in (None, claim.pk)
        and hold.kind_id in (None, claim.kind_id)
    )


def summary(outcomes: Sequence[Outcome]) -> Mapping[str, int]:
    """How many clocks move, stay, may not be touched, and are silenced today."""
    allowed = [one for one in outcomes if not one.refused]
    moved = sum(one.moves for one in allowed)
    return {
        "all": len(outcomes),
        "moved": moved,
        "same": len(allowed) - moved,
        "refused": len(outcomes) - len(allowed),
        "silenced": sum(bool(one.silenced) for one in allowed),
    }
