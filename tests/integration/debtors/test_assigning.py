"""担当の割り当て: the rules in SQL, applied as they were shown, twice as once; what somebody chose by hand stays."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from debtors.models import Absence, Assignment, AssignmentRule, WorkItem
from debtors.services import assigning
from debtors.services.assigning import AssignmentRefused
from debtors.services.assignment_rules import end_absence, name_stand_in, save_rule
from debtors.services_work import open_work_item
from debtors.tasks import assign_new_people
from tests.factories.claims import claim
from tests.factories.debtors import person, protect, user
from toyota_collect.models import AuditEvent
from toyota_collect.permissions import Role
from toyota_collect.registry import registry

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


@pytest.fixture
def supervisor():
    return user(Role.SUPERVISOR)


@pytest.fixture
def officers():
    return [user(Role.COLLECTOR) for _ in range(3)]


def rule(officer, by, position=10, **facts):
    return save_rule(by=by, officer=officer, position=position, starts_on=date(2026, 4, 1), **facts)


def owing(kana="カクウ", **facts):
    someone = person(kana=kana, kana_key=kana, **{key: facts.pop(key) for key in ("address",) if key in facts})
    claim(someone, **facts)
    return someone


def assign(by):
    return assigning.assign_new(on=DAY, by=by)


def officer_of(someone):
    found = Assignment.objects.filter(person=someone).first()
    return found.officer if found else None


@pytest.mark.parametrize(
    ("condition", "fits", "fits_not"),
    [
        pytest.param({"kana_from": "ア", "kana_to": "コ"}, {"kana": "ゴトウ"}, {"kana": "サトウ"}, id="kana, voiced"),
        pytest.param({"kana_from": "ウ", "kana_to": "ウ"}, {"kana": "ヴァン"}, {"kana": "エトウ"}, id="kana, ヴ is ウ"),
        pytest.param({"kana_from": "ハ", "kana_to": "ハ"}, {"kana": "パク"}, {"kana": "ヒロタ"}, id="kana, half-voiced"),
        pytest.param({"least_yen": 10_000}, {"principal_yen": 10_000}, {"principal_yen": 9_999}, id="at least"),
        pytest.param({"most_yen": 10_000}, {"principal_yen": 10_000}, {"principal_yen": 10_001}, id="at most"),
        pytest.param({"claim_group": "child"}, {"kind": "nursery_fee"}, {"kind": "resident_tax"}, id="group"),
        pytest.param({"legal_class": "C"}, {"kind": "school_lunch"}, {"kind": "resident_tax"}, id="class"),
        pytest.param(
            {"district": "架空町"}, {"address": "愛知県豊田市架空町9"}, {"address": "愛知県豊田市別町1"}, id="district"
        ),
    ],
)  # fmt: skip
def test_each_condition_is_looked_at(supervisor, officers, condition, fits, fits_not):
    rule(officers[0], supervisor, **condition)
    yes, no = owing(**fits), owing(**fits_not)
    assert assign(supervisor) == 1
    assert (officer_of(yes), officer_of(no)) == (officers[0], None)


def test_the_first_rule_that_fits_decides_and_only_one_in_force(supervisor, officers):
    past = {"ends_on": DAY}
    rule(officers[0], supervisor, 10, **past)
    rule(officers[1], supervisor, 30)
    rule(officers[2], supervisor, 20, least_yen=50_000)
    small, large = owing(principal_yen=10_000), owing(principal_yen=60_000)
    assign(supervisor)
    assert (officer_of(small), officer_of(large)) == (officers[1], officers[2])


def test_the_largest_debt_gives_the_group(supervisor, officers):
    rule(officers[0], supervisor, claim_group="child")
    rule(officers[1], supervisor, 20)
    someone = owing(kind="nursery_fee", principal_yen=30_000)
    claim(someone, kind="resident_tax", principal_yen=20_000)
    assign(supervisor)
    assert officer_of(someone) == officers[0]


def test_a_district_tells_nothing_of_somebody_whose_address_is_hidden(supervisor, officers):
    rule(officers[0], supervisor, district="架空町")
    rule(officers[1], supervisor, 20)
    someone = owing(address="愛知県豊田市架空町9")
    protect(someone)
    assign(supervisor)
    assert officer_of(someone) == officers[1]


def test_who_owes_nothing_overdue_needs_nobody_and_an_officer_who_left_gets_nobody(supervisor, officers):
    rule(officers[0], supervisor)
    claim(due_on=DAY)
    assert assign(supervisor) == 0
    owing()
    officers[0].is_active = False
    officers[0].save()
    assert assign(supervisor) == 0


def test_new_people_are_assigned_once_however_often_the_task_runs(supervisor, officers):
    rule(officers[0], supervisor)
    owing()
    assign_new_people()
    first = list(Assignment.objects.values())
    assign_new_people()
    assert list(Assignment.objects.values()) == first
    assert AuditEvent.objects.filter(event="assignment.new_people").count() == 1


def test_what_was_shown_is_applied_once_and_open_steps_follow(supervisor, officers):
    rule(officers[0], supervisor)
    someone = owing()
    assign(supervisor)
    step = {"person_id": someone.pk, "reason": "電話", "due_on": DAY, "by": supervisor, "next_step": "電話する"}
    mine = open_work_item(**step, owner=officers[0], subject_key="a")
    nobodys = open_work_item(**step, subject_key="b")
    heads = open_work_item(**step, owner=supervisor, subject_key="c")
    rule(officers[1], supervisor, 5)
    shown = assigning.preview(on=DAY)
    assert [(one.from_, one.to, one.people, one.yen) for one in shown.moves] == [(officers[0], officers[1], 1, 10_000)]
    load = {one.officer: (one.people, one.people_after, one.yen, one.yen_after) for one in shown.loads}
    assert (load[officers[0]], load[officers[1]]) == ((1, 0, 10_000, 0), (0, 1, 0, 10_000))
    assert assigning.apply(on=DAY, digest=shown.digest, by=supervisor) == 1
    assert assigning.apply(on=DAY, digest=shown.digest, by=supervisor) == 0
    owners = [WorkItem.objects.get(pk=item.pk).owner for item in (mine, nobodys, heads)]
    assert owners == [officers[1], officers[1], supervisor]
    event = AuditEvent.objects.get(event="assignment.applied")
    assert (event.detail["people"], event.detail["steps"], event.by) == (1, 2, supervisor)


def test_what_has_changed_since_it_was_shown_is_not_applied(supervisor, officers):
    rule(officers[0], supervisor)
    owing()
    shown = assigning.preview(on=DAY)
    owing()
    with pytest.raises(AssignmentRefused):
        assigning.apply(on=DAY, digest=shown.digest, by=supervisor)
    assert not Assignment.objects.exists()


def test_what_somebody_chose_by_hand_stays_unless_it_is_ticked(supervisor, officers):
    rule(officers[0], supervisor)
    someone = owing()
    assigning.assign_by_hand(person_id=someone.pk, officer=officers[2], reason="顔見知り", on=DAY, by=supervisor)
    shown = assigning.preview(on=DAY)
    assert (shown.moves, shown.kept) == ((), 1)
    ticked = assigning.preview(on=DAY, with_by_hand=True)
    assert [(one.from_, one.to) for one in ticked.moves] == [(officers[2], officers[0])]
    assigning.apply(on=DAY, digest=ticked.digest, by=supervisor, with_by_hand=True)
    made = Assignment.objects.get()
    assert (made.officer, made.by_hand, made.reason) == (officers[0], False, "")


def test_by_hand_needs_a_reason_and_an_officer_and_moves_the_open_steps(supervisor, officers):
    someone = owing()
    facts = {"person_id": someone.pk, "on": DAY, "by": supervisor}
    for officer, reason in ((officers[0], " "), (user(Role.AUDITOR), "理由")):
        with pytest.raises(AssignmentRefused):
            assigning.assign_by_hand(officer=officer, reason=reason, **facts)
    assigning.assign_by_hand(officer=officers[0], reason="理由", **facts)
    step = {"person_id": someone.pk, "reason": "電話", "due_on": DAY, "by": supervisor, "next_step": "電話する"}
    item = open_work_item(**step, owner=officers[0])
    assigning.assign_by_hand(officer=officers[1], reason="理由", **facts)
    item.refresh_from_db()
    assert (officer_of(someone), item.owner) == (officers[1], officers[1])


def test_nothing_remains_when_the_audit_row_cannot_be_written(supervisor, officers, monkeypatch):
    rule(officers[0], supervisor)
    owing()
    shown = assigning.preview(on=DAY)

    def fail(**_):
        raise DatabaseError("no room")

    monkeypatch.setattr(assigning.audit, "record", fail)
    with pytest.raises(DatabaseError), transaction.atomic():
        assigning.apply(on=DAY, digest=shown.digest, by=supervisor)
    assert not Assignment.objects.exists()


def test_without_rules_nobody_moves_and_the_page_says_so(client, supervisor):
    owing()
    client.force_login(supervisor)
    page = client.get(reverse("debtors:assignment"))
    assert (page.context["seen"].moves, page.context["seen"].unruled) == ((), 1)
    assert "決まりがまだありません" in page.content.decode()


def test_a_supervisor_sees_the_moves_and_applies_them(client, supervisor, officers):
    client.force_login(supervisor)
    typed = {"position": 10, "officer": officers[0].pk, "kana_from": "ｱ", "kana_to": "そ", "starts_on": "2026-04-01"}
    assert client.post(reverse("debtors:assignment-rule-new"), typed).url == reverse("debtors:assignment")
    assert AssignmentRule.objects.get().kana_to == "ソ"
    someone = owing()
    page = client.get(reverse("debtors:assignment"))
    assert "1人の担当を変える" in page.content.decode()
    sent = {"digest": page.context["seen"].digest}
    client.post(reverse("debtors:assignment-apply"), sent)
    client.post(reverse("debtors:assignment-apply"), sent)
    assert officer_of(someone) == officers[0]
    assert AuditEvent.objects.filter(event="assignment.applied").count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"kana_from": "ア"}, id="half a span"),
        pytest.param({"kana_from": "ソ", "kana_to": "ア"}, id="kana the wrong way round"),
        pytest.param({"least_yen": 2, "most_yen": 1}, id="yen the wrong way round"),
        pytest.param({"ends_on": "2026-04-01"}, id="ends as it begins"),
        pytest.param({"kana_from": "ガ", "kana_to": "ゴ"}, id="voiced"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_on_the_form(client, supervisor, officers, wrong):
    client.force_login(supervisor)
    typed = {"position": 10, "officer": officers[0].pk, "starts_on": "2026-04-01"} | wrong
    answer = client.post(reverse("debtors:assignment-rule-new"), typed)
    assert answer.context["form"].errors
    assert not AssignmentRule.objects.exists()


def test_a_rule_is_changed_and_the_former_is_kept(client, supervisor, officers):
    made = rule(officers[0], supervisor)
    client.force_login(supervisor)
    url = reverse("debtors:assignment-rule", args=[made.pk])
    typed = {"position": 10, "officer": officers[1].pk, "starts_on": "2026-04-01", "ends_on": "2026-12-01"}
    client.post(url, typed)
    made.refresh_from_db()
    assert (made.officer, made.ends_on) == (officers[1], date(2026, 12, 1))
    assert made.history.get().officer_id == officers[0].pk


def test_absence_is_covered_by_one_other_person_and_ended_once(supervisor, officers):
    days = {"starts_on": DAY, "ends_on": DAY + timedelta(days=4), "reason": "休暇", "by": supervisor}
    made = name_stand_in(officer=officers[0], stand_in=officers[1], **days)
    for wrong in (
        {"officer": officers[0], "stand_in": officers[2]},  # covered already
        {"officer": officers[1], "stand_in": officers[1]},
        {"officer": officers[1], "stand_in": user(Role.AUDITOR)},
        {"officer": officers[1], "stand_in": officers[2], "ends_on": DAY - timedelta(days=1)},
        {"officer": officers[1], "stand_in": officers[2], "reason": " "},
    ):
        with pytest.raises(AssignmentRefused):
            name_stand_in(**(days | wrong))
    end_absence(absence_id=made.pk, by=supervisor)
    end_absence(absence_id=made.pk, by=supervisor)
    assert AuditEvent.objects.filter(event="absence.ended").count() == 1
    assert not Absence.objects.on_day(DAY).exists()


@pytest.mark.parametrize(
    ("model", "change"),
    [
        pytest.param(AssignmentRule, {"ends_on": date(2026, 4, 1)}, id="assignment_rule_ends_after_it_starts"),
        pytest.param(AssignmentRule, {"kana_from": "ア"}, id="assignment_rule_kana_has_both_ends"),
        pytest.param(AssignmentRule, {"least_yen": 2, "most_yen": 1}, id="assignment_rule_yen_is_a_span"),
        pytest.param(Assignment, {"by_hand": True}, id="assignment_by_rule_or_by_hand_for_a_reason"),
        pytest.param(Absence, {"ends_on": DAY - timedelta(days=1)}, id="absence_ends_after_it_starts"),
    ],
)
def test_constraints_hold(supervisor, officers, model, change):
    rule(officers[0], supervisor)
    owing()
    assign(supervisor)
    name_stand_in(officer=officers[0], stand_in=officers[1], starts_on=DAY, ends_on=DAY, reason="休暇", by=supervisor)
    with pytest.raises(IntegrityError):
        model.objects.update(**change)


def test_a_stand_in_is_another_person(supervisor, officers):
    name_stand_in(officer=officers[0], stand_in=officers[1], starts_on=DAY, ends_on=DAY, reason="休暇", by=supervisor)
    with pytest.raises(IntegrityError):
        Absence.objects.update(stand_in=officers[0])


def test_where_nobody_is_new_nothing_is_summed(supervisor, officers, monkeypatch):
    rule(officers[0], supervisor)
    owing()
    asked = []
    owed = registry.owed
    monkeypatch.setattr(
        registry, "owed", replace(owed, select=lambda on, whose: asked.append(whose) or owed.select(on, whose))
    )
    assert [assign(supervisor) for _ in range(2)] == [1, 0]
    assert asked == ["IN (SELECT person_id FROM new_people)"]
    owing()
    assert [assign(supervisor) for _ in range(2)] == [1, 0]
    assert len(asked) == 2
