"""Who decides: rank by amount, withdrawal, acting for somebody away, many at once."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from tests.factories.debtors import user
from toyota_collect import approvals
from toyota_collect.models import Approval, AuditEvent, Setting
from toyota_collect.permissions import Role
from toyota_collect.registry import registry

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


def decider(rank):
    return user(Role.SUPERVISOR, decision_rank=rank)


@pytest.fixture
def collector():
    return user(Role.COLLECTOR)


def ask(by, key="1", *, yen=500_000, kind="stop"):
    return approvals.ask(subject_type=kind, subject_key=key, title=f"架空の件{key}", amount_yen=yen, by=by)


def approve(asked, by, on=DAY):
    return approvals.decide(approval_id=asked.pk, decision="approved", by=by, on=on)


@pytest.mark.parametrize(
    ("yen", "rank", "may"),
    [
        (1_000_000, "chief", True),
        (1_000_001, "chief", False),
        (1_000_001, "manager", True),
        (10_000_001, "manager", False),
        (10_000_001, "director", True),
        (1, "", False),
    ],
)
def test_the_rank_must_reach_the_amount(collector, yen, rank, may):
    asked, by = ask(collector, yen=yen), decider(rank)
    assert Approval.objects.decidable_by(by, on=DAY).exists() == may
    if may:
        assert approve(asked, by).decision == "approved"
    else:
        with pytest.raises(approvals.ApprovalRefused, match="の決裁が要ります"):
            approve(asked, by)
        assert Approval.objects.get(pk=asked.pk).is_open


def test_where_the_city_has_decided_nothing_the_highest_decides(collector):
    Setting.objects.filter(key="approval.ranks").delete()
    assert ask(collector, yen=1).needs_rank == "director"


def test_a_deputy_decides_in_the_days_named_and_the_principal_reads_it_later(collector):
    director, manager = decider("director"), decider("manager")
    approvals.name_deputy(
        principal=director, deputy=manager, starts_on=DAY, ends_on=date(2026, 11, 24), reason="出張", by=director
    )
    first, second = ask(collector, "1", yen=20_000_000), ask(collector, "2", yen=20_000_000)
    for outside in (date(2026, 11, 19), date(2026, 11, 25)):
        with pytest.raises(approvals.ApprovalRefused):
            approve(first, manager, outside)
    assert approve(first, manager, DAY).acted_for == director
    assert approve(second, manager, date(2026, 11, 24)).acted_for == director
    seen = approvals.mark_seen(approval_id=first.pk, by=director)
    assert approvals.mark_seen(approval_id=first.pk, by=director).seen_at == seen.seen_at
    with pytest.raises(approvals.ApprovalRefused, match="代わって"):
        approvals.mark_seen(approval_id=second.pk, by=manager)


def test_who_asked_is_never_acted_for():
    director, manager = decider("director"), decider("manager")
    approvals.name_deputy(principal=director, deputy=manager, starts_on=DAY, ends_on=DAY, reason="休暇", by=director)
    own = ask(director, yen=20_000_000)
    assert not Approval.objects.decidable_by(manager, on=DAY).exists()
    with pytest.raises(approvals.ApprovalRefused):
        approve(own, manager)
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.filter(pk=own.pk).update(acted_for=director)


def test_an_ended_nomination_gives_nothing(collector):
    director, manager = decider("director"), decider("manager")
    named = approvals.name_deputy(
        principal=director, deputy=manager, starts_on=DAY, ends_on=DAY, reason="休暇", by=director
    )
    approvals.end_deputy(deputy_id=named.pk, by=director)
    with pytest.raises(approvals.ApprovalRefused, match="すでに終わって"):
        approvals.end_deputy(deputy_id=named.pk, by=director)
    with pytest.raises(approvals.ApprovalRefused):
        approve(ask(collector, yen=20_000_000), manager)


@pytest.mark.parametrize(
    ("who", "facts", "why"),
    [
        ("peer", {}, "本人より上"),
        ("principal", {"ends_on": date(2026, 11, 19)}, "終わりの日"),
        ("principal", {"reason": " "}, "理由"),
        ("principal", {"deputy": "collector"}, "決裁の権限"),
        ("principal", {"deputy": "principal"}, "別の人"),
    ],
)
def test_a_nomination_that_cannot_be(collector, who, facts, why):
    people = {"principal": decider("manager"), "peer": decider("manager"), "collector": collector}
    terms = {"principal": people["principal"], "deputy": people["peer"], "starts_on": DAY, "ends_on": DAY}
    terms |= {"reason": "出張"} | facts | ({"deputy": people[facts["deputy"]]} if "deputy" in facts else {})
    with pytest.raises(approvals.ApprovalRefused, match=why):
        approvals.name_deputy(**terms, by=people[who])


def test_the_higher_rank_names_a_deputy_for_somebody_suddenly_away():
    approvals.name_deputy(
        principal=decider("manager"),
        deputy=decider("chief"),
        starts_on=DAY,
        ends_on=DAY,
        reason="急病",
        by=decider("director"),
    )
    assert AuditEvent.objects.filter(event="deputy.named").count() == 1


def test_who_asked_withdraws_with_a_reason_and_may_ask_again(collector):
    asked = ask(collector)
    for by, reason, why in ((decider("chief"), "誤り", "本人だけ"), (collector, " ", "理由")):
        with pytest.raises(approvals.ApprovalRefused, match=why):
            approvals.withdraw(approval_id=asked.pk, by=by, reason=reason)
    taken = approvals.withdraw(approval_id=asked.pk, by=collector, reason="金額の誤り")
    assert (taken.decision, taken.decided_by, taken.came_back) == ("withdrawn", None, True)
    with pytest.raises(approvals.ApprovalRefused, match="すでに決定"):
        approvals.withdraw(approval_id=asked.pk, by=collector, reason="もう一度")
    with pytest.raises(approvals.ApprovalRefused, match="すでに決定"):
        approve(asked, decider("director"))
    assert ask(collector).is_open


def test_many_are_decided_each_on_its_own(collector, monkeypatch):
    def carry_out(approval, by):
        if approval.subject_key == "2":
            raise approvals.ApprovalRefused("台帳が動きました。")

    monkeypatch.setitem(registry.on_approved, "stop", carry_out)
    monkeypatch.setattr(registry, "one_by_one", {"seizure"})
    asked = [ask(collector, str(n)) for n in range(1, 4)] + [ask(collector, "4", kind="seizure")]
    chief = decider("chief")
    outcomes = approvals.decide_many(approval_ids=[one.pk for one in asked], by=chief, reason="確認済み", on=DAY)
    assert [bool(outcome.problem) for outcome in outcomes] == [False, True, False, True]
    assert [Approval.objects.get(pk=one.pk).decision for one in asked] == ["approved", "", "approved", ""]
    again = approvals.decide_many(approval_ids=[asked[0].pk], by=chief, on=DAY)
    assert "すでに決定" in again[0].problem


@pytest.mark.parametrize("count", [0, 51])
def test_none_and_more_than_fifty_are_refused(count):
    with pytest.raises(approvals.ApprovalRefused, match="50件まで"):
        approvals.decide_many(approval_ids=range(1, count + 1), by=decider("chief"), on=DAY)


def test_the_pages_show_each_ones_evidence_and_decide(client, collector):
    chief = decider("chief")
    asked = [ask(collector, str(n)) for n in range(3)]
    too_high = ask(collector, "9", yen=5_000_000)
    client.force_login(chief)
    body = client.get(reverse("approvals:many")).content.decode()
    assert all(one.title in body for one in asked)
    assert too_high.title not in body
    chosen = [one.pk for one in asked[:2]]
    done = client.post(reverse("approvals:many"), {"approval": chosen, "reason": "確認"}, follow=True).content.decode()
    assert "2件を承認しました" in done
    assert Approval.objects.filter(decision="approved").count() == 2
    others = client.get(reverse("approvals:waiting"), {"show": "others", "pk": too_high.pk}).content.decode()
    assert "課長の決裁が要ります" in others
    assert "1件以上" in client.post(reverse("approvals:many"), {}).content.decode()


def test_the_own_page_withdraws_only_ones_own(client, collector):
    asked, foreign = ask(collector, "1"), ask(user(Role.COLLECTOR), "2")
    client.force_login(collector)
    body = client.get(reverse("approvals:own")).content.decode()
    assert asked.title in body
    assert foreign.title not in body
    url = reverse("approvals:withdraw", args=[foreign.pk])
    assert client.post(url, {"reason": "ほかの人の件"}).status_code == 404
    client.post(reverse("approvals:withdraw", args=[asked.pk]), {"reason": "誤り"})
    assert Approval.objects.get(pk=asked.pk).decision == "withdrawn"


def test_a_deputy_is_named_and_ended_on_the_page(client, settings):
    settings.BASE_DATE = DAY
    director, manager = decider("director"), decider("manager")
    client.force_login(director)
    terms = {"principal": director.pk, "deputy": manager.pk, "starts_on": DAY, "ends_on": DAY, "reason": "出張"}
    assert "代決中" in client.post(reverse("approvals:deputies"), terms, follow=True).content.decode()
    named = approvals.Deputy.objects.get()
    assert "終了" in client.post(reverse("approvals:end-deputy", args=[named.pk]), follow=True).content.decode()
