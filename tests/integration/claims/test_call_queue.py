"""The call queue: who is on it, in which order, who may be taken, and that two collectors never have the same person."""

from datetime import date, datetime, time, timedelta
from itertools import count
from threading import Barrier, Thread
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from claims import call_page
from claims.models import Hold
from claims.services import call_queue
from debtors import services_work
from debtors.models import CallTurn, Contact, OutcomeRule, Person
from debtors.services.assigning import assign_by_hand
from debtors.services.assignment_rules import name_stand_in
from tests.factories.claims import claim, pay
from tests.factories.debtors import identity, person, protect, user
from toyota_collect.models import Setting
from toyota_collect.permissions import Ground, Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)  # a Friday
NOW = datetime(2026, 11, 20, 10, 15, tzinfo=ZoneInfo("Asia/Tokyo"))
_numbers = count(1)
STEP = {"next_step": "電話する", "next_due_on": date(2026, 11, 30)}


@pytest.fixture
def collector():
    return user(Role.COLLECTOR)


def debtor(yen: int = 10_000, *, household: str = "", lapses_on: date | None = None, **facts) -> Person:
    """Somebody who owes and has a telephone; no two are alike, so that nobody may be another one who is protected."""
    number = next(_numbers)
    own = {
        "birth_on": date(1950, 1, 1) + timedelta(days=number),
        "kana_key": f"カクウ{number}",
        "address": f"架空町{number}",
    }
    someone = person(phone="090-0000-0000", **(own | facts))
    identity(someone, "juki", ground=Ground.REGISTER, household_number=household)
    claim(someone, principal_yen=yen, prescribes_on=lapses_on)
    return someone


def build(by) -> int:
    return call_queue.build_list(on=DAY, by=by)


def take(by, *, now: datetime = NOW):
    turn = call_queue.take_next(on=DAY, now=now, by=by)
    return turn.person if turn else None


def taken(by) -> CallTurn:
    return CallTurn.objects.get(state="taken", taken_by=by)


def take_for_long(by) -> CallTurn:
    """The first on the list, however late it is where the test runs."""
    turn = CallTurn.objects.order_by("pk")[0]
    turn.state, turn.taken_by, turn.taken_until = "taken", by, NOW.replace(year=2126)
    turn.save()
    return turn


def finish(by, outcome: str, *, now: datetime = NOW, **facts) -> Contact:
    given = {"outcome": outcome, "text": "", "with_whom": ""} | STEP | facts
    return call_queue.finish(turn_id=taken(by).pk, on=DAY, now=now, by=by, **given)


def talk(
    to: Person, by, *, at: time | None, on: date = date(2026, 10, 1), outcome: str = "talked", channel: str = "phone"
):
    facts = {"on": on, "at": at, "channel": channel, "outcome": outcome, "text": "話した"}
    return services_work.record_contact(person_id=to.pk, by=by, **facts, **STEP)


def test_the_clock_comes_first_then_the_hour_then_the_sum(collector):
    large, unknown, evening, morning = debtor(90_000), debtor(80_000), debtor(95_000), debtor(1_500)
    soon = debtor(1_200, lapses_on=date(2027, 1, 31))
    talk(evening, collector, at=time(18, 5))
    talk(morning, collector, at=time(10, 50))
    assert build(collector) == 5
    coming = call_queue.coming(on=DAY, now=NOW, limit=10)
    assert [turn.person for turn in coming] == [soon, morning, large, unknown, evening]
    assert [turn.person for turn in call_queue.coming(on=DAY, now=NOW, limit=2)] == [soon, morning]
    assert take(collector) == soon


def test_the_best_hour_is_the_one_in_which_the_person_was_spoken_with_most(collector):
    someone = debtor()
    for hour, outcome in (
        (9, "talked"),
        (18, "promised"),
        (18, "talked"),
        (11, "absent"),
        (11, "absent"),
        (11, "absent"),
    ):
        facts = {"promised_on": DAY} if outcome == "promised" else {}
        services_work.record_contact(
            person_id=someone.pk, by=collector, on=date(2026, 10, 1), at=time(hour, 30), channel="phone", outcome=outcome,
            text="話", **facts, **STEP,
        )  # fmt: skip
    talk(someone, collector, at=time(11), channel="counter")
    build(collector)
    assert CallTurn.objects.get().best_hour == 18


def test_a_corrected_line_teaches_no_hour(collector):
    someone = debtor()
    line = talk(someone, collector, at=time(18))
    services_work.correct_contact(
        contact_id=line.pk,
        why="不在だった",
        by=collector,
        on=line.on,
        at=time(18),
        channel="phone",
        outcome="absent",
        text="",
    )
    build(collector)
    assert CallTurn.objects.get().best_hour is None


def test_who_must_not_or_cannot_be_called_is_not_on_the_list(collector):
    called = debtor()
    held, protected, paid, _, _ = debtor(), debtor(), debtor(), debtor(500), debtor(died_on=DAY)
    Hold.objects.create(
        person=held, reason="dispute", channels=["call"], starts_on=DAY, review_on=DAY, placed_by=collector
    )
    protect(protected)
    pay(paid.identities.get(source__code="zei").claims.get(), 10_000, on=DAY)
    claim(person())  # without a telephone
    build(collector)
    assert [turn.person for turn in CallTurn.objects.all()] == [called]


@pytest.mark.parametrize("change", ["hold", "protection", "payment", "phone"])
def test_what_changed_since_the_list_was_made_is_asked_again(collector, change):
    first, second = debtor(90_000), debtor(10_000)
    build(collector)
    if change == "hold":
        Hold.objects.create(
            person=first, reason="welfare", channels=["call"], starts_on=DAY, review_on=DAY, placed_by=collector
        )
    elif change == "protection":
        protect(first)
    elif change == "payment":
        pay(first.identities.get(source__code="zei").claims.get(), 90_000, on=DAY)
    else:
        Person.objects.filter(pk=first.pk).update(phone="")
    assert take(collector) == second
    passed = CallTurn.objects.get(person=first)
    assert (passed.state, bool(passed.skip_reason)) == ("skipped", True)


def test_a_hold_on_other_channels_lets_people_be_called(collector):
    someone = debtor()
    Hold.objects.create(
        person=someone, reason="plan", channels=["notice"], starts_on=DAY, review_on=DAY, placed_by=collector
    )
    build(collector)
    assert take(collector) == someone


def test_who_was_called_today_is_not_called_again(collector):
    called, other = debtor(90_000), debtor(10_000)
    build(collector)
    talk(called, collector, at=time(9), on=DAY)
    assert take(collector) == other


def test_a_visit_today_is_no_call(collector):
    someone = debtor()
    build(collector)
    talk(someone, collector, at=time(9), on=DAY, channel="counter")
    assert take(collector) == someone


def test_a_household_is_called_once(collector):
    mother, son = debtor(90_000, household="H1"), debtor(80_000, household="H1")
    neighbour = debtor(10_000, household="H2")
    build(collector)
    assert take(collector) == mother
    other = user(Role.COLLECTOR)
    assert take(other) == neighbour
    finish(other, "message")
    finish(collector, "absent")
    assert take(collector, now=NOW + timedelta(minutes=30)) is None  # the son is not called instead
    assert take(collector, now=NOW + timedelta(minutes=61)) == mother
    assert son.call_turns.get().state == "waiting"


def test_a_call_by_hand_counts_for_the_household(collector):
    mother, son = debtor(90_000, household="H1"), debtor(80_000, household="H1")
    build(collector)
    talk(mother, collector, at=time(9), on=DAY)
    assert take(collector) is None
    assert son.call_turns.get().state == "waiting"


def test_the_table_refuses_two_of_a_household(collector):
    mother, son = debtor(household="H1"), debtor(household="H1")
    build(collector)
    CallTurn.objects.filter(person=mother).update(state="done")
    with pytest.raises(IntegrityError, match="call_household_once_a_day"), transaction.atomic():
        CallTurn.objects.filter(person=son).update(state="again")
    CallTurn.objects.filter(person=son).update(state="skipped")


@pytest.mark.parametrize(
    ("outcome", "state", "minutes"),
    [("busy", "again", 5), ("absent", "again", 60), ("message", "done", None), ("wrong", "done", None)],
)
def test_busy_and_absent_people_come_again_after_their_time(collector, outcome, state, minutes):
    someone = debtor()
    build(collector)
    take(collector)
    finish(collector, outcome)
    turn = CallTurn.objects.get()
    assert (turn.state, turn.tries, turn.taken_by) == (state, 1, None)
    assert turn.not_before == (NOW + timedelta(minutes=minutes) if minutes else None)
    if minutes:
        assert take(collector, now=NOW + timedelta(minutes=minutes, seconds=-1)) is None
    late = call_queue.coming(on=DAY, now=NOW + timedelta(minutes=minutes or 600), limit=5)
    assert [one.person for one in late] == ([someone] if minutes else [])


@pytest.mark.parametrize("later", [timedelta(), timedelta(days=10)], ids=["today", "a business date of before"])
@pytest.mark.parametrize("at", [time(10, 14), None], ids=["with its time", "as written"])
def test_who_was_called_without_the_list_comes_again_after_the_time_too(collector, later, at, monkeypatch):
    """The clock may be days after the business date (BASE_DATE): the hour of the day counts."""
    someone = debtor()
    build(collector)
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    talk(someone, collector, at=at, on=DAY, outcome="absent")
    monkeypatch.undo()
    due = NOW.replace(minute=at.minute if at else NOW.minute) + later + timedelta(minutes=60)
    assert call_queue.coming(on=DAY, now=due - timedelta(seconds=1), limit=5) == []
    assert [turn.person for turn in call_queue.coming(on=DAY, now=due, limit=5)] == [someone]


def test_the_own_people_come_first_in_the_same_order(collector):
    large, own_small, own_large = debtor(90_000), debtor(10_000), debtor(20_000)
    soon = debtor(1_200, lapses_on=date(2027, 1, 31))
    away, chief = user(Role.COLLECTOR), user(Role.SUPERVISOR)
    for someone, officer in ((own_small, collector), (own_large, away), (large, away)):
        assign_by_hand(person_id=someone.pk, officer=officer, reason="見本", on=DAY, by=chief)
    build(collector)
    given = {"on": DAY, "now": NOW, "limit": 10}
    order = [turn.person for turn in call_queue.coming(**given, own_of=collector)]
    assert order == [own_small, soon, large, own_large]
    assert [turn.person for turn in call_queue.coming(**given)] == [soon, large, own_large, own_small]
    name_stand_in(officer=away, stand_in=collector, starts_on=DAY, ends_on=DAY, reason="出張", by=chief)
    order = [turn.person for turn in call_queue.coming(**given, own_of=collector)]
    assert order == [large, own_large, own_small, soon]
    taken = call_queue.take_next(on=DAY, now=NOW, by=collector, own_first=True)
    assert taken is not None
    assert taken.person == large


def test_the_switch_of_the_list_stays_as_it_was_set(client, collector):
    client.force_login(collector)
    page = client.get(reverse("claims:calls")).content.decode()
    assert "自分の担当を先にしています" in page
    assert "担当を分けずに並べています" in client.get(reverse("claims:calls"), {"own": "0"}).content.decode()
    assert "担当を分けずに並べています" in client.get(reverse("claims:calls")).content.decode()
    assert client.session["calls.own_first"] is False


def test_the_times_are_data_and_there_is_an_end_to_trying(collector):
    debtor()
    OutcomeRule.objects.filter(outcome="busy").update(retry_minutes=0)
    Setting.objects.filter(key=call_queue.ORDER).update(
        value={"clock_days": 180, "minimum_yen": 1, "tries": 2, "hold_minutes": 20}
    )
    build(collector)
    take_for_long(collector)
    finish(collector, "busy", now=NOW)
    assert CallTurn.objects.get().state == "again"
    take_for_long(collector)
    finish(collector, "busy", now=NOW)
    assert (CallTurn.objects.get().state, CallTurn.objects.get().tries) == ("done", 2)


@pytest.mark.parametrize("hour", [8, 20])
def test_at_other_hours_nobody_is_taken(collector, hour):
    debtor()
    build(collector)
    with pytest.raises(call_queue.CallRefused, match="平日は09:00から19:45まで"):
        take(collector, now=NOW.replace(hour=hour))
    assert CallTurn.objects.get().state == "waiting"


def test_who_is_in_hand_stays_until_it_is_too_long(collector):
    first, second = debtor(90_000), debtor(10_000)
    build(collector)
    assert take(collector) == first == take(collector, now=NOW + timedelta(minutes=19))
    other = user(Role.COLLECTOR)
    assert take(other) == second
    third = user(Role.COLLECTOR)
    assert take(third) is None
    assert take(third, now=NOW + timedelta(minutes=20)) == first
    with pytest.raises(call_queue.CallRefused, match="受持ちは終わって"):
        call_queue.finish(
            turn_id=taken(third).pk, on=DAY, now=NOW, by=collector, outcome="absent", text="", with_whom="", **STEP
        )


def test_given_back_the_person_waits_again(collector):
    someone = debtor()
    build(collector)
    take(collector)
    pk = taken(collector).pk
    for _ in range(2):
        assert call_queue.release(turn_id=pk, by=collector).state == "waiting"
    assert take(user(Role.COLLECTOR)) == someone


def test_the_list_is_made_anew_beside_who_is_taken_and_done(collector):
    first, second = debtor(90_000), debtor(10_000)
    assert (build(collector), build(collector)) == (2, 0)
    take(collector)
    finish(collector, "message")
    claim(second, principal_yen=5_000)
    claim(first, principal_yen=5_000)
    third = debtor(20_000)
    assert build(collector) == 2
    assert {turn.person: turn.value_yen for turn in CallTurn.objects.all()} == {
        first: 90_000, second: 15_000, third: 20_000,
    }  # fmt: skip
    assert CallTurn.objects.get(person=first).state == "done"


def test_amounts_need_two_facts_that_agree(client, collector):
    someone = debtor(41_234)
    build(collector)
    turn = take_for_long(collector)
    client.force_login(collector)
    url, check = reverse("claims:call", args=[turn.pk]), reverse("claims:call-check", args=[turn.pk])
    assert "41,234" not in client.get(reverse("claims:calls")).content.decode()
    for facts in ([], ["birth"], ["birth", "birth"], ["birth", "photo"]):
        client.post(check, {"facts": facts})
        page = client.get(url).content.decode()
        assert "41,234" not in page
        assert someone.phone in page
    client.post(check, {"facts": ["birth", "address"]})
    assert "41,234" in client.get(url).content.decode()
    contact = finish(collector, "promised", promised_on=DAY, with_whom="self", text="納める")
    assert contact.checked == ["address", "birth"]


def test_the_debtor_is_not_spoken_with_unidentified(client, collector):
    debtor()
    build(collector)
    take(collector)
    with pytest.raises(call_queue.CallRefused, match="本人確認"):
        finish(collector, "promised", promised_on=DAY, text="納める")
    assert not Contact.objects.exists()
    client.force_login(collector)
    sent = {
        "outcome": "talked",
        "text": "話",
        "with_whom": "self",
        "next_step": "電話する",
        "next_due_on": "2026-11-30",
    }
    answer = client.post(reverse("claims:call", args=[taken(collector).pk]), sent)
    assert "本人確認（2つの一致）" in answer.content.decode()
    finish(collector, "talked", with_whom="family", text="出かけている")
    assert Contact.objects.get().with_whom == "family"


def test_a_form_sent_twice_is_one_call(client, collector):
    debtor()
    build(collector)
    take(collector)
    client.force_login(collector)
    url = reverse("claims:call", args=[taken(collector).pk])
    sent = {"outcome": "absent", "token": str(uuid4()), "next_step": "電話する", "next_due_on": "2026-11-30"}
    for _ in range(2):
        assert client.post(url, sent).url == reverse("claims:calls")
    assert (Contact.objects.count(), CallTurn.objects.get().tries) == (1, 1)
    contact = Contact.objects.get()
    assert (contact.channel, contact.on, contact.at is not None) == ("phone", DAY, True)


def test_what_is_said_follows_from_the_log(collector):
    someone = debtor()
    services_work.record_contact(
        person_id=someone.pk, by=collector, on=date(2026, 11, 1), channel="phone", outcome="promised", text="納める",
        promised_on=date(2026, 11, 10), promised_yen=5_000, **STEP,
    )  # fmt: skip
    facts, _ = call_page.facts_of(someone, on=DAY)
    assert (facts.promised_on, facts.promise_kept, facts.spoken_on) == (date(2026, 11, 10), False, date(2026, 11, 1))
    owed = someone.identities.get(source__code="zei").claims.get()
    pay(owed, 3_000, on=date(2026, 11, 9))
    pay(owed, 1_999, on=date(2026, 11, 10))
    pay(claim(), 5_000, on=date(2026, 11, 9))  # somebody else's
    assert not call_page.facts_of(someone, on=DAY)[0].promise_kept
    pay(owed, 1, on=date(2026, 11, 10))
    assert call_page.facts_of(someone, on=DAY)[0].promise_kept
    talk(someone, collector, at=time(9), on=date(2026, 11, 12))
    assert call_page.facts_of(someone, on=DAY)[0].promised_on is None  # it was spoken of since
    build(collector)
    take(collector)
    call_queue.confirm_identity(turn_id=taken(collector).pk, facts=["birth", "number"], by=collector, now=NOW)
    said = call_page.call_of(taken(collector), collector, on=DAY)
    assert said["situation"].value == "again"
    assert "令和8年11月12日" in said["body"]
    assert "{" not in said["opening"] + said["body"]


def test_the_pages_take_no_more_queries_for_more_people(client, collector):
    client.force_login(collector)
    counts = []
    for _ in range(2):
        for _ in range(3):
            debtor()
        build(collector)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("claims:calls")).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_who_waits_is_counted_so_far_only_and_everybody_else_whole(collector, monkeypatch):
    for _ in range(5):
        debtor()
    build(collector)
    take_for_long(collector)
    CallTurn.objects.filter(pk=CallTurn.objects.latest("pk").pk).update(state="skipped", skip_reason="保留")
    told = []
    for most in (3, 4):
        monkeypatch.setattr(call_page, "COUNTED", most)
        found = call_page.list_of(collector, on=DAY, now=NOW, own_first=False)
        told.append((found["counts"]["waiting"], found["waiting_unit"]))
        assert (found["counts"]["taken"], found["counts"]["skipped"], found["skipped"]) == (1, 1, [("保留", 1)])
    assert told == [(3, "人以上"), (3, "人")]


@pytest.mark.django_db(transaction=True)
def test_many_collectors_at_once_each_get_another_person_and_household():
    people = [debtor(90_000 - number, household=f"H{number % 6}") for number in range(12)]
    collectors = [user(Role.COLLECTOR) for _ in range(8)]
    build(collectors[0])
    start, got, failed = Barrier(len(collectors)), [], []

    def call(by):
        try:
            start.wait()
            for _ in range(2):
                turn = call_queue.take_next(on=DAY, now=NOW, by=by)
                got.append((by.pk, turn.person_id if turn else None))
        except Exception as error:  # shown below
            failed.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=call, args=[by]) for by in collectors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    per_collector = {by: {person for who, person in got if who == by} for by, _ in got}
    assert all(len(found) == 1 for found in per_collector.values())  # asking twice gives the same person
    taken_people = [found.pop() for found in per_collector.values()]
    given = [pk for pk in taken_people if pk is not None]
    assert len(given) == len(set(given)) == 6  # one of each household
    households = {people[index].pk: index % 6 for index in range(12)}
    assert {households[pk] for pk in given} == set(range(6))
