"""The life of a run: conditions → counted → approved by a second person → started. Each step refuses what may not be."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from django.db import OperationalError, transaction
from django.urls import reverse
from django.utils import timezone

from claims.services.charges import TermsMissing
from notices.models import Exclusion, Letter, PrintChunk, PrintRun
from notices.rules.batches import bundle_sizes
from notices.rules.exclusion import Reason
from notices.rules.kinds import BATCH, CONSOLIDATED, KINDS, name_of
from notices.rules.takers import LABELS, RANK
from notices.services import assignments
from notices.services.dispatch import send
from notices.services.letter_data import ProfileIncomplete, RunWords
from notices.services.selection import Tally, select, with_claims
from notices.services.snapshot import (
    LETTERS_PER_BUNDLE,
    ApprovalExceeded,
    freeze,
    one_moment,
    write_exclusions,
)
from toyota_collect import approvals, audit
from toyota_collect.calendar import fiscal_year
from toyota_collect.dated import SettingMissing, value_on
from toyota_collect.documents.store import draw_numbers
from toyota_collect.models import Approval

State = PrintRun.State
SUBJECT = "notices.printrun"
SETTINGS_FAULTS = (TermsMissing, SettingMissing, ProfileIncomplete)


class RunRefused(Exception):
    """The step is not allowed now; the message says why and what to do, in Japanese."""


@dataclass(frozen=True)
class Conditions:
    """What the operator chooses. ``deadline_on`` is the last day (inclusive); empty kinds and groups mean all."""

    as_of: date
    issued_on: date
    deadline_on: date
    minimum_yen: int
    kinds: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    slip_policy: str = PrintRun.SlipPolicy.KIND
    limit: int | None = None
    kind: str = CONSOLIDATED
    takers: list[str] = field(default_factory=list)  # notices.rules.takers.Role, beside the debtors


@transaction.atomic
def make_run(*, conditions: Conditions, by: Any, is_sample: bool = False) -> PrintRun:
    """A draft with the next number of its fiscal year; samples are numbered apart.

    Raises:
        RunRefused: one slip for the whole person is chosen but the city does not allow it.
    """
    _check(conditions)
    year = fiscal_year(conditions.issued_on)
    sequence = draw_numbers(series="run_sample" if is_sample else "run", year=year, count=1)
    run = PrintRun.objects.create(
        fiscal_year=year, sequence=sequence, is_sample=is_sample, made_by=by, **asdict(conditions)
    )
    audit.record(event="run.made", by=by, target=run, detail={"conditions": _plain(conditions)})
    return run


@transaction.atomic
def change_conditions(*, run_id: int, conditions: Conditions, by: Any) -> PrintRun:
    """Change a run that nobody has been asked to approve, or that was sent back; it must be counted again.

    Raises:
        RunRefused: an approval is open or given, the run has begun, or the conditions are not allowed.
    """
    _check(conditions)
    run = editable_run(run_id)
    if fiscal_year(conditions.issued_on) != run.fiscal_year:
        raise RunRefused("発付日の年度が変わります。新しい一斉催告を作ってください。")
    for name, value in asdict(conditions).items():
        setattr(run, name, value)
    run.state, run.counts, run.approval, run.problem = State.DRAFT, {}, None, ""
    run.save()
    run.exclusions.all().delete()
    audit.record(event="run.changed", by=by, target=run, detail={"conditions": _plain(conditions)})
    return run


@transaction.atomic
def ask_count(*, run_id: int, by: Any) -> PrintRun:
    """Have a worker count; a large city takes longer than a browser waits.

    Raises:
        RunRefused: an approval is open or given, or the run has begun.
    """
    run = editable_run(run_id)
    run.state, run.approval, run.problem, run.count_asked_at = State.COUNTING, None, "", timezone.now()
    run.save()
    send("count_run", run_id=run.pk, user_id=by.pk)
    return run


def count_or_explain(*, run_id: int, by: Any, today: date) -> None:
    """Count for the operator who waits; what stands in the way is written on the run. Who has been told is not told again."""
    try:
        count(run_id=run_id, by=by, today=today, states=(State.COUNTING,))
    except RunRefused as error:
        PrintRun.objects.filter(pk=run_id, state=State.COUNTING).update(state=State.DRAFT, problem=str(error))
    except OperationalError:
        if PrintRun.objects.filter(pk=run_id, state=State.COUNTING).exists():
            raise  # else another worker was quicker, and has counted


def count(
    *, run_id: int, by: Any, today: date, states: Sequence[str] = (State.DRAFT, State.COUNTED, State.COUNTING)
) -> PrintRun:
    """Count letters, yen and people left out, as the ledger stands now.

    Raises:
        RunRefused: an approval is open or given, the run has begun, or a setting is missing.
    """
    try:
        with one_moment():
            run = editable_run(run_id, *states)
            selection = select(run, today=today)
            tally = Tally()
            for one in with_claims(run, selection.targets, selection.takers):
                tally.add(one)
            RunWords.of(run, today=today)  # a missing text is found now, not when the run is started
            write_exclusions(run, selection)
            run.counts = tally.as_dict(selection) | {"counted_at": timezone.now().isoformat()}
            run.state, run.approval, run.problem = State.COUNTED, None, ""
            run.save()
            audit.record(event="run.counted", by=by, target=run, detail={"letters": tally.letters, "yen": tally.yen})
    except SETTINGS_FAULTS as error:
        raise RunRefused(str(error)) from error
    return run


@transaction.atomic
def ask_approval(*, run_id: int, by: Any, reason: str = "") -> Approval:
    """Ask a second person; what they see are the counts.

    Raises:
        RunRefused: nothing is counted, nobody would get a letter, or the run waits for approval already.
    """
    run = editable_run(run_id)
    if run.state != State.COUNTED:
        raise RunRefused("先に集計してください。")
    if not run.counts["letters"]:
        raise RunRefused("送る人がいません。条件を直して集計してください。")
    if fault := assignments.fault(run):
        raise RunRefused(fault)
    try:
        approval = approvals.ask(
            subject_type=SUBJECT,
            subject_key=str(run.pk),
            subject_url=reverse("notices:run", args=[run.pk]),
            title=run.title,
            amount_yen=run.counts["yen"],
            reason=reason,
            evidence=evidence(run),
            by=by,
        )
    except approvals.ApprovalRefused as error:
        raise RunRefused(str(error)) from error
    run.approval = approval
    run.save(update_fields=["approval"])
    return approval


@transaction.atomic
def start(*, run_id: int, by: Any) -> PrintRun:
    """Begin: the amounts are fixed and the letters made by the workers.

    Raises:
        RunRefused: the run is not counted, or not approved by a second person.
    """
    run = _locked(run_id)
    if run.state != State.COUNTED:
        raise RunRefused(f"この一斉催告は「{run.phase_label}」です。開始できるのは決裁済のものだけです。")
    if run.phase != State.APPROVED:
        raise RunRefused("決裁がまだです。決裁者の承認を待ってから開始してください。")
    run.state, run.started_at = State.SNAPSHOT, timezone.now()
    run.save(update_fields=["state", "started_at"])
    audit.record(event="run.started", by=by, target=run)
    send("freeze_run", run_id=run.pk)
    return run


@transaction.atomic
def begin_sample(*, run_id: int) -> None:
    """Begin a sample: it needs no approval, for it is never sealed or posted."""
    run = _locked(run_id)
    if not run.is_sample or run.state != State.DRAFT:
        raise RunRefused("見本として始められるのは、下書きの見本だけです。")
    run.state, run.started_at = State.SNAPSHOT, timezone.now()
    run.save(update_fields=["state", "started_at"])


def fix_amounts(*, run_id: int, by: Any, today: date) -> list[int]:
    """Freeze a started run and return its bundles; what stands in the way sends the run back to the operator."""
    try:
        return freeze(run_id=run_id, by=by, today=today)
    except (ApprovalExceeded, assignments.ExperimentStale, *SETTINGS_FAULTS) as error:
        with transaction.atomic():
            run = _locked(run_id)
            run.state, run.approval, run.counts = State.DRAFT, None, {}
            run.problem = f"{error} 集計し直して、もう一度決裁を受けてください。"
            run.save()
            audit.record(event="run.sent_back", by=by, target=run, detail={"problem": run.problem})
        return []


@transaction.atomic
def retry(*, run_id: int, by: Any) -> int:
    """Make again what failed, after its cause was mended: failed bundles, and failed letters in bundles of their own.

    The amounts stay as they were fixed. Returns the number of letters that wait now.

    Raises:
        RunRefused: the run is still being made, or nothing has failed.
    """
    run = _locked(run_id)
    if run.state in (State.PULLED, State.SEALED, State.HANDED, State.POSTED):
        raise RunRefused("引抜を始めたあとは、作り直せません。次の一斉催告か、個別の催告で送ってください。")
    if run.state not in (State.VERIFIED, State.FAILED):
        raise RunRefused("作成が終わってから、作り直してください。")
    bundles = run.chunks.filter(state=PrintChunk.State.FAILED)
    bundles.update(state=PrintChunk.State.WAITING, attempts=0, claimed_at=None, problem="")
    failed = list(run.letters.filter(state=Letter.State.FAILED).order_by("serial").values_list("pk", flat=True))
    last = run.chunks.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    for place, size in enumerate(bundle_sizes(len(failed), most=LETTERS_PER_BUNDLE), 1):
        chunk = PrintChunk.objects.create(run=run, sequence=last + place)
        ids, failed = failed[:size], failed[size:]
        Letter.objects.filter(pk__in=ids).update(chunk=chunk, state=Letter.State.WAITING, failure="", failure_code="")
    waiting = run.letters.filter(state=Letter.State.WAITING).count()
    if not waiting:
        raise RunRefused("作り直す通はありません。")
    run.state, run.problem, run.finished_at = State.RENDERING, "", None
    run.save(update_fields=["state", "problem", "finished_at"])
    audit.record(event="run.retried", by=by, target=run, detail={"letters": waiting})
    for pk in run.chunks.filter(state=PrintChunk.State.WAITING).values_list("pk", flat=True):
        send("render_chunk", chunk_id=pk)
    return waiting


def evidence(run: PrintRun) -> dict[str, Any]:
    """The counts as those who decide read them."""
    labels = dict(Exclusion.Reason.choices)
    return {
        "種類": name_of(run.kind),
        "対象（通）": run.counts["letters"],
        "金額（円）": run.counts["yen"],
        "債権（期別）": run.counts["claims"],
        "除外（人）": {str(labels[name]): people for name, people in run.counts["excluded"].items()},
        "基準日": run.as_of.isoformat(),
        "発付日": run.issued_on.isoformat(),
        "期限": run.deadline_on.isoformat(),
        "最低金額（円）": run.minimum_yen,
        "納付書": str(run.get_slip_policy_display()),
        "本人のほかに送る人": "・".join(LABELS[role] for role in RANK if role in run.takers) or "なし",
        "うち本人のほかに求める額（円）": run.counts.get("taken_yen", 0),
    } | assignments.evidence(run)


def _locked(run_id: int) -> PrintRun:
    return PrintRun.objects.select_for_update(of=("self",)).select_related("approval").get(pk=run_id)


def editable_run(run_id: int, *states: str) -> PrintRun:
    """The run, locked, while nobody was asked to approve it, or after it was sent back. Raises ``RunRefused``."""
    run = _locked(run_id)
    if run.state not in (states or (State.DRAFT, State.COUNTED)):
        raise RunRefused(f"この一斉催告は「{run.phase_label}」です。今は条件と集計を変えられません。")
    if run.approval is not None and not run.approval.came_back:
        raise RunRefused(f"この一斉催告は「{run.phase_label}」です。差戻しを受けるまで変えられません。")
    return run


def _check(conditions: Conditions) -> None:
    if conditions.kind not in BATCH:
        raise RunRefused("この種類の帳票は、まとめて作れません。")
    if conditions.takers and KINDS[conditions.kind].seizes:
        raise RunRefused("差押予告は、督促を受けた本人だけに送ります。「本人のほかに送る人」を外してください。")
    if conditions.slip_policy == PrintRun.SlipPolicy.PERSON and not person_slip_allowed(conditions.issued_on):
        raise RunRefused("全部で1枚の納付書は、設定値「letter.person_slip_allowed」で認められていません。")


def person_slip_allowed(on: date) -> bool:
    """Whether the city allows one slip for all of a person's claims (会計規則)."""
    return bool(value_on("letter.person_slip_allowed", on))


def _plain(conditions: Conditions) -> dict[str, Any]:
    return {name: _iso(value) for name, value in asdict(conditions).items()}


def _iso(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def reasons_in_order() -> Iterable[tuple[str, str]]:
    """Reasons for leaving people out, with their labels, in the order in which they are looked at."""
    labels = dict(Exclusion.Reason.choices)
    return [(str(reason), str(labels[str(reason)])) for reason in Reason]
