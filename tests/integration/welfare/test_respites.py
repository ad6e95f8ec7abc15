"""The one switch: everything at once or nothing, decided where a clock would end, seen again before its end."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from claims.models import Claim, ClaimKind, Hold, HoldTerms
from claims.services import clock_acts, events, hold_watch, holds
from debtors.models import Contact, WorkItem
from debtors.services.joining import join_people
from debtors.services_work import record_contact
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, system_user, user
from tests.factories.respites import DAY, LAST, REVIEW, ending, reached, switch_on
from toyota_collect import approvals, audit
from toyota_collect.approvals import ApprovalRefused
from toyota_collect.models import Approval, AuditEvent, Document
from toyota_collect.permissions import Role
from toyota_collect.registry import registry
from toyota_collect.wareki import long_text
from welfare import respite_pages as pages
from welfare.flags import living
from welfare.models import ReliefOffer, Respite, RespiteReview
from welfare.services import respites
from welfare.services.respite_effects import claims_of, lines_of, offers_for
from welfare.services.respites import RespiteRefused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
CASES = json.loads((Path(__file__).parents[2] / "cases" / "respite_effects.json").read_text(encoding="utf-8"))
CHANNELS = ("notice", "call", "seizure", "lawyers")
ENDS = LAST + timedelta(days=1)


def approve(respite: Respite, by: Any) -> None:
    approvals.decide(approval_id=respite.approval_id, decision=Approval.Decision.APPROVED, by=by)
    respite.refresh_from_db()


# --- one action --------------------------------------------------------------------------------------------


def test_one_action_silences_all_claims_and_leaves_letter_tasks_and_log(chief):
    someone = person()
    (
        claim(someone),
        claim(someone, kind="housing_rent", source="jutaku"),
        claim(someone, kind="nhi_tax", source="kokuho"),
    )
    assert [reached(someone, channel) for channel in CHANNELS] == [3, 3, 3, 3]
    made = switch_on(someone, chief)
    assert [reached(someone, channel) for channel in CHANNELS] == [0, 0, 0, 0]
    assert [reached(someone, channel, LAST) for channel in CHANNELS] == [0, 0, 0, 0]
    assert reached(someone, "notice", ENDS) == 3
    hold = Hold.objects.get()
    assert (hold.reason, hold.kind, hold.claim, hold.ends_on, hold.review_on) == ("welfare", None, None, ENDS, REVIEW)
    assert (hold.late_charge_effect, hold.clock_effect, hold.decision) == ("none", "runs", None)
    assert made.letter == Document.objects.get(kind="respite_letter")
    due = dict(WorkItem.objects.values_list("subject_key", "due_on"))
    assert due == {f"hold:{hold.pk}:review:{REVIEW}": REVIEW, f"hold:{hold.pk}:end:{ENDS}": LAST - timedelta(days=14)}
    assert "生活再建猶予を始めた" in Contact.objects.get().text
    assert AuditEvent.objects.filter(event="respite.begun", by=chief).count() == 1


def test_the_flag_on_the_persons_page_says_not_to_reach_until_the_last_day(chief, collector):
    someone = person()
    claim(someone)
    switch_on(someone, chief)
    for on in (DAY, LAST):
        told = living(someone, collector, on)
        assert told.title == "生活再建猶予の間は連絡しない"
        assert f"{long_text(LAST)}まで" in told.text
    for on in (DAY - timedelta(days=1), ENDS):
        assert not living(someone, collector, on).title


def test_twice_is_once(chief, collector):
    someone = person()
    claim(someone)
    first = switch_on(someone, chief)
    assert switch_on(someone, chief) == first
    assert switch_on(someone, collector) == first
    assert (Respite.objects.count(), Hold.objects.count(), Document.objects.count()) == (1, 1, 1)
    other = person()
    claim(other)
    asked = switch_on(other, collector)
    assert switch_on(other, collector) == asked
    assert switch_on(other, chief) == asked
    assert Approval.objects.count() == 1


def test_where_a_part_fails_nothing_remains(chief, monkeypatch):
    someone = person()
    claim(someone)
    record = audit.record

    def failing(*, event: str, **facts: Any) -> Any:
        if event == "respite.begun":
            raise RuntimeError("audit")
        return record(event=event, **facts)

    monkeypatch.setattr(audit, "record", failing)
    with pytest.raises(RuntimeError):
        switch_on(someone, chief)
    assert not any(model.objects.exists() for model in (Respite, Hold, WorkItem, Contact, Document))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        pytest.param({"why": " "}, "なぜ", id="no reason"),
        pytest.param({"consulted": ""}, "福祉部局", id="nobody of welfare was asked"),
        pytest.param({"last_on": date(2027, 5, 20)}, "6か月", id="longer than the city allows"),
        pytest.param({"review_on": ENDS}, "見直し", id="a review after the end"),
    ],
)
def test_what_says_too_little_is_refused(chief, facts, words):
    someone = person()
    claim(someone)
    with pytest.raises(RespiteRefused, match=words):
        switch_on(someone, chief, **facts)
    assert not Respite.objects.exists()


def test_who_owes_nothing_needs_none(chief):
    someone = person()
    pay(claim(someone), 10_000, on=DAY)
    with pytest.raises(RespiteRefused, match="未納の債権がありません"):
        switch_on(someone, chief)


def test_claims_that_come_later_are_silent_too(chief):
    someone = person()
    claim(someone)
    made = switch_on(someone, chief)
    new = claim(someone, kind="water_charge", source="suido", due_on=date(2026, 12, 1))
    later = date(2026, 12, 10)
    assert [reached(someone, channel, later) for channel in CHANNELS] == [0, 0, 0, 0]
    assert new.pk in [line.claim.pk for line in pages.respite_context(made, on=later)["new"]]


def test_a_joined_person_takes_the_silence_along(chief, collector):
    held, other = person(), person()
    claim(held), claim(other)
    switch_on(held, chief)
    join_people(keep_id=other.pk, other_id=held.pk, on=DAY, reason="同じ人（架空）", by=collector)
    assert reached(other, "notice") == 0
    assert Respite.objects.get().person == other


# --- who decides -------------------------------------------------------------------------------------------


def test_a_collector_asks_and_a_supervisor_decides(chief, collector):
    someone = person()
    claim(someone)
    made = switch_on(someone, collector)
    assert (made.state, made.hold, made.letter, reached(someone, "notice")) == ("asked", None, None, 1)
    evidence = made.approval.evidence
    assert evidence["福祉部局との相談"] == made.consulted
    assert "催告" in evidence["止まるもの"]
    assert "時効" in evidence["続くもの"]
    approve(made, chief)
    assert (made.state, made.hold.decision, reached(someone, "notice")) == ("running", made.approval, 0)


def test_where_a_clock_would_end_another_decides_first(chief):
    someone = person()
    lapsing = ending(someone, LAST)
    ending(someone, ENDS, instalment=2)
    with pytest.raises(RespiteRefused, match="時効が終わる期別が1件"):
        switch_on(someone, chief)
    made = switch_on(someone, chief, clock_plan="債務承認書を受ける（架空）")
    assert (made.state, made.approval.subject_type) == ("asked", "welfare.respite_clocks")
    listed = made.approval.evidence["期間の中で時効が終わる期別"]
    assert (len(listed), "令和9年2月19日" in listed[0]) == (1, True)
    assert made.approval.evidence["時効が終わる期別をどうするか"] == "債務承認書を受ける（架空）"
    with pytest.raises(ApprovalRefused, match="起案した本人"):
        approvals.decide(approval_id=made.approval_id, decision="approved", by=chief)
    approve(made, user(Role.SUPERVISOR))
    assert made.state == "running"
    assert [line["claim"] for line in made.effects if line["ends_inside"]] == [lapsing.pk]


def test_a_clock_that_nobody_was_told_of_stops_the_decision(chief, collector):
    someone = person()
    claim(someone)
    made = switch_on(someone, collector)
    ending(someone, DAY, instalment=2)
    with pytest.raises(ApprovalRefused, match="増えました"):
        approve(made, chief)
    assert reached(someone, "notice") == 2


def test_what_was_sent_back_may_be_asked_for_anew(chief, collector):
    someone = person()
    claim(someone)
    first = switch_on(someone, collector)
    with pytest.raises(RespiteRefused, match="差し戻されたか"):
        respites.give_up(respite_id=first.pk, by=collector)
    approvals.decide(approval_id=first.approval_id, decision="rejected", by=chief, reason="事情をもう少し")
    second = switch_on(someone, collector, why="診断書を見た（架空）")
    first.refresh_from_db()
    assert (first.state, second.state, second.pk != first.pk) == ("dropped", "asked", True)
    approvals.withdraw(approval_id=second.approval_id, by=collector, reason="取り下げ")
    assert respites.give_up(respite_id=second.pk, by=collector).state == "dropped"
    assert respites.give_up(respite_id=second.pk, by=collector).state == "dropped"


def test_a_decision_that_comes_too_late_begins_nothing(chief, collector, settings):
    someone = person()
    claim(someone)
    made = switch_on(someone, collector)
    settings.BASE_DATE = REVIEW
    with pytest.raises(ApprovalRefused, match="過ぎました"):
        approve(made, chief)


# --- what it does, by the table ----------------------------------------------------------------------------


def test_its_effect_on_every_kind_of_claim_is_the_row_of_the_rulebook(chief):
    someone, row = person(), CASES["switch"]
    for kind in ClaimKind.objects.all():
        claim(someone, kind=kind.code, source="zei")
    lines = lines_of(claims_of(someone), on=DAY, starts_on=DAY, ends_on=ENDS)
    assert {line.terms.legal_class for line in lines} == set(row["classes"])
    assert len(lines) == ClaimKind.objects.count()
    for line in lines:
        effect = line.effect
        assert sorted(effect.channels) == row["channels"], line.claim.kind.code
        assert (effect.late_charge_runs, effect.clock_runs) == (row["late_charge"] == "none", row["clock"] == "runs")
        assert effect.decided_by == row["decided_by"]
    switch_on(someone, chief)
    for channel in registry.channels:
        free = Claim.objects.filter(identity__person=someone).reachable_by(channel, on=DAY)
        expected = 0 if channel in row["channels"] else len(lines)
        assert free.count() == expected, channel


def test_the_row_itself_is_that_of_the_rulebook():
    row = CASES["switch"]
    rows = HoldTerms.objects.filter(reason=row["reason"], variant=row["variant"], applies=True)
    assert sorted(rows.values_list("legal_class", flat=True)) == row["classes"]
    for one in rows:
        found = (sorted(one.channels), one.late_charge, one.clock, one.decided_by, one.asks_before_clock_ends)
        assert found == tuple(
            row[name] for name in ("channels", "late_charge", "clock", "decided_by", "asks_before_clock_ends")
        )


@pytest.mark.parametrize("row", CASES["offered"], ids=lambda row: row["id"])
def test_the_relief_it_offers_is_for_the_classes_of_the_rulebook(row):
    terms = HoldTerms.objects.filter(reason=row["reason"], variant=row["variant"], applies=True)
    assert sorted(terms.values_list("legal_class", flat=True)) == row["classes"]
    assert {(tuple(sorted(one.channels)), one.late_charge, one.clock) for one in terms} == {
        (tuple(row["channels"]), row["late_charge"], row["clock"])
    }
    offers = ReliefOffer.objects.filter(reason=row["reason"], variant=row["variant"])
    assert {(one.legal_class, one.form) for one in offers} == {(one, row["form"]) for one in row["classes"]}


def test_nothing_else_is_offered():
    named = {(row["reason"], row["variant"]) for row in CASES["offered"]}
    assert set(ReliefOffer.objects.values_list("reason", "variant")) == named


def test_it_offers_what_fits_the_class_and_no_statutory_relief_is_granted(chief):
    someone = person()
    claim(someone, due_on=date(2026, 8, 31)), claim(someone, instalment=2, due_on=date(2026, 1, 31))
    claim(someone, kind="housing_rent", source="jutaku")
    switch_on(someone, chief)
    fits = {fit.offer.code: fit for fit in offers_for(someone, claims_of(someone), on=DAY)}
    assert set(fits) == {
        "tax_grace_disaster", "tax_grace_hardship", "conversion_grace", "execution_stop_2", "deferred_performance_c",
        "collection_stop_c",
    }  # fmt: skip
    assert (len(fits["conversion_grace"].claims), len(fits["conversion_grace"].too_late)) == (1, 1)
    assert "15条の6" in fits["conversion_grace"].law
    assert not someone.measures.exists()
    assert set(Hold.objects.values_list("late_charge_effect", "clock_effect")) == {("none", "runs")}


# --- seen again --------------------------------------------------------------------------------------------


def review(made: Respite, outcome: str, by: Any, **facts: Any) -> RespiteReview:
    given = {"text": "就労支援を受けている（架空）", "on": REVIEW} | facts
    return respites.review(respite_id=made.pk, outcome=outcome, by=by, **given)


@pytest.fixture
def running(chief) -> Respite:
    someone = person()
    claim(someone)
    return switch_on(someone, chief)


def test_going_on_moves_the_review_and_its_task(running, chief):
    review(running, "continue", chief, review_on=date(2027, 1, 20))
    running.hold.refresh_from_db()
    assert running.hold.review_on == date(2027, 1, 20)
    open_ = WorkItem.objects.filter(closed_at=None, subject_key__contains=":review:")
    assert [item.due_on for item in open_] == [date(2027, 1, 20)]
    assert WorkItem.objects.filter(closed_at=None, subject_key__contains=":end:").count() == 1


@pytest.mark.parametrize("day", [None, REVIEW, ENDS])
def test_going_on_needs_a_next_day_before_the_end(running, chief, day):
    with pytest.raises(RespiteRefused, match="次の見直し"):
        review(running, "continue", chief, review_on=day)
    assert not RespiteReview.objects.exists()


def test_only_who_decides_ends_it_and_the_channels_speak_again(running, chief, collector):
    with pytest.raises(RespiteRefused, match="係長・課長"):
        review(running, "end", collector)
    with pytest.raises(holds.HoldRefused, match="係長・課長"):
        holds.end_hold(hold_id=running.hold_id, ends_on=REVIEW, by=collector)
    review(running, "end", chief)
    running.refresh_from_db()
    assert (running.state, running.settled_on) == ("ended", REVIEW)
    assert reached(running.person, "notice", REVIEW) == 1
    assert not WorkItem.objects.filter(closed_at=None, subject_key__startswith="hold:").exists()
    with pytest.raises(RespiteRefused, match="続いていません"):
        review(running, "end", chief)


def test_an_end_that_nobody_has_seen_is_an_alarm_until_somebody_has(running, chief):
    def said(on: date) -> list[str]:
        return [line.label for line in pages.board_lines(chief, on)]

    assert said(REVIEW) == []
    assert said(REVIEW + timedelta(days=1)) == ["見直し"]
    assert said(ENDS) == ["警報"]
    overdue = WorkItem.objects.filter(closed_at=None, due_on__lt=ENDS, owner=chief)
    assert overdue.count() == 2
    with pytest.raises(RespiteRefused, match="前です"):
        review(running, "settled", chief, on=LAST)
    review(running, "settled", chief, on=ENDS, text="分納を組む（架空）")
    assert (said(ENDS), overdue.count()) == ([], 0)


def test_the_nightly_look_raises_no_second_task(running, chief):
    before = WorkItem.objects.count()
    hold_watch.raise_tasks(on=ENDS, by=system_user())
    assert WorkItem.objects.count() == before


def test_an_extension_needs_a_reason_and_follows_without_a_gap(running, chief):
    later, last = date(2027, 2, 1), date(2027, 5, 19)
    days = {"on": later, "last_on": last, "review_on": date(2027, 3, 20), "extends_id": running.pk}
    with pytest.raises(RespiteRefused, match="なぜ"):
        switch_on(running.person, chief, why="", **days)
    second = switch_on(running.person, chief, why="訓練が5月まで続く（架空）", **days)
    running.refresh_from_db()
    assert (second.starts_on, second.hold.starts_on, running.state) == (ENDS, ENDS, "ended")
    assert running.reviews.get().outcome == "extend"
    assert [reached(running.person, "call", on) for on in (LAST, ENDS, last)] == [0, 0, 0]
    assert switch_on(running.person, chief, **days) == second
    hold_watch.raise_tasks(on=ENDS, by=system_user())
    assert not WorkItem.objects.filter(closed_at=None, subject_key__startswith=f"hold:{running.hold_id}:").exists()
    assert list(pages.board_lines(chief, ENDS)) == []


def test_what_is_over_is_not_extended(running, chief):
    with pytest.raises(RespiteRefused, match="新しく始めて"):
        switch_on(
            running.person, chief, on=ENDS, last_on=date(2027, 5, 1), review_on=date(2027, 3, 1), extends_id=running.pk
        )


@pytest.fixture
def extension(running, collector) -> Respite:
    """Asked for by who may not decide it, while the one before it runs."""
    days = {"on": REVIEW, "last_on": date(2027, 5, 19), "review_on": date(2027, 3, 20)}
    return switch_on(running.person, collector, extends_id=running.pk, **days)


def test_an_extension_that_waits_goes_with_the_end_of_what_it_extends(running, extension, chief):
    review(running, "end", chief)
    extension.refresh_from_db()
    assert (extension.state, extension.hold) == ("dropped", None)
    dropped = AuditEvent.objects.get(event="respite.dropped")
    assert (dropped.by, dropped.detail) == (chief, {"extends": running.pk})
    with pytest.raises(ApprovalRefused, match="取りやめ"):
        approve(extension, user(Role.SUPERVISOR))
    assert reached(running.person, "notice", ENDS) == 1
    assert switch_on(running.person, chief, on=REVIEW, review_on=date(2027, 1, 20)).state == "running"


@pytest.mark.parametrize("how", ["its hold was ended", "its days are over"])
def test_no_extension_begins_after_what_it_extends(how, running, extension, chief, settings):
    settings.BASE_DATE = REVIEW
    if how == "its hold was ended":
        holds.end_hold(hold_id=running.hold_id, ends_on=REVIEW, by=chief)
    else:
        settings.BASE_DATE = ENDS
    with pytest.raises(ApprovalRefused, match="延長する前の猶予が、起案のあとで終わりました"):
        approve(extension, chief)
    assert Hold.objects.count() == 1


def test_an_extension_that_was_sent_back_is_dropped_by_who_asks_anew(running, extension, chief, collector):
    approvals.decide(approval_id=extension.approval_id, decision="rejected", by=chief, reason="事情をもう少し")
    days = {"on": REVIEW, "last_on": date(2027, 5, 19), "review_on": date(2027, 3, 20)}
    assert switch_on(running.person, chief, extends_id=running.pk, **days).extends == running
    assert AuditEvent.objects.get(event="respite.dropped").by == chief


def test_a_clock_that_came_since_is_on_the_board(running, chief):
    ending(running.person, date(2027, 1, 10), instalment=2)
    assert [line.label for line in pages.board_lines(chief, DAY)] == ["時効"]


def test_the_step_of_the_case_gives_way(chief, collector):
    someone = person()
    claim(someone)
    record_contact(
        person_id=someone.pk, on=DAY, channel="phone", outcome="absent", text="", by=collector, next_step="電話する",
        next_due_on=date(2026, 11, 27),
    )  # fmt: skip
    switch_on(someone, chief)
    step = WorkItem.objects.get(subject_key="case", closed_at=None)
    assert (step.next_step.startswith("止めている間は連絡しない"), step.owner, step.due_on) == (True, collector, REVIEW)


def test_who_decides_on_a_suit_is_told_of_other_holds(running, collector):
    dispute = {"reason": "dispute", "channels": ["notice"], "starts_on": DAY, "review_on": LAST}
    other = person()
    owed = claim(other, kind="housing_rent", source="jutaku")
    events.record_events(claim_ids=[owed.pk], kind="dunning", on=date(2026, 9, 18), by=collector, origin="督促状")
    holds.place_hold(person_id=other.pk, by=collector, **dispute)
    asked = clock_acts.ask_for_act(
        person_id=other.pk,
        claim_ids=[owed.pk],
        kind="suit",
        on=DAY,
        today=DAY,
        reason="架空",
        by=collector,
        subject_url="/",
    )
    assert asked.evidence["いまの保留"] == "争訟（R8.11.20から）"


# --- the constraints ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"ends_on": DAY}, id="ends on the day it begins"),
        pytest.param({"hold": None}, id="runs without a hold"),
        pytest.param({"letter": None}, id="runs without a letter"),
        pytest.param({"state": "ended", "settled_on": None}, id="ended and nobody settled it"),
    ],
)
def test_the_database_refuses(running, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Respite.objects.filter(pk=running.pk).update(**wrong)


def test_the_database_keeps_one_a_day_and_one_asked_for(running, collector):
    kept = {
        "person": running.person,
        "starts_on": DAY,
        "ends_on": ENDS,
        "review_on": REVIEW,
        "asked_on": DAY,
        "by": collector,
    }
    terms = {"channels": ["call"], "starts_on": DAY, "ends_on": ENDS, "placed_by": collector}
    other = Hold.objects.create(person=running.person, reason="dispute", **terms)
    with pytest.raises(IntegrityError, match="one_respite_begins_a_day"), transaction.atomic():
        Respite.objects.create(state="running", hold=other, letter=running.letter, **kept)
    Respite.objects.create(state="asked", **kept)
    with pytest.raises(IntegrityError, match="one_respite_asked_for"), transaction.atomic():
        Respite.objects.create(state="asked", **kept)
    with pytest.raises(IntegrityError, match="respite_goes_on_until_a_review"), transaction.atomic():
        RespiteReview.objects.create(respite=running, outcome="continue", text="架空", on=DAY, by=collector)
