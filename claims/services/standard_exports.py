"""Exports in the standard shape: made in a folder or as one zip, and each person in them written into the access log."""

import hashlib
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone

from claims.models import StandardExport
from claims.standard.queries import PEOPLE
from claims.standard.write import Scope, Written, write_all
from debtors.models import ProtectionFlag, SourceSystem
from debtors.protection import all_hidden_people
from toyota_collect import audit
from toyota_collect.dated import value_on
from toyota_collect.permissions import PURPOSE_OF, Purpose
from toyota_collect.telling import tell

KEPT_FOR = timedelta(days=7)
PLACE = "standard"
LOG = f"""INSERT INTO toyota_collect_accesslog (at, by_id, action, person_key, purpose, path)
SELECT now(), %(by)s, 'standard.export', number, %(purpose)s, %(path)s FROM ({PEOPLE}) p ORDER BY number"""  # noqa: S608  PEOPLE is a constant


class ExportRefused(Exception):
    """Nothing can be written; the message says why and what to do, in Japanese."""


def scope_of(*, as_of: date, today: date, source: SourceSystem | None) -> Scope:
    """What an export holds, with the people whose address is left out.

    Raises:
        ExportRefused: the day is still to come.
        SettingMissing: the city's code is not set.
    """
    if as_of > today:
        raise ExportRefused(f"基準日 {as_of:%Y-%m-%d} はまだ来ていません。{today:%Y-%m-%d} までの日にしてください。")
    days = {as_of, today}
    marked: set[int] = set()
    for day in days:
        marked |= set(ProtectionFlag.objects.hiding(on=day).values_list("identity", flat=True))
    return Scope(
        as_of=as_of,
        today=today,
        city_code=value_on("standard.city_code", as_of),
        source=source.pk if source else None,
        source_code=source.code if source else "",
        hidden=tuple(sorted(all_hidden_people(days))),
        hidden_identities=tuple(sorted(marked)),
    )


def export_to_folder(
    folder: Path, *, as_of: date, today: date, source: SourceSystem | None, by: Any, path: str
) -> list[Written]:
    """Write all families and the manifest into a folder; ``path`` says in the access log where it was asked for.

    Raises:
        ExportRefused: the day is still to come.
    """
    scope = scope_of(as_of=as_of, today=today, source=source)
    folder.mkdir(parents=True, exist_ok=True)
    written = write_all(scope, lambda name: (folder / name).open("wb"))
    with transaction.atomic():
        people = _log(scope, by=by, path=path)
        detail = {"as_of": as_of.isoformat(), "source": scope.source_code, "people": people}
        audit.record(event="standard.exported", by=by, key=path[:60], detail=detail)
    return written


@transaction.atomic
def ask(*, as_of: date, today: date, source: SourceSystem | None, by: Any) -> StandardExport:
    """Ask for an export; a worker makes it.

    Raises:
        ExportRefused: the day is still to come.
    """
    scope_of(as_of=as_of, today=today, source=source)
    asked = StandardExport.objects.create(as_of=as_of, source=source, by=by)
    audit.record(event="standard.asked", by=by, target=asked)
    return asked


def make(*, export_id: int, today: date) -> None:
    """Make the zip of an export. Safe to run twice: who finishes second throws its own zip away."""
    asked = StandardExport.objects.select_related("source", "by").get(pk=export_id)
    if asked.finished_at:
        return
    root = Path(settings.MEDIA_ROOT) / PLACE
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=root, prefix=f"{asked.pk:06d}-", suffix=".zip", delete=False) as file:
        path = Path(file.name)
    try:
        scope = scope_of(as_of=asked.as_of, today=today, source=asked.source)
        written = _zip(path, scope, told=lambda done: tell(_key(asked), done))
        kept = _finish(asked, scope, written, path)
    except BaseException:
        path.unlink()
        raise
    if not kept:
        path.unlink()


def progress_of(asked: StandardExport) -> int:
    """How many files of an export are written, as the worker last told."""
    return len(asked.files) or int(cache.get(_key(asked)) or 0)


def forgotten(*, since: timedelta) -> list[int]:
    """Ids of exports that no worker has made for that long."""
    waiting = StandardExport.objects.filter(finished_at=None, asked_at__lt=timezone.now() - since)
    return list(waiting.values_list("pk", flat=True))


def delete_old() -> int:
    """Delete zips kept for longer than ``KEPT_FOR``; the record of the export stays. Returns how many."""
    old = list(StandardExport.objects.exclude(path="").filter(finished_at__lt=timezone.now() - KEPT_FOR))
    for one in old:
        (Path(settings.MEDIA_ROOT) / one.path).unlink(missing_ok=True)
        one.path = ""
        one.save(update_fields=["path"])
    return len(old)


def _zip(path: Path, scope: Scope, *, told: Callable[[int], None]) -> list[Written]:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as whole:

        @contextmanager
        def opener(name: str) -> Iterator[IO[bytes]]:
            with whole.open(name, "w", force_zip64=True) as file:
                yield file

        return write_all(scope, opener, told=told)


@transaction.atomic
def _finish(asked: StandardExport, scope: Scope, written: list[Written], path: Path) -> bool:
    """Keep the zip unless another worker was first."""
    export = StandardExport.objects.select_for_update(of=("self",)).select_related("by").get(pk=asked.pk)
    if export.finished_at:
        return False
    with path.open("rb") as file:
        export.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    export.files = [
        {"file": one.file, "family": one.family, "rows": one.rows, "sha256": one.sha256, "sums": one.sums}
        for one in written
    ]
    export.people = _log(scope, by=export.by, path=f"{PLACE}/{export.pk}")
    export.path, export.finished_at = f"{PLACE}/{path.name}", timezone.now()
    export.save()
    detail = {"as_of": export.as_of.isoformat(), "source": scope.source_code, "people": export.people}
    audit.record(event="standard.exported", by=export.by, target=export, detail=detail)
    return True


def _log(scope: Scope, *, by: Any, path: str) -> int:
    """Write a row of the access log for each person in the export; returns how many."""
    purpose = PURPOSE_OF.get(by.role, Purpose.COLLECTION)
    with connection.cursor() as cursor:
        cursor.execute(LOG, scope.params | {"by": by.pk, "purpose": purpose, "path": path[:300]})
        return int(cursor.rowcount)


def _key(asked: StandardExport) -> str:
    return f"standard-export:{asked.pk}"
