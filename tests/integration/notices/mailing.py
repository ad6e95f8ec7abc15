"""Runs on their way to the post, for the tests of 引抜, 封緘, 発送 and 返戻."""

from datetime import date
from typing import Any

from django.utils import timezone

from debtors.models import SourceSystem
from notices.models import Letter, PrintRun, Pull, ReturnedLetter, RunJob, Seal
from notices.services import mailings, pulls, returns, seals
from notices.tasks import do_job
from tests.factories.debtors import user
from tests.factories.mailing import delivered, mark
from tests.integration.notices.conftest import DAY


def work() -> list[RunJob]:
    """Do what waits for a worker, as a worker would; return the jobs."""
    waiting = list(RunJob.objects.filter(state="waiting").order_by("pk"))
    for job in waiting:
        do_job(job_id=job.pk)
        job.refresh_from_db()
    return waiting


def find(run: PrintRun, by: Any, *, today: date = DAY) -> int:
    new = pulls.find_pulls(run_id=run.pk, by=by, now=timezone.now(), today=today)
    run.refresh_from_db()
    return new


def scan(run: PrintRun, text: str, by: Any) -> pulls.Reading:
    return pulls.confirm_pull(run_id=run.pk, text=text, by=by, now=timezone.now(), today=DAY)


def pulled(run: PrintRun, by: Any) -> None:
    """Everything found and confirmed."""
    find(run, by)
    for pull in Pull.objects.filter(letter__run=run, confirmed_as="").select_related("letter"):
        for envelope in range(1, pull.envelopes + 1):
            scan(run, mark(pull.letter, envelope), by)


def seal(run: PrintRun, by: Any = None, **options: Any) -> Seal:
    made = seals.seal(run_id=run.pk, by=by or user("supervisor"), now=timezone.now(), today=DAY, **options)
    run.refresh_from_db()
    return made


def sealed(run: PrintRun, by: Any) -> Seal:
    """Pulled, confirmed and sealed, with the sources delivered just now."""
    for source in SourceSystem.objects.filter(claim__in_letters__letter__run=run).distinct():
        delivered(source.code)
    pulled(run, by)
    return seal(run)


def hand_over(
    run: PrintRun, by: Any, count: int | None = None, *, on: date = DAY, today: date = DAY, **options: Any
) -> Seal:
    counted = seals.current_seal(run).envelopes if count is None else count
    made = mailings.hand_over(
        run_id=run.pk, to="架空郵便局", count=counted, on=on, by=by, now=timezone.now(), today=today, **options
    )
    run.refresh_from_db()
    return made


def post(run: PrintRun, by: Any, *, on: date = DAY, today: date = DAY) -> int:
    sent = mailings.post_run(run_id=run.pk, on=on, by=by, now=timezone.now(), today=today)
    run.refresh_from_db()
    return sent


def posted(run: PrintRun, by: Any) -> int:
    sealed(run, by)
    hand_over(run, by)
    return post(run, by)


def receive(letter: Letter | str, by: Any, **options: Any) -> returns.Received:
    given = {"reason": "unknown", "on": DAY, "today": DAY} | options
    text = letter if isinstance(letter, str) else mark(letter)
    return returns.receive(text=text, by=by, now=timezone.now(), **given)


def settle(returned: ReturnedLetter, done_as: str, by: Any, **options: Any) -> ReturnedLetter:
    given = {"on": DAY, "today": DAY} | options
    return returns.settle(return_id=returned.pk, done_as=done_as, by=by, now=timezone.now(), **given)
