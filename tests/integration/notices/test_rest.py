"""生活再建猶予 and what is made already: no pack, no sealed pile and no letter of its own leaves the house meanwhile."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from claims.models import Hold
from debtors.models import Person
from debtors.services.joining import join_people
from notices.models import Pack, PrintRun, RunJob
from notices.services import packs, singles
from notices.services.pull_selection import hidden_letters, resting_letters
from notices.services.pulls import pile_letters
from notices.services.runs import RunRefused
from notices.services.single_data import Wish
from tests.factories.claims import claim
from tests.factories.debtors import person, protect, user
from tests.integration.notices.conftest import DAY
from tests.integration.notices.mailing import hand_over, sealed, work
from toyota_collect.models import AccessLog
from toyota_collect.registry import registry

pytestmark = pytest.mark.django_db
DAYS = [DAY]
WAYS = {"how": "暗号化した媒体を職員が手渡し", "password_how": "担当者へ電話"}


@pytest.fixture(autouse=True)
def _day(settings: Any) -> None:
    settings.BASE_DATE = DAY


@pytest.fixture
def pile(finished_run, operator) -> PrintRun:
    """Four letters, sealed."""
    for n in range(1, 5):
        claim(alone(n), principal_yen=10_000 * n)
    run = finished_run()
    sealed(run, operator)
    return run


def alone(n: int) -> Person:
    return person(name=f"架空{n}", name_key=f"架空{n}", kana_key=f"カ{n}")


def someone_of(run: PrintRun, place: int = 0) -> Person:
    return run.letters.order_by("serial")[place].person


def rest(someone: Person, **facts: Any) -> Hold:
    given = {"reason": "welfare", "channels": ["call", "notice"], "starts_on": DAY, "ends_on": DAY + timedelta(days=90)}
    return Hold.objects.create(person=someone, placed_by=user("supervisor"), **(given | facts))


def joined(other: Person) -> Person:
    """The person whom the other was found to be."""
    keep = alone(90 + Person.objects.count())
    join_people(keep_id=keep.pk, other_id=other.pk, on=DAY, by=user("supervisor"), reason="架空")
    return keep


def pack(run: PrintRun, by: Any, **options: Any) -> Pack:
    return packs.make(run_id=run.pk, by=by, now=timezone.now(), today=DAY, **options)


def said(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


# --- packs for an outsourcer -------------------------------------------------------------------------------


def test_no_pack_is_made_while_somebody_in_the_pile_rests(pile, operator, client):
    for place in (0, 1):
        rest(someone_of(pile, place))
    with pytest.raises(RunRefused, match=r"2通の人が生活再建猶予.*封緘を解いて.*封緘し直して"):
        pack(pile, operator)
    client.force_login(operator)
    assert "2通の人が生活再建猶予" in said(client.post(reverse("notices:pack-make", args=[pile.pk])))
    assert not RunJob.objects.filter(kind="pack").exists()
    Hold.objects.update(ends_on=DAY + timedelta(days=1), starts_on=DAY - timedelta(days=9), channels=["call"])
    client.post(reverse("notices:pack-make", args=[pile.pk]))
    assert [job.state for job in work()] == ["done"]


def test_a_rest_that_begins_while_the_pack_is_made_stops_it(pile, operator, media):
    def tell(*_: Any) -> None:
        if not Hold.objects.exists():
            rest(someone_of(pile))

    with pytest.raises(RunRefused, match="1通の人が生活再建猶予"):
        pack(pile, operator, tell=tell)
    assert not Pack.objects.exists()
    assert not list(media.rglob("packs/*"))


def test_a_pack_that_is_made_stays_in_the_house_with_its_password(pile, operator, client):
    made, held = pack(pile, operator), rest(someone_of(pile))
    client.force_login(operator)
    file, word = reverse("notices:pack-file", args=[made.pk]), reverse("notices:pack-password", args=[made.pk])
    for refused in (client.get(file), client.post(word)):
        assert refused.url == reverse("notices:pack", args=[made.pk])
        assert "1通の人が生活再建猶予" in said(refused)
    assert not AccessLog.objects.filter(action="pack.file").exists()
    Hold.objects.filter(pk=held.pk).update(ends_on=DAY, starts_on=DAY - timedelta(days=9))
    assert b"".join(client.get(file).streaming_content).startswith(b"PK")
    assert packs.password_of(made) in client.post(word).content.decode()


def test_a_pack_that_was_handed_over_is_not_in_the_house_any_more(pile, operator, client):
    made = pack(pile, operator)
    hand_over(pile, operator, **WAYS)
    rest(someone_of(pile))
    client.force_login(operator)
    given = client.get(reverse("notices:pack-file", args=[made.pk]))
    assert b"".join(given.streaming_content).startswith(b"PK")


# --- people who were found to be one -----------------------------------------------------------------------


def test_the_sealed_letter_of_a_joined_person_rests_with_the_one_who_stays(pile, operator):
    keep, way = joined(someone_of(pile)), registry.ways_out["notices.sealed"]
    assert way.reached([keep.pk], DAY) == {keep.pk}
    rest(keep)
    assert way.reached([keep.pk], DAY) == set()
    assert resting_letters(pile_letters(pile), days=DAYS) == [pile.letters.order_by("serial")[0].pk]
    with pytest.raises(RunRefused, match="1通の人の生活再建猶予"):
        hand_over(pile, operator)
    with pytest.raises(RunRefused, match="1通の人が生活再建猶予"):
        pack(pile, operator)


def test_who_rests_is_looked_up_at_once(pile):
    counts = []
    for place in range(3):
        rest(joined(someone_of(pile, place)))
        with CaptureQueriesContext(connection) as queries:
            assert len(resting_letters(pile_letters(pile), days=DAYS)) == place + 1
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_other_holds_and_other_days_are_no_rest(pile):
    rest(someone_of(pile, 0), reason="dispute")
    rest(someone_of(pile, 1), channels=["call"])
    rest(someone_of(pile, 2), starts_on=DAY + timedelta(days=1))
    rest(someone_of(pile, 3), claim=someone_of(pile, 3).identities.get().claims.get())
    assert resting_letters(pile_letters(pile), days=DAYS) == []


# --- letters to one person ---------------------------------------------------------------------------------


def test_a_made_letter_is_not_printed_while_its_person_rests_and_the_guide_to_help_is(quick, client):
    clerk, someone = user("collector"), alone(1)
    claim(someone)
    urls = {}
    for kind in ("demand", "welfare"):
        made = singles.ask_or_make(person_id=someone.pk, wish=Wish(kind, date(2026, 12, 14)), by=clerk, today=DAY)
        urls[kind] = reverse("notices:notice-pdf", args=[made.pk])
    client.force_login(clerk)
    assert client.get(urls["demand"]).status_code == 200
    rest(joined(someone))
    refused = client.get(urls["demand"])
    assert (refused.status_code, "生活再建猶予" in refused.content.decode()) == (403, True)
    assert client.get(urls["welfare"]).status_code == 200


def test_a_letter_that_was_sent_may_be_read_during_the_rest(quick, client):
    clerk, someone = user("collector"), alone(1)
    claim(someone)
    made = singles.ask_or_make(person_id=someone.pk, wish=Wish("demand", date(2026, 12, 14)), by=clerk, today=DAY)
    singles.post(notice_id=made.pk, on=DAY, by=clerk, now=timezone.now(), today=DAY)
    rest(someone)
    client.force_login(clerk)
    assert client.get(reverse("notices:notice-pdf", args=[made.pk])).status_code == 200


def test_the_letter_of_who_was_found_to_be_somebody_under_protection_is_hidden_too(pile):
    letter = pile.letters.order_by("serial").first()
    assert hidden_letters(pile.letters.all(), days=DAYS) == []
    protect(joined(letter.person))
    assert hidden_letters(pile.letters.all(), days=DAYS) == [letter.pk]
