"""引渡しと発送: the pile leaves counted, and from the day of posting every claim in it has been demanded."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from claims.models import Claim, ClaimEvent
from claims.services.clocks import clocks_for
from claims.services.events import record_events, withdraw_event
from debtors.happenings import happenings
from debtors.models import Contact
from notices.happenings import happenings as letter_happenings
from notices.models import PrintRun, Seal
from notices.services.runs import RunRefused
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, protect, user
from tests.factories.mailing import delivered
from tests.integration.notices.conftest import DAY
from tests.integration.notices.mailing import find, hand_over, post, posted, pulled, seal, sealed
from toyota_collect.models import AuditEvent, Setting

pytestmark = pytest.mark.django_db


def alone(n: int, **facts):
    return person(name=f"架空{n}", name_key=f"架空{n}", kana_key=f"カ{n}", **facts)


@pytest.fixture
def run(kept, finished_run):
    """Two letters; the first asks for a tax and for water, whose private claim ends soon."""

    def make() -> PrintRun:
        first = alone(1)
        claim(first, principal_yen=10_000)
        claim(first, kind="water_charge", source="suido", principal_yen=6_000)
        claim(alone(2), kind="water_charge", source="suido", principal_yen=20_000)
        return finished_run()

    return kept(make)


def test_as_many_as_the_certificate_says_are_handed_over(run, operator):
    sealed(run, operator)
    with pytest.raises(RunRefused, match="2通と違います"):
        hand_over(run, operator, 1)
    with pytest.raises(RunRefused, match="まだ来ていない日"):
        hand_over(run, operator, on=DAY + timedelta(days=1))
    made = hand_over(run, operator)
    assert (run.state, made.handed_to, made.handed_count, made.handed_by) == ("handed", "架空郵便局", 2, operator)
    with pytest.raises(RunRefused, match="引渡済"):
        hand_over(run, operator)
    assert AuditEvent.objects.filter(event="run.handed_over").count() == 1


def test_nothing_is_handed_over_unsealed(run, operator):
    find(run, operator)
    with pytest.raises(RunRefused, match="引抜済"):
        hand_over(run, operator, 2)


def test_somebody_protected_since_the_seal_keeps_the_pile_in_the_house(run, operator):
    sealed(run, operator)
    protect(run.letters.get(serial=1).person, starts_on=DAY)
    with pytest.raises(RunRefused, match="支援措置"):
        hand_over(run, operator)
    run.refresh_from_db()
    assert run.state == "sealed"


def test_posting_demands_every_claim_and_says_so_in_each_log(run, operator):
    assert posted(run, operator) == 2
    assert run.state == "posted"
    events = ClaimEvent.objects.filter(kind="demand").order_by("claim")
    assert set(events.values_list("claim", flat=True)) == set(Claim.objects.values_list("pk", flat=True))
    assert {(one.on, one.detail["arrived_on"], one.by_id) for one in events} == {(DAY, "2026-11-22", operator.pk)}
    for letter in run.letters.all():
        assert letter.state == "posted"
        origins = set(events.filter(claim__in_letters__letter=letter).values_list("origin", flat=True))
        assert origins == {f"{run.title} {letter.number}"}
        line = Contact.objects.get(person=letter.person)
        assert (line.on, line.channel, line.outcome, line.by) == (DAY, "letter", "sent", operator)
        assert letter.number in line.text
        assert "円" in line.text
    assert list(Contact.objects.order_by("person").values_list("ground", flat=True)) == ["tax", "contract"]


def test_the_log_shows_a_posted_letter_once(run, operator):
    someone, collector = run.letters.get(serial=1).person, user("collector")
    assert len(list(letter_happenings(someone, collector, DAY))) == 1
    posted(run, operator)
    assert list(letter_happenings(someone, collector, DAY)) == []
    assert next(iter(happenings(someone, collector, DAY))).text.startswith("発送。")


def test_posting_twice_changes_nothing(run, operator):
    posted(run, operator)
    before = list(ClaimEvent.objects.values()), list(Contact.objects.values())
    with pytest.raises(RunRefused, match="発送済"):
        post(run, operator)
    assert (list(ClaimEvent.objects.values()), list(Contact.objects.values())) == before


def test_a_pulled_letter_demands_nothing(run, operator):
    delivered()
    delivered("suido")
    paid = run.letters.get(serial=1)
    pay(paid.claims.first().claim, 1_000, on=DAY)
    pulled(run, operator)
    seal(run)
    hand_over(run, operator)
    assert post(run, operator) == 1
    assert not ClaimEvent.objects.filter(kind="demand", claim__in_letters__letter=paid).exists()
    assert not Contact.objects.filter(person=paid.person).exists()
    paid.refresh_from_db()
    assert paid.state == "pulled"


def test_the_clock_of_a_claim_that_ends_soon_runs_six_months_from_the_arrival(finished_run, operator):
    """民法150条: a demand postpones the end by six months from its arrival; and only where that helps."""
    soon = claim(alone(1), kind="water_charge", source="suido", due_on=date(2021, 12, 24))
    later = claim(alone(2), kind="water_charge", source="suido", due_on=date(2026, 8, 31))
    clocks = clocks_for([soon, later], as_of=DAY)
    Claim.objects.filter(pk=soon.pk).update(prescribes_on=clocks[soon.pk].last_day)
    run = finished_run()
    assert posted(run, operator) == 2
    soon.refresh_from_db()
    later.refresh_from_db()
    assert clocks[soon.pk].last_day == date(2026, 12, 24)
    assert soon.prescribes_on == date(2027, 5, 22)
    assert later.prescribes_on == clocks[later.pk].last_day


@pytest.mark.parametrize(
    ("on", "why"),
    [
        pytest.param(DAY - timedelta(days=1), "引き渡した日より前", id="before it was handed over"),
        pytest.param(DAY + timedelta(days=5), "まだ来ていない日", id="a day to come"),
    ],
)
def test_a_day_on_which_it_cannot_have_been_posted(on, why, run, operator):
    sealed(run, operator)
    hand_over(run, operator)
    with pytest.raises(RunRefused, match=why):
        post(run, operator, on=on, today=DAY + timedelta(days=2))


def test_not_before_the_day_printed_on_it_and_not_after_its_deadline(finished_run, operator):
    claim(alone(1))
    run = finished_run(issued_on=DAY + timedelta(days=3), deadline_on=DAY + timedelta(days=10))
    sealed(run, operator)
    hand_over(run, operator)
    for days in (2, 11):
        with pytest.raises(RunRefused, match="発付日"):
            post(run, operator, on=DAY + timedelta(days=days), today=DAY + timedelta(days=20))
    assert post(run, operator, on=DAY + timedelta(days=10), today=DAY + timedelta(days=20)) == 1


def test_without_the_days_of_the_post_nothing_is_written(run, operator):
    sealed(run, operator)
    hand_over(run, operator)
    Setting.objects.filter(key="demand.arrival_days").delete()
    with pytest.raises(RunRefused, match=r"demand\.arrival_days"):
        post(run, operator)
    run.refresh_from_db()
    assert (run.state, ClaimEvent.objects.count(), Contact.objects.count()) == ("handed", 0, 0)


def test_a_demand_of_that_day_that_stands_already_is_left_and_a_withdrawn_one_stands_again(run, operator):
    stands, back = Claim.objects.order_by("pk")[:2]
    record_events(claim_ids=[stands.pk], kind="demand", on=DAY, by=operator, origin="訪問での催告")
    (event,) = record_events(claim_ids=[back.pk], kind="demand", on=DAY, by=operator, origin="誤り")
    withdraw_event(event_id=event.pk, by=operator, reason="誤り")
    posted(run, operator)
    assert ClaimEvent.objects.get(claim=stands, kind="demand").origin == "訪問での催告"
    again = ClaimEvent.objects.get(claim=back, kind="demand")
    assert again.withdrawn_at is None
    assert again.origin.startswith(run.title)


def test_the_statements_do_not_grow_with_the_letters(finished_run, operator, django_assert_max_num_queries):
    for n in range(25):
        claim(alone(n), principal_yen=10_000 + n)
    run = finished_run()
    sealed(run, operator)
    hand_over(run, operator)
    with django_assert_max_num_queries(45):
        assert post(run, operator) == 25


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"handed_on": DAY}, "seal_handed_to_somebody_by_somebody"),
        ({"posted_on": DAY}, "seal_posted_after_it_was_handed_over"),
        ({"broken_at": timezone.now()}, "seal_broken_by_somebody_before_it_left"),
    ],
)
def test_a_step_without_its_facts_is_refused_by_the_database(change, constraint, run, operator):
    sealed(run, operator)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Seal.objects.update(**change)
