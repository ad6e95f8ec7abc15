"""Several at once: each works in its own transaction, so these tests commit."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection, transaction

from claims.models import Claim
from notices.models import Letter, PrintChunk, PrintRun
from notices.services import rendering, runs
from notices.services.snapshot import freeze, one_moment
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, system_user
from tests.integration.notices.conftest import DAY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("transactional_db")]


def elsewhere(act):
    """Run ``act`` on a connection of its own, and wait for it."""

    def alone():
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(alone).result(timeout=20)


def started_sample():
    conditions = runs.Conditions(as_of=DAY, issued_on=DAY, deadline_on=date(2026, 12, 14), minimum_yen=1)
    run = runs.make_run(conditions=conditions, by=system_user("system.print"), is_sample=True)
    runs.begin_sample(run_id=run.pk)
    return run


def test_a_moment_does_not_see_what_is_paid_meanwhile():
    owed = claim(person(), principal_yen=10_000)
    with one_moment():
        assert Claim.objects.get().principal_yen == 10_000
        elsewhere(lambda: pay(owed, 4_000, on=DAY))
        assert Claim.objects.get().principal_yen == 10_000
    assert Claim.objects.get().principal_yen == 6_000


def test_two_workers_that_freeze_one_run_make_it_once():
    for _ in range(3):
        claim(person())
    run, by = started_sample(), system_user("system.print")
    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(elsewhere, lambda: freeze(run_id=run.pk, by=by, today=DAY)) for _ in range(2)]
        made = sorted(len(job.result()) for job in jobs)
    assert made == [0, 1]
    assert (Letter.objects.count(), PrintRun.objects.get().state) == (3, "rendering")


def test_workers_take_different_bundles_without_waiting_for_each_other(monkeypatch):
    monkeypatch.setattr("notices.services.snapshot.LETTERS_PER_BUNDLE", 1)
    claim(person())
    claim(person())
    run = started_sample()
    first, second = freeze(run_id=run.pk, by=system_user("system.print"), today=DAY)
    with transaction.atomic():
        assert rendering._take(first) == 1
        assert elsewhere(lambda: rendering._take(second)) == 1
    assert elsewhere(lambda: rendering._take(first)) is None
    assert set(PrintChunk.objects.values_list("state", flat=True)) == {"rendering"}


def test_two_runs_frozen_at_once_draw_different_numbers():
    claim(person())
    first, second = started_sample(), started_sample()
    by = system_user("system.print")
    with ThreadPoolExecutor(2) as pool:
        for job in [
            pool.submit(elsewhere, lambda pk=run.pk: freeze(run_id=pk, by=by, today=DAY)) for run in (first, second)
        ]:
            job.result()
    assert set(Letter.objects.values_list("number", flat=True)) == {
        "見本 8豊債管第000001号",
        "見本 8豊債管第000002号",
    }
