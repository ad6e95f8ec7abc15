"""A person in a collector's hand who may not be called any more: given back at once, unless they are spoken with already."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from claims.models import Hold
from claims.services import call_queue
from debtors.models import CallTurn, Contact, Person
from tests.factories.debtors import user
from tests.integration.claims.test_call_queue import DAY, NOW, STEP, build, debtor, take, take_for_long
from toyota_collect.models import AuditEvent
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
WHY = "保留・納付の知らせ、または未納がなくなった"


@pytest.fixture(autouse=True)
def _day(settings: Any) -> None:
    settings.BASE_DATE = DAY


@pytest.fixture
def collector() -> Any:
    return user(Role.COLLECTOR)


@pytest.fixture
def turn(collector) -> CallTurn:
    debtor(90_000)
    build(collector)
    return take_for_long(collector)


def rest(someone: Person, channel: str = "call") -> None:
    facts = {"reason": "welfare", "channels": [channel], "starts_on": DAY, "review_on": DAY}
    Hold.objects.create(person=someone, placed_by=user(Role.SUPERVISOR), **facts)


def in_hand(by: Any) -> CallTurn | None:
    return call_queue.in_hand(on=DAY, now=NOW, by=by)


def test_who_comes_to_rest_in_a_hand_is_skipped_and_the_next_one_taken(turn, collector):
    following = debtor(10_000)
    build(collector)
    assert in_hand(collector) == turn
    rest(turn.person)
    assert in_hand(collector) is None
    turn.refresh_from_db()
    assert (turn.state, turn.taken_by, turn.skip_reason) == ("skipped", None, WHY)
    skipped = AuditEvent.objects.get(event="call.skipped")
    assert (skipped.by, skipped.subject_key, skipped.detail) == (collector, str(turn.pk), {"reason": WHY})
    assert take(collector) == following


def test_asking_for_the_next_one_gives_nobody_who_rests(turn, collector):
    rest(turn.person)
    assert take(collector) is None


def test_a_hold_on_letters_takes_nobody_out_of_a_hand(turn, collector):
    rest(turn.person, "notice")
    assert in_hand(collector) == turn


def test_the_open_page_of_the_call_says_so_instead_of_the_number(turn, collector, client):
    client.force_login(collector)
    url = reverse("claims:call", args=[turn.pk])
    assert turn.person.phone in client.get(url).content.decode()
    rest(turn.person)
    refused = client.get(url)
    assert refused.url == reverse("claims:calls")
    (told,) = [str(one) for one in get_messages(refused.wsgi_request)]
    assert "いま電話をかけません" in told
    assert WHY in told


def test_a_call_that_was_made_is_written_all_the_same(turn, collector, client):
    rest(turn.person)
    client.force_login(collector)
    sent = {"outcome": "absent", "next_step": STEP["next_step"], "next_due_on": "2026-11-30"}
    assert client.post(reverse("claims:call", args=[turn.pk]), sent).status_code == 302
    assert Contact.objects.get().outcome == "absent"


def test_who_is_spoken_with_stays_until_what_was_said_is_written(turn, collector):
    call_queue.confirm_identity(turn_id=turn.pk, facts=["birth", "number"], by=collector, now=NOW)
    rest(turn.person)
    assert in_hand(collector) == turn
