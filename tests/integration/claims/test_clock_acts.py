"""Adverse acts need a second person and are asked again when they are done; facts are written with their origin."""

from datetime import date

import pytest

from claims.models import ClaimEvent
from claims.services import clock_acts, events, holds
from claims.services.clock_acts import ActRefused
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, user
from toyota_collect import approvals
from toyota_collect.models import Approval
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def _business_date(settings):
    settings.DEMO, settings.BASE_DATE = True, TODAY


@pytest.fixture
def collector(client):
    someone = user(Role.COLLECTOR)
    client.force_login(someone)
    return someone


@pytest.fixture
def supervisor():
    return user(Role.SUPERVISOR)


@pytest.fixture
def owed(collector):
    made = claim(person())
    events.record_events(claim_ids=[made.pk], kind="dunning", on=date(2026, 9, 18), by=collector, origin="督促状")
    return made


def ask(owed, by, **facts):
    given = {"kind": "seizure", "on": TODAY, "today": TODAY, "reason": "預金が見つかった（架空）", "subject_url": "/"}
    return clock_acts.ask_for_act(
        **({"person_id": owed.identity.person_id, "claim_ids": [owed.pk], "by": by} | given | facts)
    )


def record(owed, by, **facts):
    given = {"kind": "acknowledgement", "on": TODAY, "today": TODAY, "origin": "債務承認書（架空）"}
    return clock_acts.record_fact(
        **({"person_id": owed.identity.person_id, "claim_ids": [owed.pk], "by": by} | given | facts)
    )


def hold(owed, channels, reason="welfare"):
    holds.place_hold(
        person_id=owed.identity.person_id,
        reason=reason,
        channels=channels,
        starts_on=TODAY,
        ends_on=date(2027, 2, 1),
        by=user(Role.SUPERVISOR),
    )


def approve(approval, by):
    return approvals.decide(approval_id=approval.pk, decision=Approval.Decision.APPROVED, by=by)


def test_a_seizure_is_written_when_a_second_person_approves(owed, collector, supervisor):
    approval = ask(owed, collector)
    assert approval.amount_yen == 10_000
    assert approval.evidence["最も早い時効"] == "2031-09-28"
    assert not owed.events.filter(kind="seizure").exists()
    approve(approval, supervisor)
    event = owed.events.get(kind="seizure")
    assert (event.on, event.by, event.origin) == (TODAY, supervisor, f"決裁第{approval.pk}号")
    owed.refresh_from_db()
    assert owed.prescribes_on is None


def test_who_asked_does_not_decide(owed, supervisor):
    approval = ask(owed, supervisor)
    with pytest.raises(approvals.ApprovalRefused, match="本人"):
        approve(approval, supervisor)
    assert not owed.events.filter(kind="seizure").exists()


@pytest.mark.parametrize("kind", ["seizure", "delivery_claim"])
@pytest.mark.parametrize("reason", ["welfare", "dispute"])
def test_a_hold_on_the_seizure_channel_blocks_the_request(owed, collector, kind, reason):
    hold(owed, ["seizure"], reason)
    with pytest.raises(ActRefused, match="保留で止めています"):
        ask(owed, collector, kind=kind)
    assert not Approval.objects.exists()


def test_a_hold_on_another_channel_does_not(owed, collector):
    hold(owed, ["notice", "call"])
    assert ask(owed, collector).is_open


def test_a_hold_placed_meanwhile_lets_the_decision_fail(owed, collector, supervisor):
    approval = ask(owed, collector)
    hold(owed, ["seizure"])
    with pytest.raises(approvals.ApprovalRefused, match="福祉支援"):
        approve(approval, supervisor)
    approval.refresh_from_db()
    assert approval.is_open
    assert not owed.events.filter(kind="seizure").exists()


def test_a_claim_paid_meanwhile_lets_the_decision_fail(owed, collector, supervisor):
    approval = ask(owed, collector)
    pay(owed, 10_000, on=TODAY)
    with pytest.raises(approvals.ApprovalRefused, match="未納の期別だけ"):
        approve(approval, supervisor)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        pytest.param({"reason": " "}, "なぜ必要か", id="no reason"),
        pytest.param({"kind": "acknowledgement"}, "決裁は要りません", id="no adverse act"),
        pytest.param({"kind": "suit"}, "滞納処分ができる", id="suit for a tax"),
        pytest.param({"on": date(2026, 9, 28)}, "R8.9.29から", id="地税331条: before the ten days have passed"),
        pytest.param({"claim_ids": []}, "1つ以上", id="no claim"),
    ],
)
def test_what_may_not_be_asked(owed, collector, facts, message):
    with pytest.raises(ActRefused, match=message):
        ask(owed, collector, **facts)


def test_another_persons_claim_is_refused(owed, collector):
    with pytest.raises(ActRefused, match="この人の"):
        ask(owed, collector, claim_ids=[owed.pk, claim(person()).pk])


def test_a_suit_is_for_what_cannot_be_executed_by_the_city(collector, supervisor):
    water = claim(kind="water_charge", source="suido")
    events.record_events(claim_ids=[water.pk], kind="dunning", on=date(2026, 9, 18), by=collector, origin="督促状")
    with pytest.raises(ActRefused, match="自力執行できない"):
        ask(water, collector)
    approve(ask(water, collector, kind="suit"), supervisor)
    record(water, collector, kind="judgment", origin="仮執行宣言付支払督促（架空）")
    water.refresh_from_db()
    assert water.prescribes_on == date(2036, 11, 20)


def test_asking_twice_is_refused(owed, collector):
    ask(owed, collector)
    with pytest.raises(ActRefused, match="決裁を待っています"):
        ask(owed, collector)


def test_facts_are_written_at_once(owed, collector):
    record(owed, collector)
    owed.refresh_from_db()
    assert owed.prescribes_on == date(2031, 11, 20)


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        pytest.param({"origin": ""}, "何で分かったか", id="no origin"),
        pytest.param({"on": date(2026, 11, 21)}, "まだ来ていない", id="a day to come"),
        pytest.param({"kind": "seizure"}, "決裁が要ります", id="an adverse act"),
        pytest.param({"kind": "enyo"}, "援用を待つ状態ではありません", id="民法145条: nothing to invoke"),
    ],
)
def test_facts_that_are_refused(owed, collector, facts, message):
    with pytest.raises(ActRefused, match=message):
        record(owed, collector, **facts)
    assert ClaimEvent.objects.filter(claim=owed).count() == 1


def test_what_has_lapsed_is_not_acknowledged(collector, supervisor):
    tax, rent = claim(due_on=date(2020, 8, 31)), claim(kind="housing_rent", source="jutaku", due_on=date(2020, 8, 31))
    with pytest.raises(ActRefused, match="消滅"):
        record(tax, supervisor, reviewed=True)
    with pytest.raises(ActRefused, match="審査"):
        record(rent, collector)
    record(rent, collector, kind="enyo", origin="時効援用申出書（架空）")
    with pytest.raises(ActRefused, match="消滅"):
        record(rent, supervisor, reviewed=True)


# Pages ------------------------------------------------------------------------------------------------------------


def post(client, owed, **facts):
    given = {"kind": "seizure", "on": "2026-11-20", "claims": [owed.pk], "text": "架空の理由"}
    return client.post(f"/claims/of/{owed.identity.person.number}/clocks/act/", given | facts, follow=True)


def test_the_form_asks_for_a_decision_or_writes(client, owed, collector):
    assert "決裁に出しました" in post(client, owed).text
    assert Approval.objects.get().subject_url == f"/claims/of/{owed.identity.person.number}/clocks/"
    assert "記録しました" in post(client, owed, kind="acknowledgement", text="承認書（架空）").text
    assert "60字まで" in post(client, owed, kind="demand", text="長" * 61).text
    assert "満了した私債権" not in client.get(f"/claims/of/{owed.identity.person.number}/clocks/act/").text


def test_only_who_may_decide_declares_a_review(client, collector, supervisor):
    rent = claim(person(), kind="housing_rent", source="jutaku", due_on=date(2020, 8, 31))
    facts = {"kind": "acknowledgement", "text": "承認書（架空）", "reviewed": "on"}
    assert "個別の審査なしには" in post(client, rent, **facts).text
    client.force_login(supervisor)
    assert "記録しました" in post(client, rent, **facts).text


def test_a_procedure_is_ended_and_a_mistake_taken_back_on_the_page(client, owed, collector):
    (seizure,) = events.record_events(
        claim_ids=[owed.pk], kind="seizure", on=date(2026, 10, 1), by=collector, origin="決裁（架空）"
    )
    end = f"/claims/events/{seizure.pk}/end/"
    assert "まだ来ていない日" in client.post(end, {"until": "2026-11-21"}, follow=True).text
    assert "終わりを記録" in client.post(end, {"until": "2026-11-20"}, follow=True).text
    owed.refresh_from_db()
    assert owed.prescribes_on == date(2031, 11, 20)
    back = f"/claims/events/{seizure.pk}/withdraw/"
    assert "理由を書いて" in client.post(back, {"reason": ""}, follow=True).text
    assert "できごとを取り消しました" in client.post(back, {"reason": "別人のものでした"}, follow=True).text
    owed.refresh_from_db()
    assert owed.prescribes_on == date(2031, 9, 28)


def test_what_others_keep_is_corrected_there(client, owed, collector):
    (paid,) = events.record_events(
        claim_ids=[owed.pk], kind="part_payment", on=date(2026, 10, 1), by=collector, origin="領収（架空）"
    )
    answer = client.post(f"/claims/events/{paid.pk}/withdraw/", {"reason": "違う"}, follow=True)
    assert "領収の取消" in answer.text
    paid.refresh_from_db()
    assert paid.withdrawn_at is None
