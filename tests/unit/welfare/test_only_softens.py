"""A flag can only soften: no list, queue or rule of another app reads it, and with it no step is ever harsher."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from debtors.models import NextActionRule
from debtors.reference import next_action_rows
from debtors.rules.next_action import Severity, advise
from tests.unit.debtors.test_next_action import DAY, fact_for
from toyota_collect.registry import Fact, registry
from welfare import signal_facts

ROOT = Path(__file__).resolve().parents[3]
OTHER_APPS = ("toyota_collect", "debtors", "claims", "notices", "lawyers")
RULES = [NextActionRule(**row).as_rule() for row in next_action_rows()]
SIGNS = [Fact(code, DAY, text="サイン") for code in sorted(signal_facts.SOURCE.codes)]
# Every name by which the database or the ORM could reach a flag.
NAMES = re.compile(
    r"hardship_?flag|flagassessment|signal_?rule|welfare_(hardshipflag|flagassessment|signalrule)", re.IGNORECASE
)


def test_no_other_app_names_flags_or_their_tables():
    read = {
        str(path.relative_to(ROOT))
        for app in OTHER_APPS
        for path in (ROOT / app).rglob("*.py")
        if NAMES.search(path.read_text(encoding="utf-8"))
    }
    assert read == set()


def test_the_search_would_find_such_a_name():
    assert NAMES.search("Person.objects.filter(hardship_flags__state='open')")
    assert NAMES.search("JOIN welfare_hardshipflag f ON true")


def test_flags_leave_their_app_only_by_the_hooks_that_soften():
    """Each hook of the registry by which a fact could reach an order or a choice, with those of it that tell of flags."""

    def of_signals(hooks):
        return [one for one in hooks if getattr(one, "__module__", "").startswith("welfare.signal")]

    assert of_signals(registry.list_facts) == []
    assert of_signals(registry.number_searches) == []
    assert of_signals(registry.parting_checks) == []
    assert of_signals(registry.on_approved.values()) == []
    assert of_signals(registry.cared_for) == [signal_facts.cared_for]
    assert of_signals(registry.happenings) == [signal_facts.happenings]
    assert of_signals(registry.board_lines) == [signal_facts.board_lines]
    assert [one for one in registry.day_sources if one.codes & {"sign", "sign_confirmed"}] == [signal_facts.SOURCE]


def test_every_rule_of_the_next_action_on_a_flag_sets_the_lowest_ceiling_and_only_looks():
    on_flags = [rule for rule in RULES if rule.fact in signal_facts.SOURCE.codes]
    assert {rule.fact for rule in on_flags} == signal_facts.SOURCE.codes
    for rule in on_flags:
        assert rule.ceiling == Severity.LOOK
        assert rule.severity == Severity.LOOK
        assert not rule.unless
        assert not rule.unless_since  # nothing but a person's answer takes the softening away


def test_no_rule_waits_for_a_flag_to_press():
    """No pressing rule is told apart by a flag: neither fired by it nor silenced without it."""
    for rule in RULES:
        if rule.severity > Severity.LOOK:
            assert rule.fact not in signal_facts.SOURCE.codes


@given(st.sets(st.sampled_from(range(len(RULES)))), st.sampled_from(SIGNS))
def test_with_a_flag_nothing_is_harsher_and_nobody_comes_earlier(chosen, sign):
    facts = [fact_for(RULES[place]) for place in chosen if RULES[place].fact not in signal_facts.SOURCE.codes]
    without, with_flag = advise(RULES, facts, on=DAY), advise(RULES, [*facts, sign], on=DAY)
    before = {(one.rule.code, one.fact): one.severity for one in without.reasons}
    for reason in with_flag.reasons:
        assert reason.severity <= max(before.get((reason.rule.code, reason.fact), 0), Severity.LOOK)
        assert reason.severity <= Severity.LOOK
    if without.in_day:
        assert with_flag.rank >= without.rank
        assert with_flag.recommended.severity <= without.recommended.severity
    else:  # who has nothing to do today comes last of all, to be looked at
        assert with_flag.rank[0] or with_flag.rank >= without.rank
        assert with_flag.recommended.severity == Severity.LOOK


# All that flag, consent, answer and 生活再建猶予 tell of a person, by their own sources or by what they leave behind.
LOOP = frozenset({"sign", "sign_confirmed", "support", "welfare_reply", "held", "held_seizure", "review", "step"})
CEILING = frozenset({"sign", "sign_confirmed", "support", "held"})


@given(st.sets(st.sampled_from(range(len(RULES)))), st.sets(st.sampled_from(sorted(LOOP)), min_size=1))
def test_flag_hold_and_answer_together_are_never_harsher(chosen, of_loop):
    facts = [fact_for(RULES[place]) for place in chosen if RULES[place].fact not in LOOP]
    more = [fact_for(rule) for rule in RULES if rule.fact in of_loop]
    without, with_loop = advise(RULES, facts, on=DAY), advise(RULES, [*facts, *more], on=DAY)
    before = {(one.rule.code, one.fact): one.severity for one in without.reasons}
    lead = without.recommended.severity if without.recommended else 0
    for reason in with_loop.reasons:
        assert reason.severity <= max(before.get((reason.rule.code, reason.fact), 0), Severity.LOOK)
    assert with_loop.recommended.severity <= max(lead, Severity.LOOK)
    if of_loop & CEILING:
        assert all(reason.severity <= Severity.LOOK for reason in with_loop.reasons)


def test_a_seizure_that_would_be_asked_for_gives_way_to_looking_at_how_somebody_lives():
    facts = [Fact("seizable", yen=500_000)]
    assert advise(RULES, facts, on=DAY).recommended.severity == Severity.DECISION
    softened = advise(RULES, [*facts, SIGNS[0]], on=DAY)
    (reason,) = [one for one in softened.reasons if one.rule.code == "decision"]
    assert (reason.softened, reason.step) == (True, "生活の状況を確かめる")
