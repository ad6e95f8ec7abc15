"""封緘: nothing leaves while a source is old, money is uncompared, a pulled letter unconfirmed or a count open."""

import hashlib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, Sum
from django.urls import reverse

from claims.intake.run import is_running
from claims.models import Payment, ReceiptFile
from claims.services.seal import WritersBusy, hold_off_writers
from notices.letter.sheets import MAX_SHEETS
from notices.models import Letter, PrintChunk, PrintRun, Pull, Seal
from notices.rules.marks import envelopes_of
from notices.rules.sealing import Closing, Freshness
from notices.services import certificate
from notices.services.freshness import Source, sources_of
from notices.services.pull_selection import letters_to_pull
from notices.services.pulls import locked_run, open_letters
from notices.services.runs import RunRefused
from toyota_collect import audit
from toyota_collect.dated import SettingMissing
from toyota_collect.permissions import Permission, allows

State = PrintRun.State


@dataclass(frozen=True)
class Obstacle:
    """Why the pile may not be sealed, and what to do about it; ``url`` leads to where that is done."""

    text: str
    todo: str
    url: str = ""
    vouch: str = ""  # key of a source that a person may vouch for instead


class SealRefused(RunRefused):
    """The pile may not be sealed; ``obstacles`` says all that stands in the way."""

    def __init__(self, obstacles: list[Obstacle]) -> None:
        super().__init__(" ".join(f"{one.text}{one.todo}" for one in obstacles))
        self.obstacles = obstacles


@dataclass(frozen=True)
class Standing:
    """A run before its seal, as it is in this moment."""

    closing: Closing
    sources: list[Source]
    obstacles: list[Obstacle]
    uncompared: int  # letters that came to be pulled since the last look
    unconfirmed: int
    unknown_payments: int  # money of which nobody knows yet who paid it

    @property
    def only_vouching(self) -> bool:
        """All that is left is that somebody answers for sources whose content has not changed."""
        return all(one.vouch for one in self.obstacles)


def closing(run: PrintRun) -> Closing:
    """The sum of the run, from the states of its letters."""
    states = dict.fromkeys(Letter.State.values, 0)
    states |= dict(run.letters.order_by().values_list("state").annotate(n=Count("pk")))
    return Closing(
        targets=run.counts.get("letters", 0),
        printed=sum(states[state] for state in Letter.PRINTED),
        failed=states[Letter.State.FAILED],
        pulled=Pull.objects.filter(letter__run=run).count(),
        going=sum(states[state] for state in Letter.GOING),
    )


def standing(run: PrintRun, *, now: datetime, today: date, vouched: Collection[str] = ()) -> Standing:
    """What stands in the way of the seal now. ``vouched``: sources whose unchanged content a person answers for."""
    closed = closing(run)
    obstacles: list[Obstacle] = []
    try:
        sources = sources_of(run, now=now, today=today)
    except (SettingMissing, KeyError):
        sources = []
        obstacles.append(
            Obstacle("取込の新しさの限度が決まっていません。", "管理者に、設定値「seal.fresh_hours」の登録を頼みます。")
        )
    obstacles += _stale(sources, vouched)
    if is_running() or ReceiptFile.objects.exclude(waits_at="").exists():
        obstacles.append(
            Obstacle("取込がまだ動いています。", "終わってから、引抜をもう一度調べます。", reverse("claims:imports"))
        )
    pull_url = reverse("notices:pulls", args=[run.pk])
    uncompared = len(letters_to_pull(open_letters(run), run=run, today=today))
    if run.pulled_at is None:
        obstacles.append(Obstacle("引抜をまだ調べていません。", "「引抜を調べる」を押します。", pull_url))
    elif uncompared:
        text = f"最後に引抜を調べたあとに、{uncompared:,}通に納付などがありました。"
        obstacles.append(Obstacle(text, "引抜をもう一度調べて、抜き取ります。", pull_url))
    unconfirmed = Pull.objects.filter(letter__run=run, confirmed_as="").count()
    if unconfirmed:
        text = f"抜き取りを確認していない催告書が{unconfirmed:,}通あります。"
        obstacles.append(Obstacle(text, "記号を読んで確認します。", pull_url))
    obstacles += _counts(run, closed)
    unknown = Payment.objects.unsettled().filter(person=None, targets=None).count()
    return Standing(closed, sources, obstacles, uncompared, unconfirmed, unknown)


@transaction.atomic
def seal(*, run_id: int, by: Any, now: datetime, today: date, vouched: Collection[str] = ()) -> Seal:
    """Seal the pile and issue the certificate. While that is done nobody writes to the ledger.

    Raises:
        SealRefused: something stands in the way; every reason is named.
        RunRefused: another step is due, no right to decide, who made the run would seal it, or somebody is writing.
    """
    run = locked_run(run_id, State.PULLED)
    if not allows(by, Permission.APPROVE):
        raise RunRefused("封緘できるのは、決裁の権限がある人だけです。係長・課長に頼んでください。")
    if run.made_by_id == by.pk:
        raise RunRefused("この一斉催告を作った人は、封緘できません。ほかの決裁者に頼んでください。")
    try:
        hold_off_writers()
    except WritersBusy as busy:
        raise RunRefused("いま、納付などを記帳しています。終わるのを待って、引抜をもう一度調べてください。") from busy
    found = standing(run, now=now, today=today, vouched=vouched)
    if found.obstacles:
        raise SealRefused(found.obstacles)
    sums = _sums(run, found, vouched)
    papers = certificate.issue(run, sums, by=by, now=now, today=today)
    made = Seal.objects.create(
        run=run,
        sums=sums,
        certificate=papers.certificate,
        hash_list=papers.hash_list,
        sealed_at=now,
        sealed_by=by,
    )
    run.state = State.SEALED
    run.save(update_fields=["state"])
    detail = {"certificate": papers.certificate.number, "going": made.going, "sha256": papers.certificate.sha256}
    audit.record(event="run.sealed", by=by, target=run, detail=detail)
    return made


@transaction.atomic
def break_seal(*, run_id: int, reason: str, by: Any, now: datetime) -> Seal:
    """Open the sealed pile before it is handed over, to pull more and seal it anew. The certificate stays as a record.

    Raises:
        RunRefused: not sealed, handed over already, no right to decide, or no reason.
    """
    run = locked_run(run_id, State.SEALED)
    if not allows(by, Permission.APPROVE):
        raise RunRefused("封緘を解けるのは、決裁の権限がある人だけです。係長・課長に頼んでください。")
    if not reason.strip():
        raise RunRefused("封緘を解く理由を書いてください。")
    broken = current_seal(run)
    broken.broken_at, broken.broken_by, broken.broken_because = now, by, reason.strip()[:200]
    broken.save()
    run.state = State.PULLED
    run.save(update_fields=["state"])
    audit.record(event="run.unsealed", by=by, target=run, detail={"reason": broken.broken_because})
    return broken


def current_seal(run: PrintRun) -> Seal:
    """The seal in force. Raises ``Seal.DoesNotExist`` where the run has none."""
    return run.seals.select_related("certificate", "hash_list", "sealed_by", "handed_by", "posted_by").get(
        broken_at=None
    )


def _stale(sources: Collection[Source], vouched: Collection[str]) -> list[Obstacle]:
    found = []
    for one in sources:
        name, url = f"{one.name}の{one.content}", reverse("claims:imports")
        if one.state is Freshness.NEVER:
            found.append(Obstacle(f"{name}が一度も届いていません。", "取り込んでから、引抜を調べます。", url))
        elif one.state is Freshness.STALE:
            text = f"{name}が{one.hours}時間より前のものです。"
            found.append(Obstacle(text, "新しいファイルを取り込んでから、引抜を調べます。", url))
        elif one.state is Freshness.SAME and one.key not in vouched:
            text = f"{name}は、{one.hours}時間より前に届いたものと同じ中身です。"
            todo = "新しいファイルを取り込むか、所管課に変更がないことを確かめて印を付けます。"
            found.append(Obstacle(text, todo, url, vouch=one.key))
    return found


def _counts(run: PrintRun, closed: Closing) -> list[Obstacle]:
    found = []
    if closed.unmade:
        text = f"{abs(closed.unmade):,}通が、検査済にも「作れず」にもなっていません。"
        found.append(
            Obstacle(text, "作成が終わるのを待つか、管理者に連絡します。", reverse("notices:run", args=[run.pk]))
        )
    if closed.difference:
        text = f"数が{abs(closed.difference):,}通合いません（印刷 ＋ 合封 ＋ 分冊 − 引抜 ＝ 送る）。"
        found.append(Obstacle(text, "管理者に連絡します。"))
    changed = [str(chunk.sequence) for chunk in run.chunks.exclude(path="") if not _is_kept(chunk)]
    if changed:
        text = f"束{'・'.join(changed)}の印刷ファイルが、検査したときと違います。"
        found.append(Obstacle(text, "印刷物を使わずに、管理者に連絡します。"))
    return found


def _is_kept(chunk: PrintChunk) -> bool:
    path = Path(settings.MEDIA_ROOT) / chunk.path
    if not path.exists():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == chunk.sha256


def _sums(run: PrintRun, found: Standing, vouched: Collection[str]) -> dict[str, Any]:
    """What the certificate says, kept with the seal."""
    pulls = Pull.objects.filter(letter__run=run)
    sheets = list(open_letters(run).values_list("sheets", flat=True))
    closed = found.closing
    return {
        "targets": closed.targets,
        "printed": closed.printed,
        "merged": closed.merged,
        "split": closed.split,
        "pulled": closed.pulled,
        "failed": closed.failed,
        "going": closed.going,
        "difference": closed.difference,
        "sheets": sum(sheets),
        "envelopes": sum(envelopes_of(count, most=MAX_SHEETS) for count in sheets),
        "yen": open_letters(run).aggregate(yen=Sum("total_yen", default=0))["yen"],
        "reasons": dict(Counter(pulls.order_by().values_list("reason", flat=True))),
        "failures": dict(
            Counter(run.letters.filter(state=Letter.State.FAILED).order_by().values_list("failure_code", flat=True))
        ),
        "confirmed": pulls.aggregate(
            scanned=Count("pk", filter=Q(confirmed_as=Pull.Confirmed.SCANNED)),
            not_printed=Count("pk", filter=Q(confirmed_as=Pull.Confirmed.NOT_PRINTED)),
        ),
        "sources": [one.as_json | {"vouched": one.key in vouched} for one in found.sources],
        "unknown_payments": found.unknown_payments,
        "snapshot_at": run.snapshot_at.isoformat() if run.snapshot_at else None,
        "pulled_at": run.pulled_at.isoformat() if run.pulled_at else None,
    }
