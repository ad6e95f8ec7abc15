"""Steps that workers take: asked for once, done once, taken up after a death, and told when nobody moves them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from claims.models import ClaimEvent
from debtors.models import Contact
from notices.job_page import job_progress, jobs_to_look_at
from notices.models import Pack, PrintRun, Pull, RunJob, Seal
from notices.services import jobs, mailings
from notices.services.at_work import What, at_work
from notices.services.progressing import TakenOver, Teller
from notices.services.runs import RunRefused
from notices.services.works import WORKS
from notices.tasks import do_job
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, user
from tests.factories.mailing import delivered
from tests.integration.notices.conftest import DAY
from tests.integration.notices.mailing import hand_over, pulled, seal, sealed, work
from toyota_collect.models import AuditEvent

pytestmark = pytest.mark.django_db
LATE = timedelta(minutes=6)


@pytest.fixture(autouse=True)
def _business_date(settings):
    settings.DEMO, settings.BASE_DATE = True, DAY


@pytest.fixture
def run(kept, finished_run):
    def make() -> PrintRun:
        for n in range(1, 4):
            claim(person(name=f"架空{n}", name_key=f"架空{n}", kana_key=f"カ{n}"), principal_yen=10_000 * n)
        return finished_run()

    return kept(make)


def asked(run, kind, by, **arguments) -> RunJob:
    return jobs.ask(run_id=run.pk, kind=kind, by=by, now=timezone.now(), **arguments)


def twice(job: RunJob) -> RunJob:
    do_job(job_id=job.pk)
    do_job(job_id=job.pk)
    job.refresh_from_db()
    assert job.attempts == 1
    return job


def test_each_kind_of_step_has_somebody_who_does_it():
    assert set(WORKS) == set(RunJob.Kind.values)


def test_the_pull_done_twice_pulls_once(run, operator, sent):
    pay(run.letters.get(serial=1).claims.get().claim, 1_000, on=DAY)
    job = twice(asked(run, "pull", operator))
    assert (job.state, job.result, Pull.objects.count()) == ("done", {"new": 1}, 1)
    assert ("do_job", {"job_id": job.pk}) in sent


def test_the_seal_done_twice_seals_once(run, operator):
    delivered()
    pulled(run, operator)
    job = twice(asked(run, "seal", user("supervisor"), vouched=[], others=[]))
    assert (job.state, Seal.objects.count()) == ("done", 1)
    assert job.result == {"certificate": Seal.objects.get().certificate.number}


def test_the_pack_made_twice_is_one(run, operator):
    sealed(run, operator)
    job = twice(asked(run, "pack", operator))
    assert (job.state, Pack.objects.count()) == ("done", 1)


def test_the_posting_done_twice_demands_once(run, operator):
    sealed(run, operator)
    hand_over(run, operator)
    job = twice(asked(run, "post", operator, on="2026-11-20"))
    assert (job.state, job.result) == ("done", {"letters": 3})
    assert (ClaimEvent.objects.filter(kind="demand").count(), Contact.objects.count()) == (3, 3)


def test_the_look_after_the_seal_done_twice_changes_nothing(run, operator):
    sealed(run, operator)
    pay(run.letters.get(serial=1).claims.get().claim, 1_000, on=DAY)
    job = twice(asked(run, "look", operator))
    assert (job.state, job.result, Pull.objects.count()) == ("done", {"letters": 1}, 0)


def test_a_run_has_one_step_at_a_time(run, operator):
    asked(run, "pull", operator)
    with pytest.raises(RunRefused, match="「引抜を調べる」が動いています"):
        asked(run, "look", operator)
    with pytest.raises(IntegrityError, match="run_has_one_open_job"), transaction.atomic():
        RunJob.objects.create(run=run, kind="look", asked_by=operator, asked_at=timezone.now())
    work()
    assert asked(run, "look", operator)


def test_what_the_step_refuses_is_told_and_the_run_can_be_asked_again(run, operator):
    delivered()
    pulled(run, operator)
    pay(run.letters.get(serial=2).claims.get().claim, 1_000, on=DAY)
    job = asked(run, "seal", user("supervisor"), vouched=[], others=[])
    do_job(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("refused", 1)
    assert "最後に引抜を調べたあとに、1通に納付などがありました。" in job.problem
    assert asked(run, "pull", operator)


def test_a_fault_gives_the_step_back_until_it_is_given_up(run, operator, sent, monkeypatch):
    def fails(job, tell):
        raise ValueError("架空の故障")

    job = asked(run, "pull", operator)
    for attempt in (1, 2, 3):
        sent.clear()
        assert jobs.do(job_id=job.pk, works={"pull": fails})
        job.refresh_from_db()
        assert (job.state, job.attempts) == ("waiting" if attempt < 3 else "failed", attempt)
        assert sent == ([("do_job", {"job_id": job.pk})] if attempt < 3 else [])
    assert "3回試しても終わりませんでした" in job.problem
    assert "架空の故障" not in job.problem
    assert not jobs.do(job_id=job.pk, works={"pull": fails})
    assert list(jobs_to_look_at()) == [job]


def test_a_dead_workers_step_is_taken_up_and_what_it_did_is_not_done_again(run, operator, sent):
    """The worker sealed, and died before it could say so."""
    delivered()
    pulled(run, operator)
    job = asked(run, "seal", user("supervisor"), vouched=[], others=[])
    assert jobs._take(job.pk) == 1
    WORKS["seal"](job, Teller(job.pk, 1))
    with at_work(What.JOB, job.pk):
        jobs.sweep(now=timezone.now() + LATE)
    job.refresh_from_db()
    assert job.state == "working"  # it is slow, not dead
    sent.clear()
    jobs.sweep(now=timezone.now())
    job.refresh_from_db()
    assert (job.state, sent) == ("waiting", [("do_job", {"job_id": job.pk})])
    do_job(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, Seal.objects.count()) == ("done", 2, 1)


def test_posting_goes_on_where_a_dead_worker_stopped(run, operator, monkeypatch):
    monkeypatch.setattr(mailings, "LETTERS_AT_ONCE", 1)
    sealed(run, operator)
    hand_over(run, operator)
    real, left = mailings.demand, [2]

    def dies(letters, **facts):
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return real(letters, **facts)

    job = asked(run, "post", operator, on="2026-11-20")
    with monkeypatch.context() as dying:
        dying.setattr(mailings, "demand", dies)
        with pytest.raises(KeyboardInterrupt):
            do_job(job_id=job.pk)
    run.refresh_from_db()
    assert (run.state, run.letters.filter(state="posted").count()) == ("handed", 2)
    job.refresh_from_db()
    assert (job.done, job.total, job.step) == (2, 3, "期別ごとに催告を記録しています")
    with pytest.raises(RunRefused, match="発送として、登録が途中まで進んでいます"):
        mailings.may_post(run_id=run.pk, on=DAY + timedelta(days=1), today=DAY + timedelta(days=1))
    jobs.worker_was_lost(job_id=job.pk)
    do_job(job_id=job.pk)
    run.refresh_from_db()
    job.refresh_from_db()
    assert (run.state, job.state, job.result) == ("posted", "done", {"letters": 3})
    assert ClaimEvent.objects.filter(kind="demand").count() == Contact.objects.count() == 3
    assert AuditEvent.objects.filter(event="run.posted").count() == 1


def test_who_lost_a_step_says_nothing_more_about_it(run, operator):
    job = asked(run, "pull", operator)
    slow = jobs._take(job.pk)
    jobs.worker_was_lost(job_id=job.pk)
    quick = jobs._take(job.pk)
    assert (slow, quick) == (1, 2)
    with pytest.raises(TakenOver):
        Teller(job.pk, slow)("まだ動いている")
    jobs._end(job.pk, slow, "refused", problem="古い知らせ")
    Teller(job.pk, quick)("続けている", 1, 2)
    job.refresh_from_db()
    assert (job.state, job.step, job.done, job.problem) == ("working", "続けている", 1, "作業役が途中で止まりました。")


def test_a_slow_seal_beside_one_that_took_over_is_done_not_refused(run, operator):
    delivered()
    pulled(run, operator)
    job = asked(run, "seal", user("supervisor"), vouched=[], others=[])

    def too_late(one, tell):
        WORKS["seal"](one, tell)
        raise RunRefused("この一斉催告は「封緘済」です。")

    RunJob.objects.filter(pk=job.pk).update(attempts=1)
    jobs.do(job_id=job.pk, works={"seal": too_late})
    job.refresh_from_db()
    assert (job.state, job.problem) == ("done", "")


def test_a_message_that_was_lost_is_sent_again(run, operator, sent):
    job = asked(run, "pull", operator)
    sent.clear()
    jobs.sweep(now=timezone.now())
    assert sent == []
    jobs.sweep(now=timezone.now() + LATE)
    assert sent == [("do_job", {"job_id": job.pk})]


def test_a_step_nobody_moves_is_shown_on_its_page_and_in_the_list(run, operator, client):
    job = asked(run, "pull", operator)
    assert not job_progress(run)["stuck"]
    RunJob.objects.filter(pk=job.pk).update(asked_at=timezone.now() - LATE)
    assert job_progress(run)["stuck"]
    client.force_login(operator)
    assert "5分以上動いていません" in client.get(reverse("notices:job", args=[run.pk])).content.decode()
    shown = client.get(reverse("notices:runs")).content.decode()
    assert "動いていない処理" in shown
    assert run.title in shown


def test_a_job_that_ended_badly_says_why_or_is_refused_by_the_database(run, operator):
    job = asked(run, "pull", operator)
    with pytest.raises(IntegrityError, match="job_that_ended_badly_says_why"), transaction.atomic():
        RunJob.objects.filter(pk=job.pk).update(state="failed")


def test_the_page_of_the_seal_searches_and_hashes_nothing(run, operator, client, monkeypatch):
    """596 letters were not pulled in time elsewhere; but a page that is looked at must not search for a minute."""
    from notices.services import piles, seals

    def never(*_, **__):
        raise AssertionError("the page did the work of the seal")

    delivered()
    pulled(run, operator)
    client.force_login(user("supervisor"))
    page = reverse("notices:seal", args=[run.pk])
    for shown in ("3通を封緘する", "封緘した印刷ファイル"):
        with monkeypatch.context() as idle:
            idle.setattr(seals, "letters_to_pull", never)
            idle.setattr(mailings, "letters_to_pull", never)
            idle.setattr(piles, "_sha256", never)
            assert shown in client.get(page).content.decode()
        if run.state == "pulled":
            seal(run)
