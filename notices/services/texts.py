"""帳票の文言: drafting a version, asking a second person for it, and its use from its day on."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from notices.letter.fonts import faces, foreign_face
from notices.rules.kinds import KINDS, Part, Writing, name_of
from notices.rules.text_checks import Problem, clean, differences, problems
from notices.services.text_preview import fit_problems
from toyota_collect import approvals, audit
from toyota_collect.approvals import ApprovalRefused
from toyota_collect.models import Approval, NoticeText
from toyota_collect.notice_text import TextMissing, text_on
from toyota_collect.wareki import long_text

SUBJECT = "notices.text"


class TextRefused(Exception):
    """The version cannot be changed or used; the message says why and what to do, in Japanese."""


@transaction.atomic
def draft(*, kind: str, by: Any, today: date, like: int | None = None) -> NoticeText:
    """A new version of a kind's text; the one in the making, if there is one.

    It begins with the words of the one in force, or of the approved version ``like`` (its id).

    Raises:
        TextRefused: no such kind, or no such version of it.
    """
    if kind not in KINDS:
        raise TextRefused("この種類の帳票はありません。")
    if making := NoticeText.objects.filter(kind=kind, approved_at=None, discarded_at=None).first():
        return making
    former = _words_of(kind, like, today)
    last = NoticeText.objects.filter(kind=kind).order_by("-version").first()
    try:
        with transaction.atomic():
            made = NoticeText.objects.create(
                kind=kind, version=last.version + 1 if last else 1, starts_on=today, parts=former, made_by=by
            )
    except IntegrityError as error:  # somebody began one just now
        raise TextRefused("ほかの人が新しい版を作り始めました。画面を開き直してください。") from error
    audit.record(event="notice_text.drafted", by=by, target=made, detail={"kind": kind, "version": made.version})
    return made


@transaction.atomic
def change(
    *,
    text_id: int,
    parts: Mapping[str, str],
    starts_on: date,
    note: str,
    by: Any,
    today: date,
    trial_only: bool = False,
) -> Sequence[Problem]:
    """Keep what was written, right or not yet; return what still stands in the way of using it.

    ``trial_only``: no letter says it but those of a comparison of texts.

    Raises:
        NoticeText.DoesNotExist: no such version.
        TextRefused: it waits for approval, was approved or given up, would begin in the past, or is of a kind without runs.
    """
    text = _draft(text_id)
    if starts_on < today:
        raise TextRefused("過ぎた日からは使えません。使い始める日は、今日か、それより先の日にしてください。")
    kind = KINDS[text.kind]
    if trial_only and not kind.batch:
        raise TextRefused("比較試験に使えるのは、まとめて作る種類（一斉催告など）の版だけです。")
    text.trial_only = trial_only
    text.parts = {part.code: words for part in kind.parts if (words := clean(parts.get(part.code, "")))}
    text.starts_on, text.note, text.approval, text.made_by = starts_on, note.strip()[:300], None, by
    text.save()
    audit.record(event="notice_text.changed", by=by, target=text, detail={"starts_on": starts_on.isoformat()})
    return text_problems(text)


@transaction.atomic
def ask(*, text_id: int, by: Any, today: date) -> Approval:
    """Ask a second person for the version; what they read is what it changes.

    Raises:
        TextRefused: something is wrong with it, nothing was changed, no reason is given, or its day has passed.
    """
    text = _draft(text_id)
    if text.starts_on < today:
        raise TextRefused("使い始める日が過ぎています。今日か、それより先の日に直してください。")
    if not text.note:
        raise TextRefused("変えた理由を書いてください。承認する人が読みます。")
    changed = changes(text)
    if not changed:
        raise TextRefused("いまの版と同じです。文言を直してから、承認を求めてください。")
    if found := [*text_problems(text), *fit_problems(text)]:
        raise TextRefused(f"直すところが{len(found)}か所あります。{found[0].text}")
    name = name_of(text.kind)
    try:
        approval = approvals.ask(
            subject_type=SUBJECT,
            subject_key=str(text.pk),
            subject_url=reverse("notices:text", args=[text.pk]),
            title=f"帳票の文言：{name} 第{text.version}版",
            reason=text.note,
            evidence={
                "帳票": name,
                "版": text.version,
                "使い始める日": long_text(text.starts_on),
                "使いみち": "文面の比較試験だけ（ふだんの書面には使わない）" if text.trial_only else "ふだんの書面",
                "変わる項目": {label: f"{former or 'なし'} → {words or 'なし'}" for label, former, words in changed},
            },
            by=by,
        )
    except ApprovalRefused as refused:
        raise TextRefused(str(refused)) from refused
    text.approval = approval
    text.save()
    return approval


def put_in_use(approval: Approval, by: Any) -> None:
    """The second person has approved: from its day on letters are made with it.

    Raises:
        ApprovalRefused: it was changed or given up since.
    """
    text = NoticeText.objects.select_for_update().get(pk=int(approval.subject_key))
    if text.approval_id != approval.pk or text.discarded_at or text.approved_at:
        raise ApprovalRefused("この版は、あとから変えられたか、取りやめられています。")
    if found := text_problems(text):
        raise ApprovalRefused(f"この版には直すところがあります。{found[0].text} 差し戻してください。")
    text.approved_at = timezone.now()
    text.save()
    audit.record(event="notice_text.approved", by=by, target=text, detail={"kind": text.kind, "version": text.version})


@transaction.atomic
def discard(*, text_id: int, by: Any) -> NoticeText:
    """Give up a version in the making; it stays readable. Raises ``TextRefused`` where it is none."""
    text = _draft(text_id)
    text.discarded_at = timezone.now()
    text.save()
    audit.record(event="notice_text.discarded", by=by, target=text)
    return text


def text_problems(text: NoticeText) -> Sequence[Problem]:
    """What is wrong with the words; whether they fit is seen when they are laid out (``fit_problems``)."""
    return problems(KINDS[text.kind], text.parts, lacking=_lacking)


def changes(text: NoticeText) -> list[tuple[str, str, str]]:
    """Label, former and new words of each part that differs from the version before."""
    former = before(text)
    return differences(KINDS[text.kind], former.parts if former else {}, text.parts)


def before(text: NoticeText) -> NoticeText | None:
    """The approved version that this one followed or will follow."""
    found: NoticeText | None = (
        NoticeText.objects.filter(kind=text.kind, approved_at__isnull=False, trial_only=False, version__lt=text.version)
        .order_by("-version")
        .first()
    )
    return found


def _words_of(kind: str, like: int | None, today: date) -> dict[str, str]:
    """What a new version begins with."""
    if like is not None:
        chosen = NoticeText.objects.filter(kind=kind, pk=like, approved_at__isnull=False).first()
        if chosen is None:
            raise TextRefused("もとにする版がありません。画面を開き直してください。")
        return dict(chosen.parts)
    try:
        return dict(text_on(kind, today).parts)
    except TextMissing:
        return {}


def _draft(text_id: int) -> NoticeText:
    text = NoticeText.objects.select_for_update(of=("self",)).select_related("approval").get(pk=text_id)
    if not text.is_draft:
        raise TextRefused(f"この版は「{text.state_label}」のため、変えられません。新しい版を作ってください。")
    return text


def _lacking(part: Part, words: str) -> str:
    """The first character that the part's font cannot draw, or ""."""
    line = words.replace("\n", "")
    if part.writing is Writing.FOREIGN:
        return foreign_face(part.language).missing(line)
    return faces()["ud-bold" if part.code in ("document", "headline") else "ud"].missing(line)
