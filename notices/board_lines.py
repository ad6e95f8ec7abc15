"""What the supervisor's board says of the printing house: what stands still or failed, and what text comparisons have to tell."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils import timezone

from notices.models import DunningRun, Experiment, Letter, PrintChunk, PrintRun, ReturnedLetter, RunJob
from notices.services.responses import arrivals
from toyota_collect.permissions import Permission, allows
from toyota_collect.registry import BoardCell, BoardLine, BoardRow, BoardTable

LONG = timedelta(minutes=15)  # the sweep has tried several times by then
LATEST = 5  # runs
TOLD_FOR = timedelta(days=60)  # after the last day of a comparison


def lines(user: Any, on: date) -> Iterator[BoardLine]:
    """Nothing for who may not see runs; a constant number of queries."""
    if not allows(user, Permission.RUN_VIEW):
        return
    yield from _failed()
    yield from _standing_still()
    yield from _experiments(on)


def tables(user: Any, on: date) -> Iterator[BoardTable]:
    """The latest runs with what came of their letters, and what came back and waits; a constant number of queries."""
    if not allows(user, Permission.RUN_VIEW):
        return
    runs = PrintRun.objects.filter(is_sample=False).order_by("-pk").select_related("approval")[:LATEST]
    sums: dict[int, Counter[str]] = {run.pk: Counter() for run in runs}
    letters = Letter.objects.filter(run__in=sums).order_by().values_list("run", "state").annotate(n=Count("pk"))
    for run, state, number in letters:
        sums[run][state] += number
    returned = reverse("notices:returns")
    rows = [
        BoardRow(
            run.title,
            (
                BoardCell(run.phase_label, tone="urgent" if run.state == PrintRun.State.FAILED else ""),
                BoardCell(sums[run.pk].total()),
                BoardCell(sums[run.pk][Letter.State.POSTED] + sums[run.pk][Letter.State.RETURNED]),
                BoardCell(sums[run.pk][Letter.State.RETURNED]),
            ),
            url=_run(run.pk),
        )
        for run in runs
    ]
    waiting = BoardCell(ReturnedLetter.objects.filter(done_as="").count(), returned, "care")
    none = BoardCell("")
    rows.append(BoardRow("対応を待つ返戻（すべての文書）", (none, none, none, waiting)))
    yield BoardTable(
        "runs",
        "一斉催告と返戻",
        ("一斉催告", "状態", "作った通数", "発送した通数", "うち返戻"),
        tuple(rows),
        url=reverse("notices:runs"),
        action="一斉催告を開く",
    )


def _failed() -> Iterator[BoardLine]:
    broken = PrintRun.objects.filter(Q(state=PrintRun.State.FAILED) | Q(chunks__state=PrintChunk.State.FAILED))
    for run in broken.order_by("pk").distinct():
        yield BoardLine("要対応", "urgent", f"「{run.title}」の束が作れず、止まっています", _run(run.pk))
    lost = Q(letters__state=Letter.State.FAILED)
    going = PrintRun.objects.filter(is_sample=False).exclude(state=PrintRun.State.POSTED)
    for run in going.annotate(lost=Count("letters", filter=lost)).filter(lost__gt=0).order_by("pk"):
        yield BoardLine("作れず", "care", f"「{run.title}」で作れない催告書が{run.lost:,}通あります", _run(run.pk))
    last = RunJob.objects.order_by("run_id", "-pk").distinct("run_id").select_related("run")
    for job in last:
        if job.state == RunJob.State.FAILED:
            text = f"「{job.run.title}」の「{job.get_kind_display()}」が途中で終わりました"
            yield BoardLine("要対応", "urgent", text, _run(job.run_id))


def _standing_still() -> Iterator[BoardLine]:
    """What neither a worker nor the sweep has moved for a quarter of an hour: the workers themselves may be down."""
    late = timezone.now() - LONG
    runs = PrintRun.objects.alias(taken=Max("chunks__claimed_at"), made=Max("chunks__finished_at"))
    waiting = runs.filter(
        Q(state=PrintRun.State.COUNTING, count_asked_at__lt=late)
        | Q(state=PrintRun.State.SNAPSHOT, started_at__lt=late)
        | Q(state=PrintRun.State.RENDERING, snapshot_at__lt=late)
        & (Q(taken=None) | Q(taken__lt=late))
        & (Q(made=None) | Q(made__lt=late))
    )
    for run in waiting.order_by("pk"):
        yield BoardLine("停滞", "urgent", f"「{run.title}」が15分以上{run.get_state_display()}のままです", _run(run.pk))
    for dunning in DunningRun.objects.filter(state=DunningRun.State.MAKING, started_at__lt=late).order_by("pk"):
        url = reverse("notices:dunning", args=[dunning.pk])
        yield BoardLine("停滞", "urgent", "督促状が15分以上作成中のままです", url)


def _experiments(on: date) -> Iterator[BoardLine]:
    posted = list(Experiment.objects.filter(run__state=PrintRun.State.POSTED).select_related("run"))
    arrived_on = arrivals(posted)
    for one in posted:
        arrived = arrived_on.get(one.run_id)
        if arrived is None or on > arrived + timedelta(days=one.secondary_days) + TOLD_FOR:
            continue
        ready = [days for days in (one.primary_days, one.secondary_days) if on > arrived + timedelta(days=days)]
        text = f"{ready[-1]}日の反応がまとまりました" if ready else f"{one.primary_days}日の反応を待っています"
        url = reverse("notices:experiment", args=[one.run_id])
        yield BoardLine("比較試験", "good" if ready else "", f"「{one.run.title}」の文面の{text}", url)


def _run(pk: int) -> str:
    return reverse("notices:run", args=[pk])
