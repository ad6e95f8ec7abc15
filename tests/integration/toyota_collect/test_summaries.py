"""Figures that are counted for everybody: kept, told how old they are, counted once however many ask."""

import pickle
import threading
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.db import connection, connections
from django.urls import reverse
from django.utils import timezone

from tests.factories.debtors import user
from toyota_collect import summaries
from toyota_collect.models import Summary
from toyota_collect.permissions import Role

DAY = date(2026, 11, 20)
HOUR = timedelta(hours=1)


class Count:
    """Counts how often it was asked."""

    def __init__(self, fails=False):
        self.times, self.fails = 0, fails

    def __call__(self):
        self.times += 1
        if self.fails:
            raise ZeroDivisionError
        return {"times": self.times}


def ask(make, **facts):
    return summaries.counted("test", make, **({"on": DAY, "late_after": HOUR} | facts))


@pytest.mark.django_db
def test_what_was_counted_is_kept_through_a_flushed_cache_and_counted_anew_only_by_the_job():
    make = Count()
    first = ask(make)
    cache.clear()
    assert ask(make) == first
    assert make.times == 1
    for times in (2, 3):
        again = ask(make, anew=True)
        assert again.value == {"times": times} == ask(make).value
    assert again.at > first.at
    assert Summary.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "times"), [(0, 1), (1, 1), (40, 1), (-1, 2)])
def test_figures_of_an_earlier_day_are_shown_those_of_a_later_one_are_not(days, times):
    make = Count()
    ask(make)
    ask(make, on=DAY + timedelta(days=days))
    assert make.times == times


@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "late"), [(59, False), (61, True)])
def test_old_figures_say_that_they_are_late(minutes, late):
    ask(Count())
    Summary.objects.update(counted_at=timezone.now() - timedelta(minutes=minutes))
    assert ask(Count()).late == late


@pytest.mark.django_db
def test_a_count_that_fails_keeps_the_old_figures_and_says_when():
    first = ask(Count())
    with pytest.raises(ZeroDivisionError):
        ask(Count(fails=True), anew=True)
    kept = ask(Count())
    assert (kept.value, kept.at) == (first.value, first.at)
    assert kept.failed_at
    assert ask(Count(), anew=True).failed_at is None


@pytest.mark.django_db
def test_figures_of_other_code_are_counted_anew(monkeypatch):
    make = Count()
    ask(make)
    monkeypatch.setattr(summaries, "_code", lambda: "another version")
    assert ask(make).value == {"times": 2} == ask(make).value


@pytest.mark.django_db
def test_what_somebody_else_put_into_the_row_is_never_unpickled():
    make = Count()
    ask(make)
    Summary.objects.update(value=pickle.dumps(Trap()))
    assert ask(make).value == {"times": 2}
    assert not Trap.sprung


class Trap:
    """Says so when it is unpickled."""

    sprung = False

    def __reduce__(self):
        return _spring, ()


def _spring():
    Trap.sprung = True


@pytest.mark.django_db
def test_the_page_says_that_counting_stopped_or_failed(client):
    client.force_login(user(Role.SUPERVISOR))
    board = reverse("claims:board")
    assert "集計が止まっています" not in client.get(board).content.decode()
    Summary.objects.update(counted_at=timezone.now() - timedelta(days=2))
    body = client.get(board).content.decode()
    assert "集計が止まっています" in body
    Summary.objects.update(failed_at=timezone.now())
    assert "集計できませんでした" in client.get(board).content.decode()


@pytest.mark.django_db(transaction=True)
def test_many_who_ask_at_once_are_counted_for_once():
    started, make = threading.Barrier(4), Count()
    found = []

    def one():
        started.wait()
        found.append(ask(make).value)
        connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [{"times": 1}] * 4


@pytest.mark.django_db(transaction=True)
def test_a_count_of_one_view_writes_nothing_and_leaves_the_connection_free():
    def writes():
        Summary.objects.create(name="x", on=DAY, counted_at=timezone.now(), seal="", value=b"")

    with pytest.raises(Exception, match="read-only"):
        ask(writes, snapshot=True)
    assert not connection.in_atomic_block
    ask(Count(), snapshot=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s", [summaries.LOCKS])
        assert cursor.fetchone() == (0,)
