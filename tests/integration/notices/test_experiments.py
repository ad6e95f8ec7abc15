"""文面の比較試験: registered and approved with its run, drawn once with the snapshot, counted from the ledger."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from claims.models import Hold, Measure
from debtors.models import LifeEvent
from notices.models import Assignment, Experiment, ExperimentArm, Letter, PrintRun
from notices.rules.experiments import assign
from notices.services import assignments, experiments, rendering, responses, runs, texts
from notices.services.rendering import frozen_letter, render_chunk
from notices.services.runs import RunRefused
from tests.factories.claims import claim
from tests.factories.debtors import identity, user
from tests.factories.experiments import QUESTION, SHORT, alone, registered, version
from tests.integration.notices.conftest import DAY, approve
from toyota_collect.models import AuditEvent, NoticeText
from toyota_collect.notice_text import text_on
from toyota_collect.permissions import Ground
from welfare.models import Referral

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("texts_fit")]


@pytest.fixture
def counted(kept, make_run) -> PrintRun:
    """One letter, counted."""

    def make() -> PrintRun:
        claim(alone(1))
        return make_run()

    return kept(make)


@pytest.fixture
def trial(kept) -> NoticeText:
    return kept(version)


def made(run: PrintRun) -> PrintRun:
    for chunk in run.chunks.filter(state="waiting"):
        render_chunk(chunk_id=chunk.pk)
    run.refresh_from_db()
    return run


def words_of(letter: Letter) -> str:
    text = frozen_letter(letter).text
    assert text is not None
    return text.part("hardship")


# --- registering and approving --------------------------------------------------------------------------------


def test_a_version_for_comparison_is_never_what_ordinary_letters_say():
    former = text_on("consolidated", DAY)
    trial = version()
    assert text_on("consolidated", DAY) == former
    assert list(NoticeText.objects.usable(kind="consolidated", on=DAY)[:2]) == [trial, former]
    assert texts.before(version("お支払いが難しい方は、分割の相談ができます。", trial_only=False)) == former


def test_what_proved_itself_begins_the_next_ordinary_version():
    trial, by = version(), user("supervisor")
    with pytest.raises(texts.TextRefused, match="もとにする版"):
        texts.draft(kind="demand", by=by, today=DAY, like=trial.pk)
    made = texts.draft(kind="consolidated", by=by, today=DAY, like=trial.pk)
    assert (made.parts, made.trial_only) == (trial.parts, False)


def test_only_a_kind_that_goes_out_in_runs_is_compared():
    text = texts.draft(kind="visit", by=user("supervisor"), today=DAY)
    given: dict[str, Any] = {"starts_on": DAY, "note": "", "by": user("supervisor"), "today": DAY}
    with pytest.raises(texts.TextRefused, match="まとめて作る種類"):
        texts.change(text_id=text.pk, parts=text.parts, trial_only=True, **given)


def test_who_approves_reads_the_question_the_yardstick_and_how_the_texts_differ(counted, trial, operator):
    run = counted
    registered(run, operator, trial, percent=30)
    asked = runs.ask_approval(run_id=run.pk, by=operator)
    told = asked.evidence["文面の比較試験"]
    assert told["確かめたいこと"] == QUESTION
    assert "21日以内" in told["ものさし（先に決めたもの）"]
    assert (told["文面A"], told["文面B"]) == ("いまの文面（第1版）70％", f"第{trial.version}版　30％")
    (change,) = told["文面Bの違い"].values()
    assert change.endswith(f"→ {SHORT}")
    assert AuditEvent.objects.get(event="experiment.registered").by == operator


@pytest.mark.parametrize(
    ("shares", "told"),
    [
        pytest.param(lambda first, trial: {first: 100}, "2つから4つ", id="nothing to compare"),
        pytest.param(lambda first, trial: {first: 50, trial: 40}, "いまは90％", id="not a hundred"),
        pytest.param(lambda first, trial: {trial: 50, first + 10_000: 50}, "使えない版", id="no such version"),
        pytest.param(lambda first, trial: {first: 100, trial: 0}, "2つから4つ", id="an empty share"),
    ],
)
def test_what_cannot_be_drawn_is_refused(shares, told, counted, trial, operator):
    run = counted
    with pytest.raises(RunRefused, match=told):
        experiments.register(
            run_id=run.pk, question=QUESTION, shares=shares(text_on(run.kind, DAY).pk, trial.pk), by=operator
        )
    assert not Experiment.objects.exists()


def test_the_text_in_force_is_always_one_of_them(make_run, operator):
    claim(alone(1))
    run = make_run()
    one, other = version(), version("分割の相談ができます。")
    with pytest.raises(RunRefused, match="いまの文面"), transaction.atomic():
        experiments.register(run_id=run.pk, question=QUESTION, shares={one.pk: 50, other.pk: 50}, by=operator)


def test_a_question_is_asked_first(counted, trial, operator):
    run = counted
    with pytest.raises(RunRefused, match="確かめたいこと"):
        experiments.register(
            run_id=run.pk, question=" ", shares={text_on(run.kind, DAY).pk: 50, trial.pk: 50}, by=operator
        )


def test_registering_again_takes_the_place_of_the_former_and_giving_up_ends_it(counted, trial, operator):
    run = counted
    registered(run, operator, trial)
    registered(run, operator, trial, percent=20)
    assert list(ExperimentArm.objects.values_list("percent", flat=True)) == [80, 20]
    experiments.give_up(run_id=run.pk, by=operator)
    assert not Experiment.objects.exists()
    with pytest.raises(RunRefused, match="比較試験はありません"):
        experiments.give_up(run_id=run.pk, by=operator)


def test_once_approval_is_asked_nothing_of_it_changes(counted, trial, operator):
    run = counted
    registered(run, operator, trial)
    runs.ask_approval(run_id=run.pk, by=operator)
    with pytest.raises(RunRefused, match="差戻し"):
        registered(run, operator, trial, percent=20)
    with pytest.raises(RunRefused, match="差戻し"):
        experiments.give_up(run_id=run.pk, by=operator)


def test_a_text_that_changed_after_the_approval_sends_the_run_back(make_run, operator, sent):
    claim(alone(1))
    run = make_run()
    registered(run, operator, version())
    approve(run, operator)
    version("お支払いが難しい方は、分割の相談ができます。", trial_only=False)
    runs.start(run_id=run.pk, by=operator)
    assert runs.fix_amounts(run_id=run.pk, by=operator, today=DAY) == []
    run.refresh_from_db()
    assert (run.state, Letter.objects.count(), Assignment.objects.count()) == ("draft", 0, 0)
    assert "いまの文面（A）の版が変わりました" in run.problem
    assert Experiment.objects.get().seed == ""
    runs.count(run_id=run.pk, by=operator, today=DAY)
    with pytest.raises(RunRefused, match="登録し直して"):
        runs.ask_approval(run_id=run.pk, by=operator)


def test_another_kind_of_run_needs_texts_of_its_own(make_run, operator):
    claim(alone(1))
    run = make_run()
    registered(run, operator, version())
    conditions = runs.Conditions(
        as_of=DAY, issued_on=DAY, deadline_on=date(2026, 12, 14), minimum_yen=1_000, kind="final_demand"
    )
    runs.change_conditions(run_id=run.pk, conditions=conditions, by=operator)
    runs.count(run_id=run.pk, by=operator, today=DAY)
    with pytest.raises(RunRefused, match="使えない版"):
        runs.ask_approval(run_id=run.pk, by=operator)


# --- the draw -------------------------------------------------------------------------------------------------


def test_each_household_gets_one_text_by_the_shares_and_the_letter_says_it(drawn_run):
    for n in range(10):
        claim(alone(n))
    trial = version()
    run = drawn_run(trial, percent=30)
    letters = run.letters.select_related("assignment__arm__text", "person")
    assert Counter(one.assignment.arm.name for one in letters) == {"A": 7, "B": 3}
    for one in letters:
        assert (words_of(one) == SHORT) == (one.assignment.arm.text == trial)
        assert one.assignment.unit == one.person.number


def test_the_kept_seed_gives_the_same_draw_again(drawn_run):
    for n in range(12):
        claim(alone(n))
    run = drawn_run()
    experiment = Experiment.objects.get()
    people = list(run.letters.values_list("person", flat=True))
    known = assignments.addressees(people, days=[DAY])
    again = assign(known.values(), [50, 50], seed=experiment.seed)
    kept = {one.letter.person.number: one for one in Assignment.objects.select_related("letter__person", "arm")}
    assert {number: place.arm for number, place in again.items()} == {
        number: one.arm.place for number, one in kept.items()
    }
    drawn = AuditEvent.objects.get(event="experiment.drawn").detail
    assert drawn == {"seed": experiment.seed, "drawn": 12, "outside": 0}


def test_two_of_a_household_get_the_same_text_wherever_they_live(drawn_run):
    for n in range(6):
        one, other = alone(10 + n), alone(20 + n)
        for someone in (one, other):
            claim(someone)
            identity(someone, "juki", ground=Ground.REGISTER, household_number=f"H{n}")
    drawn_run()
    by_unit: dict[str, set[Any]] = {}
    for one in Assignment.objects.all():
        by_unit.setdefault(one.unit, set()).add(one.arm_id)
    assert len(by_unit) == 6
    assert all(len(arms) == 1 for arms in by_unit.values())


def _hold(someone: Any, **facts: Any) -> None:
    given = {"reason": "dispute", "channels": ["seizure"], "starts_on": DAY, "review_on": DAY + timedelta(days=90)}
    Hold.objects.create(person=someone, placed_by=user("collector"), **(given | facts))


def _event(kind: str):
    def happened(someone: Any) -> None:
        LifeEvent.objects.create(
            identity=someone.identities.first(),
            kind=kind,
            on=DAY,
            ground=Ground.REGISTER,
            origin="住民記録",
            found_on=DAY,
        )

    return happened


def _measure(someone: Any) -> None:
    Measure.objects.create(
        person=someone, reason="tax_grace", label="徴収猶予", starts_on=DAY, why="災害", drafted_on=DAY,
        by=user("collector"),
    )  # fmt: skip


def _referral(state: str):
    consented_on = None if state == "offered" else DAY
    return lambda someone: Referral.objects.create(
        person=someone, state=state, consented_on=consented_on, offered_by=user("collector")
    )


OUTSIDE = {
    "a hold on seizure only": (_hold, "held"),
    "a hold on one claim": (lambda one: _hold(one, claim=one.identities.first().claims.first()), "held"),
    "a hold to come": (lambda one: _hold(one, starts_on=DAY + timedelta(days=9)), "held"),
    "a hold that ends tomorrow": (lambda one: _hold(one, ends_on=DAY + timedelta(days=1)), "held"),
    "a stay that is asked for": (_measure, "held"),
    "help offered": (_referral("offered"), "hardship"),
    "help given": (_referral("received"), "hardship"),
    "生活保護 begun, not looked into": (_event("welfare_start"), "hardship"),
    "a death not looked into": (_event("died"), "deceased"),
    "protection not looked into": (_event("protected"), "protected"),
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_who_may_not_take_part_gets_the_text_in_force_with_the_household_and_is_not_counted(name, drawn_run):
    act, reason = OUTSIDE[name]
    one, beside = alone(1), alone(2)
    for someone in (one, beside):
        claim(someone)
        identity(someone, "juki", ground=Ground.REGISTER, household_number="H1")
    act(one)
    others = [alone(n) for n in range(3, 7)]
    for someone in others:
        claim(someone)
    run = drawn_run(percent=99)
    kept = {row.letter.person_id: row for row in Assignment.objects.select_related("letter")}
    assert (kept[one.pk].arm, kept[one.pk].outside) == (None, reason)
    assert (kept[beside.pk].arm, kept[beside.pk].outside) == (None, "together")
    assert {words_of(kept[someone.pk].letter) for someone in (one, beside)} == {
        text_on("consolidated", DAY).parts["hardship"]
    }
    assert all(kept[someone.pk].arm for someone in others)
    standing = responses.standing(Experiment.objects.get())
    assert standing["outside_total"] == 2
    assert sum(counts["drawn"] for counts in standing["arms"].values()) == run.letters.count() - 2


def test_what_is_over_keeps_nobody_outside(drawn_run):
    ended, declined = alone(1), alone(2)
    for someone in (ended, declined):
        claim(someone)
    _hold(ended, starts_on=DAY - timedelta(days=30), ends_on=DAY)
    Referral.objects.create(person=declined, state="declined", offered_by=user("collector"))
    drawn_run()
    assert Assignment.objects.filter(arm=None).count() == 0


@pytest.mark.parametrize("seed", range(3))
def test_in_a_mixed_town_nobody_under_a_hold_is_ever_drawn(seed, drawn_run):
    acts = [None, *OUTSIDE.values()]
    outside = set()
    for n in range(30):
        someone = alone(n, address=f"愛知県豊田市架空{(n * 7 + seed) % 23}番地")
        claim(someone)
        if (act := acts[(n * 5 + seed) % len(acts)]) and (n + seed) % 2:
            act[0](someone)
            outside.add(someone.pk)
    drawn_run(percent=60)
    drawn = set(Assignment.objects.filter(arm__isnull=False).values_list("letter__person", flat=True))
    assert drawn
    assert outside
    assert not drawn & outside
    of_address: dict[str, set[Any]] = {}
    for address, arm in Assignment.objects.values_list("letter__person__address", "arm"):
        of_address.setdefault(address, set()).add(arm)
    assert all(len(arms) == 1 for arms in of_address.values())


def test_freezing_twice_draws_once_and_a_retry_keeps_the_text(drawn_run, quick, operator):
    for n in range(4):
        claim(alone(n), principal_yen=10_000 + n)
    run = drawn_run()
    seed, kept = Experiment.objects.get().seed, list(Assignment.objects.order_by("pk").values_list("letter", "arm"))
    said = {one.pk: words_of(one) for one in run.letters.all()}
    rendering.sweep(now=run.snapshot_at + timedelta(minutes=10))
    assert runs.fix_amounts(run_id=run.pk, by=operator, today=DAY) == []
    quick.broken = {run.letters.first().total_yen}
    made(run)
    quick.broken = set()
    runs.retry(run_id=run.pk, by=operator)
    made(run)
    assert (run.state, run.letters.filter(state="verified").count()) == ("verified", 4)
    assert (Experiment.objects.get().seed, list(Assignment.objects.order_by("pk").values_list("letter", "arm"))) == (
        seed,
        kept,
    )
    assert {one.pk: words_of(one) for one in run.letters.all()} == said


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda: Assignment.objects.update(unit="T"), id="the draw"),
        pytest.param(lambda: Assignment.objects.all().delete(), id="the draw taken out"),
        pytest.param(lambda: Experiment.objects.update(question="ほか"), id="the question"),
        pytest.param(lambda: Experiment.objects.update(primary_days=14), id="the yardstick"),
        pytest.param(lambda: Experiment.objects.update(seed="ほか"), id="the seed"),
    ],
)
def test_what_was_drawn_cannot_be_changed(change, drawn_run):
    claim(alone(1))
    drawn_run()
    with pytest.raises(DatabaseError), transaction.atomic():
        change()


def test_a_run_without_a_comparison_has_no_draw(frozen_run):
    claim(alone(1))
    frozen_run()
    assert (Assignment.objects.count(), AuditEvent.objects.filter(event="experiment.drawn").count()) == (0, 0)


def test_the_queries_of_the_draw_do_not_grow_with_the_people(django_assert_max_num_queries):
    people = [alone(n) for n in range(30)]
    with django_assert_max_num_queries(20):
        assert len(assignments.addressees([one.pk for one in people], days=[DAY])) == 30
