"""封緘: nothing leaves while a source is old, money is uncompared, a pulled letter unconfirmed or a count open."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone

from claims.intake.run import is_running
from claims.models import Payment, ReceiptFile
from claims.services.seal import hold_off_writers
from notices.letter.sheets import MAX_SHEETS
from notices.models import Letter, Pack, PrintRun, Pull, Seal, SealedFile
from notices.rules.sealing import Closing, Freshness
from notices.services import certificate, packs, piles
from notices.services.freshness import Source, sources_of
from notices.services.piles import Pile, Tell
from notices.services.progressing import silent
from notices.services.pull_selection import letters_to_pull
from notices.services.pulls import locked_run, open_letters
from notices.services.runs import RunRefused
from toyota_collect import audit
from toyota_collect.chains import WritersBusy
from toyota_collect.dated import SettingMissing, value_on
from toyota_collect.permissions import Permission, allows

State = PrintRun.State
DIGITS = "pile.bundle_digits"


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
    made = run.letters.filter(state__in=Letter.PRINTED).order_by()
    split = made.filter(sheets__gt=MAX_SHEETS).count()
    merged = made.filter(_shares()).distinct().count()
    return Closing(
        targets=run.counts.get("letters", 0),
        printed=sum(states[state] for state in Letter.PRINTED) - split - merged,
        failed=states[Letter.State.FAILED],
        pulled=Pull.objects.filter(letter__run=run).count(),
        going=sum(states[state] for state in Letter.GOING),
        merged=merged,
        split=split,
    )


def standing(
    run: PrintRun, *, now: datetime, today: date, vouched: Collection[str] = (), compared: bool = True
) -> Standing:
    """What stands in the way of the seal now. ``vouched``: sources whose unchanged content a person answers for.

    Without ``compared`` the ledger is not searched for what came since, which takes seconds: the seal itself does it.
    """
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
    uncompared = len(letters_to_pull(open_letters(run), run=run, today=today)) if compared and run.pulled_at else 0
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
    return Standing(closed, sources, obstacles, unconfirmed, unknown)


@transaction.atomic
def may_seal(*, run_id: int, by: Any, now: datetime, today: date, vouched: Collection[str] = ()) -> None:
    """Refuse at once what can be seen at once; the rest is found by who does it.

    Raises:
        SealRefused, RunRefused: as ``seal``.
    """
    run = locked_run(run_id, State.PULLED)
    _check_sealer(run, by)
    if obstacles := standing(run, now=now, today=today, vouched=vouched, compared=False).obstacles:
        raise SealRefused(obstacles)


def seal(
    *,
    run_id: int,
    by: Any,
    now: datetime,
    today: date,
    vouched: Collection[str] = (),
    others: Collection[int] = (),
    tell: Tell = silent,
) -> Seal:
    """Make the print files of just the letters that go, seal the pile and issue the certificate.

    The files are made before anything is locked; then, while nobody writes to the ledger, it is looked once more whether
    they are still right. ``others``: runs whose letters may share an envelope with this one's (合封).

    Raises:
        SealRefused: something stands in the way; every reason is named.
        RunRefused: another step is due, no right to decide, who made the run would seal it, or somebody is writing.
    """
    run = PrintRun.objects.select_related("approval", "made_by").get(pk=run_id)
    with transaction.atomic():
        run = locked_run(run_id, State.PULLED)
        _check_sealer(run, by)
    tell("そのあとの納付などを調べています")
    found = standing(run, now=now, today=today, vouched=vouched)
    if obstacles := found.obstacles + _changed(run, tell):
        raise SealRefused(obstacles)
    try:
        digits = int(value_on(DIGITS, today))
    except SettingMissing as error:
        raise RunRefused(str(error)) from error
    pile = piles.build(run, others=others, digits=digits, tell=tell)
    try:
        tell("記帳を止めて、もう一度くらべています")
        return _close(run_id, pile, by=by, now=now, today=today, vouched=vouched)
    except BaseException:
        piles.discard(pile)
        raise


@transaction.atomic
def _close(run_id: int, pile: Pile, *, by: Any, now: datetime, today: date, vouched: Collection[str]) -> Seal:
    run = locked_run(run_id, State.PULLED)
    guests = _locked_guests(run, pile, by)
    try:
        hold_off_writers()
    except WritersBusy as busy:
        raise RunRefused("いま、納付などを記帳しています。終わるのを待って、引抜をもう一度調べてください。") from busy
    found = standing(run, now=now, today=today, vouched=vouched)
    if obstacles := found.obstacles + _late_guests(guests, today):
        raise SealRefused(obstacles)
    if set(open_letters(run).values_list("pk", flat=True)) != pile.own:
        raise RunRefused("封緘しているあいだに、送る催告書が変わりました。もう一度、封緘してください。")
    for guest in guests:
        guest.travels_with_id = pile.guests[guest.pk]
    Letter.objects.bulk_update(guests, ["travels_with"], batch_size=500)
    sums = _sums(run, closing(run), found, vouched, pile)
    papers = certificate.issue(run, sums, pile, by=by, now=now, today=today)
    made = Seal.objects.create(
        run=run,
        sums=sums,
        certificate=papers.certificate,
        hash_list=papers.hash_list,
        counts_sheet=papers.counts_sheet,
        sheet_list=pile.sheet_list.path,
        sheet_list_sha256=pile.sheet_list.sha256,
        sealed_at=now,
        sealed_by=by,
    )
    SealedFile.objects.bulk_create(
        SealedFile(
            seal=made, sequence=number, path=one.path, sha256=one.sha256, pages=one.pages, envelopes=one.envelopes
        )
        for number, one in enumerate(pile.files, 1)
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
    guests = Letter.objects.filter(travels_with__run=run)
    if gone := guests.exclude(run__state=State.PULLED).select_related("run").first():
        raise RunRefused(
            f"{gone.run.title}の催告書が、この束の封筒に入っています。先に、そちらの封緘を解いてください。"
        )
    broken = current_seal(run)
    broken.broken_at, broken.broken_by, broken.broken_because = now, by, reason.strip()[:200]
    broken.save()
    guests.update(travels_with=None)
    for pack in Pack.objects.filter(seal=broken, ended_as=""):
        packs.end(
            pack, as_=Pack.Ended.NEVER_LEFT, on=timezone.localdate(now), how="封緘を解いたため消した", by=by, now=now
        )
    run.state = State.PULLED
    run.save(update_fields=["state"])
    audit.record(event="run.unsealed", by=by, target=run, detail={"reason": broken.broken_because})
    return broken


def current_seal(run: PrintRun) -> Seal:
    """The seal in force. Raises ``Seal.DoesNotExist`` where the run has none."""
    facts = ["certificate", "hash_list", "counts_sheet", "sealed_by", "handed_by", "posted_by"]
    return run.seals.select_related(*facts).get(broken_at=None)


def _shares() -> Q:
    """A letter that lies in another's envelope, or in whose envelope another lies."""
    return Q(travels_with__isnull=False) | Q(guests__isnull=False)


def _check_sealer(run: PrintRun, by: Any) -> None:
    if not allows(by, Permission.APPROVE):
        raise RunRefused("封緘できるのは、決裁の権限がある人だけです。係長・課長に頼んでください。")
    if run.made_by_id == by.pk:
        raise RunRefused("この一斉催告を作った人は、封緘できません。ほかの決裁者に頼んでください。")


def _locked_guests(run: PrintRun, pile: Pile, by: Any) -> list[Letter]:
    """The letters of other runs that travel with this one's, with their runs locked.

    Raises:
        RunRefused: one of them went another way since the pile was built, or who seals made it.
    """
    for pk in Letter.objects.filter(pk__in=pile.guests).order_by("run").values_list("run_id", flat=True).distinct():
        _check_sealer(locked_run(pk, State.PULLED), by)
    guests = list(open_guests(pile).select_related("run").defer("snapshot"))
    if len(guests) != len(pile.guests) or any(guest.run.issued_on != run.issued_on for guest in guests):
        raise RunRefused("封緘しているあいだに、一緒に入れる催告書が変わりました。もう一度、封緘してください。")
    return guests


def open_guests(pile: Pile) -> QuerySet[Letter]:
    return Letter.objects.filter(pk__in=pile.guests, state=Letter.State.VERIFIED, travels_with=None)


def _late_guests(guests: Collection[Letter], today: date) -> list[Obstacle]:
    found = []
    for run in {guest.run_id: guest.run for guest in guests}.values():
        mine = Letter.objects.filter(pk__in=[guest.pk for guest in guests if guest.run_id == run.pk])
        if late := len(letters_to_pull(mine, run=run, today=today)):
            text = f"一緒に入れる{run.title}の{late:,}通に、納付などがありました。"
            url = reverse("notices:pulls", args=[run.pk])
            found.append(Obstacle(text, "そちらの引抜をもう一度調べて、抜き取ります。", url))
    return found


def _changed(run: PrintRun, tell: Tell) -> list[Obstacle]:
    changed = [str(number) for number in piles.changed_bundles(run, tell)]
    if not changed:
        return []
    text = f"束{'・'.join(changed)}の印刷ファイルが、検査したときと違います。"
    return [Obstacle(text, "印刷物を使わずに、管理者に連絡します。")]


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
    return found


def _sums(run: PrintRun, closed: Closing, found: Standing, vouched: Collection[str], pile: Pile) -> dict[str, Any]:
    """What the certificate says, kept with the seal."""
    pulls = Pull.objects.filter(letter__run=run)
    elsewhere = run.letters.filter(state__in=Letter.GOING, travels_with__isnull=False).count()
    return {
        "targets": closed.targets,
        "printed": closed.printed,
        "merged": closed.merged,
        "split": closed.split,
        "pulled": closed.pulled,
        "failed": closed.failed,
        "going": closed.going,
        "difference": closed.difference,
        "sheets": pile.sheets,
        "envelopes": len(pile.envelopes),
        "more_envelopes": sum(envelope.part > 1 for envelope in pile.envelopes),  # of letters that fill several
        "elsewhere": elsewhere,  # letters of this run in envelopes of others
        "guests": len(pile.guests),  # letters of other runs in envelopes of this one
        "files": len(pile.files),
        "bundles": len(pile.bundles),
        "yen": run.letters.filter(state__in=Letter.GOING).aggregate(yen=Sum("total_yen", default=0))["yen"],
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
