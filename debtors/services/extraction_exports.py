"""抽出の書き出し: asked for, decided where it names many, made by a worker, handed out, and gone again.

Who is under protection, or left alone by a hold, never leaves with an address or a phone, whatever was decided. Each person in a file is written
into the log of views, masked or not.
"""

import hashlib
import tempfile
from array import array
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Q, Sum
from django.urls import reverse
from django.utils import timezone

from debtors.extraction_files import WRITERS, CannotWrite
from debtors.extraction_query import Cells, Spec, figures_of, select, spec_of, values, words_of
from debtors.models import Extraction, ExtractionExport, ExtractionVersion
from debtors.protection import all_hidden_people, left_alone
from debtors.rules.extraction import ConditionWrong
from toyota_collect import approvals, audit
from toyota_collect.dated import value_on
from toyota_collect.models import Approval, User
from toyota_collect.money import comma
from toyota_collect.permissions import PURPOSE_OF, Permission, Purpose, allows
from toyota_collect.telling import tell

SUBJECT = "debtors.extractionexport"
LIMITS = "extraction.export"
PLACE = "extractions"
LEAST_PURPOSE = 10  # letters; "調査" is no purpose
CHUNK = 2_000
State = ExtractionExport.State
LOG = """INSERT INTO toyota_collect_accesslog (at, by_id, action, person_key, purpose, path)
SELECT now(), %(by)s, %(action)s, number, %(purpose)s, %(path)s FROM debtors_person
WHERE id = ANY(%(people)s) ORDER BY number"""


class ExportRefused(Exception):
    """It is not written or not handed out; the message says why and what to do, in Japanese."""


@dataclass(slots=True)
class Written:
    """What a file turned out to hold. ``placed``: the people whose address or phone may be in it."""

    people: set[int] = field(default_factory=set)
    placed: set[int] = field(default_factory=set)
    withheld: int = 0  # people whose address and phone were left out
    rows: int = 0
    yen: int = 0


@transaction.atomic
def ask(*, version_id: int, form: str, masked: bool, purpose: str, by: Any, on: date) -> ExtractionExport:
    """Ask for a file of a version. A worker makes it at once, or, unmasked beyond the limit of people, once it is decided.

    What ``by`` has already taken unmasked on the day counts towards the limit, so that a large export cannot be split.

    Raises:
        ExtractionVersion.DoesNotExist: there is none that ``by`` may use.
        ExportRefused: nothing or too much to write, no purpose, or ``by`` may not ask for a decision.
        ConditionWrong: the version cannot be run.
    """
    mine = Extraction.objects.kept().visible_to(by)
    version = ExtractionVersion.objects.select_related("extraction").get(pk=version_id, extraction__in=mine)
    spec = spec_of(version, user=by)
    masked = masked or not spec.personal  # what tells of nobody need not be masked, nor decided
    limits, purpose = value_on(LIMITS, on), purpose.strip()
    if not masked and len(purpose) < LEAST_PURPOSE:
        raise ExportRefused(f"マスキングしないときは、何に使うかを{LEAST_PURPOSE}文字以上で書いてください。")
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # two at once do not both stay below the limit
    figures = figures_of(spec, select(spec, user=by, on=on))
    if not figures.rows:
        raise ExportRefused("条件に合うものがありません。条件を見直してください。")
    if figures.rows > limits["most_rows"]:
        raise ExportRefused(
            f"{comma(figures.rows)}行あり、1回の上限の{comma(limits['most_rows'])}行を超えています。条件でしぼってください。"
        )
    asked = ExtractionExport(
        version=version,
        form=form,
        masked=masked,
        purpose=purpose,
        by=by,
        asked_on=on,
        asked_people=figures.people,
        state=State.MAKING,
        rows=figures.rows,
        total_yen=figures.yen,
    )
    before = 0 if masked else _unmasked_today(by, on=on)
    asked.save()
    if not masked and figures.people + before > limits["people"]:
        asked.approval = _ask_for_decision(asked, spec, before=before, limit=limits["people"], on=on)
        asked.state = State.ASKED
        asked.save(update_fields=["approval", "state"])
    audit.record(event="extraction.export_asked", by=by, target=asked, detail=_told(asked, spec))
    return asked


@transaction.atomic
def approved(approval: Approval, *, by: Any) -> ExtractionExport:
    """A second person has decided that the people may leave unmasked; a worker makes the file then.

    Raises:
        ExportRefused: it waits no more, or who asked may not run it any more.
    """
    asked = _locked(int(approval.subject_key))
    if asked.state != State.ASKED:
        raise ExportRefused("この書き出しは、もう決裁を待っていません。")
    if not (asked.by.is_active and allows(asked.by, Permission.EXTRACT)):
        raise ExportRefused("依頼した人は、いまは抽出を使えません。差し戻してください。")
    asked.state = State.MAKING
    asked.save(update_fields=["state"])
    audit.record(event="extraction.export_approved", by=by, target=asked, detail={"people": asked.asked_people})
    return asked


def make(*, export_id: int, today: date) -> None:
    """Make the file. Safe to run twice: who finishes second throws its own away."""
    asked = ExtractionExport.objects.select_related("version__extraction", "by").get(pk=export_id)
    if asked.state != State.MAKING:
        return
    root = Path(settings.MEDIA_ROOT) / PLACE
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=root, prefix=f"{asked.pk:06d}-", suffix=".part", delete=False) as file:
        path = Path(file.name)
    kept = False
    try:
        written = _write(asked, path, today=today, told=lambda rows: tell(_key(asked), rows))
        kept = _finish(asked, written, path, today=today)
    except (CannotWrite, ConditionWrong, ExportRefused) as error:
        _fail(asked, str(error))
    finally:
        if not kept:
            path.unlink(missing_ok=True)
            _beside(path).unlink(missing_ok=True)


def progress_of(asked: ExtractionExport) -> int:
    """How many rows are written, as the worker last told."""
    return asked.rows if asked.finished_at else int(cache.get(_key(asked)) or 0)


def take(*, export_id: int, by: Any, today: date) -> tuple[ExtractionExport, IO[bytes]]:
    """Hand the file out to who asked for it; an unmasked one once, and then it is gone.

    Raises:
        ExtractionExport.DoesNotExist: ``by`` has asked for none with that number.
        ExportRefused: it is not ready, taken, expired, or somebody in it has come under protection since.
    """
    with transaction.atomic():
        found = _locked(export_id, by=by)
        path = Path(settings.MEDIA_ROOT) / found.path
        if found.state == State.TAKEN:
            raise ExportRefused("このファイルは受け取り済みです。マスキングしないファイルは1回だけ受け取れます。")
        if found.state != State.READY or found.is_over or not path.is_file():
            raise ExportRefused("受け取れるファイルがありません。期限が過ぎたものは、もう一度書き出してください。")
        newly = _newly_hidden(path, today=today)
        if newly:
            _stop(found, newly)
        else:
            file = path.open("rb")
            _hand_out(found, path, by=by)
    if newly:  # what was stopped stays stopped
        raise ExportRefused(found.problem)
    return found, file


def _stop(found: ExtractionExport, newly: int) -> None:
    found.problem = (
        f"書き出した後に支援措置の対象となった（かもしれない）か、連絡を止めることになった人が{comma(newly)}人含まれるため、"
        "ファイルを消しました。もう一度書き出してください。"
    )
    found.save(update_fields=["problem"])
    _drop(found, State.FAILED)
    audit.record(event="extraction.export_stopped", by=found.by, target=found, detail={"people": newly})


def _hand_out(found: ExtractionExport, path: Path, *, by: Any) -> None:
    found.taken_at = timezone.now()
    if not found.masked:
        found.state, found.path = State.TAKEN, ""
        transaction.on_commit(lambda: _delete(path))
    found.save(update_fields=["state", "path", "taken_at"])
    detail = {"people": found.people, "rows": found.rows, "masked": found.masked, "sha256": found.sha256}
    audit.record(event="extraction.export_taken", by=by, target=found, detail=detail)


def forgotten(*, since: timedelta) -> list[int]:
    """Ids of exports that no worker has made for that long after they could be."""
    limit = timezone.now() - since
    free = Q(approval=None, asked_at__lt=limit) | Q(approval__decided_at__lt=limit)
    return list(ExtractionExport.objects.filter(free, state=State.MAKING).values_list("pk", flat=True))


def expire() -> int:
    """Delete files whose time is over; the record stays. Returns how many. Safe to run twice."""
    over = ExtractionExport.objects.filter(state=State.READY, expires_at__lte=timezone.now())
    done = 0
    for pk in list(over.values_list("pk", flat=True)):
        with transaction.atomic():
            one = _locked(pk)
            if one.state == State.READY:
                _drop(one, State.EXPIRED)
                done += 1
    return done


def _write(asked: ExtractionExport, path: Path, *, today: date, told: Callable[[int], None]) -> Written:
    """Write the rows as they come from a cursor of the server; what is in memory does not grow with them, but for ids."""
    if not (asked.by.is_active and allows(asked.by, Permission.EXTRACT)):
        raise ExportRefused("依頼した人は、いまは抽出を使えません。")
    spec = spec_of(asked.version, user=asked.by)
    hidden = all_hidden_people({asked.asked_on, today})
    people = select(spec, user=asked.by, on=today).order_by().values_list(spec.source.person, flat=True).distinct()
    hidden |= left_alone(people, on=today)
    cells = Cells(spec, hidden=hidden, mask=asked.masked)
    written = Written()
    with transaction.atomic():
        rows = select(spec, user=asked.by, on=today)
        written.yen = figures_of(spec, rows).yen

        def given() -> Iterator[list[Any]]:
            for person, *row in values(spec, rows).iterator(chunk_size=CHUNK):
                written.rows += 1
                written.people.add(person)
                if written.rows % CHUNK == 0:
                    told(written.rows)
                yield cells.row(person, row)

        with closing(given()) as lines:  # where a value does not fit, the cursor is closed before the transaction ends
            WRITERS[asked.form](path, [one.title for one in spec.columns], lines)
    written.people.discard(None)
    if any(one.withheld for one in spec.columns):
        written.placed = written.people - hidden
        written.withheld = len(written.people) - len(written.placed)
    if not asked.masked and len(written.people) > asked.asked_people:
        raise ExportRefused(
            f"依頼したときは{comma(asked.asked_people)}人でしたが、いまは{comma(len(written.people))}人に増えています。"
            "人数を確かめて、もう一度依頼してください。"
        )
    _beside(path).write_bytes(array("q", sorted(written.placed)).tobytes())
    return written


@transaction.atomic
def _finish(asked: ExtractionExport, written: Written, path: Path, *, today: date) -> bool:
    """Keep the file unless another worker was first."""
    export = _locked(asked.pk)
    if export.state != State.MAKING:
        return False
    with path.open("rb") as file:
        export.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    export.rows, export.people, export.total_yen = written.rows, len(written.people), written.yen
    export.withheld = written.withheld
    export.path, export.state, export.finished_at = f"{PLACE}/{path.name}", State.READY, timezone.now()
    export.expires_at = export.finished_at + timedelta(days=value_on(LIMITS, today)["kept_days"])
    export.save()
    _log(export, written)
    audit.record(event="extraction.exported", by=export.by, target=export, detail=_told(export, None))
    return True


@transaction.atomic
def _fail(asked: ExtractionExport, problem: str) -> None:
    export = _locked(asked.pk)
    if export.state == State.MAKING:
        export.state, export.problem = State.FAILED, problem[:500]
        export.save(update_fields=["state", "problem"])
        audit.record(event="extraction.export_failed", by=export.by, target=export, detail={"problem": problem})


def _unmasked_today(by: Any, *, on: date) -> int:
    """People that ``by`` has asked for unmasked on the day without a decision."""
    own = ExtractionExport.objects.filter(by=by, asked_on=on, masked=False, approval=None).exclude(state=State.FAILED)
    return int(own.aggregate(people=Sum("asked_people", default=0))["people"])


def _ask_for_decision(asked: ExtractionExport, spec: Spec, *, before: int, limit: int, on: date) -> Approval:
    if not allows(asked.by, Permission.ASK):
        raise ExportRefused(
            f"マスキングしないで{comma(limit)}人を超えて書き出すには決裁が要りますが、あなたの役割では起案できません。"
            "マスキングして書き出すか、条件でしぼってください。"
        )
    people = set(select(spec, user=asked.by, on=on).values_list(spec.source.person, flat=True))
    hidden = people & all_hidden_people([on]) | left_alone(people, on=on)
    evidence: dict[str, Any] = {
        "抽出条件": str(asked.version),
        "一覧": spec.source.title,
        "条件": words_of(spec) or ["なし（すべて）"],
        "項目": "、".join(one.title for one in spec.columns),
        "マスキングしない項目": "、".join(one.title for one in spec.personal),
        "人数（人）": asked.asked_people,
        "行": asked.rows,
        "同じ日にマスキングなしで依頼済み（人）": before,
        "決裁の要らない人数（人）": limit,
        "支援措置などで住所・電話を出さない人（人）": len(hidden),
        "形式": asked.get_form_display(),
    }
    return approvals.ask(
        subject_type=SUBJECT,
        subject_key=str(asked.pk),
        title=f"抽出の書き出し（マスキングなし）{asked.version}"[:200],
        reason=asked.purpose,
        subject_url=reverse("debtors:extraction-exported", args=[asked.pk]),
        evidence=evidence,
        by=asked.by,
    )


def _told(asked: ExtractionExport, spec: Spec | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "version": str(asked.version),
        "form": asked.form,
        "masked": asked.masked,
        "purpose": asked.purpose,
        "columns": asked.version.columns,
        "rows": asked.rows,
        "people": asked.people if asked.finished_at else asked.asked_people,
        "withheld": asked.withheld,
    }
    return told | ({"conditions": words_of(spec)} if spec else {})


def _log(export: ExtractionExport, written: Written) -> None:
    action = "extraction.export" if export.masked else "extraction.unmasked"
    purpose = PURPOSE_OF.get(export.by.role, Purpose.COLLECTION)
    params = {"by": export.by_id, "action": action, "purpose": purpose, "path": f"{PLACE}/{export.pk}"}
    with connection.cursor() as cursor:
        cursor.execute(LOG, params | {"people": sorted(written.people)})


def _newly_hidden(path: Path, *, today: date) -> int:
    """How many in the file are hidden now; those that were when it was made are in it without address and phone."""
    people = array("q")
    people.frombytes(_beside(path).read_bytes())
    return len(set(people) & (all_hidden_people([today]) | left_alone(people, on=today)))


def _locked(export_id: int, **facts: Any) -> ExtractionExport:
    rows = ExtractionExport.objects.select_for_update(of=("self",))
    return rows.select_related("version__extraction", "by", "approval").get(pk=export_id, **facts)


def _drop(export: ExtractionExport, state: str) -> None:
    path = Path(settings.MEDIA_ROOT) / export.path
    export.state, export.path = state, ""
    export.save(update_fields=["state", "path"])
    transaction.on_commit(lambda: _delete(path))


def _delete(path: Path) -> None:
    for one in (path, _beside(path)):
        with suppress(FileNotFoundError):
            one.unlink()


def _beside(path: Path) -> Path:
    """Where the ids of the people in a file lie, as long as it does."""
    return path.with_suffix(".people")


def _key(asked: ExtractionExport) -> str:
    return f"extraction-export:{asked.pk}"
