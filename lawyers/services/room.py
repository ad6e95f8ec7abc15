"""What the firm and the city write to each other of a case: log, files, questions, the report of a month.

The firm reaches a case through ``cases.of_member`` alone. While something of the city stands against it (a respite, a hold), the
firm may read and answer, and nothing that reaches the debtor is taken down as begun.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from claims.models import Claim, Hold
from claims.services.evidence import EvidenceRefused, keep_file
from claims.services.parties import parties_of, people_beside
from claims.services.what_if import CHANNELS_OF, Act
from debtors.protection import hidden_people
from debtors.querysets import in_force
from lawyers.disclosure import scope_of
from lawyers.models import CaseEntry, CaseFile, CaseQuestion, Firm, LegalCase, MonthlyReport
from lawyers.rules.disclosure import words_of_tax
from lawyers.services.cases import of_member
from lawyers.services.packet_pages import texts
from lawyers.services.reminders import done, tell
from toyota_collect import audit
from toyota_collect.documents.store import Altered, kept_bytes
from toyota_collect.registry import registry
from toyota_collect.tax_words import squeezed

TO_COURT = CHANNELS_OF[Act.SUIT]
PERSONAL = ("生活保護", "生保", "支援措置", "DV")


class RoomRefused(Exception):
    """It cannot be written; the message says why and what to do, in Japanese."""


@transaction.atomic
def write_entry(
    *,
    case_id: int,
    day: date,
    kind: str,
    text: str,
    token: UUID,
    by: Any,
    on: date,
    promised_on: date | None = None,
    promised_yen: int | None = None,
) -> CaseEntry:
    """Write a line into the case's log; the same form sent twice is written once.

    Raises:
        LegalCase.DoesNotExist: no such case of the member's firm.
        RoomRefused: the firm has not taken the case on, no text, a day before the hand-over or to come, a sum without a day.
    """
    case = _taken_on(case_id, by)
    if written := CaseEntry.objects.filter(token=token, case=case).first():
        return written
    if kind not in CaseEntry.Kind.values or not text.strip():
        raise RoomRefused("種類を選び、内容を書いてください。")
    assert case.handed_on
    if not case.handed_on <= day <= on:
        raise RoomRefused("日は、引き渡した日から今日までにしてください。")
    if promised_yen and not promised_on:
        raise RoomRefused("約束の額を入れるときは、約束の日も入れてください。")
    made = CaseEntry.objects.create(
        case=case, on=day, kind=kind, text=text.strip()[:2000], promised_on=promised_on, promised_yen=promised_yen,
        token=token, by=by,
    )  # fmt: skip
    audit.record(event="case_entry.written", by=by, target=made, detail={"case": case.number})
    return made


@transaction.atomic
def add_file(*, case: LegalCase, title: str, name: str, content: bytes, by: Any, on: date) -> CaseFile:
    """Keep a file of the case (PDF, JPEG, PNG, TIFF); the same file is kept once. ``case``: as the caller may reach it.

    Raises:
        RoomRefused: no title, or a file that is not taken in; nothing is kept.
    """
    if not title.strip():
        raise RoomRefused("書類の名前を書いてください。")
    if not LegalCase.objects.select_for_update().get(pk=case.pk).is_open:
        raise RoomRefused("この件は、いま事務所にありません。")
    try:
        kept = keep_file(content, name, folder="lawyers", on=on)
    except EvidenceRefused as refused:
        raise RoomRefused(str(refused)) from refused
    made, new = CaseFile.objects.get_or_create(
        case=case,
        sha256=kept.sha256,
        defaults={
            "title": title.strip()[:100],
            "name": kept.name,
            "content_type": kept.content_type,
            "size_bytes": len(content),
            "path": kept.path,
            "by": by,
        },
    )
    if new:
        audit.record(event="case_file.added", by=by, target=made, detail={"case": case.number, "sha256": kept.sha256})
    return made


def send_file(*, case: LegalCase, title: str, name: str, content: bytes, by: Any, on: date) -> CaseFile:
    """A paper of the city for the firm. Raises ``RoomRefused`` as :func:`add_file`, for words of tax in its names or its text."""
    text = ""
    if content.startswith(b"%PDF-"):
        with suppress(Exception):  # what cannot be opened is refused below, with the reason
            text = "\n".join(texts(content))
    refuse_secrets(case, "\n".join([title, name, text]))
    return add_file(case=case, title=title, name=name, content=content, by=by, on=on)


def content_of(file: CaseFile) -> bytes:
    """The kept bytes. Raises ``RoomRefused`` where they are gone or altered."""
    try:
        return kept_bytes(file.path, sha256=file.sha256)
    except (FileNotFoundError, Altered) as error:
        raise RoomRefused(
            "保存したファイルが見つからないか、登録したときと違います。管理者に連絡してください。"
        ) from error


@transaction.atomic
def ask(*, case: LegalCase, by_firm: bool, text: str, token: UUID, by: Any, on: date) -> CaseQuestion:
    """Ask the other side. ``case``: as the caller may reach it; the same form sent twice asks once.

    Raises:
        RoomRefused: no text, or the case is not with the firm.
    """
    if written := CaseQuestion.objects.filter(token=token, case=case).first():
        return written
    if not LegalCase.objects.select_for_update().get(pk=case.pk).is_open:
        raise RoomRefused("この件は、いま事務所にありません。")
    if not text.strip():
        raise RoomRefused("質問を書いてください。")
    if not by_firm:
        refuse_secrets(case, text)
    try:
        with transaction.atomic():
            made = CaseQuestion.objects.create(
                case=case, by_firm=by_firm, text=text.strip()[:1000], asked_by=by, asked_on=on, token=token
            )
    except IntegrityError as error:
        raise RoomRefused("同じ質問がすでに送られています。") from error
    audit.record(event="case_question.asked", by=by, target=made, detail={"case": case.number, "by_firm": by_firm})
    if by_firm:
        tell(case, key=f"question:{made.pk}", reason="弁護士からの質問", next_step="質問に答える", by=by, on=on)
    return made


@transaction.atomic
def answer(*, question_id: int, by_firm: bool, text: str, by: Any, on: date) -> CaseQuestion:
    """Answer the other side's question, once. ``by_firm``: who answers; a firm reaches its own cases' questions alone.

    Raises:
        CaseQuestion.DoesNotExist: no such question to this side.
        RoomRefused: no text, or it was answered.
    """
    rows = CaseQuestion.objects.select_for_update(of=("self",)).filter(by_firm=not by_firm)
    if by_firm:
        rows = rows.filter(case__in=LegalCase.objects.of_member(by))
    question = rows.get(pk=question_id)
    if question.answer:
        raise RoomRefused("この質問には、すでに回答しています。")
    if not text.strip():
        raise RoomRefused("回答を書いてください。")
    if not by_firm:
        refuse_secrets(question.case, text)
    question.answer, question.answered_by, question.answered_on = text.strip()[:2000], by, on
    question.save()
    if not by_firm:
        done(f"question:{question.pk}", outcome="回答した", by=by, on=on)
    audit.record(event="case_question.answered", by=by, target=question)
    return question


@transaction.atomic
def report(*, firm_id: int, month: date, text: str, figures: dict[str, Any], by: Any, on: date) -> MonthlyReport:
    """月次報告 of a month (its first day), once it is over; sent once.

    Raises:
        Firm.DoesNotExist: not the member's firm.
        RoomRefused: the month is not over, it was reported, or no text.
    """
    firm = Firm.objects.select_for_update().get(pk=firm_id, members=by, is_active=True)
    first = month.replace(day=1)
    if (first.year, first.month) >= (on.year, on.month):
        raise RoomRefused("まだ終わっていない月です。月が終わってから提出してください。")
    if not text.strip():
        raise RoomRefused("報告を書いてください。")
    if firm.reports.filter(month=first).exists():
        raise RoomRefused("この月の報告は、すでに提出しています。")
    made = firm.reports.create(month=first, text=text.strip()[:4000], figures=figures, sent_on=on, sent_by=by)
    audit.record(event="monthly_report.sent", by=by, target=made, detail={"month": first.isoformat()})
    return made


def refuse_secrets(case: LegalCase, text: str) -> None:
    """Raise ``RoomRefused`` where the city would tell the firm of tax, or of what welfare and protection know (地方税法22条)."""
    claims = [line.claim for line in case.lines.select_related("claim__kind", "claim__identity__person")]
    plain = squeezed(text)
    words = words_of_tax(text, scope_of(case, claims), about_claims=True)
    words += [word for word in PERSONAL if word in plain]
    if words:
        raise RoomRefused(
            f"「{'」「'.join(words)}」は事務所に伝えられません（地方税法22条、個人情報保護法69条）。言葉を直してください。"
        )


def stopped(cases: Iterable[LegalCase], *, on: date) -> dict[int, str]:
    """Cases on which the firm must not act now, with the label that it may read: a hold of the city silences lawyers or suits,
    of the debtor or of somebody who answers beside. Why is the city's own matter.
    """
    ids = [case.pk for case in cases]
    lines = LegalCase.objects.filter(pk__in=ids, lines__is_open=True).values_list(
        "pk", "person_id", "lines__claim_id", "lines__claim__kind_id"
    )
    rows = list(lines)
    beside = parties_of([claim for _, _, claim, _ in rows], on=on)
    people = {claim: {line.person_id for line in found} for claim, found in beside.items()}
    everybody = {person for _, person, _, _ in rows} | {pk for found in people.values() for pk in found}
    held = Q(person__in=everybody, channels__overlap=sorted(TO_COURT))
    holds = list(Hold.objects.filter(in_force(on), held))
    return {
        pk: "市の指示で止めています"
        for pk, person, claim, kind in rows
        for hold in holds
        if hold.person_id in {person, *people.get(claim, set())}
        and hold.claim_id in (None, claim)
        and hold.kind_id in (None, kind)
    }


def refuse_while_stopped(case: LegalCase, *, on: date) -> None:
    """Raise ``RoomRefused`` while the city has stopped the case."""
    if stopped([case], on=on):
        raise RoomRefused("市の指示で止めている件です。連絡も申立てもしないで、市の担当に聞いてください。")


def refuse_unfit(case: LegalCase, *, on: date) -> None:
    """Before an act of a court: raise ``RoomRefused`` where the city would not hand the case over today (stopped, protected,
    welfare asks to wait or has to be asked again, nothing is owed). The firm reads that, not why.
    """
    refuse_while_stopped(case, on=on)
    people = {case.person_id} | people_beside(_claims(case), on=on)
    gate = registry.may_go_to_lawyers([case.person_id], on)[case.person_id]
    owed = Claim.objects.filter(legal_lines__case=case, legal_lines__is_open=True).outstanding().exists()
    if hidden_people(people, on=on) or not gate.allowed or not owed:
        raise RoomRefused("市が確かめてから進める件です。市の担当に質問してください。")


def _claims(case: LegalCase) -> list[int]:
    return list(case.lines.filter(is_open=True).values_list("claim_id", flat=True))


def _taken_on(case_id: int, by: Any) -> LegalCase:
    case = of_member(case_id, by)
    if case.state != LegalCase.State.ACCEPTED:
        raise RoomRefused("先に、利益相反を確かめて受任してください。")
    return case
