"""取込の取り消し on screen: what would be undone, what stands in the way, and the record of it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from claims.forms_taking_back import TakingBackForm
from claims.models import ImportBatch, ImportFile, TakingBack
from claims.services import taking_back
from claims.services.taking_back import Figures
from toyota_collect.models import Approval
from toyota_collect.permissions import Permission, allows

State = TakingBack.State
TONES = {State.ASKED: "act", State.DECIDED: "act", State.DONE: "good", State.REFUSED: "care"}


@dataclass(frozen=True)
class Record:
    """A request and where it stands; ``waits``: somebody or something is still to act on it."""

    taking: TakingBack
    label: str
    tone: str
    waits: bool
    lines: list[dict[str, Any]]


def page(
    batch: ImportBatch, file: ImportFile | None, *, user: Any, form: TakingBackForm | None = None
) -> dict[str, Any]:
    """Context of the page for one file, or for all files of an import."""
    records = records_of(batch, file)
    done = any(one.taking.state == State.DONE for one in records) and not _is_left(batch, file)
    found = None if done else taking_back.outlook(batch, file, user=user)
    waits = any(one.waits for one in records)
    return {
        "batch": batch,
        "file": file,
        "records": records,
        "outlook": found,
        "lines": _lines(found.figures) if found and found.figures else [],
        "may_ask": bool(found and found.is_free and not waits and allows(user, Permission.IMPORT_RUN)),
        "waits": waits,
        "form": form or TakingBackForm(),
        "keeps_protection": _may_name_measures(batch, file),
    }


def records_of(batch: ImportBatch, file: ImportFile | None = None) -> list[Record]:
    """What was asked about the file, alone or with its whole import, the newest first; of an import, all that was asked."""
    chosen = Q(file=file) | Q(file=None) if file else Q()
    found = batch.takings_back.filter(chosen).select_related("by", "file", "approval__decided_by")
    return [_record(one) for one in found.order_by("-pk") if _concerns(one, file)]


def _record(one: TakingBack) -> Record:
    """A request that was sent back or withdrawn is over, whatever its own state says."""
    label, tone = one.get_state_display(), TONES[State(one.state)]
    if one.state == State.ASKED and not one.approval.is_open:
        label, tone = Approval.Decision(one.approval.decision).label, "care"
    return Record(
        taking=one,
        label=label,
        tone=tone,
        waits=one.state == State.DECIDED or (one.state == State.ASKED and one.approval.is_open),
        lines=_lines(Figures(**one.figures)) if one.figures else [],
    )


def _concerns(one: TakingBack, file: ImportFile | None) -> bool:
    """The taking back of a whole import concerns a file of it only if it took the file back, or may still."""
    return file is None or one.file_id is not None or one.state != State.DONE or one.pk == file.taken_back_in_id


def _may_name_measures(batch: ImportBatch, file: ImportFile | None) -> bool:
    """Whether it told of 支援措置, or may have."""
    files = [file] if file else batch.files.all()
    return any(one.content in ("register", taking_back.PROTECTED) for one in files)


def _is_left(batch: ImportBatch, file: ImportFile | None) -> bool:
    """Whether something of it is still in force."""
    return any(one.status == ImportFile.Status.COMMITTED for one in taking_back.files_of(batch, file))


def _lines(figures: Figures) -> list[dict[str, Any]]:
    lines = [
        ("追加された期別（なかったことになる）", figures.new_claims, "件"),
        ("変更された期別（前の内容に戻る）", figures.changed_claims, "件"),
        ("打ち消す記帳", figures.entries, "件"),
        ("取り消す領収", figures.receipts, "件"),
        ("記帳し直す領収（この取込が取り消していたもの）", figures.booked_anew, "件"),
        ("追加された宛名（外れる）", figures.new_identities, "件"),
        ("変更された宛名（前の内容に戻る）", figures.changed_identities, "件"),
        ("まだ済んでいない異動（消える）", figures.life_events, "件"),
        ("登録のなくなる人（検索と一覧に出なくなる）", figures.people, "人"),
    ]
    return [{"label": label, "value": value, "unit": unit} for label, value, unit in lines if value]
