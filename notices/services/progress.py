"""What the page of a run shows while it is made: counts, speed, time left, failures, and whether the sum closes."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Min
from django.utils import timezone

from notices.models import Letter, PrintChunk, PrintRun
from notices.rules.speed import Span, letters_per_second, speed_table

BY_HAND = "登録を直し、次の一斉催告か個別の催告で送る"
OTHER_SLIPS = "納付書の単位を変えた一斉催告で送る"
MEND_AND_RETRY = "原因を直して作り直す"
# Code of the letter engine or of its proof-reading: what staff call it, and what to do next.
FAILURES = {
    "protected": ("支援措置", "個別に送る（2人で確かめる）"),
    "address": ("住所・氏名が窓に収まらない", BY_HAND),
    "postal_code": ("郵便番号が使えない", BY_HAND),
    "post": ("郵便番号が使えない", BY_HAND),
    "long": ("文字が枠に収まらない", BY_HAND),
    "gaiji": ("外字がある", "正しい文字に対応づけて登録し、個別に送る"),
    "variant": ("異体字が出せない", "字形を登録して作り直す"),
    "glyph": ("文字が出せない", "字形を登録して作り直す"),
    "font": ("フォントがない", "フォントを入れて作り直す"),
    "slip": ("納付書が多すぎる", OTHER_SLIPS),
    "slips": ("納付書が多すぎる", OTHER_SLIPS),
    "envelopes": ("封筒が多すぎる", OTHER_SLIPS),
    "amount": ("金額が欄に収まらない", "個別に送る"),
    "zero": ("金額が0円以下", "債権を確かめる"),
    "qr": ("eL-QRが印字できない", "税務システムの内容を確かめる"),
    "overflow": ("文言が枠に収まらない", "市の設定の文言を短くして、次の一斉催告で送る"),
    "snapshot": ("写しが変わっている", "管理者に連絡する"),
}
READ_WRONG = ("検査で読取が合わない", MEND_AND_RETRY)


@dataclass(frozen=True)
class Failure:
    code: str
    label: str
    text: str  # the first letter's reason; it may name the person
    letters: int
    next_step: str


@dataclass(frozen=True)
class Progress:
    """``total`` = ``done`` + ``waiting`` + ``failed`` + ``difference``; a difference is never right."""

    total: int
    done: int
    verified: int
    waiting: int
    failed: int
    sheets: int
    rate: str
    remaining_s: float | None

    @property
    def difference(self) -> int:
        return self.total - self.done - self.waiting - self.failed


def progress(run: PrintRun) -> Progress:
    """The state of every letter of the run, counted; ``total`` is what was fixed with the amounts."""
    counts = dict.fromkeys(Letter.State.values, 0)
    counts |= dict(run.letters.values_list("state").annotate(n=Count("pk")))
    printed = sum(counts[state] for state in Letter.PRINTED)
    done = counts[Letter.State.RENDERED] + printed
    rate = letters_per_second(_spans(run))
    total = run.counts.get("letters", 0)
    # Until the amounts are fixed there are no letters yet: all of them wait.
    waiting = total if run.state == PrintRun.State.SNAPSHOT else counts[Letter.State.WAITING]
    return Progress(
        total=total,
        done=done,
        verified=printed,
        waiting=waiting,
        failed=counts[Letter.State.FAILED],
        sheets=sum(run.chunks.values_list("pages", flat=True)),
        rate="" if rate is None else f"{rate:.1f}",
        remaining_s=waiting / rate if rate and waiting else None,
    )


def failures(run: PrintRun) -> list[Failure]:
    """Failed letters by reason, the most frequent first."""
    rows = (
        run.letters.filter(state=Letter.State.FAILED).values_list("failure_code").annotate(Count("pk"), Min("failure"))
    )
    found = []
    for code, letters, text in rows:
        label, next_step = FAILURES.get(code, READ_WRONG)
        found.append(Failure(code, label, text, letters, next_step))
    return sorted(found, key=lambda failure: (-failure.letters, failure.code))


def speed(run: PrintRun) -> list[tuple[str, str]]:
    """Minutes and seconds since the first bundle was begun, and letters per second, for the picture of the speed."""
    return [(f"{at // 60}:{at % 60:02}", f"{rate:.1f}") for at, rate in speed_table(_spans(run))]


def steps(run: PrintRun) -> list[dict[str, Any]]:
    """The states of a run in order, for ``components/steps.html``. A sample ends where it is checked."""
    state, approval = PrintRun.State, run.approval
    sealed = run.seals.filter(broken_at=None).select_related("sealed_by", "handed_by", "posted_by").first()
    handed, posted = sealed and sealed.handed_on, sealed and sealed.posted_on
    rows: list[tuple[str, str, list[str]]] = [
        (state.DRAFT, "下書き", [_at(run.made_at), str(run.made_by)]),
        (state.COUNTED, "集計", [f"{run.counts['letters']:,}通"] if run.counts else []),
        (
            state.APPROVED,
            "決裁なし（見本）" if run.is_sample else "決裁済",
            [_at(approval.decided_at), str(approval.decided_by)] if approval and approval.decided_at else [],
        ),
        (state.SNAPSHOT, "金額確定", [_at(run.started_at)] if run.started_at else []),
        (state.RENDERING, "作成", [_at(run.snapshot_at)] if run.snapshot_at else []),
        (state.VERIFIED, "検査済", [_at(run.finished_at)] if run.finished_at else []),
    ]
    if not run.is_sample:
        rows += [
            (state.PULLED, "引抜済", [_at(run.pulled_at), str(run.pulled_by)] if run.pulled_at else []),
            (state.SEALED, "封緘済", [_at(sealed.sealed_at), str(sealed.sealed_by)] if sealed else []),
            (state.HANDED, "引渡済", [_day(handed), str(sealed.handed_by)] if sealed and handed else []),
            (state.POSTED, "発送済", [_day(posted), str(sealed.posted_by)] if sealed and posted else []),
        ]
    order = [code for code, _, _ in rows]
    stand_in = {state.FAILED: state.RENDERING, state.COUNTING: state.COUNTED}
    phase = PrintRun.State(run.phase)
    at = order.index(stand_in.get(phase, phase))
    reached = phase in PrintRun.MADE  # from there on a state is what has been done, not what is being done
    now = at + 1 if reached else at
    marks = ["done" if place < now else "now" if place == now else "todo" for place in range(len(order))]
    if phase == state.FAILED:
        marks[at] = "stop"
    return [{"title": title, "state": mark, "lines": text} for (_, title, text), mark in zip(rows, marks, strict=True)]


def _spans(run: PrintRun) -> list[Span]:
    """The finished bundles, in seconds since the first was begun."""
    rows = list(
        run.chunks.filter(state=PrintChunk.State.DONE, claimed_at__isnull=False, finished_at__isnull=False)
        .annotate(n=Count("letters"))
        .values_list("claimed_at", "finished_at", "n")
    )
    if not rows:
        return []
    start = min(begun for begun, _, _ in rows)
    return [Span((begun - start).total_seconds(), (end - start).total_seconds(), n) for begun, end, n in rows]


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _at(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{local.month}月{local.day}日 {local:%H:%M}"
