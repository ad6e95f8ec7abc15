"""What a run on its way to the post needs: files of its sources, and what a scanner reads from its paper."""

from datetime import date, datetime

from claims.models import ImportBatch, ImportFile
from debtors.models import SourceSystem
from notices.models import Letter
from tests.factories.debtors import system_user


def delivered(source: str = "zei", content: str = "claims", *, at: datetime | None = None, sha: str = "") -> ImportFile:
    """A committed file of a source, now or at another time."""
    batch = ImportBatch.objects.create(by=system_user(), as_of=date(2026, 11, 20))
    file = ImportFile.objects.create(
        batch=batch,
        source=SourceSystem.objects.get(code=source),
        layout=f"{source}_{content}",
        content=content,
        name=f"{source}.csv",
        sha256=sha or f"{batch.pk:064d}",
        status=ImportFile.Status.COMMITTED,
    )
    if at:
        ImportFile.objects.filter(pk=file.pk).update(at=at)
    return file


def mark(letter: Letter, envelope: int = 1, sheet: int = 1) -> str:
    """The mark of a sheet as a scanner reads it."""
    return f"{letter.run_id % 10_000:04d}{letter.serial:07d}{envelope:02d}{sheet}8"
