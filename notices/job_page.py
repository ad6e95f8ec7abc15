"""What a page shows of the step a worker is doing for a run, or has done last."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from notices.models import PrintRun, RunJob
from notices.services.jobs import STALE_AFTER, latest

SAID: dict[str, str] = {
    RunJob.Kind.SEAL: "封緘しました。封緘証明書と区分票を印刷してください。",
    RunJob.Kind.PACK: "委託先に渡すデータを作りました。",
    RunJob.Kind.POST: "発送を登録しました。期別ごとに催告を記録し、経過に書きました。",
}


def job_progress(run: PrintRun, *kinds: str) -> dict[str, Any] | None:
    """The newest job of the run in words; none where it has had none of these kinds."""
    job = latest(run, *kinds)
    if job is None:
        return None
    stuck = job.is_open and (job.seen_at or job.asked_at) < timezone.now() - STALE_AFTER
    return {
        "title": str(job.get_kind_display()),
        "kind": job.kind,
        "running": job.is_open,
        "stuck": stuck,
        "waiting": job.state == RunJob.State.WAITING,
        "bad": job.state in (RunJob.State.REFUSED, RunJob.State.FAILED),
        "failed": job.state == RunJob.State.FAILED,
        "step": job.step,
        "done": job.done,
        "total": job.total,
        "problem": job.problem,
        "said": _said(job),
        "by": job.asked_by,
        "asked_at": job.asked_at,
        "finished_at": job.finished_at,
        "attempts": job.attempts,
        "result": job.result,
    }


def jobs_to_look_at() -> QuerySet[RunJob]:
    """Jobs that failed, or that nobody has moved for some minutes: newest of their run, for the list of runs."""
    late = timezone.now() - STALE_AFTER
    newest = RunJob.objects.order_by("run_id", "-pk").distinct("run_id").values("pk")
    jobs = RunJob.objects.filter(pk__in=newest).select_related("run", "asked_by")
    stuck = jobs.filter(state__in=RunJob.OPEN, asked_at__lt=late).exclude(seen_at__gte=late)
    return jobs.filter(state=RunJob.State.FAILED) | stuck


def _said(job: RunJob) -> str:
    if job.state != RunJob.State.DONE:
        return ""
    if job.kind == RunJob.Kind.PULL:
        new = job.result.get("new", 0)
        return "引抜を調べました。" + (
            f"引き抜く催告書が{new:,}通増えました。" if new else "新しく引き抜く催告書はありません。"
        )
    if job.kind == RunJob.Kind.LOOK:
        letters = job.result.get("letters", 0)
        return (
            f"封緘のあとに、{letters:,}通に納付などがありました。" if letters else "封緘のあとの納付などはありません。"
        )
    return SAID.get(job.kind, "")
