"""和解・判決: the terms, the ledger's side of them, and who watches them. Money is booked by the ledger alone, never here."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max, Sum

from claims.models import ClaimEvent, Entry
from claims.services.charges import amounts_due
from claims.services.events import EventRefused, record_events
from lawyers.models import LegalCase, Proceeding, Proposal, Settlement
from lawyers.rules.settlement import Instalment, Standing, standing
from lawyers.services.reminders import tell
from toyota_collect import audit
from toyota_collect.money import yen_text
from toyota_collect.wareki import long_text

MOST = 120  # instalments
MONEY = (Entry.Kind.RECEIPT, Entry.Kind.SET_OFF, Entry.Kind.REVERSAL)


class SettlementRefused(Exception):
    """The terms cannot be taken; the message says why and what to do, in Japanese."""


def checked(case: LegalCase, terms: Mapping[str, Any], *, on: date) -> dict[str, Any]:
    """The terms as they are kept: ``text``, ``total_yen``, ``instalments`` ([{"on": ISO, "yen"}]), ``forfeits_after``.

    Raises:
        SettlementRefused: no text or plan, days that do not ascend or have passed, a sum that is not its instalments' or more
            than is owed.
    """
    text, rows = str(terms.get("text", "")).strip(), list(terms.get("instalments", ()))
    if not text:
        raise SettlementRefused("和解の条項を書いてください。")
    if not 1 <= len(rows) <= MOST:
        raise SettlementRefused(f"支払の予定を、1回以上{MOST}回までで入れてください。")
    plan = [Instalment(row["on"], int(row["yen"])) for row in rows]
    if any(one.yen <= 0 for one in plan):
        raise SettlementRefused("各回の額は1円以上にしてください。")
    days = [one.on for one in plan]
    if days != sorted(set(days)) or days[0] < on:
        raise SettlementRefused("支払の日は今日から後の日を、早い順に1回ずつ入れてください。")
    total, owed = int(terms.get("total_yen", 0)), owed_yen(case, on=on)
    if total != sum(one.yen for one in plan):
        raise SettlementRefused(
            f"各回の合計 {yen_text(sum(one.yen for one in plan))}と、支払う額 {yen_text(total)}が合いません。"
        )
    if total > owed:
        raise SettlementRefused(f"支払う額が、今日の残高（延滞金等を含む）{yen_text(owed)}を超えています。")
    forfeits_after = int(terms.get("forfeits_after", 2))
    if forfeits_after < 1:
        raise SettlementRefused("期限の利益を失う回数は、1回以上にしてください。")
    return {
        "text": text[:4000],
        "total_yen": total,
        "instalments": [{"on": one.on.isoformat(), "yen": one.yen} for one in plan],
        "forfeits_after": forfeits_after,
    }


def words(terms: Mapping[str, Any]) -> dict[str, Any]:
    """The terms for who decides; empty where there are none."""
    if not terms:
        return {}
    rows = terms["instalments"]
    first, last = date.fromisoformat(rows[0]["on"]), date.fromisoformat(rows[-1]["on"])
    return {
        "支払う額": yen_text(terms["total_yen"]),
        "支払の予定": f"{len(rows)}回（{long_text(first)}から{long_text(last)}まで）",
        "期限の利益": f"{terms['forfeits_after']}回の不履行で失う",
        "条項": terms["text"],
    }


def write_down(proposal: Proposal, *, by: Any, on: date) -> Settlement:
    """A settlement out of court that was decided on: it acknowledges the claims on its day. Call it in the decision's transaction.

    Raises:
        SettlementRefused: the terms do not fit what is owed by now, or a claim that lapsed would be acknowledged.
    """
    case, terms = proposal.case, proposal.terms
    owed = owed_yen(case, on=on)
    if terms["total_yen"] > owed:
        raise SettlementRefused(
            f"提案のあとに納付などがあり、残高が{yen_text(owed)}になりました。条件を組み直してください。"
        )
    made = _create(
        case,
        kind=Settlement.Kind.OUT_OF_COURT,
        terms=terms,
        agreed_on=on,
        council=proposal.council,
        waived_yen=owed - terms["total_yen"],
        proposal=proposal,
        by=by,
    )
    try:
        record_events(
            claim_ids=_claim_ids(case),
            kind=ClaimEvent.Kind.ACKNOWLEDGEMENT,
            on=on,
            origin=f"裁判外の和解（{case.number}）",
            by=by,
        )
    except EventRefused as refused:
        raise SettlementRefused(str(refused)) from refused
    return made


@transaction.atomic
def of_court(
    *, proceeding_id: int, kind: str, terms: Mapping[str, Any], agreed_on: date, by: Any, on: date
) -> Settlement:
    """What a court's settlement or judgment orders to be paid, and by when. Its clock follows the proceeding's steps.

    Raises:
        Proceeding.DoesNotExist: no such proceeding.
        SettlementRefused: the terms do not add up, or the day has not come.
    """
    proceeding = Proceeding.objects.select_for_update(of=("self",)).select_related("case").get(pk=proceeding_id)
    if kind not in (Settlement.Kind.IN_COURT, Settlement.Kind.JUDGMENT) or agreed_on > on:
        raise SettlementRefused("和解か判決かを選び、成立・確定の日（今日まで）を入れてください。")
    if proceeding.settlements.filter(kind=kind, agreed_on=agreed_on).exists():
        raise SettlementRefused("この日の和解・判決は、すでに登録されています。")
    kept = checked(proceeding.case, terms, on=agreed_on)
    return _create(
        proceeding.case,
        kind=kind,
        terms=kept,
        agreed_on=agreed_on,
        council=proceeding.council,
        waived_yen=0,
        proceeding=proceeding,
        by=by,
    )


def standing_of(settlements: Sequence[Settlement], *, on: date) -> dict[int, Standing]:
    """Where each settlement stands, by its id: money on the case's claims booked since it was agreed."""
    return {one.pk: _standing(one, on=on) for one in settlements}


@transaction.atomic
def watch(*, on: date, by: Any) -> int:
    """Each morning: those that were paid, and those whose benefit of time is lost; how many changed. Safe to run twice."""
    changed = 0
    rows = Settlement.objects.select_for_update(of=("self",)).filter(done_on=None, defaulted_on=None)
    for one in rows.select_related("case__mandate__firm", "case__person").order_by("pk"):
        stands = _standing(one, on=on)
        if stands.done:
            one.done_on = on
        elif stands.defaulted:
            one.defaulted_on = on
        else:
            continue
        one.save()
        changed += 1
        audit.record(event="settlement.done" if stands.done else "settlement.defaulted", by=by, target=one)
        _next_step(one, stands, by=by, on=on)
    return changed


def owed_yen(case: LegalCase, *, on: date) -> int:
    """What the case's claims cost on the day, late charge included."""
    claims = [line.claim for line in case.lines.select_related("claim__kind", "claim__identity")]
    return sum(due.total_yen for due in amounts_due(claims, as_of=on, with_steps=False).values())


def _standing(one: Settlement, *, on: date) -> Standing:
    entries = Entry.objects.filter(claim__in=_claim_ids(one.case), kind__in=MONEY, pk__gt=one.last_entry, on__lte=on)
    paid = -(entries.aggregate(yen=Sum("amount_yen"))["yen"] or 0)
    plan = [Instalment(date.fromisoformat(row["on"]), row["yen"]) for row in one.instalments]
    return standing(plan, paid_yen=max(0, paid), forfeits_after=one.forfeits_after, on=on)


def _create(case: LegalCase, *, terms: Mapping[str, Any], by: Any, **facts: Any) -> Settlement:
    made = case.settlements.create(
        total_yen=terms["total_yen"],
        instalments=terms["instalments"],
        forfeits_after=terms["forfeits_after"],
        terms=terms["text"],
        last_entry=Entry.objects.aggregate(last=Max("pk"))["last"] or 0,
        by=by,
        **facts,
    )
    audit.record(event="settlement.made", by=by, target=made, detail={"case": case.number, "yen": made.total_yen})
    return made


def _next_step(one: Settlement, stands: Standing, *, by: Any, on: date) -> None:
    reason = (
        "和解どおり払い終えた" if stands.done else f"和解の不履行（{stands.missed}回、{yen_text(stands.behind_yen)}）"
    )
    step = (
        "免除する額の決裁（免除・不納欠損）と、件の終了を起案する"
        if stands.done and one.waived_yen
        else "件を終える"
        if stands.done
        else "期限の利益の喪失を確かめ、強制執行か組み直しを事務所と決める"
    )
    tell(one.case, key=f"settlement:{one.pk}", reason=reason, next_step=step, by=by, on=on)


def _claim_ids(case: LegalCase) -> list[int]:
    return list(case.lines.values_list("claim_id", flat=True))
