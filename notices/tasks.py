"""Jobs of the consolidated demand. Every one is safe to run twice: the database says whose turn it is."""

from celery import Task, shared_task
from django.utils import timezone

from notices.services import dunning_paper, dunnings, jobs, public_notices, rendering, runs
from notices.services.dispatch import send
from notices.services.works import WORKS
from toyota_collect.business_date import business_date
from toyota_collect.models import User


@shared_task(acks_late=True)
def count_run(*, run_id: int, user_id: int) -> None:
    runs.count_or_explain(run_id=run_id, by=User.objects.get(pk=user_id), today=business_date())


@shared_task(acks_late=True)
def freeze_run(*, run_id: int) -> None:
    for chunk_id in runs.fix_amounts(run_id=run_id, by=rendering.system_user(), today=business_date()):
        send("render_chunk", chunk_id=chunk_id)
    rendering.finish_run(run_id=run_id)  # nobody to write to: there is nothing to wait for


@shared_task(bind=True, acks_late=True)
def render_chunk(self: Task, *, chunk_id: int) -> None:
    if (self.request.delivery_info or {}).get("redelivered"):
        rendering.worker_was_lost(chunk_id=chunk_id)
    rendering.render_chunk(chunk_id=chunk_id)


@shared_task(acks_late=True)
def make_dunnings(*, run_id: int) -> None:
    dunning_paper.make_all(run_id=run_id, today=business_date())


@shared_task(bind=True, acks_late=True)
def do_job(self: Task, *, job_id: int) -> None:
    if (self.request.delivery_info or {}).get("redelivered"):
        jobs.worker_was_lost(job_id=job_id)
    jobs.do(job_id=job_id, works=WORKS)


@shared_task
def serve_public_notices() -> None:
    public_notices.serve_due(by=rendering.system_user(), today=business_date())


@shared_task
def sweep() -> None:
    rendering.sweep(now=timezone.now())
    jobs.sweep(now=timezone.now())
    dunnings.sweep(now=timezone.now())
