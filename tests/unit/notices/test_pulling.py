"""What takes a finished letter out of the pile, reason by reason, and its boundary days."""

from datetime import date

import pytest

from notices.rules.pulling import ClaimFacts, Found, LetterFacts, Reason, reasons_to_pull

DAY = date(2026, 11, 20)


def reasons(facts: LetterFacts) -> list[str]:
    return [found.reason.value for found in reasons_to_pull(facts, on=DAY)]


def of_claim(**facts) -> list[str]:
    return reasons(LetterFacts(claims=(ClaimFacts("市民税", **facts),)))


def test_a_letter_of_which_nothing_has_changed_goes_out():
    assert reasons(LetterFacts()) == []
    assert of_claim() == []


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        pytest.param({"protected": True}, "protected", id="支援措置"),
        pytest.param({"maybe_protected": True}, "maybe_protected", id="支援措置の人かもしれない"),
        pytest.param({"died_on": date(2026, 11, 19)}, "deceased", id="死亡"),
        pytest.param({"relinked": True}, "relinked", id="名寄せ"),
        pytest.param({"paid_unassigned": True}, "announced", id="充てる先の決まらない納付"),
        pytest.param({"address_changed": True}, "address", id="転居"),
        pytest.param({"name_changed": True}, "name", id="改姓"),
    ],
)
def test_every_reason_of_a_person(facts, reason):
    assert reasons(LetterFacts(**facts)) == [reason]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        pytest.param({"entries": frozenset({"receipt"})}, "paid", id="収納"),
        pytest.param({"entries": frozenset({"set_off"})}, "paid", id="充当"),
        pytest.param({"announced": True}, "announced", id="速報"),
        pytest.param({"holds": frozenset({"plan"})}, "planned", id="分納の保留"),
        pytest.param({"planned": True}, "planned", id="催告を止めない分納"),
        pytest.param({"holds": frozenset({"lawyers"})}, "lawyers", id="弁護士"),
        pytest.param({"holds": frozenset({"tax_grace"})}, "held", id="徴収猶予"),
        pytest.param({"holds": frozenset({"welfare"})}, "held", id="福祉支援"),
        pytest.param({"entries": frozenset({"write_off"})}, "ended", id="不納欠損"),
        pytest.param({"entries": frozenset({"correction"})}, "corrected", id="更正"),
        pytest.param({"entries": frozenset({"exemption"})}, "corrected", id="減免"),
        pytest.param({"entries": frozenset({"levy"})}, "corrected", id="調定の追加"),
        pytest.param({"entries": frozenset({"reversal"})}, "corrected", id="収納の取消"),
        pytest.param({"entries": frozenset({"late_fixed"})}, "corrected", id="延滞金確定"),
        pytest.param({"dunning_withdrawn": True}, "dunning", id="督促の取消"),
        pytest.param({"elsewhere": True}, "relinked", id="ほかの人の債権になった"),
        pytest.param({"reachable": False}, "other", id="ほかの理由で求められない"),
    ],
)
def test_every_reason_of_a_claim(facts, reason):
    assert of_claim(**facts) == [reason]


def test_every_reason_is_one_that_the_database_keeps():
    from notices.models import Pull

    assert {reason.value for reason in Reason} == set(Pull.Reason.values)


@pytest.mark.parametrize(
    ("last_day", "expected"),
    [
        pytest.param(date(2026, 11, 19), ["lapsed"], id="the day after the last"),
        pytest.param(DAY, [], id="the last day itself"),
        pytest.param(date(2026, 11, 21), [], id="one day left"),
        pytest.param(None, [], id="postponed"),
    ],
)
def test_a_claim_lapses_the_day_after_its_last(last_day, expected):
    assert of_claim(prescribes_on=last_day) == expected


def test_a_known_reason_says_more_than_that_it_may_not_be_asked_for():
    assert of_claim(announced=True, reachable=False) == ["announced"]


def test_who_is_protected_is_not_called_maybe_protected():
    assert reasons(LetterFacts(protected=True, maybe_protected=True)) == ["protected"]


def test_all_reasons_are_named_safety_first_with_the_claims_they_are_about():
    paid = ClaimFacts("市民税 第1期", entries=frozenset({"receipt", "correction"}))
    held = ClaimFacts("国保税 第2期", holds=frozenset({"tax_grace", "lawyers"}), reachable=False)
    also = ClaimFacts("市民税 第2期", entries=frozenset({"receipt"}))
    found = reasons_to_pull(LetterFacts(address_changed=True, protected=True, claims=(paid, held, also)), on=DAY)
    assert found == (
        Found(Reason.PROTECTED),
        Found(Reason.PAID, ("市民税 第1期", "市民税 第2期")),
        Found(Reason.LAWYERS, ("国保税 第2期",)),
        Found(Reason.HELD, ("国保税 第2期",)),
        Found(Reason.CORRECTED, ("市民税 第1期",)),
        Found(Reason.ADDRESS),
    )
