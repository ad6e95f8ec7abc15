"""A hold silences at once what it names, says why, and cannot last for ever unseen."""

from datetime import date

import pytest
from django.db import DatabaseError
from django.urls import reverse

from claims.models import Claim, ClaimEvent, ClaimKind, Hold
from claims.services import holds
from claims.services.charges import amounts_due
from claims.services.clocks import refresh_clocks
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
    stop = {"reason": "execution_stop", "variant": "1", "claim_id": claim(debtor).pk}
    asked = approvals.ask(subject_type="hold", subject_key="1", title="執行停止", by=collector)
    with pytest.raises(holds.HoldRefused, match="決裁が要ります"):
        place(debtor, collector, decision=asked, **stop)
    decided = approvals.decide(approval_id=asked.pk, decision=Approval.Decision.APPROVED, by=user(Role.SUPERVISOR))
    assert place(debtor, collector, decision=decided, **stop).decision == decided


@pytest.fixture
def decision(collector):
    asked = approvals.ask(subject_type="hold", subject_key="1", title="架空の決裁", by=collector)
    return approvals.decide(approval_id=asked.pk, decision=Approval.Decision.APPROVED, by=user(Role.SUPERVISOR))


def test_without_channels_the_table_says_which(debtor, collector):
    claim(debtor, kind="housing_rent", source="jutaku")
    assert place(debtor, collector, channels=None).channels == ["notice"]
    claim(debtor)
    assert place(debtor, collector, reason="bankruptcy", channels=None).channels == [
        "call", "lawyers", "notice", "seizure", "suit",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "source", "facts"),
    [
        pytest.param(
            "housing_rent", "jutaku", {"reason": "execution_stop", "variant": "1"}, id="地税15条の7は強制徴収公債権だけ"
        ),
        pytest.param("resident_tax", "zei", {"reason": "collection_stop"}, id="自治令171条の5は強制徴収公債権を除く"),
        pytest.param("resident_tax", "zei", {"reason": "lawyers"}, id="滞納処分は委任できない"),
    ],
)
def test_what_the_table_forbids_is_refused_also_with_a_decision(debtor, collector, decision, kind, source, facts):
    owed = claim(debtor, kind=kind, source=source)
    with pytest.raises(holds.HoldRefused, match="この区分の債権にはできません"):
        place(debtor, collector, claim_id=owed.pk, decision=decision, **facts)


def test_a_measure_of_law_is_placed_claim_by_claim(debtor, collector, decision):
    claim(debtor)
    with pytest.raises(holds.HoldRefused, match="期別ごと"):
        place(debtor, collector, reason="execution_stop", variant="1", decision=decision)


def test_an_execution_stop_lowers_the_charge_and_its_three_years_end_the_claim_地税15条の7第4項(
    debtor, collector, decision
):
    owed = claim(debtor, principal_yen=100_000, due_on=date(2026, 1, 31))
    stop = {"reason": "execution_stop", "variant": "1", "claim_id": owed.pk, "starts_on": date(2026, 6, 1)}
    hold = place(debtor, collector, channels=None, decision=decision, **stop)
    assert (hold.late_charge_effect, hold.clock_effect) == ("full", "stop")
    owed.refresh_from_db()
    assert owed.prescribes_on == date(2029, 6, 1)
    before = amounts_due([owed], as_of=date(2026, 5, 31))[owed.pk].late_yen
    assert before
    assert amounts_due([owed], as_of=DAY)[owed.pk].late_yen == before
    with pytest.raises(holds.HoldRefused, match="取消しの決裁"):
        holds.end_hold(hold_id=hold.pk, ends_on=DAY, by=collector)
    holds.end_hold(hold_id=hold.pk, ends_on=DAY, by=collector, decision=decision)
    owed.refresh_from_db()
    assert owed.prescribes_on == date(2031, 1, 31)
    assert amounts_due([owed], as_of=date(2027, 3, 31))[owed.pk].late_yen > before


def test_a_grace_lets_the_clock_rest_and_ended_early_it_rests_fewer_days_地税18条の2第4項(debtor, collector, decision):
    owed = claim(debtor, due_on=date(2026, 8, 31))
    grace = {"reason": "conversion_grace", "variant": "official", "claim_id": owed.pk, "ends_on": date(2027, 11, 20)}
    hold = place(debtor, collector, decision=decision, **grace)
    owed.refresh_from_db()
    assert owed.prescribes_on == date(2032, 8, 30)
    holds.end_hold(hold_id=hold.pk, ends_on=date(2026, 11, 30), by=collector, decision=decision)
    owed.refresh_from_db()
    assert owed.prescribes_on == date(2031, 9, 10)
    assert ClaimEvent.objects.get(claim=owed).until == date(2026, 11, 29)


def test_an_application_renews_the_clock_on_its_day(debtor, collector, decision):
    owed = claim(debtor, due_on=date(2026, 8, 31))
    grace = {"reason": "tax_grace", "variant": "disaster", "claim_id": owed.pk, "ends_on": date(2026, 11, 30)}
    place(debtor, collector, decision=decision, applied_on=date(2026, 11, 10), **grace)
    owed.refresh_from_db()
    assert owed.prescribes_on == date(2031, 11, 20)


def test_a_lapsed_claim_gets_no_grace_地税18条2項(debtor, collector, decision):
    owed = claim(debtor, due_on=date(2020, 8, 31))
    grace = {"reason": "conversion_grace", "variant": "official", "claim_id": owed.pk, "ends_on": date(2027, 11, 20)}
    with pytest.raises(holds.HoldRefused, match="消滅"):
        place(debtor, collector, decision=decision, **grace)
    assert not Hold.objects.exists()


def test_welfare_is_decided_by_the_head_and_a_clock_that_ends_inside_by_decision(debtor, collector, decision):
    chief = user(Role.SUPERVISOR)
    welfare = {"reason": "welfare", "channels": None, "review_on": date(2027, 1, 15)}
    with pytest.raises(holds.HoldRefused, match="係長・課長"):
        place(debtor, collector, **welfare)
    refresh_clocks([claim(debtor, due_on=date(2022, 1, 15)).pk])
    with pytest.raises(holds.HoldRefused, match="時効が終わる期別が1件"):
        place(debtor, chief, **welfare)
    assert place(debtor, chief, decision=decision, **welfare).pk
    other = person()
    refresh_clocks([claim(other, due_on=date(2022, 1, 16)).pk])
    assert place(other, chief, **welfare).pk


def test_a_review_is_written_and_moves_the_next_one(debtor, collector):
    hold = place(debtor, collector)
    with pytest.raises(holds.HoldRefused, match="今日より後"):
        holds.review_hold(hold_id=hold.pk, review_on=DAY, on=DAY, text="続ける", by=collector)
    with pytest.raises(holds.HoldRefused, match="見直した結果"):
        holds.review_hold(hold_id=hold.pk, review_on=date(2027, 3, 1), on=DAY, text=" ", by=collector)
    holds.review_hold(hold_id=hold.pk, review_on=date(2027, 3, 1), on=DAY, text="続ける", by=collector)
    hold.refresh_from_db()
    assert hold.review_on == date(2027, 3, 1)
    assert AuditEvent.objects.get(event="hold.reviewed").detail["text"] == "続ける"


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
        ({"channels": ["pigeon"]}, "channels"),
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
