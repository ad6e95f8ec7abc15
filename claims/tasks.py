"""Jobs of the ledger; each may run twice."""

from contextlib import suppress
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from claims import board
from claims.closing import kept as closing
from claims.forecast import kept as forecast
from claims.intake import preview, run
from claims.models import ImportBatch, ImportPreview, TakingBack
from claims.performance import kept as performance
from claims.services import hold_watch, standard_exports, taking_back
from claims.services.payments import find_missing_finals, settle_section_payments, take_in_kept, waiting_files
from claims.services.plan_watch import watch
from claims.services.seal import seal_new_entries
from debtors.services.assigning import assign_new
from debtors.services.questions import ask_who_is_who
from toyota_collect.business_date import business_date
from toyota_collect.models import User

FORGOTTEN_AFTER = timedelta(minutes=15)
STOPPED_AFTER = timedelta(minutes=2)


@shared_task
def seal_ledger() -> None:
    """Seal what was written since the last beat."""
    seal_new_entries()


@shared_task
def count_board() -> None:
    """The board's heavy figures, before those of the last time are old."""
    board.counted(on=business_date(), anew=True)


@shared_task
def count_closing() -> None:
    """The sums of the ledger for the council's tables and the forecast, before those of the last time are old."""
    on = business_date()
    closing.counted(on=on, anew=True)
    forecast.counted(on=on, anew=True)


@shared_task
def count_performance() -> None:
    """Acts and what came after them, before those of the last time are old."""
    performance.counted(on=business_date(), anew=True)


@shared_task(acks_late=True)
def import_folder(*, batch_id: int) -> None:
    """Import what lies in the inbox; what was committed is moved away. A killed one goes on where it stood."""
    batch = ImportBatch.objects.get(pk=batch_id)
    if batch.files.exclude(parent=None).exists():  # mended rows: nothing of the inbox belongs to them
        finish_import(batch_id=batch_id)
        return
    with suppress(run.FolderRefused):  # the batch says why
        run.run(batch, settings.INTAKE_DIR)
        run.put_away(batch, settings.INTAKE_DIR)
        ask_who_is_who(on=batch.as_of, by=run.intake_user())
        assign_new(on=business_date(), by=run.intake_user())


@shared_task
def sweep_imports() -> None:
    """Start imports again whose worker was killed, and takings back that wait: a broker hands a task out anew only after
    an hour.
    """
    for pk in run.unfinished(since=STOPPED_AFTER):
        import_folder.delay(batch_id=pk)
    for pk in taking_back.waiting():
        take_back.delay(taking_id=pk)


@shared_task(acks_late=True)
def take_back(*, taking_id: int) -> None:
    """Take an import back that was decided to be; while another import runs it waits. Running twice does no harm."""
    with suppress(run.FolderRefused):
        today = business_date()
        if taking_back.carry_out(taking_id=taking_id, today=today).state == TakingBack.State.DONE:
            ask_who_is_who(on=today, by=run.intake_user())


@shared_task(acks_late=True)
def preview_folder(*, preview_id: int) -> None:
    """Find out what an import of the inbox would do. Running twice does no harm."""
    with suppress(run.FolderRefused):  # the preview says why
        preview.preview(ImportPreview.objects.get(pk=preview_id), settings.INTAKE_DIR)


@shared_task(acks_late=True)
def finish_import(*, batch_id: int) -> None:
    """Persons, clocks and seal after mended rows. Running twice does no harm."""
    with suppress(run.FolderRefused), run.one_at_a_time(run.PATIENCE):  # else the sweep sends it again
        batch = ImportBatch.objects.get(pk=batch_id)
        if batch.finished_at is None:
            run.finish(batch)


@shared_task(acks_late=True)
def take_in_receipts(*, file_id: int) -> None:
    """Take in a large file of payments that was kept for a worker."""
    take_in_kept(file_id=file_id)


@shared_task
def sweep_receipt_files() -> None:
    """Send kept files again that no worker has taken in: a broker may have forgotten them. Running twice does no harm."""
    for pk in waiting_files(since=timezone.now() - FORGOTTEN_AFTER):
        take_in_receipts.delay(file_id=pk)


@shared_task(acks_late=True)
def make_standard_export(*, export_id: int) -> None:
    """Make the zip of an export in the standard shape."""
    standard_exports.make(export_id=export_id, today=business_date())


@shared_task
def look_after_exports() -> None:
    """Send exports again that no worker has made, and delete zips that have been kept long enough. Safe to run twice."""
    for pk in standard_exports.forgotten(since=FORGOTTEN_AFTER):
        make_standard_export.delay(export_id=pk)
    standard_exports.delete_old()


@shared_task
def look_after_payments() -> None:
    """Each day: 速報 whose 確報 is overdue become cases; payments the sections have booked meanwhile are settled."""
    today = business_date()
    find_missing_finals(by=User.objects.get(username="system.intake"), today=today)
    settle_section_payments(today=today)


@shared_task
def look_after_holds() -> None:
    """Each night: review days, ends and yearly checks that pass become tasks of a supervisor. Running twice does no harm."""
    hold_watch.raise_tasks(on=business_date(), by=User.objects.get(username="system.intake"))


@shared_task
def watch_plans() -> None:
    """Each morning: plans that were not kept are found."""
    watch(today=business_date(), by=User.objects.get(username="system.intake"))
