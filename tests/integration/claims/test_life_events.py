"""異動: what the register's file says anew becomes one event, and a task for whoever owes."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Claim, HoldTerms
from claims.services import life_tasks
from debtors.life_steps import consequences
from debtors.models import LifeEvent, Person, ProtectionFlag, WorkItem
from debtors.protection import hidden_people, maybe_protected_people
from debtors.services.life_events import LifeEventRefused, handle_life_event
from debtors.services_work import close_work_item, open_work_item
from tests.factories.debtors import system_user, user
from tests.factories.extracts import (
    AS_OF,
    claims,
    counts,
    import_one,
    layout,
    line,
    register,
    rejects,
    welfare,
    write,
)
from tests.kept import Kept
from toyota_collect.models import AuditEvent
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
NEXT = date(2026, 11, 21)
PROTECTED = {"protected_from": "20261101", "protected_until": "20271031"}
AWAY = "愛知県岡崎市架空町一丁目1番地"


def events() -> list[tuple[str, date, str, str]]:
    return list(LifeEvent.objects.order_by("kind", "on").values_list("kind", "on", "before", "after"))


@pytest.fixture
def second(kept: Kept, tmp_path: Path) -> Callable[..., list[tuple[str, date, str, str]]]:
    """Gives the events of a second file that differs by these facts from the first."""

    def make(**facts: str) -> list[tuple[str, date, str, str]]:
        kept(lambda: import_one(register(tmp_path, {})))
        import_one(register(tmp_path, facts), as_of=NEXT)
        return events()

    return make


@pytest.fixture
def debtor(kept: Kept, tmp_path: Path) -> Callable[..., Person]:
    """Gives somebody who owes, after a second file of the register that differs by these facts."""

    def first() -> None:
        import_one(claims(tmp_path, {}))
        import_one(register(tmp_path, {}))

    def make(**facts: str) -> Person:
        kept(first)
        import_one(register(tmp_path, facts), as_of=NEXT)
        return Person.objects.get()

    return make


def test_of_a_first_file_nothing_is_an_event(tmp_path):
    import_one(register(tmp_path, {"died_on": "20261001"} | PROTECTED, {"atena_number": "A002"}))
    assert events() == []


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, []),
        ({"died_on": "20261110"}, [("died", date(2026, 11, 10), "", "")]),
        (
            {"address": "愛知県豊田市西町三丁目60番地", "moved_on": "20261115"},
            [("moved", date(2026, 11, 15), "", "")],
        ),
        ({"address": "愛知県豊田市西町三丁目60番地"}, [("moved", NEXT, "", "")]),
        ({"address": AWAY, "moved_on": "20261115"}, [("moved_out", date(2026, 11, 15), "", "")]),
        ({"address": ""}, []),
        ({"address": "愛知県豊田市小坂本町１－２５"}, []),
        ({"name": "見本　太郎", "moved_on": "20261112"}, [("renamed", date(2026, 11, 12), "架空　太郎", "見本　太郎")]),
        ({"household_number": "H002"}, [("household", NEXT, "H001 世帯主", "H002 世帯主")]),
        ({"relation": "父"}, [("household", NEXT, "H001 世帯主", "H001 父")]),
        (PROTECTED, [("protected", date(2026, 11, 1), "", "")]),
    ],
)
def test_each_difference_is_an_event_once(second, tmp_path, facts, expected):
    assert second(**facts) == expected
    import_one(register(tmp_path, facts), as_of=NEXT)
    assert events() == expected


def test_who_comes_back_into_the_city(second, tmp_path):
    second(address=AWAY)
    import_one(register(tmp_path, {}), as_of=date(2026, 11, 22))
    assert [kind for kind, *_ in events()] == ["moved_in", "moved_out"]


def test_a_protection_that_is_no_longer_named_and_one_that_ran_out(tmp_path):
    import_one(register(tmp_path, PROTECTED, {"atena_number": "A002"} | PROTECTED | {"protected_until": "20261121"}))
    import_one(
        register(tmp_path, {}, {"atena_number": "A002"} | PROTECTED | {"protected_until": "20261121"}), as_of=NEXT
    )
    assert events() == [("unprotected", NEXT, "", "")]
    ran_out = date(2026, 11, 22)
    import_one(
        register(tmp_path, {}, {"atena_number": "A002"} | PROTECTED | {"protected_until": "20261121"}), as_of=ran_out
    )
    assert events() == [("unprotected", NEXT, "", ""), ("unprotected", ran_out, "", "")]


def test_a_prolonged_protection_is_no_event(tmp_path):
    import_one(register(tmp_path, PROTECTED))
    import_one(register(tmp_path, PROTECTED | {"protected_until": "20281031"}), as_of=NEXT)
    assert events() == []


def test_who_owes_gets_a_task_for_the_owner_of_the_case(tmp_path):
    import_one(claims(tmp_path, {}))
    import_one(register(tmp_path, {}))
    collector, someone = user(Role.COLLECTOR), Person.objects.get()
    open_work_item(
        person_id=someone.pk, reason="電話", next_step="電話する", due_on=AS_OF, by=collector, owner=collector
    )
    import_one(register(tmp_path, {"died_on": "20261110"}), as_of=NEXT)
    event = LifeEvent.objects.get()
    assert event.work_item.next_step.startswith("相続人を戸籍で調べて")
    assert (event.work_item.due_on, event.work_item.owner) == (date(2026, 11, 28), collector)
    assert event.work_item.subject_url == reverse("claims:heirs", args=[someone.number])
    assert life_tasks.raise_tasks(on=NEXT, by=system_user()) == 0
    assert WorkItem.objects.filter(subject_key=f"life:{event.pk}").count() == 1


def test_who_owes_nothing_gets_no_task_but_a_protection_does(debtor):
    someone = debtor(died_on="20261110", **PROTECTED)
    assert set(LifeEvent.objects.filter(work_item__isnull=False).values_list("kind", flat=True)) == {
        "died",
        "protected",
    }
    LifeEvent.objects.update(work_item=None)
    someone.work_items.all().delete()
    Claim.objects.update(principal_yen=0)
    assert life_tasks.raise_tasks(on=NEXT, by=system_user()) == 1
    assert LifeEvent.objects.get(work_item__isnull=False).kind == "protected"


def test_a_protection_hides_at_once_and_its_end_shows_nothing_until_it_is_confirmed(debtor, tmp_path):
    someone = debtor(**PROTECTED)
    assert hidden_people([someone.pk], on=NEXT) == {someone.pk}
    later = date(2026, 11, 25)
    import_one(register(tmp_path, {}), as_of=later)
    assert ProtectionFlag.objects.get().ends_on == later
    assert hidden_people([someone.pk], on=later) == {someone.pk}
    assert list(Person.objects.protected(on=later)) == [someone]
    assert maybe_protected_people([later]) == set()
    event = LifeEvent.objects.get(kind="unprotected")
    with pytest.raises(LifeEventRefused, match="係長・課長"):
        handle_life_event(event_id=event.pk, outcome="確かめた", by=user(Role.COLLECTOR), on=later)
    close_work_item(item_id=event.work_item.pk, outcome="見た", by=user(Role.COLLECTOR), on=later)
    assert hidden_people([someone.pk], on=later) == {someone.pk}
    handle_life_event(event_id=event.pk, outcome="住民記録に確かめた", by=user(Role.SUPERVISOR), on=later)
    assert hidden_people([someone.pk], on=later) == set()


def test_an_event_is_done_once_with_what_was_found(debtor):
    debtor(name="見本　太郎")
    event, by = LifeEvent.objects.get(), user(Role.COLLECTOR)
    with pytest.raises(LifeEventRefused, match="結果を書いて"):
        handle_life_event(event_id=event.pk, outcome=" ", by=by, on=NEXT)
    handle_life_event(event_id=event.pk, outcome="口座名義を直した", by=by, on=NEXT)
    event.refresh_from_db()
    assert (event.outcome, event.handled_by, event.work_item.outcome) == ("口座名義を直した", by, "口座名義を直した")
    assert AuditEvent.objects.filter(event="life_event.handled", subject_key=str(event.pk)).exists()
    with pytest.raises(LifeEventRefused, match="すでに済んで"):
        handle_life_event(event_id=event.pk, outcome="もう一度", by=by, on=NEXT)


def test_the_page_says_nothing_of_places_of_a_protected_person(debtor, settings):
    settings.BASE_DATE = NEXT
    someone = debtor(address=AWAY, household_number="H002", **PROTECTED)
    client = Client()
    client.force_login(user(Role.COLLECTOR))
    page = client.get(reverse("debtors:life-events")).content.decode()
    course = client.get(reverse("debtors:panel-course", args=[someone.number])).content.decode()
    panel = client.get(reverse("debtors:panel-relations", args=[someone.number])).content.decode()
    work = client.get(reverse("debtors:work") + "?whose=all").content.decode()
    assert "住所・世帯の異動" in page
    for text in (page, course, panel, work):
        assert "H002" not in text
        assert "岡崎" not in text
    for text in (page, course, work):
        assert "転出（" not in text
        assert "<strong>転出</strong>" not in text
    assert "世帯は表示しません" in panel


def test_a_protection_hides_what_an_open_step_said_of_a_move_before(debtor, tmp_path):
    someone = debtor(address=AWAY)
    assert someone.work_items.get().reason.startswith("転出")
    import_one(register(tmp_path, {"address": AWAY} | PROTECTED), as_of=NEXT)
    assert [(item.reason[:8], item.owner) for item in someone.work_items.order_by("pk")] == [
        ("住所・世帯の異動", None),
        ("支援措置の開始（", None),
    ]


def test_the_list_filters_by_kind_and_state_and_an_event_is_set_done_there(debtor, settings):
    settings.BASE_DATE = NEXT
    someone = debtor(died_on="20261110", name="見本　太郎")
    client = Client()
    client.force_login(user(Role.COLLECTOR))
    url = reverse("debtors:life-events")
    assert "架空　太郎 → 見本　太郎" in client.get(url).content.decode()
    died = client.get(url + "?kind=died").content.decode()
    assert "相続人を戸籍で調べて" in died
    assert "架空　太郎 → 見本　太郎" not in died
    event = LifeEvent.objects.get(kind="died")
    client.post(reverse("debtors:handle-life-event", args=[event.pk]), {"outcome": "相続人は2人"})
    assert "相続人は2人" not in client.get(url).content.decode()
    assert "相続人は2人" in client.get(url + "?state=all").content.decode()
    assert "相続人は2人" in client.get(reverse("debtors:panel-course", args=[someone.number])).content.decode()


def test_welfare_starts_and_stops_are_events_once_and_only_propose(debtor, tmp_path):
    someone = debtor()
    path = welfare(tmp_path, {}, {"atena_number": "A999"}, {}, {"started_on": "20250401", "stopped_on": "20250331"})
    file = import_one(path, as_of=NEXT)
    assert counts(file) == (1, 0, 0, 3)
    assert rejects(file) == [(3, "no_person"), (4, "duplicate"), (5, "date")]
    event = LifeEvent.objects.get()
    assert (event.kind, event.on, event.ground, event.origin) == (
        "welfare_start",
        date(2026, 11, 1),
        "contract",
        "生活保護システム",
    )
    assert event.work_item.subject_url == reverse("claims:new-hold", args=[someone.number]) + "?reason=welfare"
    assert not someone.holds.exists()
    assert counts(import_one(path, as_of=NEXT)) == (0, 0, 1, 3)
    ended = import_one(welfare(tmp_path, {"stopped_on": "20261115"}), as_of=NEXT)
    assert counts(ended) == (1, 0, 0, 0)
    assert [kind for kind, *_ in events()] == ["welfare_start", "welfare_stop"]


def test_school_aid_and_child_support_are_events_without_a_task(debtor, tmp_path):
    debtor()
    rows = [{"atena_number": "A001", "started_on": "20260401", "stopped_on": "20261001"}]
    for code, kinds in (
        ("kyoiku_school_aid", {"school_aid", "school_aid_end"}), ("kodomo_child_support", {"fuyo_teate", "fuyo_teate_end"}),
    ):  # fmt: skip
        path = write(tmp_path, code, [line(layout(code), row) for row in rows])
        assert counts(import_one(path, as_of=NEXT)) == (1, 0, 0, 0)
        assert counts(import_one(path, as_of=NEXT)) == (0, 0, 1, 0)
        assert {kind for kind, *_ in events()} >= kinds
    life_tasks.raise_tasks(on=NEXT, by=system_user())
    assert LifeEvent.objects.count() == 4
    assert not LifeEvent.objects.filter(work_item__isnull=False).exists()


def test_the_proposed_holds_are_offered_and_stop_letters(debtor, settings):
    settings.BASE_DATE = NEXT
    someone = debtor(died_on="20261110")
    client = Client()
    client.force_login(user(Role.SUPERVISOR))
    url = reverse("claims:new-hold", args=[someone.number])
    form = client.get(url + "?reason=succession").context["form"]
    assert form["reason"].value() == "succession"
    filled = {"reason": "succession", "scope": "person", "starts_on": "2026-11-21", "review_on": "2027-02-01"}
    assert client.post(url, filled).status_code == 302
    assert someone.holds.get().channels == ["call", "notice"]
    assert not Claim.objects.reachable_by("notice", on=NEXT).exists()


def test_every_kind_has_its_consequence_and_every_proposed_hold_its_terms():
    table = consequences()
    assert set(table) == set(LifeEvent.Kind.values) - set(LifeEvent.NO_TASK)
    for step in table.values():
        assert step.days > 0
        assert step.who in ("case", "head")
        assert len(step.next_step) <= 200
        assert not step.hold_reason or HoldTerms.objects.filter(reason=step.hold_reason, applies=True).exists()
