"""What the clock says besides its last day: the basis of 督促, status, 援用, warnings, and chains it refuses."""

from datetime import date

import pytest

from claims.rules.prescription import DunningEffect, PrescriptionTerms, Status, prescription
from tests.unit.claims.prescription_runs import AS_OF, day, run

SENT = ("tokusoku_tax", "2021-09-21")


@pytest.mark.parametrize(
    ("effect", "sent", "arrived", "deadline", "expected"),
    [
        (DunningEffect.TAX10, "2023-08-21", None, None, "2025-08-31"),
        (DunningEffect.DISPATCH, "2023-08-21", None, None, "2025-08-21"),
        (DunningEffect.ARRIVAL, "2023-08-21", "2023-08-22", None, "2025-08-22"),
        (DunningEffect.DEADLINE, "2023-08-21", "2023-08-22", "2023-08-31", "2025-08-31"),
    ],
)
def test_the_basis_of_the_first_dunning_is_a_setting(effect, sent, arrived, deadline, expected):
    terms = PrescriptionTerms(2, dunning_effect=effect)
    event = terms.dunning(sent_on=day(sent), arrived_on=day(arrived), deadline_on=day(deadline))
    assert prescription(start_on=day("2023-08-01"), terms=terms, events=[event], as_of=AS_OF).last_day == day(expected)


def test_a_dunning_without_the_day_it_counts_from_is_refused():
    with pytest.raises(ValueError, match="督促の日"):
        PrescriptionTerms(2).dunning(sent_on=AS_OF)
    with pytest.raises(ValueError, match="督促の日"):
        PrescriptionTerms(2, dunning_effect=DunningEffect.DEADLINE).dunning(sent_on=AS_OF)


DEFERRED = ("yuyo", "2026-03-01", "2026-03-02", "2026-06-01")


@pytest.mark.parametrize(
    ("events", "terms", "as_of", "status"),
    [
        ([], {}, "2026-08-31", Status.RUNNING),
        ([], {}, "2026-09-01", Status.EXTINCT),
        ([], {"needs_enyo": True}, "2026-09-01", Status.AWAITING_ENYO),
        ([("sashiosae", "2023-01-01")], {}, "2027-01-01", Status.POSTPONED),
        ([("saikoku", "2026-06-02")], {}, "2026-08-31", Status.RUNNING),
        ([("saikoku", "2026-06-02")], {}, "2026-09-01", Status.POSTPONED),
        ([("saikoku", "2026-06-02")], {}, "2026-12-03", Status.EXTINCT),
        ([DEFERRED], {}, "2026-03-01", Status.RUNNING),
        ([DEFERRED], {}, "2026-03-02", Status.SUSPENDED),
        ([DEFERRED], {}, "2026-06-01", Status.SUSPENDED),
        ([DEFERRED], {}, "2026-06-02", Status.RUNNING),
        ([SENT], {}, "2021-10-01", Status.POSTPONED),
        ([SENT], {}, "2021-10-02", Status.RUNNING),
    ],
)
def test_status_on_a_day(events, terms, as_of, status):
    assert run("2021-09-01", *events, as_of=day(as_of), **terms).status is status


def test_every_status_has_its_label():
    assert [status.label for status in Status] == [
        "進行",
        "完成猶予中",
        "停止",
        "完成",
        "完成・援用待ち",
        "援用済・消滅",
    ]


@pytest.mark.parametrize(
    ("events", "as_of", "status"),
    [
        pytest.param([("enyo", "2026-09-01")], "2026-09-01", Status.INVOKED, id="民法145条: the day after the period"),
        pytest.param([("enyo", "2026-10-01")], "2026-09-30", Status.AWAITING_ENYO, id="until it is invoked"),
        pytest.param([("enyo", "2026-08-31")], "2026-09-01", Status.AWAITING_ENYO, id="too early: no effect"),
        pytest.param([("enyo", "2026-08-31")], "2026-08-31", Status.RUNNING, id="before the end nothing changes"),
        pytest.param(
            [("shonin", "2026-09-05"), ("enyo", "2026-09-10")],
            "2026-09-10",
            Status.AWAITING_ENYO,
            id="最大判S41.4.20: acknowledged after the end, a person decides",
        ),
        pytest.param(
            [("saikoku", "2026-09-05"), ("enyo", "2026-09-10")],
            "2026-09-10",
            Status.INVOKED,
            id="our own demand takes nothing from the debtor",
        ),
        pytest.param(
            [("enyo", "2026-09-05"), ("ichibu_nofu", "2026-09-10")],
            "2026-09-10",
            Status.INVOKED,
            id="paid after it was invoked",
        ),
    ],
)
def test_a_private_claim_ends_when_it_is_invoked(events, as_of, status):
    clock = run("2021-09-01", *events, as_of=day(as_of), needs_enyo=True)
    assert (clock.status, clock.last_day) == (status, date(2026, 8, 31))


def test_what_the_steps_say_of_an_invocation():
    steps = run("2021-09-01", ("enyo", "2026-09-05"), ("enyo", "2026-09-06"), needs_enyo=True).steps
    assert [(step.effective, step.text) for step in steps[1:]] == [
        (True, "援用により消滅しました"),
        (False, "すでに援用されて消滅しています"),
    ]
    late = run("2021-09-01", ("ichibu_nofu", "2026-09-05"), ("enyo", "2026-09-06"), needs_enyo=True)
    assert "個別に判断" in late.steps[-1].text
    paid = run("2021-09-01", ("enyo", "2026-09-05"), ("ichibu_nofu", "2026-09-06"), needs_enyo=True)
    assert "過誤納" in paid.review
    public = run("2021-09-01", ("enyo", "2026-09-05"))
    assert (public.status, public.steps[-1].effective) == (Status.EXTINCT, False)


def test_where_the_period_and_its_suspensions_lie():
    clock = run("2021-09-01", ("yuyo", "2022-03-01", "2022-03-02", "2023-03-01"), ("saikoku", "2027-08-01"))
    assert (clock.period_ends_on, clock.last_day) == (date(2027, 8, 31), date(2028, 2, 1))
    assert clock.suspended == ((date(2022, 3, 2), date(2023, 3, 1)),)


def test_an_act_after_the_end_asks_for_a_decision():
    private = run("2021-09-01", ("shonin", "2026-09-10"), needs_enyo=True)
    public = run("2021-09-01", ("ichibu_nofu", "2026-09-10"))
    assert (private.last_day, private.status) == (date(2026, 8, 31), Status.AWAITING_ENYO)
    assert "援用の可否" in private.review
    assert "過誤納" in public.review
    assert not private.steps[-1].effective
    assert run("2021-09-01").review == ""


def test_days_and_months_left():
    clock = run("2021-09-01")
    assert (clock.days_left(day("2026-08-31")), clock.days_left(day("2026-08-30"))) == (0, 1)
    months = {
        text: clock.warning_months(day(text)) for text in ("2026-09-01", "2026-08-31", "2026-07-31", "2026-07-30")
    }
    assert months == {"2026-09-01": None, "2026-08-31": 1, "2026-07-31": 1, "2026-07-30": 3}
    assert [clock.warning_months(day(text)) for text in ("2026-02-28", "2025-08-31", "2025-08-30")] == [6, 12, None]
    assert run("2021-09-01", ("sashiosae", "2023-01-01")).days_left(AS_OF) is None


@pytest.mark.parametrize("kind", ["sashiosae_end", "sashiosae_torikeshi", "kofuyokyu_end", "soshou_torisage"])
def test_an_end_without_a_beginning_is_refused(kind):
    with pytest.raises(ValueError, match="始まりの記録がありません"):
        run("2021-09-01", (kind, "2022-01-01"))


def test_other_impossible_chains_are_refused():
    with pytest.raises(ValueError, match="始まりの記録がありません"):
        run("2021-09-01", ("shikko_teishi_torikeshi", "2022-01-01"))
    with pytest.raises(ValueError, match="強制徴収公債権"):
        run("2021-09-01", ("shikko_teishi", "2022-01-01"), needs_enyo=True)
    with pytest.raises(ValueError, match="正しい期間"):
        run("2021-09-01", ("yuyo", "2022-01-01"))
    with pytest.raises(ValueError, match="正しい期間"):
        run("2021-09-01", ("yuyo", "2022-01-01", "2022-02-01", "2022-01-31"))
    with pytest.raises(ValueError, match="1年以上"):
        PrescriptionTerms(0)


def test_what_happened_on_one_day_counts_the_same_in_either_order():
    events = [("tokusoku_tax", "2020-04-01"), ("tokusoku_koho", "2020-04-01")]
    assert run("2020-04-01", *events, years=2) == run("2020-04-01", *events[::-1], years=2)
