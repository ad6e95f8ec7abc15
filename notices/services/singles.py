"""個別の通知: one letter of a kind to one person, asked for, decided where it is adverse, made, posted, or given up."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse

from claims.models import Slip
from claims.services.charges import TermsMissing
from claims.services.events import record_demands
from claims.services.slips import register_letter_slips, void_slips
from debtors.models import Contact, Person, SafeRoute
from debtors.rules.mailing import by_route
from debtors.services.safe_routes import RouteRefused, place_of
from debtors.services_work import log_letters
from notices.letter import Unprintable, render_single
from notices.models import Notice, NoticeClaim, ReturnedLetter
from notices.rules.kinds import KINDS, Medium, name_of
from notices.rules.single import refusal
from notices.services import engine, returns
from notices.services.letter_data import LetterWithheld, ProfileIncomplete, kind_text
from notices.services.letter_slips import letter_slips
from notices.services.mailings import ARRIVAL
from notices.services.runs import RunRefused
from notices.services.selection import PersonClaims
from notices.services.single_data import (
    SINGLE_RUN,
    Wish,
    claims_of,
    letter_data,
    next_serial,
    single_data,
)
from notices.services.single_offers import facts_of, heir_of
from notices.services.single_standing import changed_since, facts_now, window_of, wish_of
from notices.services.snapshot import entry_counts, era_year
from notices.services.text_preview import single_pictures
from toyota_collect import approvals, audit
from toyota_collect.approvals import ApprovalRefused
from toyota_collect.business_date import business_date
from toyota_collect.calendar import fiscal_year
from toyota_collect.dated import SettingMissing, value_on
from toyota_collect.documents.store import draw_numbers, keep_document
from toyota_collect.models import Approval
from toyota_collect.money import yen_text
from toyota_collect.notice_text import text_on
from toyota_collect.permissions import Ground
from toyota_collect.wareki import long_text

State = Notice.State
SUBJECT, SERIES = "notices.notice", "demand"
FAULTS = (SettingMissing, ProfileIncomplete, TermsMissing, LetterWithheld)
LOOK_FOR = "住民票・戸籍の附票・現地を調べ、送付先を直す"


class SingleRefused(Exception):
    """The letter cannot be made or sent; the message says why and what to do, in Japanese."""


@transaction.atomic
def ask_or_make(*, person_id: int, wish: Wish, by: Any, today: date, reason: str = "") -> Notice:
    """Make the letter; one that needs a named person's decision (差押予告) is asked for, and made when that is given.

    Raises:
        Person.DoesNotExist: no such person.
        SingleRefused: a hold, a protection measure or the law stands against it, or it cannot be printed.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    kind, wish = KINDS[wish.kind], _allowed(person, wish, today=today)
    if kind.decided and not reason.strip():
        raise SingleRefused("差押えを予告する理由を書いてください。決裁する人が読みます。")
    try:
        with transaction.atomic():
            notice = Notice.objects.create(
                person=person,
                kind=wish.kind,
                state=State.ASKED,
                asked_on=today,
                deadline_on=wish.deadline_on,
                slip_policy=wish.slip_policy,
                details=wish.details,
                made_by=by,
            )
    except IntegrityError as error:
        raise SingleRefused("同じ種類の作りかけがあります。画面を開き直してください。") from error
    if kind.decided:
        _ask(notice, by=by, today=today, reason=reason)
    else:
        make(notice, by=by, today=today)
    return notice


def preview(*, person_id: int, wish: Wish, today: date) -> list[bytes]:
    """The pages as pictures with 見本 across them; nothing is written, and no slip is made.

    Raises:
        Person.DoesNotExist: no such person.
        SingleRefused: like ``ask_or_make``.
    """
    person = Person.objects.get(pk=person_id)
    try:
        return single_pictures(person, _allowed(person, wish, today=today), on=today)
    except Unprintable as error:
        raise SingleRefused(f"印刷できる形にできません。{error.text}") from error
    except FAULTS as error:
        raise SingleRefused(str(error)) from error


def decided(approval: Approval, by: Any) -> None:
    """A named person has decided: the letter is made, with the amounts of today.

    Raises:
        ApprovalRefused: what was decided on is no longer so.
    """
    notice = Notice.objects.select_for_update(of=("self",)).select_related("person").get(pk=int(approval.subject_key))
    if notice.state != State.ASKED or notice.approval_id != approval.pk:
        raise ApprovalRefused("この通知は、すでに作られたか、取りやめられています。")
    try:
        make(notice, by=by, today=business_date())
    except SingleRefused as refused:
        raise ApprovalRefused(f"いまは作れません。{refused}") from refused


@transaction.atomic
def post(*, notice_id: int, on: date, by: Any, now: datetime, today: date) -> Notice:
    """The letter was posted on ``on``: a 催告 of its claims where it is one in law, and a line in the log for all.

    Raises:
        Notice.DoesNotExist: no such letter.
        SingleRefused: not made, posted already, a day that cannot be, or something has come since that stands against it.
    """
    notice = _locked(notice_id, State.MADE)
    kind = KINDS[notice.kind]
    if on > today:
        raise SingleRefused("まだ来ていない日です。発送した日を入れてください。")
    if notice.issued_on is None or not notice.issued_on <= on <= notice.deadline_on:
        raise SingleRefused("発送の日は、発付日から期限までの日です。")
    if since := changed_since(notice, today=today):
        raise SingleRefused(f"{since} 送らずに取りやめて、作り直してください。")
    if notice.route_id and not hasattr(notice, "handed"):
        raise SingleRefused("支援措置の束の通知です。束の画面で、手渡しを記録してください。")
    claims = list(notice.claims.values_list("claim_id", flat=True))
    if kind.demands:
        try:
            arrived_on = on + timedelta(days=value_on(ARRIVAL, on))
        except SettingMissing as error:
            raise SingleRefused(str(error)) from error
        acts = [(claim, notice.title) for claim in claims]
        record_demands(acts=acts, on=on, arrived_on=arrived_on, by=by)
    _log(notice, Contact.Outcome.SENT, _sent_text(notice), on=on, by=by)
    notice.state, notice.posted_on, notice.posted_at, notice.posted_by = State.POSTED, on, now, by
    notice.save()
    audit.record(event="notice.posted", by=by, target=notice, detail={"on": on.isoformat(), "demands": kind.demands})
    return notice


def come_back(
    *,
    notice_id: int,
    on: date,
    reason: str,
    by: Any,
    now: datetime,
    today: date,
    code: str = ReturnedLetter.Reason.OTHER,
) -> Notice:
    """返戻, as the desk for returned mail enters it: what the posting did is undone, and somebody looks for the person.

    Raises:
        Notice.DoesNotExist: no such letter.
        SingleRefused: not posted, no reason, or a day that cannot be.
    """
    notice = Notice.objects.select_related("approval").get(pk=notice_id)
    if notice.state != State.POSTED:
        raise SingleRefused(f"この{notice.kind_name}は「{notice.state_label}」のため、できません。")
    try:
        returns.receive(text=notice.number, reason=code, on=on, by=by, now=now, today=today, note=reason)
    except RunRefused as refused:
        raise SingleRefused(str(refused)) from refused
    notice.refresh_from_db()
    return notice


@transaction.atomic
def discard(*, notice_id: int, reason: str, by: Any, today: date) -> Notice:
    """Give up a letter that is not posted; its slips are void. Raises ``SingleRefused``."""
    notice = _locked(notice_id, State.ASKED, State.MADE)
    if not reason.strip():
        raise SingleRefused("取りやめる理由を書いてください。")
    if notice.approval is not None and notice.approval.is_open:
        raise SingleRefused("決裁を待っています。「起案した件」で取り下げてから、取りやめてください。")
    void_slips(slip_ids=slips_of(notice), on=today, reason=f"{notice.title}を取りやめた", by=by)
    return _end(notice, State.DISCARDED, on=today, reason=reason, by=by)


def slips_of(notice: Notice) -> list[int]:
    """Ids of the slips printed with the letter."""
    if notice.serial is None:
        return []
    begin = f"{SINGLE_RUN:04d}{notice.serial:07d}"
    return list(
        Slip.objects.filter(origin=Slip.Origin.LETTER, number__startswith=begin, person=notice.person_id).values_list(
            "pk", flat=True
        )
    )


def _allowed(person: Person, wish: Wish, *, today: date) -> Wish:
    """The wish with what the city knows itself. Raises ``SingleRefused`` where something stands against it."""
    kind = KINDS[wish.kind]
    if why := refusal(kind, facts_of(person, kind, on=today)):
        raise SingleRefused(why)
    if wish.deadline_on <= today:
        raise SingleRefused("期限は、明日か、それより先の日にしてください。")
    if wish.kind == "visit" and not wish.details.get("visit"):
        raise SingleRefused("来ていただく日と時刻を入れてください。")
    details = {"deceased": heir_of(person, on=today)} if wish.kind == "heirs" else wish.details
    return replace(wish, details=details)


def _ask(notice: Notice, *, by: Any, today: date, reason: str) -> None:
    told = claims_of(notice.person, wish_of(notice), on=today)
    try:
        notice.approval = approvals.ask(
            subject_type=SUBJECT,
            subject_key=str(notice.pk),
            subject_url=reverse("notices:notice", args=[notice.pk]),
            title=f"{notice.kind_name}　{notice.person.name}",
            amount_yen=told.total_yen,
            reason=reason.strip(),
            evidence={
                "種類": notice.kind_name,
                "根拠": KINDS[notice.kind].law,
                "債権": [
                    f"{claim.kind.short_name} {claim.levy_year}年度 {claim.instalment_label} {yen_text(due.total_yen)}"
                    for claim, due in told.claims
                ],
                "期限": long_text(notice.deadline_on),
            },
            by=by,
        )
    except ApprovalRefused as refused:
        raise SingleRefused(str(refused)) from refused
    notice.save()
    audit.record(
        event="notice.asked", by=by, target=notice, detail={"person": notice.person.number, "kind": notice.kind}
    )


def make(notice: Notice, *, by: Any, today: date) -> None:
    """Fix the amounts, print, read back and keep. Raises ``SingleRefused``; then nothing is written."""
    kind, wish, person = KINDS[notice.kind], wish_of(notice), notice.person
    facts = facts_now(notice, on=today)
    if why := refusal(kind, replace(facts, on_its_way=False)):
        raise SingleRefused(why)
    if notice.deadline_on <= today:
        raise SingleRefused("期限が過ぎています。取りやめて、作り直してください。")
    try:
        notice.text = text_on(notice.kind, today)
        notice.number = _number(on=today)
        told = _told(notice, wish, on=today)
        content, pages = _printed(notice, told, wish, on=today, by=by)
    except Unprintable as error:
        raise SingleRefused(f"印刷できる形にできません。{error.text}") from error
    except engine.BundleFault as error:
        raise SingleRefused(f"印刷ファイルの検査に通りません。{error} 管理者に連絡してください。") from error
    except FAULTS as error:
        raise SingleRefused(str(error)) from error
    notice.document = keep_document(
        number=notice.number,
        kind=notice.kind,
        subject_type="debtors.person",
        subject_key=person.number,
        path=f"{'closed' if notice.route_id else 'notices'}/{fiscal_year(today)}/{notice.pk}.pdf",
        content=content,
        pages=pages,
        by=by,
    )
    notice.issued_on, notice.total_yen, notice.state = today, told.total_yen, State.MADE
    notice.sent_to = {} if notice.route_id else window_of(told.to)
    notice.save()
    _keep_claims(notice, told)
    detail = {
        "person": person.number,
        "kind": notice.kind,
        "version": notice.text.version,
        "sha256": notice.document.sha256,
    }
    audit.record(event="notice.made", by=by, target=notice, detail=detail)


def _told(notice: Notice, wish: Wish, *, on: date) -> PersonClaims:
    """The claims and where the letter goes. Raises ``SingleRefused`` where a route cannot be read."""
    told, route = claims_of(notice.person, wish, on=on), notice.route
    if route is None:
        return told
    person, reason = notice.person, "確認済みの送付経路のため"
    if route.way != SafeRoute.Way.POST:
        address = f"{route.section}　経由" if route.section else "窓口でお渡しします"
        return replace(told, to=by_route(person.name, reason, address=address, is_corporate=person.is_corporate))
    try:
        place = place_of(route)
    except RouteRefused as refused:
        raise SingleRefused(str(refused)) from refused
    address = f"{place.address}　{place.care_of}" if place.care_of else place.address
    to = by_route(person.name, reason, postal_code=place.postal_code, address=address, is_corporate=person.is_corporate)
    return replace(told, to=to)


def _printed(notice: Notice, told: PersonClaims, wish: Wish, *, on: date, by: Any) -> tuple[bytes, int]:
    """The letter as it is kept; the slips of a demand are made known, so that money paid with them finds its claims."""
    assert notice.text is not None
    words = kind_text(notice.text)
    if KINDS[notice.kind].medium is Medium.SHEET:
        return render_single(single_data(told, wish, text=words, number=notice.number, on=on))
    notice.serial = next_serial()
    data = letter_data(told, wish, text=words, number=notice.number, serial=notice.serial, on=on)
    content, pages = engine.render_read(data)
    register_letter_slips(letter_slips(notice.person_id, data), by=by)
    return content, pages


def _keep_claims(notice: Notice, told: PersonClaims) -> None:
    entries = entry_counts([claim.pk for claim, _ in told.claims])
    NoticeClaim.objects.bulk_create(
        NoticeClaim(
            notice=notice,
            claim=claim,
            principal_yen=due.principal_yen,
            fee_yen=due.fee_yen,
            late_yen=due.late_yen + due.cost_yen,
            entries=entries.get(claim.pk, 0),
        )
        for claim, due in told.claims
    )


def _number(*, on: date) -> str:
    year = fiscal_year(on)
    number = draw_numbers(series=SERIES, year=year, count=1)
    return str(value_on("letter.number_form", on).format(number=number, year=era_year(year)))


def _sent_text(notice: Notice) -> str:
    if notice.demands:
        return f"{notice.title}を発送。{yen_text(notice.total_yen)}、期限 {long_text(notice.deadline_on)}。"
    visit = f"来庁 {notice.details['visit']}。" if notice.details.get("visit") else ""
    return f"{notice.title}を発送。{visit}"


def _log(notice: Notice, outcome: str, text: str, *, on: date, by: Any) -> None:
    taxed = notice.claims.filter(claim__ground=Ground.TAX).exists()
    ground = Ground.TAX if taxed else Ground.CONTRACT
    log_letters(lines=[(notice.person_id, text, ground)], outcome=outcome, on=on, by=by)


def _end(notice: Notice, state: str, *, on: date, reason: str, by: Any) -> Notice:
    notice.state, notice.ended_on, notice.ended_because = state, on, reason.strip()[:200]
    notice.save()
    audit.record(event=f"notice.{state}", by=by, target=notice, detail={"reason": notice.ended_because})
    return notice


def _locked(notice_id: int, *states: str) -> Notice:
    notice = (
        Notice.objects.select_for_update(of=("self",))
        .select_related("person", "approval", "document")
        .get(pk=notice_id)
    )
    if notice.state not in states:
        raise SingleRefused(f"この{name_of(notice.kind)}は「{notice.state_label}」のため、できません。")
    return notice
