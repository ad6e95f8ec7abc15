"""Steps of a run that workers take: asked for in the browser, claimed by one, told of, taken up again after a death."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from notices.models import Pack, PrintRun, Pull, RunJob
from notices.services.at_work import What, alive, at_work
from notices.services.dispatch import send
from notices.services.progressing import TakenOver, Teller
from notices.services.runs import RunRefused
from toyota_collect import audit

STALE_AFTER = timedelta(minutes=5)
MOST_ATTEMPTS = 3
Kind, State = RunJob.Kind, RunJob.State
Work = Callable[[RunJob, Teller], dict[str, Any]]
log = logging.getLogger(__name__)


@transaction.atomic
def ask(*, run_id: int, kind: str, by: Any, now: datetime, **arguments: Any) -> RunJob:
    """Have a worker do a step. Whether it may be done is looked at by whoever asks, and again when it is done.

    Raises:
        RunRefused: another step of the run waits or is being done.
    """
    run = PrintRun.objects.select_for_update().get(pk=run_id)
    if other := run.jobs.filter(state__in=RunJob.OPEN).first():
        raise RunRefused(f"「{other.get_kind_display()}」が動いています。終わってから、もう一度押してください。")
    job = RunJob.objects.create(run=run, kind=kind, asked_by=by, asked_at=now, arguments=arguments)
    audit.record(event="job.asked", by=by, target=run, detail={"kind": str(kind)})
    send("do_job", job_id=job.pk)
    return job


def do(*, job_id: int, works: dict[str, Work]) -> bool:
    """Do a waiting job; False if somebody else has it or it is done. Safe to run twice.

    What the step itself refuses is told and ends the job; any other fault gives it back, until ``MOST_ATTEMPTS``.
    """
    with at_work(What.JOB, job_id):
        attempt = _take(job_id)
        if attempt is None:
            return False
        _do(RunJob.objects.select_related("run", "asked_by").get(pk=job_id), attempt, works)
    return True


def _do(job: RunJob, attempt: int, works: dict[str, Work]) -> None:
    teller = Teller(job.pk, attempt)
    try:
        result = done_before(job)
        if result is None:
            result = works[job.kind](job, teller)
    except RunRefused as error:
        job.run.refresh_from_db()
        done = done_before(job)  # whoever had it before was slow, not dead
        if done is None:
            _end(job.pk, attempt, State.REFUSED, problem=str(error))
        else:
            _end(job.pk, attempt, State.DONE, result=done)
    except TakenOver:
        log.warning("job %s was taken over; attempt %s stops", job.pk, attempt)
    except Exception:
        log.exception("job %s failed at attempt %s", job.pk, attempt)
        _give_back(
            job.pk, attempt, "処理の途中で止まりました。もう一度押しても止まるときは、ログを管理者に渡してください。"
        )
    else:
        _end(job.pk, attempt, State.DONE, result=result)


def done_before(job: RunJob) -> dict[str, Any] | None:
    """What an earlier attempt did before it died without saying so; None where the step is still to be done."""
    run = job.run
    if job.attempts < 2:
        return None
    if job.kind == Kind.PULL and run.pulled_at and run.pulled_at >= job.asked_at:
        return {"new": Pull.objects.filter(letter__run=run, found_at__gte=job.asked_at).count()}
    if job.kind == Kind.SEAL and run.seals.filter(broken_at=None, sealed_at__gte=job.asked_at).exists():
        return {}
    if job.kind == Kind.PACK and Pack.objects.filter(seal__run=run, made_at__gte=job.asked_at).exists():
        return {}
    if job.kind == Kind.POST and run.state == PrintRun.State.POSTED:
        return {"letters": run.letters.filter(state__in=["posted", "returned"]).count()}
    return None


def worker_was_lost(*, job_id: int) -> None:
    """The broker hands a job's message out again: whoever had it is dead, so nobody need wait for it."""
    for pk, attempt in RunJob.objects.filter(pk=job_id, state=State.WORKING).values_list("pk", "attempts"):
        _give_back(pk, attempt, "作業役が途中で止まりました。")


def sweep(*, now: datetime) -> None:
    """Take up what a dead worker or a lost message left behind; harmless at any time."""
    late = now - STALE_AFTER
    forgotten = Q(seen_at__lt=late) | Q(seen_at=None, asked_at__lt=late)
    lost = list(RunJob.objects.filter(forgotten, state=State.WAITING).values_list("pk", flat=True))
    in_work = list(RunJob.objects.filter(state=State.WORKING).values_list("pk", "attempts"))
    living = alive(What.JOB)
    for pk, attempt in in_work:
        if pk not in living:
            _give_back(pk, attempt, "作業役が途中で止まりました。")
    for pk in lost:
        send("do_job", job_id=pk)


def latest(run: PrintRun, *kinds: str) -> RunJob | None:
    """The newest job of the run, of these kinds."""
    jobs = run.jobs.select_related("asked_by").order_by("-pk")
    return (jobs.filter(kind__in=kinds) if kinds else jobs).first()


def _take(job_id: int) -> int | None:
    waiting = RunJob.objects.filter(pk=job_id, state=State.WAITING, attempts__lt=MOST_ATTEMPTS)
    now = timezone.now()
    if not waiting.update(state=State.WORKING, attempts=F("attempts") + 1, seen_at=now, step="", done=0, total=0):
        return None
    return RunJob.objects.values_list("attempts", flat=True).get(pk=job_id)


def _end(job_id: int, attempt: int, state: str, *, problem: str = "", result: dict[str, Any] | None = None) -> None:
    mine = RunJob.objects.filter(pk=job_id, state=State.WORKING, attempts=attempt)
    if not mine.update(state=state, problem=problem, result=result or {}, finished_at=timezone.now(), step=""):
        log.warning("job %s was taken over; attempt %s says nothing", job_id, attempt)


def _give_back(job_id: int, attempt: int, problem: str) -> None:
    """Let another worker take the job, or give it up after ``MOST_ATTEMPTS``."""
    if attempt >= MOST_ATTEMPTS:
        _end(job_id, attempt, State.FAILED, problem=f"{MOST_ATTEMPTS}回試しても終わりませんでした。{problem}")
        return
    mine = RunJob.objects.filter(pk=job_id, state=State.WORKING, attempts=attempt)
    if mine.update(state=State.WAITING, problem=problem, seen_at=timezone.now()):
        send("do_job", job_id=job_id)
