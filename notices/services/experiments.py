"""文面の比較試験: registering it with a run before the run is approved; what came of it is counted in ``responses``."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from notices.models import Experiment, ExperimentArm, PrintRun
from notices.rules.experiments import PRIMARY_DAYS, SECONDARY_DAYS, YARDSTICK, fault_of_shares
from notices.services.assignments import fault
from notices.services.runs import RunRefused, editable_run
from toyota_collect import audit
from toyota_collect.models import NoticeText


def texts_for(run: PrintRun) -> list[NoticeText]:
    """The versions that may be compared in the run; the one in force comes first, the others newest first."""
    usable = list(NoticeText.objects.usable(kind=run.kind, on=run.issued_on).order_by("-version"))
    first = NoticeText.objects.in_force(kind=run.kind, on=run.issued_on).first()
    return sorted(usable, key=lambda text: text != first)


@transaction.atomic
def register(*, run_id: int, question: str, shares: Mapping[int, int], by: Any) -> Experiment:
    """Register the comparison of a run, instead of the one it had: ``shares`` are percent by the version's id.

    The run's own approval is the approval of it: it shows the question, the yardstick and how the texts differ.

    Raises:
        PrintRun.DoesNotExist: no such run.
        RunRefused: the run waits for approval, has it or has begun, is a sample; no question; shares that cannot be
            drawn by; or a version that may not be used.
    """
    run = editable_run(run_id)
    if run.is_sample:
        raise RunRefused("見本では比較試験をできません。")
    if not question.strip():
        raise RunRefused("確かめたいことを書いてください。決裁者が読みます。")
    chosen = {pk: percent for pk, percent in shares.items() if percent}
    texts = [text for text in texts_for(run) if text.pk in chosen]
    if len(texts) != len(chosen):
        raise RunRefused("この種類・この発付日に使えない版が選ばれています。画面を開き直してください。")
    if problem := fault_of_shares([chosen[text.pk] for text in texts]):
        raise RunRefused(problem)
    days = {"primary": PRIMARY_DAYS, "secondary": SECONDARY_DAYS}
    experiment, _ = Experiment.objects.update_or_create(
        run=run,
        defaults={
            "question": question.strip()[:300],
            "yardstick": YARDSTICK.format(**days),
            "registered_by": by,
        }
        | {f"{name}_days": count for name, count in days.items()},
    )
    experiment.arms.all().delete()
    ExperimentArm.objects.bulk_create(
        ExperimentArm(experiment=experiment, place=place, text=text, percent=chosen[text.pk])
        for place, text in enumerate(texts)
    )
    if problem := fault(run):
        raise RunRefused(problem)
    detail = {"question": experiment.question, "texts": {str(text): chosen[text.pk] for text in texts}}
    audit.record(event="experiment.registered", by=by, target=experiment, detail=detail)
    return experiment


@transaction.atomic
def give_up(*, run_id: int, by: Any) -> None:
    """Take the comparison from a run that nobody was asked to approve: everybody gets the text in force.

    Raises:
        PrintRun.DoesNotExist: no such run.
        RunRefused: the run waits for approval, has it or has begun; or it has no comparison.
    """
    experiment = Experiment.objects.filter(run=editable_run(run_id)).first()
    if experiment is None:
        raise RunRefused("この実行に比較試験はありません。")
    audit.record(event="experiment.given_up", by=by, target=experiment, detail={"question": experiment.question})
    experiment.delete()
