"""公示送達: proposed after the enquiry, decided by a second person, posted, and served on its day by the rule of its route.

What is served counts as if it had arrived: the 催告 or 督促 stands again, as of that day, and the clocks follow.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse

from claims.models import Claim, ClaimEvent
from claims.services.charges import kind_terms
from claims.services.events import EventRefused, record_demands, record_events
from debtors.joined import current_person
from debtors.models import Contact, WorkItem
from debtors.protection import hidden_people
from debtors.services_work import close_work_item, open_work_item
from notices.models import PublicNotice, PublicNoticeClaim, ReturnedLetter
from notices.rules.public_notice import Route, RouteUnknown, Terms, route_of, served_on, terms_of
from notices.services.enquiries import File, keep_proof, lack_in_words, lack_of
from notices.services.public_notice_paper import make_paper
from notices.services.returned_papers import log, paper_of
from notices.services.returns import ENQUIRY, LOOK_FOR, close_return, locked_return, look_for, setting_days
from notices.services.runs import RunRefused
from toyota_collect import approvals, audit
from toyota_collect.dated import SettingMissing, value_on
from toyota_collect.models import Approval
from toyota_collect.permissions import Ground
from toyota_collect.wareki import long_text

SUBJECT = "notices.publicnotice"
ROUTES, DAYS, ONLINE = "public_notice.routes", "public_notice.days", "public_notice.online"
State, Done = PublicNotice.State, ReturnedLetter.Done


@transaction.atomic
def prepare(*, return_id: int, reason: str, by: Any, now: datetime, today: date) -> list[PublicNotice]:
    """Propose the 公示送達 of a return, one notice for each procedure that its unpaid claims fall under.

    Raises:
        ReturnedLetter.DoesNotExist: no such return.
        RunRefused: it was refused at the door, the person is protected, the enquiry is not enough, somebody was found,
            nothing is unpaid, it is settled otherwise, or a setting is missing.
    """
    returned = locked_return(return_id)
    paper = paper_of(returned)
    if returned.done_as not in ("", Done.PUBLIC_NOTICE) or _begun(returned):
        raise RunRefused(f"この返戻は「{returned.get_done_as_display()}」として済んでいるか、公示送達の途中です。")
    if returned.reason == ReturnedLetter.Reason.REFUSED:
        raise RunRefused(
            "受取拒否は住所が分かっているので、公示送達にはできません。差置送達（地方税法20条3項）か、再送を検討してください。"
        )
    _refuse_protected(paper.person.pk, today)
    if lack := lack_of(returned, today=today):
        raise RunRefused("".join(lack_in_words(lack)))
    if not reason.strip():
        raise RunRefused("公示送達による理由を書いてください。")
    if not paper.act:
        raise RunRefused("催告でも督促でもない文書です。公示送達は要りません。")
    own = paper.own_claims()
    if not own:
        raise RunRefused("連帯・相続・保証の分だけの催告書です。公示送達は本人の債権についてだけできます。")
    by_route = _by_route(own, today)
    if not by_route:
        raise RunRefused("この文書の債権は、すべて納付などで済んでいます。公示送達は要りません。")
    made = []
    for route, claims in sorted(by_route.items()):
        notice = PublicNotice.objects.create(returned=returned, route=route, reason=reason.strip(), made_by=by)
        PublicNoticeClaim.objects.bulk_create(PublicNoticeClaim(notice=notice, claim=claim) for claim in claims)
        audit.record(event="public_notice.prepared", by=by, target=notice, detail={"route": route})
        made.append(notice)
    close_return(returned, Done.PUBLIC_NOTICE, on=today, note=reason, by=by, now=now, today=today)
    open_work_item(
        person_id=current_person(paper.person.pk) or paper.person.pk,
        reason=f"公示送達：{paper.title}"[:200],
        next_step="決裁を受け、掲示し、効力の日と掲示の終わりを登録する",
        due_on=today + timedelta(days=setting_days(ENQUIRY, today)),
        by=by,
        subject_key=_subject(returned),
        subject_url=reverse("notices:returned", args=[returned.pk]),
    )
    return made


@transaction.atomic
def ask_approval(*, notice_id: int, by: Any) -> Approval:
    """Ask a second person for the decision, with the enquiry as evidence.

    Raises:
        PublicNotice.DoesNotExist: no such notice.
        RunRefused: it waits or is decided already.
    """
    notice = _locked(notice_id, State.DRAFT)
    if notice.approval is not None and not notice.approval.came_back:
        raise RunRefused(f"この公示送達は「{notice.phase_label}」です。")
    claims = list(Claim.objects.filter(public_notices__notice=notice))
    evidence = {
        "手続": f"{notice.get_route_display()}（{Route(notice.route).law}）",
        "文書": f"{notice.returned.paper} {notice.returned.number}",
        "返戻": f"{long_text(notice.returned.returned_on)}　{notice.returned.reason_text}",
        "期別": len(claims),
        "住所調査": [
            f"{long_text(one.on)} {one.get_step_display()}：{one.get_found_display()}"
            for one in notice.returned.enquiries.all()
        ],
    }
    try:
        notice.approval = approvals.ask(
            subject_type=SUBJECT,
            subject_key=str(notice.pk),
            subject_url=reverse("notices:public-notice", args=[notice.pk]),
            title=f"{notice.get_route_display()}：{notice.returned.number}",
            amount_yen=sum(claim.principal_yen for claim in claims),
            reason=notice.reason,
            evidence=evidence,
            by=by,
        )
    except approvals.ApprovalRefused as error:
        raise RunRefused(str(error)) from error
    notice.save()
    return notice.approval


def carry_out(approval: Approval, *, by: Any, today: date) -> None:
    """The decision is taken: number, days of its route and the paper to be posted, in the same transaction.

    Raises:
        RunRefused: the person is protected by now, was found, or a setting is missing.
    """
    notice = _locked(int(approval.subject_key), State.DRAFT)
    _refuse_protected(notice.returned.person.pk, today)
    _refuse_found(notice, today)
    try:
        terms = terms_of(value_on(DAYS, today), Route(notice.route))
        notice.days, notice.first_day_counts = terms.days, terms.first_day_counts
        make_paper(notice, by=by, on=today)
    except (SettingMissing, RouteUnknown) as error:
        raise RunRefused(str(error)) from error
    notice.state, notice.decided_on = State.DECIDED, today
    notice.save()
    audit.record(event="public_notice.decided", by=by, target=notice, detail={"number": notice.number})


@transaction.atomic
def post(
    *, notice_id: int, on: date, place: str, proof: File | None, by: Any, today: date, online_on: date | None = None
) -> PublicNotice:
    """The notice hangs since ``on`` (of a court: as the court says); the day of its effect follows by the rule.

    Raises:
        PublicNotice.DoesNotExist: no such notice.
        RunRefused: not decided, found or protected by now, no place or proof, a day that cannot be, or not on the
            Internet where the city has said that it must be.
    """
    notice = _locked(notice_id, State.DECIDED)
    _refuse_protected(notice.returned.person.pk, today)
    _refuse_found(notice, today)
    if not place.strip():
        raise RunRefused("どこに掲示したかを書いてください。")
    decided_on = notice.decided_on
    assert decided_on is not None
    if not decided_on <= on <= today:
        raise RunRefused(f"掲示を始めた日は、決裁の日（{long_text(decided_on)}）から今日までの日です。")
    if online_on and not decided_on <= online_on <= today:
        raise RunRefused(f"インターネットに載せた日は、決裁の日（{long_text(decided_on)}）から今日までの日です。")
    if notice.route != Route.COURT and _online_needed(today) and online_on is None:
        raise RunRefused("インターネットに載せた日を入れてください（設定値「public_notice.online」）。")
    if proof is None:
        raise RunRefused("掲示したことの資料（写真・裁判所の通知など）を付けてください。")
    assert notice.days is not None
    begun = max(on, online_on or on)  # both must have begun for the days to run
    notice.posted_on, notice.online_on, notice.place = on, online_on, place.strip()[:100]
    notice.served_on = served_on(begun, Terms(notice.days, notice.first_day_counts))
    notice.posted_proof = keep_proof(_claims(notice), proof, by=by, today=today)
    notice.posted_by, notice.state = by, State.POSTED
    notice.save()
    detail = {"on": on.isoformat(), "served_on": notice.served_on.isoformat()}
    audit.record(event="public_notice.posted", by=by, target=notice, detail=detail)
    if notice.served_on <= today:
        serve(notice_id=notice.pk, by=by, today=today)
        notice.refresh_from_db()
    return notice


@transaction.atomic
def serve(*, notice_id: int, by: Any, today: date) -> PublicNotice:
    """The day of the effect has come: the document counts as served. A second time changes nothing.

    Raises:
        PublicNotice.DoesNotExist: no such notice.
        RunRefused: not posted, the day has not come, the person was found, or the clock refuses the event.
    """
    notice = _locked(notice_id, State.POSTED, State.SERVED)
    if notice.state == State.SERVED:
        return notice
    assert notice.served_on is not None
    on = notice.served_on
    if on > today:
        raise RunRefused(f"送達の効力は{long_text(on)}に生じます。まだ登録できません。")
    _refuse_found(notice, today)
    paper, ids = paper_of(notice.returned), _claims(notice)
    try:
        if paper.act == ClaimEvent.Kind.DEMAND:
            record_demands(acts=[(pk, notice.title) for pk in ids], on=on, arrived_on=on, by=by)
        else:
            deadline_on = on + timedelta(days=int(value_on("dunning.deadline_days", on)))
            detail = {"arrived_on": on.isoformat(), "deadline_on": deadline_on.isoformat()}
            record_events(
                claim_ids=ids, kind=ClaimEvent.Kind.DUNNING, on=on, by=by, origin=notice.title[:60], detail=detail
            )
    except (EventRefused, SettingMissing) as error:
        raise RunRefused(str(error)) from error
    act = ClaimEvent.Kind(paper.act).label
    log(
        paper,
        Contact.Outcome.NOTE,
        f"{notice.title}により、{paper.title}が送達されたものとみなされる。{act}を記録した。",
        on,
        by,
    )
    notice.state = State.SERVED
    notice.save()
    audit.record(event="public_notice.served", by=by, target=notice, detail={"on": on.isoformat()})
    return notice


def serve_due(*, by: Any, today: date) -> int:
    """Serve every notice whose day has come; return how many. One that is refused stays, and the list shows it."""
    served = 0
    for pk in PublicNotice.objects.filter(state=State.POSTED, served_on__lte=today).values_list("pk", flat=True):
        try:
            serve(notice_id=pk, by=by, today=today)
        except RunRefused:
            continue
        served += 1
    return served


@transaction.atomic
def take_down(*, notice_id: int, on: date, proof: File | None, by: Any, today: date) -> PublicNotice:
    """The notice hangs no longer; with the last one of the return the matter is closed.

    Raises:
        PublicNotice.DoesNotExist: no such notice.
        RunRefused: not served yet, a day that cannot be, or no proof.
    """
    notice = _locked(notice_id, State.SERVED)
    assert notice.served_on is not None
    if not notice.served_on <= on <= today:
        raise RunRefused(f"掲示を終えた日は、効力の日（{long_text(notice.served_on)}）から今日までの日です。")
    if proof is None:
        raise RunRefused("掲示を終えたことの資料（写真など）を付けてください。")
    notice.down_on, notice.down_by = on, by
    notice.down_proof = keep_proof(_claims(notice), proof, by=by, today=today)
    notice.state = State.TAKEN_DOWN
    notice.save()
    audit.record(event="public_notice.taken_down", by=by, target=notice, detail={"on": on.isoformat()})
    if not _active(notice.returned):
        _close_work(notice.returned, "公示送達が済んだ", by=by, on=today)
    return notice


@transaction.atomic
def withdraw(*, notice_id: int, reason: str, by: Any, today: date) -> PublicNotice:
    """Take the notice back before its effect, as where the address became known. With the last one the return is open again.

    Raises:
        PublicNotice.DoesNotExist: no such notice.
        RunRefused: it waits for a decision, has its effect, or no reason is given.
    """
    notice = _locked(notice_id, *PublicNotice.OPEN)
    if notice.approval is not None and notice.approval.is_open:
        raise RunRefused("決裁待ちです。先に、起案した人が取り下げてください。")
    if not reason.strip():
        raise RunRefused("取りやめる理由を書いてください。")
    notice.state, notice.withdrawn_on, notice.withdrawn_because = State.WITHDRAWN, today, reason.strip()[:200]
    notice.save()
    audit.record(event="public_notice.withdrawn", by=by, target=notice, detail={"reason": notice.withdrawn_because})
    returned = locked_return(notice.returned_id)
    if not _begun(returned):
        _close_work(returned, "公示送達を取りやめた", by=by, on=today)
        returned.done_as, returned.done_on, returned.done_note = "", None, ""
        returned.done_at = returned.done_by = None
        look_for(returned, paper_of(returned), next_step=LOOK_FOR, by=by, today=today)
        returned.save()
    return notice


def _by_route(claim_ids: Sequence[int], today: date) -> dict[Route, list[Claim]]:
    """The claims still unpaid, by the procedure of their class."""
    try:
        table, terms = value_on(ROUTES, today), kind_terms()
        found: dict[Route, list[Claim]] = defaultdict(list)
        for claim in Claim.objects.outstanding().filter(pk__in=claim_ids).select_related("kind").order_by("pk"):
            legal_class = terms.of(claim).legal_class
            found[route_of(table, legal_class=legal_class, is_tax=claim.ground == Ground.TAX)].append(claim)
    except (SettingMissing, RouteUnknown) as error:
        raise RunRefused(str(error)) from error
    return found


def _locked(notice_id: int, *states: str) -> PublicNotice:
    rows = PublicNotice.objects.select_for_update(of=("self",))
    notice = rows.select_related("approval", "returned__letter__run", "returned__dunning__run", "returned__notice").get(
        pk=notice_id
    )
    if notice.state not in states:
        raise RunRefused(f"この公示送達は「{notice.phase_label}」です。いまは、この操作はできません。")
    return notice


def _refuse_protected(person_id: int, today: date) -> None:
    if hidden_people([person_id, current_person(person_id) or 0], on=today):
        raise RunRefused(
            "支援措置の登録がある人か、その人かもしれない人です。氏名を掲示できません。住民記録の担当に相談し、個別に送ってください。"
        )


def _refuse_found(notice: PublicNotice, today: date) -> None:
    if lack_of(notice.returned, today=today).found:
        raise RunRefused("住所調査で所在が分かっています。公示送達を取りやめ、送付先を直して再送してください。")


def _online_needed(today: date) -> bool:
    try:
        return bool(value_on(ONLINE, today)["needed"])
    except SettingMissing as error:
        raise RunRefused(str(error)) from error


def _claims(notice: PublicNotice) -> list[int]:
    return list(notice.claims.order_by("claim_id").values_list("claim_id", flat=True))


def _begun(returned: ReturnedLetter) -> bool:
    """There is a notice that was not taken back."""
    return returned.public_notices.exclude(state=State.WITHDRAWN).exists()


def _active(returned: ReturnedLetter) -> bool:
    return returned.public_notices.exclude(state__in=[State.WITHDRAWN, State.TAKEN_DOWN]).exists()


def _subject(returned: ReturnedLetter) -> str:
    return f"public-notice:{returned.pk}"


def _close_work(returned: ReturnedLetter, outcome: str, *, by: Any, on: date) -> None:
    for item in WorkItem.objects.filter(subject_key=_subject(returned), closed_at=None):
        close_work_item(item_id=item.pk, outcome=outcome, by=by, on=on)
