"""My day: the officer's people only, ranked, with every reason; the queries do not grow with the people."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from claims.models import Hold
from debtors import day_page
from debtors.models import Assignment, NextActionRule
from debtors.services.assigning import assign_by_hand
from debtors.services.assignment_rules import name_stand_in
from debtors.services_work import correct_contact, open_work_item, record_contact
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, protect, user
from toyota_collect.held import held
from toyota_collect.lookups import Keys
from toyota_collect.models import AccessLog
from toyota_collect.permissions import Role
from toyota_collect.registry import registry
from welfare.models import Referral

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


@pytest.fixture
def officer():
    return user(Role.COLLECTOR)


@pytest.fixture
def supervisor():
    return user(Role.SUPERVISOR)


def of(officer, *, by, **facts):
    """Somebody who owes and whom the officer looks after."""
    someone = claim(**facts).identity.person
    assign_by_hand(person_id=someone.pk, officer=officer, reason="見本", on=DAY, by=by)
    return someone


def codes(officer) -> dict[int, list[str]]:
    day = day_page.day_of(officer, on=DAY)
    return {entry.person_id: [one.rule.code for one in entry.advice.reasons] for entry in day.entries}


def leads(officer) -> list[tuple[int, str]]:
    return [(one.person_id, one.advice.recommended.rule.code) for one in day_page.day_of(officer, on=DAY).entries]


def promise(someone, officer, *, made_on: date, promised_on: date, yen: int | None = None):
    record_contact(
        person_id=someone.pk, on=made_on, channel="phone", outcome="promised", text="3万円を納める", by=officer,
        promised_on=promised_on, promised_yen=yen, next_step="入金を確かめる", next_due_on=DAY + timedelta(days=5),
    )  # fmt: skip


def test_the_list_holds_the_officers_people_in_the_order_of_the_table(officer, supervisor):
    clock = of(officer, by=supervisor, prescribes_on=DAY + timedelta(days=6))
    broken = of(officer, by=supervisor)
    promise(broken, officer, made_on=date(2026, 11, 9), promised_on=date(2026, 11, 19))
    quiet, others = of(officer, by=supervisor), of(supervisor, by=supervisor, prescribes_on=DAY)
    assert leads(officer) == [(clock.pk, "clock"), (broken.pk, "promise_broken")]
    assert quiet.pk not in codes(officer)
    assert others.pk not in codes(officer)


@pytest.mark.parametrize(("given", "kept"), [("2,999", False), ("3,000", True), ("late", False), ("another", False)])
def test_a_promise_is_kept_by_its_sum_on_the_own_claims_in_time(officer, supervisor, given, kept):
    someone, other = of(officer, by=supervisor), of(officer, by=supervisor)
    promise(someone, officer, made_on=date(2026, 11, 9), promised_on=date(2026, 11, 18), yen=3_000)
    day = date(2026, 11, 19 if given == "late" else 18)
    payer = other if given == "another" else someone
    pay(payer.identities.get().claims.get(), 2_999 if given == "2,999" else 3_000, on=day)
    assert ("promise_broken" not in codes(officer).get(someone.pk, [])) is kept


@pytest.mark.parametrize(("paid_on", "broken"), [(date(2026, 11, 9), True), (date(2026, 11, 10), False), (None, True)])
def test_a_promise_is_kept_by_money_that_came_after_it_was_made(officer, supervisor, paid_on, broken):
    owed = claim()
    someone = owed.identity.person
    assign_by_hand(person_id=someone.pk, officer=officer, reason="見本", on=DAY, by=supervisor)
    promise(someone, officer, made_on=date(2026, 11, 9), promised_on=date(2026, 11, 19))
    if paid_on:
        pay(owed, 3_000, on=paid_on)
    assert ("promise_broken" in codes(officer).get(someone.pk, [])) is broken


def test_who_was_spoken_with_after_the_day_of_the_promise_is_not_told_again(officer, supervisor):
    someone = of(officer, by=supervisor)
    promise(someone, officer, made_on=date(2026, 11, 1), promised_on=date(2026, 11, 10))
    facts = {"channel": "phone", "text": "事情を聞いた", "by": officer, "next_step": "電話", "next_due_on": DAY}
    record_contact(person_id=someone.pk, on=date(2026, 11, 11), outcome="talked", **facts)
    assert codes(officer) == {someone.pk: ["step_today"]}


def test_a_promise_that_was_corrected_away_is_none(officer, supervisor):
    someone = of(officer, by=supervisor)
    promise(someone, officer, made_on=date(2026, 11, 9), promised_on=date(2026, 11, 19))
    assert "promise_broken" in codes(officer)[someone.pk]
    line = someone.contacts.get()
    facts = {"on": line.on, "channel": "phone", "outcome": "talked", "text": "約束はしていない"}
    correct_contact(contact_id=line.pk, why="聞き違い", by=officer, **facts)
    assert "promise_broken" not in codes(officer).get(someone.pk, [])


def test_new_money_and_steps_due_are_told_until_they_are_dealt_with(officer, supervisor):
    owed = claim()
    someone = owed.identity.person
    assign_by_hand(person_id=someone.pk, officer=officer, reason="見本", on=DAY, by=supervisor)
    pay(owed, 3_000, on=DAY - timedelta(days=2))
    step = {"reason": "電話", "by": officer, "owner": officer, "person_id": someone.pk}
    open_work_item(**step, next_step="申請書を確かめる", due_on=DAY - timedelta(days=7))
    assert codes(officer)[someone.pk] == ["step_overdue", "paid"]
    facts = {"channel": "phone", "outcome": "talked", "text": "話した", "by": officer}
    record_contact(person_id=someone.pk, on=DAY, next_step="待つ", next_due_on=DAY + timedelta(days=9), **facts)
    assert someone.pk not in codes(officer)


def test_a_hold_softens_what_is_recommended_and_hides_no_reason(officer, supervisor):
    someone = of(officer, by=supervisor, prescribes_on=DAY + timedelta(days=6))
    hold = {"reason": "welfare", "starts_on": DAY, "review_on": DAY + timedelta(days=30), "placed_by": supervisor}
    Hold.objects.create(person=someone, channels=["call", "notice"], **hold)
    advice = day_page.advice_for(someone, officer, on=DAY)
    assert {"clock", "held"} <= {one.rule.code for one in advice.reasons}
    assert (advice.recommended.rule.code, advice.recommended.step) == ("clock", "時効を確かめる")


def test_protection_support_and_answers_are_told_by_the_apps_that_know(officer, supervisor):
    guarded, supported, answered = (of(officer, by=supervisor) for _ in range(3))
    protect(guarded)
    consent = {"consented_on": date(2026, 11, 1), "offered_by": officer}
    Referral.objects.create(person=supported, state="received", **consent)
    Referral.objects.create(person=answered, state="answered", result="家計改善", **consent)
    for someone, code in ((guarded, "protected"), (supported, "support"), (answered, "welfare_reply")):
        assert code in {one.rule.code for one in day_page.advice_for(someone, officer, on=DAY).reasons}
    assert leads(officer) == [(answered.pk, "welfare_reply")]


def test_the_stand_in_sees_the_absent_officers_people_marked(officer, supervisor):
    absent = user(Role.COLLECTOR)
    someone = of(absent, by=supervisor, prescribes_on=DAY)
    assert not codes(officer)
    days = {"starts_on": DAY, "ends_on": DAY, "reason": "休暇", "by": supervisor}
    name_stand_in(officer=absent, stand_in=officer, **days)
    (entry,) = day_page.day_of(officer, on=DAY).entries
    assert (entry.person_id, entry.stands_for) == (someone.pk, absent)
    assert not day_page.day_of(officer, on=DAY + timedelta(days=1)).covers


def test_ones_own_step_on_somebody_elses_person_is_told(officer, supervisor):
    someone = of(supervisor, by=supervisor)
    step = {"reason": "電話", "by": officer, "owner": officer, "next_step": "電話する", "due_on": DAY}
    open_work_item(person_id=someone.pk, **step, subject_key="letter:1")
    assert leads(officer) == [(someone.pk, "step_today")]


def test_a_dated_row_of_the_table_takes_the_place_of_the_former(officer, supervisor):
    someone = of(officer, by=supervisor, prescribes_on=DAY + timedelta(days=100))
    assert not codes(officer)
    row = NextActionRule.objects.get(code="clock")
    row.pk, row.starts_on, row.days = None, DAY, 180
    row.save()
    assert leads(officer) == [(someone.pk, "clock")]
    NextActionRule.objects.filter(pk=row.pk).update(in_use=False)
    assert not codes(officer)


def test_the_number_of_queries_does_not_grow_with_the_people(
    officer, supervisor, django_assert_num_queries, django_assert_max_num_queries, client
):
    def one():
        someone = of(officer, by=supervisor, prescribes_on=DAY + timedelta(days=6))
        promise(someone, officer, made_on=date(2026, 11, 9), promised_on=date(2026, 11, 19))
        protect(someone)

    one()
    with held(), django_assert_max_num_queries(32) as few:  # as the page asks
        day_page.day_of(officer, on=DAY)
    for _ in range(4):
        one()
    with held(), django_assert_num_queries(len(few)):
        day_page.day_of(officer, on=DAY)
    client.force_login(officer)
    with django_assert_max_num_queries(60):
        client.get(reverse("debtors:day"))


def test_the_page_shows_all_reasons_and_one_step_and_is_logged(client, officer, supervisor):
    someone = of(officer, by=supervisor, prescribes_on=DAY + timedelta(days=6))
    promise(someone, officer, made_on=date(2026, 11, 9), promised_on=date(2026, 11, 19))
    client.force_login(officer)
    page = client.get(reverse("debtors:day"))
    text = page.content.decode()
    for part in ("時効", "約束切れ", "電話する", someone.name, "あと6日"):
        assert part in text
    assert AccessLog.objects.filter(by=officer, action="day").count() == 1
    assert [one["count"] for one in page.context["filters"]] == [1, 1, 1]
    narrowed = client.get(reverse("debtors:day"), {"reason": "返戻"})
    assert not narrowed.context["rows"]


def test_a_collector_sees_no_other_officers_day_and_a_supervisor_does(client, officer, supervisor):
    other = user(Role.COLLECTOR)
    someone = of(other, by=supervisor, prescribes_on=DAY)
    client.force_login(officer)
    assert client.get(reverse("debtors:day"), {"officer": other.pk}).context["officer"] == officer
    client.force_login(supervisor)
    answer = client.get(reverse("debtors:day"), {"officer": other.pk})
    assert [row["person"] for row in answer.context["rows"]] == [someone]


def test_my_day_is_the_first_page_of_a_collector(client, officer):
    client.force_login(officer)
    assert client.get("/").url == reverse("debtors:day")
    assert "担当の人がまだいません" in client.get(reverse("debtors:day")).content.decode()


def test_the_person_page_shows_the_step_with_every_reason(client, officer, supervisor):
    someone = of(officer, by=supervisor, prescribes_on=DAY + timedelta(days=6), principal_yen=300_000)
    client.force_login(officer)
    text = client.get(reverse("debtors:panel-advice", args=[someone.number])).content.decode()
    for part in ("電話する", "未折衝", "手が未定", str(officer)):
        assert part in text
    assert Assignment.objects.get().officer == officer


def test_nobody_without_debt_has_a_recommendation(officer):
    assert day_page.advice_for(person(), officer, on=DAY).recommended is None


def test_who_is_left_out_at_first_has_nothing_to_do_and_an_unknown_beginning_leaves_nobody_out(officer, supervisor):
    """The list is that of all people's facts, though only the facts of some are read."""
    working = of(officer, by=supervisor, prescribes_on=DAY + timedelta(days=90))
    promised, quiet = of(officer, by=supervisor), of(officer, by=supervisor, prescribes_on=DAY + timedelta(days=91))
    promise(promised, officer, made_on=date(2026, 11, 9), promised_on=date(2026, 11, 19))
    paying = claim()
    assign_by_hand(person_id=paying.identity.person.pk, officer=officer, reason="見本", on=DAY, by=supervisor)
    pay(paying, 3_000, on=DAY - timedelta(days=7))
    rules, mine = day_page.rules_on(DAY), Assignment.objects.filter(officer=officer).values_list("person", flat=True)
    looked_at = day_page._with_a_lead(Keys(mine), rules, officer, on=DAY)
    assert looked_at == {working.pk, promised.pk, paying.identity.person.pk}
    facts = day_page.facts_of(list(mine), officer, on=DAY)
    of_all = {pk for pk, found in facts.items() if day_page.advise(rules, found, on=DAY).in_day}
    assert codes(officer).keys() == of_all == looked_at
    NextActionRule.objects.filter(code="no_step").update(in_day=True)
    assert day_page._with_a_lead(Keys(mine), day_page.rules_on(DAY), officer, on=DAY) is None
    assert quiet.pk in codes(officer)


def test_every_source_names_its_facts(officer, supervisor):
    someone = of(officer, by=supervisor, prescribes_on=DAY + timedelta(days=6))
    promise(someone, officer, made_on=date(2026, 11, 9), promised_on=date(2026, 11, 19))
    protect(someone)
    for source in registry.day_sources:
        assert {fact.code for _, fact in source.read([someone.pk], officer, DAY)} <= source.codes
        assert source.leads.keys() <= source.codes
