"""督促状: counted, decided by a second person, drawn up once per claim, pulled where money came, posted."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from claims.models import Claim, ClaimEvent, Entry
from claims.services.events import EventRefused, record_events
from claims.services.posting import BookingRefused, Line, post
from claims.services.slips import void_slip
from debtors.protection import hidden_people
from debtors.rules.mailing import Because, Destination, Withheld
from notices.models import Dunning, DunningRun
from notices.rules import dunning as rule
from notices.rules.address import address_lines, window_name
from notices.services.dispatch import send
from notices.services.dunning_selection import CHANNEL, Chosen, LeftOut, Selection, destinations, select
from toyota_collect import approvals, audit
from toyota_collect.calendar import fiscal_year
from toyota_collect.dated import SettingMissing, value_on
from toyota_collect.documents.store import draw_many
from toyota_collect.models import Approval

SUBJECT = "notices.dunningrun"
STALE_AFTER = timedelta(minutes=2)
State = DunningRun.State
ALIVE = (Dunning.State.WAITING, Dunning.State.MADE)


class DunningRefused(Exception):
    """The step is not possible now; the message says why and what to do, in Japanese."""


@transaction.atomic
def make_run(*, issued_on: date, kinds: Iterable[str], by: Any, today: date) -> DunningRun:
    """Count who would get a 督促状 on ``issued_on``, the day it will be posted.

    Raises:
        DunningRefused: the day is past, or a setting is missing.
    """
    if issued_on < today:
        raise DunningRefused("発付日が過ぎた日です。発送する日を入れてください。")
    year = fiscal_year(issued_on)
    last = DunningRun.objects.filter(fiscal_year=year).aggregate(last=Max("sequence"))["last"] or 0
    try:
        days = value_on("dunning.deadline_days", issued_on)
        selection = select(on=issued_on, kinds=kinds)
        counts = _counts(selection, on=issued_on)
    except SettingMissing as error:
        raise DunningRefused(str(error)) from error
    run = DunningRun.objects.create(
        fiscal_year=year,
        sequence=last + 1,
        issued_on=issued_on,
        deadline_on=rule.deadline_on(issued_on, days=days),
        kinds=list(kinds),
        counts=counts,
        made_by=by,
    )
    audit.record(event="dunning.counted", by=by, target=run, detail={"claims": counts["claims"]})
    return run


@transaction.atomic
def ask_approval(*, run_id: int, by: Any, reason: str = "") -> Approval:
    """Ask for the decision; raises ``DunningRefused`` where nothing is to be sent or it waits already."""
    run = _locked(run_id, State.COUNTED)
    if run.approval is not None and not run.approval.came_back:
        raise DunningRefused(f"この発送は「{run.phase_label}」です。")
    if not run.counts["claims"]:
        raise DunningRefused("督促状を送る債権がありません。")
    evidence = {
        "督促状（通）": run.counts["claims"],
        "送る人（人）": run.counts["people"],
        "本税・元金（円）": run.counts["yen"],
        "発付日": run.issued_on.isoformat(),
        "指定期限": run.deadline_on.isoformat(),
        "納期限から20日を過ぎたもの（通）": run.counts["late"],
        "除外（期別）": {LeftOut(code).label: count for code, count in run.counts["left_out"].items()},
    }
    try:
        run.approval = approvals.ask(
            subject_type=SUBJECT,
            subject_key=str(run.pk),
            subject_url=reverse("notices:dunning", args=[run.pk]),
            title=f"{run.title}（{run.counts['claims']:,}通）",
            amount_yen=run.counts["yen"],
            reason=reason,
            evidence=evidence,
            by=by,
        )
    except approvals.ApprovalRefused as error:
        raise DunningRefused(str(error)) from error
    run.save(update_fields=["approval"])
    return run.approval


@transaction.atomic
def start(*, run_id: int, by: Any, today: date) -> None:
    """Draw up the 督促状 of an approved run: chosen anew as of today, so that what was paid since is not asked for.

    Raises:
        DunningRefused: not approved, the day of sending is past, nothing is left to send, or a setting is missing.
    """
    run = _locked(run_id, State.COUNTED)
    if run.approval is None or run.approval.decision != Approval.Decision.APPROVED:
        raise DunningRefused("決裁を受けてから作ります。")
    if run.issued_on < today:
        raise DunningRefused("発付日が過ぎました。取りやめて、新しい発付日で作り直してください。")
    try:
        selection = select(on=run.issued_on, kinds=run.kinds)
        mark = value_on("dunning.number_mark", run.issued_on)
        run.counts = _counts(selection, on=run.issued_on)
    except SettingMissing as error:
        raise DunningRefused(str(error)) from error
    if not selection.envelopes:
        raise DunningRefused("督促状を送る債権がなくなりました（納付など）。取りやめてください。")
    numbers = draw_many(series="dunning", mark=mark, on=run.issued_on, count=len(selection.claims))
    envelopes = [(serial, one) for serial, claims in enumerate(selection.envelopes, 1) for one in claims]
    rows = [
        _drawn_up(run, one, serial, number=number) for (serial, one), number in zip(envelopes, numbers, strict=True)
    ]
    Dunning.objects.bulk_create(rows, batch_size=1_000)
    run.state, run.started_at, run.problem = State.MAKING, timezone.now(), ""
    run.save()
    audit.record(event="dunning.started", by=by, target=run, detail={"claims": len(rows)})
    send("make_dunnings", run_id=run.pk)


def to_pull(run: DunningRun, *, on: date) -> dict[int, str]:
    """Which 督促状 of a run must not go out any more, with the reason, by id: looked at until the last moment.

    An envelope is pulled whole; what else was in it is drawn up again the next time.
    """
    alive = run.dunnings.filter(state__in=ALIVE)
    claims = Claim.objects.filter(dunnings__in=alive)
    reachable = set(
        claims.filter(pk__in=Claim.objects.reachable_by(CHANNEL, on=on).values("pk")).values_list("pk", flat=True)
    )
    paying = set(claims.filter(pk__in=Claim.objects.being_paid().values("pk")).values_list("pk", flat=True))
    hidden = hidden_people(set(alive.values_list("person_id", flat=True)), on=on)
    found: dict[int, str] = {}
    rows = list(alive.select_related("claim__kind", "claim__identity__person", "person"))
    tos = destinations([row.claim for row in rows], on=on)
    for row in rows:
        if row.person_id in hidden:
            found[row.pk] = LeftOut.PROTECTED.label
        elif row.claim.identity.person_id != row.person_id:
            found[row.pk] = "名寄せが変わった"
        elif reason := _not_there(row, tos.get(row.claim_id)):
            found[row.pk] = reason
        elif row.claim_id in paying:
            found[row.pk] = LeftOut.PAYING.label
        elif row.claim.principal_yen != row.principal_yen:
            found[row.pk] = "納付または更正があった"
        elif row.claim_id not in reachable:
            found[row.pk] = LeftOut.HELD.label
    envelopes = {row.serial for row in rows if row.pk in found}
    return {row.pk: found.get(row.pk, "同じ封筒に引き抜くものがある") for row in rows if row.serial in envelopes}


@transaction.atomic
def post_run(*, run_id: int, on: date, pulled: Iterable[int], by: Any) -> int:
    """The letters have gone to the post on ``on``; return how many. Each is an event of its claim's clock.

    ``pulled`` are the ids that staff took out of the pile; they must be just those that have to be (``to_pull``).

    Raises:
        DunningRefused: not made yet, another day than the day of issue printed on it, the list to pull has changed, or
            the ledger refuses the fee.
    """
    run = _locked(run_id, State.MADE)
    if on != run.issued_on:
        raise DunningRefused(
            "発送できるのは、督促状に印字した発付日だけです。日が変わったときは、取りやめて作り直してください。"
        )
    must_go = to_pull(run, on=on)
    if set(must_go) != set(pulled):
        raise DunningRefused(
            f"引き抜く督促状が{len(must_go)}通に変わりました。一覧を見直して、引き抜いてから登録してください。"
        )
    for row in run.dunnings.filter(pk__in=must_go).select_related("slip"):
        pull(row, because=must_go[row.pk], on=on, by=by)
    going = list(run.dunnings.filter(state=Dunning.State.MADE).select_related("claim"))
    arrived_on = on + timedelta(days=value_on("dunning.arrival_days", on))
    try:
        record_events(
            claim_ids=[row.claim_id for row in going],
            kind=ClaimEvent.Kind.DUNNING,
            on=on,
            by=by,
            origin=run.title,
            detail={"arrived_on": arrived_on.isoformat(), "deadline_on": run.deadline_on.isoformat()},
        )
        # One that came back and was made anew has its fee in the ledger already: it is charged once.
        charged = set(
            Entry.objects.filter(
                claim__in=[row.claim_id for row in going],
                kind=Entry.Kind.LEVY,
                component=Entry.Component.FEE,
                note__startswith=DunningRun.TITLE,
            ).values_list("claim_id", flat=True)
        )
        fees = [
            Line(Entry.Kind.LEVY, Entry.Component.FEE, row.fee_yen, on, row.claim_id, note=run.title)
            for row in going
            if row.fee_yen and row.claim_id not in charged
        ]
        post(fees, by=by, event="dunning.fees", subject_type=SUBJECT, subject_key=str(run.pk), detail={})
    except (EventRefused, BookingRefused) as error:
        raise DunningRefused(str(error)) from error
    run.dunnings.filter(pk__in=[row.pk for row in going]).update(state=Dunning.State.POSTED)
    run.state, run.posted_by, run.posted_at = State.POSTED, by, timezone.now()
    run.save()
    audit.record(event="dunning.posted", by=by, target=run, detail={"sent": len(going), "pulled": len(must_go)})
    return len(going)


@transaction.atomic
def discard(*, run_id: int, on: date, reason: str, by: Any) -> None:
    """Give a run up before it is posted: its 督促状 and their slips are void, and the claims may be dunned again.

    Raises:
        DunningRefused: it has been posted or given up, or no reason is given.
    """
    run = _locked(run_id, State.COUNTED, State.MAKING, State.MADE)
    if not reason.strip():
        raise DunningRefused("取りやめる理由を書いてください。")
    if run.approval is not None and run.approval.is_open:
        raise DunningRefused("決裁待ちです。先に、起案した人が取り下げてください。")
    for row in run.dunnings.filter(state__in=ALIVE).select_related("slip"):
        pull(row, because=f"発送の取りやめ：{reason.strip()}"[:200], on=on, by=by)
    run.state = State.DISCARDED
    run.save()
    audit.record(event="dunning.discarded", by=by, target=run, detail={"reason": reason.strip()})


def sweep(*, now: datetime) -> None:
    """Take up the making that a dead worker or a lost message left behind; harmless at any time."""
    late = DunningRun.objects.filter(state=State.MAKING, started_at__lt=now - STALE_AFTER)
    for pk in late.values_list("pk", flat=True):
        send("make_dunnings", run_id=pk)


def _not_there(row: Dunning, to: Destination | Withheld | None) -> str:
    """Why what is printed in the window is not where the 督促状 goes by now, or "" """
    if isinstance(to, Withheld) and to.because in (Because.DECEASED, Because.AGENT_PROTECTED):
        return LeftOut(to.because.value).label
    now = printed(to)
    if not row.sent_to:
        return ""
    fields = ("postal_code", "address_lines", "name_lines", "honorific")
    return "" if all(now.get(name) == row.sent_to[name] for name in fields) else "送付先（住所・氏名）が変わった"


def pull(row: Dunning, *, because: str, on: date, by: Any) -> None:
    """Take one out; nobody shall pay with the slip that went with it."""
    row.state, row.pulled_because = Dunning.State.PULLED, because
    row.save()
    if row.slip and row.slip.voided_on is None:
        void_slip(slip_id=row.slip.pk, on=on, reason="督促状を引き抜いたため", by=by)


def _locked(run_id: int, *states: str) -> DunningRun:
    run = DunningRun.objects.select_for_update(of=("self",)).select_related("approval").get(pk=run_id)
    if run.state not in states:
        raise DunningRefused(f"この発送は「{run.phase_label}」です。いまは、この操作はできません。")
    return run


def _drawn_up(run: DunningRun, one: Chosen, serial: int, *, number: str) -> Dunning:
    return Dunning(
        run=run,
        person_id=one.claim.identity.person_id,
        claim=one.claim,
        serial=serial,
        number=number,
        principal_yen=one.claim.principal_yen,
        fee_yen=one.terms.dunning_fee_yen,
        statute=one.statute,
        appeal_body=one.appeal_body,
        sent_to=printed(one.to),
    )


def printed(to: Destination | Withheld | None) -> dict[str, Any]:
    """The window of a 督促状 as it is kept: what is compared before the post. Nothing where nobody may get it."""
    if not isinstance(to, Destination):
        return {}
    name = window_name(to)
    window = {"postal_code": to.postal_code, "address_lines": list(address_lines(to.address))}
    return window | {"name_lines": list(name.name_lines), "honorific": name.honorific, "reason": to.reason}


def _counts(selection: Selection, *, on: date) -> dict[str, Any]:
    """What the page and the decision show; ``late``: sent after the city's own limit of days."""
    within_days = value_on("dunning.within_days", on)
    claims = selection.claims
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for one in claims:
        kinds[one.claim.kind.name] += Counter(claims=1, yen=one.claim.principal_yen)
    return {
        "claims": len(claims),
        "people": len({one.claim.identity.person_id for one in claims}),
        "yen": sum(one.claim.principal_yen for one in claims),
        "late": sum(rule.latest_on(one.claim.due_on, within_days=within_days) < on for one in claims),
        "kinds": {name: dict(sums) for name, sums in sorted(kinds.items())},
        "left_out": dict(selection.left_out),
        "left_out_yen": dict(selection.left_out_yen),
    }
