"""和解・判決: the terms, the ledger's side of them, and who watches them. Money is booked by the ledger alone, never here."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum

from claims.models import Claim, ClaimEvent, Entry
from claims.services.charges import amounts_due
from claims.services.events import EventRefused, record_events
from lawyers.models import LegalCase, Proceeding, Proposal, Settlement
from lawyers.rules.settlement import Instalment, Standing, standing
from lawyers.services import cases, room
from lawyers.services.recoveries import MONEY
from lawyers.services.reminders import tell
from toyota_collect import audit
from toyota_collect.money import yen_text
from toyota_collect.wareki import long_text

MOST = 120  # instalments


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
        "owed_yen": owed,
        "principal_yen": sum(line.claim.principal_yen for line in case.lines.select_related("claim")),
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
        "払い終えたときに免除する額": yen_text(terms["owed_yen"] - terms["total_yen"]),
        "支払の予定": f"{len(rows)}回（{long_text(first)}から{long_text(last)}まで）",
        "期限の利益": f"{terms['forfeits_after']}回の不履行で失う",
        "条項": terms["text"],
    }


def recheck(case: LegalCase, terms: Mapping[str, Any], *, on: date) -> None:
    """Whether what was proposed can still be agreed on ``on``.

    Raises:
        SettlementRefused: money came in since, a day of payment has passed, or the terms exceed what is owed.
    """
    left = Claim.objects.filter(legal_lines__case=case).aggregate(yen=Sum("principal_yen"))["yen"] or 0
    if left < terms["principal_yen"]:
        raise SettlementRefused("提案のあとに入金がありました。残高に合わせて、条件を組み直してください。")
    checked(case, _as_given(terms), on=on)


@transaction.atomic
def sign(*, proposal_id: int, signed_on: date, name: str, content: bytes, by: Any, on: date) -> Settlement:
    """The debtor has signed what the city agreed to: the deed is kept, and the claims are acknowledged on its day.

    Raises:
        Proposal.DoesNotExist: no such proposal of the member's open cases.
        SettlementRefused: it was not decided on, a settlement of it is written, a day to come or before the decision, a file that
            is not taken in, terms that do not fit any more, or a claim that lapsed.
    """
    rows = Proposal.objects.select_for_update(of=("self",)).filter(case__in=LegalCase.objects.of_member(by))
    proposal = rows.select_related("case__mandate__firm").get(pk=proposal_id, kind=Proposal.Kind.SETTLE)
    case = cases.of_member(proposal.case_id, by)
    if proposal.state != Proposal.State.ACCEPTED or proposal.decided_on is None:
        raise SettlementRefused("市の決裁が済んでから、署名を受けて登録します。")
    if Settlement.objects.filter(proposal=proposal).exists():
        raise SettlementRefused("この和解は、すでに登録されています。")
    if not proposal.decided_on <= signed_on <= on:
        raise SettlementRefused("署名の日は、決裁の日から今日までにしてください。")
    try:
        room.refuse_unfit(case, on=on)
        room.add_file(case=case, title="和解書（署名）", name=name, content=content, by=by, on=on)
    except room.RoomRefused as refused:
        raise SettlementRefused(str(refused)) from refused
    recheck(case, proposal.terms, on=signed_on)
    waived = max(0, owed_yen(case, on=signed_on) - proposal.terms["total_yen"])
    made = _create(
        case,
        kind=Settlement.Kind.OUT_OF_COURT,
        terms=proposal.terms,
        agreed_on=signed_on,
        council=proposal.council,
        waived_yen=waived,
        proposal=proposal,
        by=by,
    )
    try:
        record_events(
            claim_ids=_claim_ids(case),
            kind=ClaimEvent.Kind.ACKNOWLEDGEMENT,
            on=signed_on,
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
    needed = {
        Settlement.Kind.IN_COURT: ("settled",),
        Settlement.Kind.JUDGMENT: ("judgment_served", "provisional_served"),
    }
    if not proceeding.steps.filter(kind__in=needed[Settlement.Kind(kind)], withdrawn_at=None).exists():
        raise SettlementRefused(
            "先に、和解または判決（仮執行宣言付支払督促）の送達を、手続のできごとに書いてください。"
        )
    agreed = proceeding.case.proposals.filter(kind=Proposal.Kind.SETTLE, state=Proposal.State.ACCEPTED)
    if kind == Settlement.Kind.IN_COURT and not agreed.exists():
        raise SettlementRefused(
            "訴訟上の和解にも、市の決裁と議決（専決）が要ります。先に「和解・分納」を提案してください。"
        )
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
    rows = Settlement.objects.select_for_update(of=("self",)).filter(done_on=None)
    for one in rows.select_related("case__mandate__firm", "case__person").order_by("pk"):
        stands = _standing(one, on=on)
        if stands.done:
            one.done_on = on
        elif stands.defaulted and one.defaulted_on is None:
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
    """Money of its day and after; a reversal takes back what was counted, and nothing that came before."""
    since = Q(on__gte=one.agreed_on, kind__in=MONEY) | Q(reverses__kind__in=MONEY, reverses__on__gte=one.agreed_on)
    entries = Entry.objects.filter(since, claim__in=_claim_ids(one.case), on__lte=on)
    paid = -(entries.aggregate(yen=Sum("amount_yen"))["yen"] or 0)
    plan = [Instalment(date.fromisoformat(row["on"]), row["yen"]) for row in one.instalments]
    return standing(plan, paid_yen=max(0, paid), forfeits_after=one.forfeits_after, on=on)


def _as_given(terms: Mapping[str, Any]) -> dict[str, Any]:
    rows = [{"on": date.fromisoformat(row["on"]), "yen": row["yen"]} for row in terms["instalments"]]
    return {**terms, "instalments": rows}


def _create(case: LegalCase, *, terms: Mapping[str, Any], by: Any, **facts: Any) -> Settlement:
    made = case.settlements.create(
        total_yen=terms["total_yen"],
        instalments=terms["instalments"],
        forfeits_after=terms["forfeits_after"],
        terms=terms["text"],
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
