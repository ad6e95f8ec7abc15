"""出口: the ways by which what is owed reaches a person: calls, handovers, seizures, suits, papers of plans and decisions."""

from collections.abc import Collection
from datetime import date

from claims.models import Claim, HandoverLine, Hold, PlanBreach
from claims.plan_documents import may_be_noticed
from claims.services.call_queue import callable_people
from claims.services.handovers import why_not
from claims.services.what_if import Act, WhatIf, why_refused, why_silenced
from debtors.querysets import in_force
from toyota_collect.registry import Reached, Registry, WayOut

AT_THE_COUNTER = "窓口に来た本人の求めで作り、本人に渡すため"


def register(registry: Registry) -> None:
    registry.way_out(
        WayOut("claims.call", "電話の順番", ("call",), callable_people, modules=("claims.services.call_queue",)),
        WayOut(
            "claims.handover_notice",
            "移管予告書と、移管に選ぶ一覧",
            ("notice",),
            _free_to_hand_over,
            modules=("claims.services.handover_papers",),
            kinds=("handover_notice",),
        ),
        WayOut(
            "claims.handover_decision", "移管決定通知書", ("notice",), _being_handed_over, kinds=("handover_decision",)
        ),
        WayOut("claims.seizure", "差押・交付要求の起案", ("seizure",), _by_act(Act.SEIZURE)),
        WayOut("claims.suit", "支払督促・訴えの起案", ("suit", "lawyers"), _by_act(Act.SUIT)),
        WayOut(
            "claims.plan_broken",
            "分納不履行通知書",
            ("notice",),
            _with_a_broken_plan,
            modules=("claims.plan_documents",),
            kinds=("plan_broken",),
        ),
        WayOut(
            "claims.measure_notice",
            "猶予・停止・不許可・取消しの通知書",
            (),
            _nobody,
            modules=("claims.services.measure_papers",),
            kinds=("stop_notice", "measure_notice", "denial_notice", "cancel_notice"),
            in_spite="本人の申請への答えか、本人のための決定の通知で、法律が求めるため（地方税法15条の2の2・15条の7第2項ほか）",
        ),
        WayOut(
            "claims.refund_notice",
            "還付・充当の通知書",
            (),
            _nobody,
            modules=("claims.overpaid_page",),
            kinds=("refund_notice",),
            in_spite="納め過ぎたお金を返す通知のため（地方税法17条・17条の2）",
        ),
        WayOut(
            "claims.counter",
            "分納誓約書・債務承認書・時効援用申出書・充当の明細",
            (),
            _nobody,
            modules=(
                "claims.plan_documents",
                "claims.services.acknowledgements",
                "claims.services.claim_end_papers",
                "claims.receipt_page",
            ),
            kinds=("plan_deed", "acknowledgement", "allocation_statement"),
            in_spite=AT_THE_COUNTER,
        ),
    )
    registry.stays_inside(
        claims__board_papers="進行管理（件数と計だけで、債務者の情報はない）",
        claims__forecast__papers="見通し（計だけで、人の情報はない）",
        claims__performance__papers="実績（種類・月・係ごとの件数だけで、人の情報はない）",
        claims__closing__papers="決算の表と縮減の内訳（種目ごとの計だけで、人の情報はない）",
        claims__views_close="会計に渡す仕訳",
        claims__council="進行管理・縮減の内訳・実績・見通し・決算の表（件数と計だけで、債務者の情報はない）",
        claims__views_countdown="時効の一覧を職員が書き出す（住所・電話はない）",
        claims__views_ends="不納欠損の合計",
        claims__views_handover="所管課が移管の一覧を書き出す（住所・電話はない）",
        claims__views_overpaid="還付の振込データ。銀行に渡り、支払いを求めない",
        claims__views_standard="基幹の仕組みに渡す標準の形のファイル",
        claims__services__standard_exports="基幹の仕組みに渡す標準の形のファイル",
    )
    registry.left_alone.append(left_alone)


def left_alone(people: Collection[int], on: date) -> set[int]:
    """Of the people, those whom a hold in fact over all their claims leaves in peace."""
    holds = Hold.objects.filter(in_force(on), reason=Hold.Reason.WELFARE, kind=None, claim=None)
    return set(holds.values_list("person_id", flat=True)) & set(people)


def _nobody(people: Collection[int], on: date) -> set[int]:
    """A paper that somebody has to make for one person: nothing reaches anybody by itself."""
    return set()


def _free_to_hand_over(people: Collection[int], on: date) -> set[int]:
    claims = Claim.objects.filter(identity__person__in=people).free_to_hand_over(on=on)
    return set(claims.values_list("identity__person", flat=True))


def _being_handed_over(people: Collection[int], on: date) -> set[int]:
    """Those in a basket that the office may take over, and so tell."""
    lines = HandoverLine.objects.filter(state=HandoverLine.State.PICKED, claim__identity__person__in=people)
    claims = [line.claim for line in lines.select_related("claim__identity")]
    refused = why_not(claims, on=on)
    return {claim.identity.person_id for claim in claims if claim.pk not in refused}


def _with_a_broken_plan(people: Collection[int], on: date) -> set[int]:
    breaches = PlanBreach.objects.filter(
        instalment__plan__person__in=people, instalment__plan__closed_on=None, notice=None
    ).select_related("instalment__plan")
    plans = {breach.instalment.plan_id: breach.instalment.plan for breach in breaches}
    return {plan.person_id for plan in plans.values() if may_be_noticed(plan, on=on)}


def _by_act(act: Act) -> Reached:
    """People with a claim for which the act may be put before somebody who decides."""

    def reached(people: Collection[int], on: date) -> set[int]:
        claims = Claim.objects.filter(identity__person__in=people).overdue(on=on).alive(on=on)
        found = WhatIf(claims.select_related("kind", "identity"), on=on)
        return {claim.identity.person_id for claim in found.claims if _is_open(found, claim, act, on)}

    return reached


def _is_open(found: WhatIf, claim: Claim, act: Act, on: date) -> bool:
    facts = found.facts[claim.pk]
    return not (why_refused(act, found.now[claim.pk], facts, on=on) or why_silenced(act, facts))
