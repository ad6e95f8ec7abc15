"""Who gets a letter, who is left out and why, and which claims never appear."""

from datetime import date
from typing import Any

import pytest

from claims.models import Claim, Hold
from notices.models import Exclusion, LetterClaim
from tests.factories.claims import claim, pay
from tests.factories.debtors import identity, person, protect, system_user

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


def hold(of: Any, **scope: Any) -> Hold:
    facts = {"reason": "dispute", "channels": ["notice"], "starts_on": date(2026, 10, 1), "review_on": date(2027, 1, 1)}
    return Hold.objects.create(person=of, placed_by=system_user(), **(facts | scope))


def lapsed(of: Any, **facts: Any) -> Claim:
    owed = claim(of, **facts)
    Claim.objects.filter(pk=owed.pk).update(prescribes_on=date(2026, 11, 19))
    return owed


def _protected(_: Any) -> None:
    someone = person()
    protect(someone)
    claim(someone)


def _maybe_protected(_: Any) -> None:
    hidden = person(name_key="架空花子", birth_on=date(1990, 1, 2))
    protect(hidden, starts_on=date(2026, 1, 1))
    twin = person(name_key="架空花子", birth_on=date(1990, 1, 2))
    claim(twin)


def _deceased(_: Any) -> None:
    claim(person(died_on=date(2026, 3, 1)))


def _no_address(_: Any) -> None:
    claim(person(address=""))


def _no_postal_code(_: Any) -> None:
    claim(person(postal_code=""))


def _held(_: Any) -> None:
    someone = person()
    claim(someone)
    lapsed(someone)
    hold(someone)


def _prescribed(_: Any) -> None:
    lapsed(person())


def _below_minimum(_: Any) -> None:
    someone = person()
    claim(someone, principal_yen=999)
    hold(someone, claim=claim(someone, principal_yen=50_000))


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        pytest.param(_protected, "protected", id="protected"),
        pytest.param(_maybe_protected, "maybe_protected", id="same name and birth date as a protected person"),
        pytest.param(_deceased, "deceased", id="deceased"),
        pytest.param(_no_address, "no_address", id="no address"),
        pytest.param(_no_postal_code, "no_address", id="no postal code"),
        pytest.param(_held, "held", id="every claim held or past prescription"),
        pytest.param(_prescribed, "prescribed", id="every claim past prescription"),
        pytest.param(_below_minimum, "below_minimum", id="what is not held is below the minimum"),
    ],
)
def test_each_reason_leaves_the_person_out(build, reason, make_run):
    claim(person(kana_key="ベツノヒト"))
    build(None)
    run = make_run()
    assert run.counts["excluded"] == {reason: 1}
    assert (run.counts["found"], run.counts["letters"]) == (2, 1)
    assert list(run.exclusions.values_list("reason", flat=True)) == [reason]


def test_a_person_stands_on_the_list_once_with_the_first_reason(make_run):
    someone = person(died_on=date(2026, 1, 1), address="")
    protect(someone)
    claim(someone)
    claim(someone, kind="water_charge", source="suido")
    run = make_run()
    assert [(out.person_id, out.reason) for out in run.exclusions.all()] == [(someone.pk, "protected")]


def test_protection_over_before_the_day_leaves_nobody_out(make_run):
    someone = person()
    protect(someone, starts_on=date(2025, 1, 1), ends_on=DAY)
    claim(someone)
    assert make_run().counts["excluded"] == {}


@pytest.mark.parametrize(
    ("facts", "suspect"),
    [
        pytest.param({"phone_key": "0900000000"}, True, id="phone"),
        pytest.param({"address_key": "西町1-1"}, True, id="address"),
        pytest.param({}, False, id="name alone"),
        pytest.param({"phone_key": "0900000000", "name_key": "別人", "kana_key": "ベツジン"}, False, id="phone alone"),
    ],
)
def test_who_may_be_protected_shares_a_name_and_a_fact(facts, suspect, make_run):
    hidden = person(name_key="架空花子", kana_key="カクウハナコ", birth_on=None)
    identity(hidden, "juki", phone_key="0900000000", address_key="西町1-1")
    protect(hidden)
    other = person(name_key="架空花子", kana_key="カクウハナコ", birth_on=None)
    identity(other, "suido", **facts)
    claim(other, kind="water_charge", source="suido")
    assert make_run().counts["excluded"] == ({"maybe_protected": 1} if suspect else {})


def test_claims_held_prescribed_paid_or_not_due_never_appear(frozen_run):
    someone = person()
    asked = claim(someone, principal_yen=20_000)
    hold(someone, claim=claim(someone))
    hold(someone, kind=claim(someone, kind="nhi_tax", source="kokuho").kind)
    lapsed(someone)
    pay(claim(someone, principal_yen=5_000), 5_000, on=date(2026, 11, 1))
    claim(someone, due_on=DAY)
    frozen_run()
    assert list(LetterClaim.objects.values_list("claim_id", flat=True)) == [asked.pk]


def test_a_claim_that_lapses_or_is_held_before_the_day_of_issue_is_not_asked_for(frozen_run):
    someone = person()
    asked = claim(someone)
    lapsing = claim(someone)
    Claim.objects.filter(pk=lapsing.pk).update(prescribes_on=date(2026, 11, 25))
    hold(someone, claim=claim(someone), starts_on=date(2026, 11, 28))
    frozen_run(issued_on=date(2026, 12, 1))
    assert list(LetterClaim.objects.values_list("claim_id", flat=True)) == [asked.pk]


def test_a_hold_of_another_channel_does_not_stop_the_letter(make_run):
    owed = claim(person())
    hold(owed.identity.person, channels=["call"])
    assert make_run().counts["letters"] == 1


@pytest.mark.parametrize(
    ("conditions", "letters"),
    [
        pytest.param({"kinds": ["water_charge"]}, 1, id="a kind"),
        pytest.param({"groups": ["tax"]}, 2, id="a group"),
        pytest.param({"groups": ["tax"], "kinds": ["water_charge"]}, 3, id="a group and a kind besides"),
        pytest.param({}, 3, id="all"),
        pytest.param({"limit": 2}, 2, id="a limit"),
        pytest.param({"minimum_yen": 10_001}, 0, id="a minimum"),
    ],
)
def test_conditions_choose_the_claims(conditions, letters, make_run):
    claim(person())
    claim(person())
    claim(person(), kind="water_charge", source="suido")
    counts = make_run(**conditions).counts
    assert counts["letters"] == letters
    assert counts["found"] - sum(counts["excluded"].values()) - counts["beyond_limit"] == letters


def test_counts_add_up_by_group(make_run):
    someone = person()
    claim(someone, principal_yen=20_000, fee_yen=100)
    claim(someone, kind="welfare_63", source="fukushi", principal_yen=30_000)
    counts = make_run().counts
    assert set(counts["groups"]) == {"tax", "welfare"}
    assert sum(g["principal_yen"] + g["extra_yen"] for g in counts["groups"].values()) == counts["yen"]
    assert counts["groups"]["tax"]["people"] == counts["groups"]["welfare"]["people"] == 1


def test_counting_again_replaces_the_list(make_run, operator):
    from notices.services import runs

    claim(person(died_on=date(2026, 1, 1)))
    run = make_run()
    runs.count(run_id=run.pk, by=operator, today=DAY)
    assert Exclusion.objects.filter(run=run).count() == 1


def test_the_number_of_queries_does_not_depend_on_the_people(make_run, operator, django_assert_max_num_queries):
    from notices.services import runs

    for _ in range(3):
        claim(person())
    run = make_run()
    for _ in range(12):
        claim(person())
    with django_assert_max_num_queries(45):
        assert runs.count(run_id=run.pk, by=operator, today=DAY).counts["letters"] == 15
