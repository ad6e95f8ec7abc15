"""A hold silences at once what it names, says why, and cannot last for ever unseen."""

from datetime import date

import pytest
from django.db import DatabaseError
from django.urls import reverse

from claims.models import Claim, ClaimKind, Hold
from claims.services import holds
from tests.factories.claims import claim
from tests.factories.debtors import person, user
from toyota_collect import approvals
from toyota_collect.models import Approval, AuditEvent
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
TERMS = {"reason": "dispute", "channels": ["notice", "call"], "starts_on": DAY, "review_on": date(2027, 1, 15)}


@pytest.fixture
def collector():
    return user(Role.COLLECTOR)


@pytest.fixture
def debtor():
    return person()


def place(of, by, **terms):
    return holds.place_hold(person_id=of.pk, by=by, **(TERMS | terms))


def reached(channel, on=DAY):
    return set(Claim.objects.reachable_by(channel, on=on).values_list("pk", flat=True))


def test_the_named_channels_fall_silent_from_the_first_day_to_the_last(debtor, collector):
    owed = claim(debtor)
    place(debtor, collector, ends_on=date(2026, 12, 1))
    assert (reached("notice"), reached("call"), reached("seizure")) == (set(), set(), {owed.pk})
    assert reached("notice", date(2026, 11, 19)) == {owed.pk}
    assert reached("notice", date(2026, 11, 30)) == set()
    assert reached("notice", date(2026, 12, 1)) == {owed.pk}
    assert AuditEvent.objects.filter(event="hold.placed", by=collector).count() == 1


def test_a_kind_or_a_claim_is_silenced_alone(debtor, collector):
    tax, rent, more_rent = (
        claim(debtor),
        claim(debtor, kind="housing_rent", source="jutaku"),
        claim(debtor, kind="housing_rent", source="jutaku", instalment=2),
    )
    place(debtor, collector, claim_id=rent.pk)
    assert reached("notice") == {tax.pk, more_rent.pk}
    place(debtor, collector, kind_id=rent.kind_id)
    assert reached("notice") == {tax.pk}


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"channels": []}, id="no channel"),
        pytest.param({"channels": ["pigeon"]}, id="a channel nobody has"),
        pytest.param({"review_on": None}, id="neither end nor review"),
        pytest.param({"ends_on": DAY}, id="an end on the first day"),
        pytest.param({"review_on": date(2026, 11, 19)}, id="a review before the start"),
        pytest.param({"reason": "laziness"}, id="an unknown reason"),
        pytest.param({"reason": "execution_stop"}, id="a measure of law without a decision"),
    ],
)
def test_a_hold_that_says_too_little_is_refused(debtor, collector, wrong):
    with pytest.raises(holds.HoldRefused):
        place(debtor, collector, **wrong)
    assert not Hold.objects.exists()


def test_somebody_elses_claim_is_out_of_scope(debtor, collector):
    with pytest.raises(holds.HoldRefused):
        place(debtor, collector, claim_id=claim().pk)


def test_a_scope_is_one_level(debtor, collector):
    with pytest.raises(holds.HoldRefused):
        place(debtor, collector, claim_id=claim(debtor).pk, kind_id=ClaimKind.objects.first().pk)


def test_one_open_hold_for_a_scope_and_reason(debtor, collector):
    place(debtor, collector)
    with pytest.raises(holds.HoldRefused):
        place(debtor, collector)
    assert place(debtor, collector, reason="bankruptcy").pk


def test_a_measure_of_law_needs_an_approved_decision(debtor, collector):
    asked = approvals.ask(subject_type="hold", subject_key="1", title="執行停止", by=collector)
    with pytest.raises(holds.HoldRefused):
        place(debtor, collector, reason="execution_stop", decision=asked)
    decided = approvals.decide(approval_id=asked.pk, decision=Approval.Decision.APPROVED, by=user(Role.SUPERVISOR))
    assert place(debtor, collector, reason="execution_stop", decision=decided).decision == decided


def test_nothing_remains_when_the_audit_row_cannot_be_written(debtor, collector, monkeypatch):
    def fail(**_):
        raise DatabaseError("no room")

    monkeypatch.setattr(holds.audit, "record", fail)
    with pytest.raises(DatabaseError):
        place(debtor, collector)
    assert not Hold.objects.exists()


def test_an_ended_hold_lets_the_channels_speak_again(debtor, collector):
    owed = claim(debtor)
    hold = place(debtor, collector, starts_on=date(2026, 11, 1))
    holds.end_hold(hold_id=hold.pk, ends_on=DAY, by=collector)
    assert reached("notice") == {owed.pk}
    for again in (DAY, date(2026, 11, 25)):
        with pytest.raises(holds.HoldRefused):
            holds.end_hold(hold_id=hold.pk, ends_on=again, by=collector)


def test_a_hold_does_not_end_before_it_began(debtor, collector):
    with pytest.raises(holds.HoldRefused):
        holds.end_hold(hold_id=place(debtor, collector).pk, ends_on=DAY, by=collector)


def test_the_form_places_a_hold_whose_last_day_is_included(client, debtor, collector, settings):
    settings.BASE_DATE = DAY
    owed = claim(debtor)
    client.force_login(collector)
    typed = {
        "reason": "representative", "scope": f"claim:{owed.pk}", "channels": ["notice", "call"],
        "starts_on": "2026-11-20", "last_on": "2026-12-31", "review_on": "", "note": "司法書士から受任通知",
    }  # fmt: skip
    answer = client.post(reverse("claims:new-hold", args=[debtor.number]), typed)
    assert answer.status_code == 302
    hold = Hold.objects.get()
    assert (hold.claim, hold.ends_on, hold.channels) == (owed, date(2027, 1, 1), ["call", "notice"])
    panel = client.get(reverse("claims:panel-holds", args=[debtor.number])).content.decode()
    assert "本人の代理人受任" in panel
    assert "令和8年12月31日" in panel


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason": "tax_grace"}, "reason"),
        ({"last_on": ""}, "review_on"),
        ({"last_on": "2026-11-19"}, "last_on"),
        ({"channels": []}, "channels"),
        ({"scope": "claim:999999999"}, "scope"),
    ],
)
def test_the_form_says_what_to_mend(client, debtor, collector, change, field, settings):
    settings.BASE_DATE = DAY
    client.force_login(collector)
    typed = {
        "reason": "dispute",
        "scope": "person",
        "channels": ["call"],
        "starts_on": "2026-11-20",
        "last_on": "2026-12-31",
    }
    answer = client.post(reverse("claims:new-hold", args=[debtor.number]), typed | change)
    assert answer.status_code == 200
    assert field in answer.context["form"].errors
