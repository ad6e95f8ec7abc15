"""What a worker does for each kind of job: the step itself, as the one who asked for it."""

from datetime import date
from typing import Any

from django.utils import timezone

from notices.models import RunJob
from notices.services import mailings, packs, pulls, seals
from notices.services.jobs import Work
from notices.services.progressing import Teller
from toyota_collect.business_date import business_date

Kind = RunJob.Kind


def _pull(job: RunJob, tell: Teller) -> dict[str, Any]:
    tell("金額を確定したあとの納付・支援措置・死亡などを調べています")
    new = pulls.find_pulls(run_id=job.run_id, by=job.asked_by, now=timezone.now(), today=business_date())
    return {"new": new}


def _seal(job: RunJob, tell: Teller) -> dict[str, Any]:
    now, today = timezone.now(), business_date()
    made = seals.seal(run_id=job.run_id, by=job.asked_by, now=now, today=today, tell=tell, **job.arguments)
    return {"certificate": made.certificate.number}


def _look(job: RunJob, tell: Teller) -> dict[str, Any]:
    tell("封緘のあとの納付などを調べています")
    return {"letters": len(mailings.since_seal(job.run, today=business_date()))}


def _pack(job: RunJob, tell: Teller) -> dict[str, Any]:
    now, today = timezone.now(), business_date()
    return {"sha256": packs.make(run_id=job.run_id, by=job.asked_by, now=now, today=today, tell=tell).sha256}


def _post(job: RunJob, tell: Teller) -> dict[str, Any]:
    on, now = date.fromisoformat(job.arguments["on"]), timezone.now()
    sent = mailings.post_run(run_id=job.run_id, on=on, by=job.asked_by, now=now, today=business_date(), tell=tell)
    return {"letters": sent}


WORKS: dict[str, Work] = {Kind.PULL: _pull, Kind.SEAL: _seal, Kind.LOOK: _look, Kind.PACK: _pack, Kind.POST: _post}
