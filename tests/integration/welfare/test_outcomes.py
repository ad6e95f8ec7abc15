"""The figures from real outcomes: a quarter's precision and recall, and what came of help, told from the ledger."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from claims.models import Receipt
from debtors.models import Contact
from tests.factories.claims import book, claim, pay
from tests.factories.debtors import identity, person, user
from tests.factories.signals import DAY, flag
from tests.factories.welfare import handed_over
from toyota_collect.permissions import Ground, Role
from welfare import outcomes
from welfare.figures_page import quarters_to
from welfare.models import ConferenceDecision, Referral, SupportResult
from welfare.rules.shares import Known, Share
from welfare.services import consents
from welfare.signal_services import assess

pytestmark = pytest.mark.django_db
QUARTER = (date(2026, 10, 1), date(2026, 12, 31))


def supported(someone, *, since: date, by, **facts) -> Referral:
    """Handed over on the day, and answered four days later with a result that counts as help."""
    plain = {"state": "answered", "result": "budget", "consented_on": since, "handed_on": since}
    answered = {"answered_on": since + timedelta(days=4)}
    return Referral.objects.create(**({"person": someone, "offered_by": by} | plain | answered | facts))


def test_precision_is_of_what_people_decided_in_the_quarter(collector):
    for answer, reason, on in (
        ("confirmed", "", DAY), ("rejected", "forgot", DAY), ("rejected", "can_pay", date(2026, 9, 30)),
    ):  # fmt: skip
        assess(flag_id=flag(found_on=on).pk, answer=answer, reason=reason, on=on, by=collector)
    assess(flag_id=flag().pk, answer="later", until=DAY + timedelta(days=3), on=DAY, by=collector)
    decided = outcomes.decided(QUARTER)
    assert [(one.confirmed, one.reason) for one in decided] == [(True, ""), (False, "forgot")]
    assert outcomes.first_day() == date(2026, 9, 30)


def test_recall_is_of_those_who_turned_out_in_hardship_by_another_way(collector):
    before, same_day, without, by_flag = person(), person(), person(), person()
    assess(flag_id=flag(by_flag, found_on=DAY - timedelta(days=9)).pk, answer="confirmed", on=DAY, by=collector)
    supported(by_flag, since=DAY, by=collector)
    flag(before, found_on=DAY - timedelta(days=1))
    flag(same_day, found_on=DAY)
    supported(before, since=DAY, by=collector)
    for someone in (same_day, without):
        Contact.objects.create(person=someone, on=DAY, channel="phone", outcome="hardship", text="", by=collector)
    Contact.objects.create(
        person=before, on=DAY + timedelta(days=5), channel="phone", outcome="hardship", text="", by=collector
    )
    assert set(outcomes.known_otherwise(QUARTER)) == {
        Known(before.pk, True), Known(same_day.pk, False), Known(without.pk, False),
    }  # fmt: skip


def test_groups_are_told_from_the_register_alone():
    old, foreign, parent, other = person(birth_on=date(1961, 11, 20)), person(), person(), person()
    identity(foreign, "juki", ground=Ground.REGISTER, name="ＳＩＬＶＡ　ＭＡＲＩＡ")
    identity(other, "juki", ground=Ground.REGISTER, name="架空　花子")
    identity(parent, "juki", ground=Ground.REGISTER, household_number="H9", birth_on=date(1990, 1, 1))
    child = identity(person(), "juki", ground=Ground.REGISTER, household_number="H9", birth_on=date(2018, 1, 1))
    people = [old.pk, foreign.pk, parent.pk, other.pk]
    assert outcomes.groups_of(people, on=DAY) == {
        "foreign": {foreign.pk}, "elderly": {old.pk}, "single_parent": {parent.pk},
    }  # fmt: skip
    assert child.person_id not in outcomes.groups_of(people, on=DAY)["single_parent"]


def test_returned_yen_is_what_supported_people_paid_themselves_after_the_handing_over(collector):
    helped, other = claim(principal_yen=100_000), claim(principal_yen=50_000)
    supported(helped.identity.person, since=date(2026, 10, 15), by=collector)
    pay(helped, 7_000, on=date(2026, 10, 14))  # before
    pay(helped, 11_000, on=date(2026, 10, 15))
    back = pay(helped, 13_000, on=date(2026, 11, 1))
    (entry,) = back.entries.all()
    book(helped, "reversal", "principal", 13_000, on=date(2026, 11, 2), reverses=entry)
    seized = Receipt.objects.create(
        source=helped.source, receipt_number="S9", paid_on=DAY, amount_yen=17_000, left_yen=17_000, ground=helped.ground,
        channel="seizure",
    )  # fmt: skip
    book(helped, "receipt", "principal", -17_000, on=DAY, receipt=seized)
    pay(other, 19_000, on=DAY)
    told = outcomes.money(QUARTER)
    assert told == outcomes.Money(collected=7_000 + 11_000 + 17_000 + 19_000, seized=17_000, returned=11_000, payers=1)


@pytest.mark.parametrize(("months", "share"), [(6, Share(1, 2)), (12, Share(2, 2))])
def test_redefault_looks_only_at_what_fell_due_in_the_months_and_was_open_at_their_end(collector, months, share):
    since = date(2025, 10, 20)
    anew, later, young = person(), person(), person()
    for someone, day in ((anew, since), (later, since), (young, date(2026, 10, 20))):
        supported(someone, since=day, by=collector)
        claim(someone, due_on=date(2025, 9, 30))  # arrears of before
        book(claim(someone, due_on=date(2025, 10, 20)), "levy", "fee", 100, on=DAY)  # of the day itself
    claim(anew, due_on=date(2026, 1, 31))
    paid = claim(later, due_on=date(2026, 1, 31))
    pay(paid, paid.principal_yen, on=date(2026, 4, 20))  # on the last day
    claim(later, due_on=date(2026, 8, 31))
    assert outcomes.redefault(months, on=DAY) == share


UNDER_WAY = {"state": "received", "result": "", "answered_on": None}


@pytest.mark.parametrize(
    ("facts", "reached"),
    [
        ({}, 1),
        ({"result": "already_known"}, 1),
        (UNDER_WAY, 0),
        (UNDER_WAY | {"state": "withdrawn"}, 0),
        ({"result": "not_wanted"}, 0),
        ({"result": "no_contact"}, 0),
        ({"answered_on": date(1999, 1, 1)}, 0),  # the list had no such result then
    ],
)
def test_support_reached_whom_welfare_answered_with_help(collector, facts, reached):
    first, second = flag(), flag()
    for one in (first, second):
        assess(flag_id=one.pk, answer="confirmed", on=DAY, by=collector)
    supported(first.person, since=DAY, by=collector, **facts)
    supported(person(), since=DAY, by=collector)  # nobody asked about this one by a flag
    assert outcomes.reached(QUARTER) == Share(reached, 2)


def test_a_result_counts_as_the_list_stood_on_the_day_of_the_answer(collector):
    one = flag()
    assess(flag_id=one.pk, answer="confirmed", on=DAY, by=collector)
    supported(one.person, since=date(2026, 10, 5), by=collector)
    row = SupportResult.objects.get(code="budget")
    row.pk, row.starts_on, row.helped = None, date(2026, 10, 10), False
    row.save()
    assert outcomes.reached(QUARTER) == Share(1, 1)
    Referral.objects.update(answered_on=date(2026, 10, 10))
    assert outcomes.reached(QUARTER) == Share(0, 1)


def test_who_was_handed_over_by_the_conference_is_supported_from_that_day(collector):
    someone = claim(principal_yen=100_000).identity.person
    decided = ConferenceDecision.objects.create(
        person=someone, held_on=date(2026, 10, 1), members="架空 一郎", items=["contact"], why="見本", law="見本",
        valid_until=date(2027, 3, 31), by=collector,
    )  # fmt: skip
    supported(someone, since=date(2026, 10, 15), by=collector, consented_on=None, conference=decided)
    owed = someone.identities.get().claims.get()
    pay(owed, 7_000, on=date(2026, 10, 14))
    pay(owed, 11_000, on=date(2026, 10, 15))
    assert outcomes.money(QUARTER).returned == 11_000
    assert outcomes.known_otherwise(QUARTER) == [Known(someone.pk, False)]


def test_a_consent_withdrawn_before_the_answer_is_no_hardship_found_another_way(collector):
    referral = handed_over(by=collector)
    assert outcomes.known_otherwise(QUARTER) == [Known(referral.person_id, False)]
    consents.withdraw(consent_id=referral.consent_id, how="電話", by=collector, on=DAY)
    assert outcomes.known_otherwise(QUARTER) == []


def test_quarters_are_named_by_the_fiscal_year_and_go_back_to_the_first_answer():
    found = quarters_to(DAY, date(2026, 2, 1))
    assert [one["code"] for one in found] == ["2026-4", "2026-3", "2026-2", "2026-1"]
    assert [one["label"] for one in found] == [
        "R8年度 第3四半期", "R8年度 第2四半期", "R8年度 第1四半期", "R7年度 第4四半期",
    ]  # fmt: skip
    assert found[0]["span"] == QUARTER
    assert found[-1]["span"] == (date(2026, 1, 1), date(2026, 3, 31))
    assert len(quarters_to(DAY, date(2019, 1, 1))) == 8
    assert len(quarters_to(DAY, None)) == 1


def test_the_page_publishes_it_without_naming_anybody(collector):
    one = flag()
    assess(flag_id=one.pk, answer="rejected", reason="forgot", on=DAY, by=collector)
    client = Client()
    client.force_login(user(Role.AUDITOR))
    page = client.get(reverse("welfare:signal-figures")).content.decode()
    assert "0.0" in page
    assert "納め忘れ・口座の変更" in page
    assert "ひとり親" in page
    assert one.person.name not in page
    assert one.person.number not in page
    assert client.get(reverse("welfare:signal-figures") + "?quarter=nonsense").status_code == 200
