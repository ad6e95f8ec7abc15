"""The finder on real tables: facts, flags that come and go, runs that may be repeated, and the command."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims.demo.city import build
from claims.intake import run
from claims.models import Receipt
from debtors.models import Contact, LifeEvent
from tests.factories.claims import book, claim, pay
from tests.factories.debtors import identity, person, protect, system_user, user
from tests.factories.extracts import AS_OF
from tests.factories.signals import DAY, month_end, payer, stopped
from toyota_collect.models import AuditEvent
from toyota_collect.permissions import Ground, Role
from welfare import finder
from welfare.facts import facts_of
from welfare.finder_measure import measure, read_truth
from welfare.models import HardshipFlag, SignalRule
from welfare.signal_services import assess
from welfare.tasks import find_hardship

pytestmark = pytest.mark.django_db


def refresh(on: date = DAY) -> finder.Refreshed:
    return finder.refresh_flags(on=on, by=system_user("system.finder"))


def facts(someone):
    return facts_of([someone.pk], on=DAY)[someone.pk]


def test_the_break_lies_where_the_best_run_of_kept_claims_ends():
    told = facts(stopped())
    assert (told.before, told.kept_before, told.after, told.kept_after, told.paid_after) == (20, 20, 16, 0, 0)
    assert told.broke_on == month_end(8)
    assert told.first_due_on == month_end(18)
    assert told.open_groups == {"tax", "home"}
    assert (told.open_claims, told.open_kinds, told.kinds_after, told.kinds_unpaid_after) == (16, 2, 2, 2)
    assert told.last_paid_on == month_end(9) - timedelta(days=3)
    assert told.paid_months == 0


def test_what_was_taken_back_is_no_payment():
    someone = payer(paid=3, unpaid=1)
    owed = someone.identities.get().claims.order_by("due_on").last()
    receipt = pay(owed, owed.principal_yen, on=owed.due_on)
    (entry,) = receipt.entries.all()
    book(owed, "reversal", "principal", -entry.amount_yen, on=DAY, reverses=entry)
    assert facts(someone).last_paid_on == month_end(2) - timedelta(days=3)


def test_what_was_seized_was_not_paid():
    someone = payer(paid=3, unpaid=1)
    owed = someone.identities.get().claims.order_by("due_on").last()
    receipt = Receipt.objects.create(
        source=owed.source, receipt_number="S1", paid_on=DAY, amount_yen=4_000, left_yen=4_000, ground=owed.ground,
        channel="seizure",
    )  # fmt: skip
    book(owed, "receipt", "principal", -4_000, on=DAY, receipt=receipt)
    told = facts(someone)
    assert told.last_paid_on == month_end(2) - timedelta(days=3)
    assert told.part_after == 0


def test_paid_a_few_days_late_is_kept_and_a_day_more_is_not():
    kept, late = person(), person()
    for someone, days in ((kept, 10), (late, 11)):
        owed = claim(someone, due_on=month_end(3))
        pay(owed, owed.principal_yen, on=owed.due_on + timedelta(days=days))
        claim(someone, due_on=month_end(1))
    assert facts(kept).kept_before == 1
    assert facts(late).before == 0
    assert facts(late).paid_after == 1


def test_household_supports_and_the_log_are_facts():
    someone = stopped()
    entry = identity(someone, "juki", ground=Ground.REGISTER, household_number="H1", relation="世帯主")
    child = {"ground": Ground.REGISTER, "household_number": "H1", "person": None, "birth_on": date(2015, 4, 1)}
    for facts_, number in ((child, "C1"), (child | {"birth_on": date(1950, 1, 1), "died_on": date(2026, 3, 1)}, "C2")):
        entry.pk, entry.person_number = None, number
        for name, value in facts_.items():
            setattr(entry, name, value)
        entry.save()
    register = someone.identities.get(ground=Ground.REGISTER)
    for kind, on in (
        ("school_aid", date(2026, 4, 1)),
        ("welfare_start", date(2025, 1, 1)),
        ("welfare_stop", date(2026, 9, 1)),
    ):
        LifeEvent.objects.create(identity=register, kind=kind, on=on, ground="contract", origin="見本", found_on=DAY)
    by = user(Role.COLLECTOR)
    for on, outcome, text in (
        (date(2026, 5, 1), "talked", "入院していたとのこと"), (date(2026, 6, 1), "absent", ""), (date(2026, 7, 1), "busy", ""),
        (date(2026, 8, 1), "returned", "病気"), (date(2026, 9, 1), "hardship", "納められない"), (date(2026, 10, 1), "absent", ""),
    ):  # fmt: skip
        Contact.objects.create(person=someone, on=on, channel="phone", outcome=outcome, text=text, by=by)
    told = facts(someone)
    assert (told.adults, told.minors, told.member_died_on) == (1, 1, date(2026, 3, 1))
    assert (told.school_aid_from, told.child_support_from) == (date(2026, 4, 1), None)
    assert (told.welfare_from, told.welfare_until) == (date(2025, 1, 1), date(2026, 9, 1))
    assert (told.spoken_on, told.tries, told.returned_on) == (date(2026, 9, 1), 1, date(2026, 8, 1))
    assert (told.hardship_told_on, told.illness_told_on) == (date(2026, 9, 1), date(2026, 5, 1))


def test_a_line_of_the_log_that_was_corrected_is_no_fact():
    someone, by = stopped(), user(Role.COLLECTOR)
    line = Contact.objects.create(person=someone, on=DAY, channel="phone", outcome="hardship", text="病気", by=by)
    Contact.objects.create(
        person=someone, on=DAY, channel="phone", outcome="absent", text="", by=by, corrects=line, why="別の人だった"
    )
    told = facts(someone)
    assert (told.hardship_told_on, told.illness_told_on, told.tries) == (None, None, 1)


def test_of_somebody_under_protection_the_household_is_not_looked_at():
    someone = stopped()
    identity(someone, "juki", ground=Ground.REGISTER, household_number="H2", relation="世帯主")
    assert facts(someone).adults == 1
    protect(someone)
    told = facts(someone)
    assert (told.adults, told.minors, told.member_died_on, told.lives_here) == (None, None, None, None)
    assert facts_of(None, on=DAY)[someone.pk] == told


def test_the_number_of_statements_does_not_grow_with_the_people():
    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            finder.findings(on=DAY)
        return len(asked)

    stopped()
    few = statements()
    for _ in range(5):
        stopped()
    assert statements() == few


def test_a_run_flags_whom_the_rules_find_and_running_again_changes_nothing():
    someone, steady = stopped(), payer(paid=17, unpaid=1)
    assert refresh() == finder.Refreshed(opened=1, kept=0, gone=0)
    one = HardshipFlag.objects.get()
    assert (one.person, one.state, one.found_on) == (someone, "open", DAY)
    assert one.signs[0]["code"] == "stopped"
    assert one.score >= one.threshold
    assert refresh() == finder.Refreshed(opened=0, kept=1, gone=0)
    assert HardshipFlag.objects.get().pk == one.pk
    assert not HardshipFlag.objects.filter(person=steady).exists()
    assert AuditEvent.objects.filter(event="signals.refreshed", subject_key="2026-11-20").count() == 2


def test_the_nightly_task_run_twice_leaves_one_flag():
    stopped()
    find_hardship()
    find_hardship()
    assert HardshipFlag.objects.count() == 1


def test_a_flag_ends_when_all_is_paid_and_comes_back_as_a_new_one():
    someone = stopped()
    refresh()
    for known in someone.identities.all():
        for owed in known.claims.filter(principal_yen__gt=0):
            pay(owed, owed.principal_yen, on=DAY)
    assert refresh() == finder.Refreshed(opened=0, kept=0, gone=1)
    gone = HardshipFlag.objects.get()
    assert (gone.state, gone.ended_on) == ("gone", DAY)


def test_what_somebody_decided_stays_until_its_day_and_then_the_person_is_flagged_anew():
    stopped()
    refresh()
    first = HardshipFlag.objects.get()
    assess(flag_id=first.pk, answer="rejected", reason="forgot", on=DAY, by=user(Role.COLLECTOR))
    first.refresh_from_db()
    assert refresh().opened == 0
    assert refresh(first.come_back_on - timedelta(days=1)).opened == 0
    assert refresh(first.come_back_on).opened == 1
    first.refresh_from_db()
    assert first.state == "rejected"


def test_a_rule_that_is_not_in_use_any_more_flags_nobody():
    stopped()
    assert any(one.flagged for one in finder.findings(on=DAY).values())
    for row in SignalRule.objects.filter(weight__gt=0):
        row.pk, row.starts_on, row.in_use = None, DAY, False
        row.save()
    assert not any(one.flagged for one in finder.findings(on=DAY).values())
    assert any(one.flagged for one in finder.findings(on=DAY - timedelta(days=1)).values())


def test_why_and_why_not_for_one_person():
    someone = stopped()
    found, near = finder.explain(someone.pk, on=DAY)
    assert found.flagged
    assert "exempted" in {one.code for one in near}
    assert finder.explain(person().pk, on=DAY) is None


def command(*options: str) -> tuple[dict, str]:
    out, err = StringIO(), StringIO()
    call_command("find_hardship", *options, stdout=out, stderr=err)
    return json.loads(out.getvalue().splitlines()[-1]), err.getvalue()


def test_the_command_without_a_truth_counts_and_writes_nothing():
    stopped()
    report, _ = command()
    assert list(report) == ["flags", "recall", "precision", "gap", "base_rate", "rules"]
    assert (report["flags"], report["recall"], report["base_rate"]) == (1, None, None)
    assert report["rules"]["stopped"] == {"fired": 1, "recall": None, "precision": None, "gap": None}
    assert not HardshipFlag.objects.exists()
    command("--keep")
    assert HardshipFlag.objects.count() == 1


def test_a_truth_that_is_not_of_these_people_is_refused_with_what_to_do(tmp_path):
    stopped()
    with pytest.raises(CommandError, match="truth フォルダーを指定"):
        command("--truth", str(tmp_path))
    build(debtors=20, seed=5, out=tmp_path)
    with pytest.raises(CommandError, match="同じ市の truth"):
        command("--truth", str(tmp_path))


def bring_in(folder) -> None:
    batch = run.run(run.start(by=run.intake_user(), as_of=AS_OF), folder)
    assert set(batch.files.values_list("status", flat=True)) == {"committed"}


def test_a_small_city_is_found_and_flagging_everybody_fails_the_report(tmp_path):
    build(debtors=600, seed=11, out=tmp_path)
    bring_in(tmp_path)
    report, told = command("--truth", str(tmp_path))
    assert list(report)[:1] == ["flags"]
    assert report["recall"] >= 0.85  # a small city: the goals are held to in the long test
    assert report["precision"] >= 0.55
    assert 0.05 < report["base_rate"] < 0.15
    assert report["rules"]["stopped"]["fired"] > 20
    assert "base rate" in told
    truth = read_truth(tmp_path / "truth", on=DAY)
    rules = finder.rules_on(DAY)
    everybody = {
        person: type(one)(one.signs or one.counters, (), 99, 0, silent=False)
        for person, one in finder.findings(on=DAY, rules=rules).items()
    }
    blind = measure(everybody, truth)
    assert blind["recall"] > 0.95
    assert not blind["passes"]
    assert abs(blind["precision"] - blind["base_rate"]) < 0.03


@pytest.mark.long
@pytest.mark.parametrize("seed", [41, 303, 777])
def test_three_cities_keep_the_goals(tmp_path, seed):
    """Rules were written on seed 41; 303 and 777 were looked at only afterwards."""
    build(debtors=4_000, seed=seed, out=tmp_path)
    bring_in(tmp_path)
    report, told = command("--truth", str(tmp_path))
    print(f"seed {seed}\n{told}")  # -rA shows it
    assert report["passes"], report["fails"]
