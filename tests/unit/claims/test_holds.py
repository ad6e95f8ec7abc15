"""What each hold does to each class, and the days the law gives it. The rows are those that ship (claims/data)."""

import csv
from datetime import date
from pathlib import Path

import pytest

from claims.rules import holds
from claims.rules.holds import Clock, Finding, NotAllowed, Row, effect, row_of

DAY = date(2026, 12, 1)
DATA = Path(holds.__file__).parents[1] / "data" / "hold_terms.csv"


def shipped() -> list[Row]:
    with DATA.open(encoding="utf-8", newline="") as file:
        return [
            Row(
                **{
                    name: one[name]
                    for name in ("reason", "variant", "legal_class", "decided_by", "late_charge", "law", "label")
                },
                starts_on=date(2000, 4, 1),
                applies=one["applies"] == "1",
                channels=tuple(one["channels"].split()),
                clock=Clock(one["clock"]),
                longest_months=int(one["longest_months"]),
                extension_months=int(one["extension_months"]),
                needs_security=one["needs_security"] == "1",
                asks_before_clock_ends=one["asks_before_clock_ends"] == "1",
            )
            for one in csv.DictReader(file)
        ]


ROWS = shipped()
ALL = "dunning notice call seizure sale suit lawyers"
NEVER = None
# (source, reason, variant) → by class: (who decides, channels, late charge, clock), or NEVER where it does not exist.
A_ONLY = {"B": NEVER, "C": NEVER}
BC = {"A": NEVER}
TABLE = {
    ("地税15条1項1号2号・15条の9第1項", "tax_grace", "disaster"): {
        "A": ("decision", "dunning notice seizure", "full", "applied"), **A_ONLY},
    ("地税15条1項3号4号・15条の9第2項", "tax_grace", "hardship"): {
        "A": ("decision", "dunning notice seizure", "relief", "applied"), **A_ONLY},
    ("地税15条の5", "conversion_grace", "official"): {
        "A": ("decision", "notice seizure sale", "relief", "suspends"), **A_ONLY},
    ("地税15条の6", "conversion_grace", "applied"): {
        "A": ("decision", "notice seizure sale", "relief", "applied"), **A_ONLY},
    ("地税15条の7第1項1号", "execution_stop", "1"): {
        "A": ("decision", "notice call seizure sale", "full", "stop"), **A_ONLY},
    ("地税15条の7第1項2号", "execution_stop", "2"): {
        "A": ("decision", "notice call seizure sale", "full", "stop"), **A_ONLY},
    ("地税15条の7第1項3号", "execution_stop", "3"): {
        "A": ("decision", "notice call seizure sale", "full", "stop"), **A_ONLY},
    ("自治令171条の5", "collection_stop", ""): {
        **BC, "B": ("decision", ALL, "none", "runs"), "C": ("decision", ALL, "none", "runs")},
    ("自治令171条の6", "deferred_performance", ""): {
        **BC, "B": ("decision", ALL, "agreed", "agreed"), "C": ("decision", ALL, "agreed", "agreed")},
    ("民152条・分納", "plan", ""): dict.fromkeys("ABC", ("agreement", "notice", "none", "acts")),
    ("事実上の保留・福祉支援", "welfare", ""): dict.fromkeys("ABC", ("head", "notice call seizure lawyers", "none", "runs")),
    ("民643条・弁護士へ委任", "lawyers", ""): {
        **BC, "B": ("decision", "notice call", "none", "acts"), "C": ("decision", "notice call", "none", "acts")},
    ("民99条・代理人受任", "representative", ""): dict.fromkeys("ABC", ("fact", "notice call", "none", "runs")),
    ("行審25条・争訟", "dispute", ""): {
        "A": ("fact", "notice sale", "none", "runs"),
        "B": ("fact", "notice", "none", "runs"),
        "C": ("fact", "notice", "none", "runs")},
    ("破産42条・100条", "bankruptcy", ""): dict.fromkeys("ABC", ("fact", "notice call seizure suit lawyers", "none", "acts")),
    ("住基事務処理要領・支援措置", "protection", ""): dict.fromkeys("ABC", ("fact", "", "none", "none")),
}  # fmt: skip
CASES = [
    pytest.param(reason, variant, legal_class, expected, id=f"{source}-{legal_class}")
    for (source, reason, variant), classes in TABLE.items()
    for legal_class, expected in sorted(classes.items())
]


@pytest.mark.parametrize(("reason", "variant", "legal_class", "expected"), CASES)
def test_each_row_says_channels_late_charge_clock_and_who_decides(reason, variant, legal_class, expected):
    if expected is NEVER:
        with pytest.raises(NotAllowed, match="できません"):
            row_of(ROWS, reason=reason, variant=variant, legal_class=legal_class, on=DAY)
        return
    row = row_of(ROWS, reason=reason, variant=variant, legal_class=legal_class, on=DAY)
    assert (row.decided_by, " ".join(row.channels), row.late_charge, row.clock) == expected


def test_the_table_has_every_class_of_every_row_and_nothing_besides():
    known = {(reason, variant, one) for _, reason, variant in TABLE for one in "ABC"}
    assert {(row.reason, row.variant, row.legal_class) for row in ROWS} - known == {
        (reason, "", one) for reason in ("returned_mail", "succession") for one in "ABC"
    }
    assert len(ROWS) == len(known) + 6


def of(reason: str, variant: str = "", legal_class: str = "A") -> Row:
    return row_of(ROWS, reason=reason, variant=variant, legal_class=legal_class, on=DAY)


def test_the_latest_row_that_has_begun_counts():
    old, new = of("welfare"), Row(**{**_facts(of("welfare")), "starts_on": DAY, "channels": ("notice",)})
    found = [
        row_of([new, old], reason="welfare", variant="", legal_class="A", on=day) for day in (date(2026, 11, 30), DAY)
    ]
    assert found == [old, new]
    with pytest.raises(NotAllowed, match="基準の表"):
        row_of([new], reason="welfare", variant="", legal_class="A", on=date(2026, 11, 30))


def _facts(row: Row) -> dict[str, object]:
    return {name: getattr(row, name) for name in Row.__dataclass_fields__}


@pytest.mark.parametrize(
    ("starts_on", "last_allowed"),
    [
        pytest.param(DAY, date(2027, 11, 30), id="地税15条1項 1年以内・初日から数える"),
        pytest.param(date(2028, 2, 29), date(2029, 2, 28), id="民143条2項 うるう日に始まる"),
    ],
)
@pytest.mark.parametrize(
    "reason", [("tax_grace", "disaster"), ("tax_grace", "hardship"), ("conversion_grace", "official")]
)
def test_a_grace_lasts_a_year_at_the_longest(reason, starts_on, last_allowed):
    row = of(*reason)
    day_after = date.fromordinal(last_allowed.toordinal() + 1)
    assert effect(row, starts_on=starts_on, ends_on=day_after, applied_on=starts_on).grace_until == last_allowed
    for too_long in (date.fromordinal(day_after.toordinal() + 1), None):
        with pytest.raises(NotAllowed, match="まで"):
            effect(row, starts_on=starts_on, ends_on=too_long, applied_on=starts_on)


def test_it_is_extended_once_by_a_year_at_the_longest_地税15条4項():
    row, more = of("tax_grace", "disaster"), date(2027, 12, 1)
    facts = {"starts_on": more, "applied_on": date(2027, 11, 1), "extends_until": more}
    assert effect(row, ends_on=date(2028, 12, 1), **facts).grace_until == date(2028, 11, 30)
    with pytest.raises(NotAllowed, match="まで"):
        effect(row, ends_on=date(2028, 12, 2), **facts)
    with pytest.raises(NotAllowed, match="1回まで"):
        effect(row, ends_on=date(2028, 12, 1), renewals=1, **facts)
    with pytest.raises(NotAllowed, match="前の期間の翌日"):
        effect(row, ends_on=date(2028, 12, 1), **facts | {"extends_until": date(2027, 12, 2)})


def test_what_has_no_extension_is_not_extended():
    with pytest.raises(NotAllowed, match="延長できません"):
        effect(of("welfare"), starts_on=DAY, ends_on=date(2027, 1, 1), extends_until=DAY)


def test_an_application_acknowledges_on_its_day_and_an_official_grace_does_not_地税18条の2第4項():
    days = {"starts_on": DAY, "ends_on": date(2027, 6, 1)}
    asked = effect(of("conversion_grace", "applied"), applied_on=date(2026, 11, 20), **days)
    assert (asked.acknowledged_on, asked.grace_from, asked.grace_until) == (date(2026, 11, 20), DAY, date(2027, 5, 31))
    given = effect(of("conversion_grace", "official"), **days)
    assert (given.acknowledged_on, given.grace_from, given.grace_until) == (None, DAY, date(2027, 5, 31))
    assert (given.late_charge, given.stopped_on) == ("relief", None)
    assert effect(of("conversion_grace", "applied"), applied_on=date(2027, 5, 31), **days).acknowledged_on
    for missing in (None, date(2027, 6, 1)):
        with pytest.raises(NotAllowed, match="受け付けた日"):
            effect(of("conversion_grace", "applied"), applied_on=missing, **days)


def test_a_grace_without_limit_in_the_table_still_needs_its_end():
    row = Row(**{**_facts(of("conversion_grace", "official")), "longest_months": 0})
    with pytest.raises(NotAllowed, match="終わりの日が要ります"):
        effect(row, starts_on=DAY)


def test_an_execution_stop_stops_no_clock_地税15条の7():
    found = effect(of("execution_stop", "2"), starts_on=DAY)
    assert (found.stopped_on, found.grace_from, found.grace_until, found.acknowledged_on) == (DAY, None, None, None)
    assert found.late_charge == "full"


def test_an_agreement_lets_the_period_run_from_the_new_due_date_自治令171条の6():
    row = of("deferred_performance", legal_class="C")
    found = effect(row, starts_on=DAY, ends_on=date(2029, 1, 1), new_due_on=date(2028, 12, 31), agreed_late="full")
    assert (found.acknowledged_on, found.grace_from, found.grace_until) == (DAY, DAY, date(2028, 12, 31))
    assert found.late_charge == "full"
    assert effect(row, starts_on=DAY, new_due_on=DAY, agreed_late="none").grace_until == DAY
    for wrong in (None, date(2026, 11, 30)):
        with pytest.raises(NotAllowed, match="新しい納期限"):
            effect(row, starts_on=DAY, new_due_on=wrong, agreed_late="none")
    for agreed in ("", "relief"):
        with pytest.raises(NotAllowed, match="約定した"):
            effect(row, starts_on=DAY, new_due_on=DAY, agreed_late=agreed)


def test_a_hold_in_fact_writes_nothing():
    found = effect(of("welfare"), starts_on=DAY, ends_on=date(2026, 12, 2))
    assert (found.late_charge, found.grace_from, found.stopped_on, found.acknowledged_on) == ("none", None, None, None)
    assert not found.row.has_legal_effect
    assert not found.row.needs_decision


@pytest.mark.parametrize("ends_on", [DAY, date(2026, 11, 30)])
def test_it_does_not_end_before_it_began(ends_on):
    with pytest.raises(NotAllowed, match="終わりの日が開始日より前"):
        effect(of("welfare"), starts_on=DAY, ends_on=ends_on)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (("tax_grace", "disaster"), True),
        (("conversion_grace", "official"), True),
        (("execution_stop", "1"), True),
        (("deferred_performance", "", "C"), True),
        (("collection_stop", "", "C"), False),
        (("bankruptcy",), False),
    ],
)
def test_what_moves_charge_or_clock_is_placed_claim_by_claim(reason, expected):
    assert of(*reason).has_legal_effect is expected


@pytest.mark.parametrize("clock", [Clock.STOP, Clock.SUSPENDS, Clock.APPLIED, Clock.AGREED])
def test_a_clock_alone_is_an_effect(clock):
    assert Row(**{**_facts(of("welfare")), "clock": clock}).has_legal_effect


def test_a_late_charge_alone_is_an_effect():
    assert Row(**{**_facts(of("welfare")), "late_charge": "full"}).has_legal_effect


@pytest.mark.parametrize(
    ("stopped_on", "counts", "last_day"),
    [
        pytest.param(date(2026, 12, 1), False, date(2029, 12, 1), id="民140条 初日不算入"),
        pytest.param(date(2026, 12, 1), True, date(2029, 11, 30), id="停止の日を数える"),
        pytest.param(date(2028, 2, 29), False, date(2031, 2, 28), id="うるう日・初日不算入"),
        pytest.param(date(2028, 2, 29), True, date(2031, 2, 28), id="うるう日・数える"),
    ],
)
def test_a_stopped_claim_ends_after_three_years_地税15条の7第4項(stopped_on, counts, last_day):
    assert holds.stop_ends_on(stopped_on, first_day_counts=counts) == last_day


def test_a_stop_is_looked_at_again_each_year_before_the_third():
    assert holds.rechecks_on(date(2026, 12, 1)) == (date(2027, 12, 1), date(2028, 12, 1))


@pytest.mark.parametrize(
    ("yen", "ends_on", "needed"),
    [
        pytest.param(1_000_001, date(2027, 3, 2), True, id="地税16条1項 100万円を超え3月を超える"),
        pytest.param(1_000_000, date(2027, 3, 2), False, id="地税16条1項 100万円ちょうど"),
        pytest.param(1_000_001, date(2027, 3, 1), False, id="地税16条1項 3月ちょうど"),
    ],
)
def test_security_is_needed_above_both_limits(yen, ends_on, needed):
    found = holds.security_needed(yen=yen, starts_on=DAY, ends_on=ends_on, limit_yen=1_000_000, limit_months=3)
    assert found is needed


@pytest.mark.parametrize(
    ("last_day", "inside"),
    [(None, False), (date(2026, 11, 30), False), (DAY, True), (date(2027, 3, 31), True), (date(2027, 4, 1), False)],
)
def test_a_clock_that_ends_on_a_day_of_the_hold(last_day, inside):
    assert holds.clock_ends_inside(last_day, starts_on=DAY, until=date(2027, 3, 31)) is inside


def finding(**facts) -> Finding:
    return Finding(
        **(
            {"code": "deposits", "label": "預金", "on": DAY, "result": "残高なし", "needed": True, "fresh_months": 6}
            | facts
        )
    )


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        pytest.param(finding(), "", id="made on the day"),
        pytest.param(finding(on=date(2026, 6, 1)), "", id="六月ちょうど前"),
        pytest.param(finding(on=date(2026, 5, 31)), "6か月より前", id="六月を一日過ぎた"),
        pytest.param(finding(on=date(2020, 1, 1), fresh_months=0), "", id="may be old"),
        pytest.param(finding(on=date(2026, 12, 2)), "基準日より後", id="a day to come"),
        pytest.param(finding(on=None, result=" "), "調査日と結果を入れて", id="needed and missing"),
        pytest.param(finding(on=None), "両方", id="a result without a day"),
        pytest.param(finding(result=" "), "両方", id="a day without a result"),
    ],
)
def test_what_the_evidence_lacks(given, problem):
    found = holds.evidence_problems([finding(code="other", label="別"), given], on=DAY)
    assert len(found) == bool(problem)
    assert problem in "".join(found)


def test_optional_items_may_be_missing_but_not_all():
    left_out = finding(on=None, result="", needed=False)
    assert holds.evidence_problems([left_out, finding()], on=DAY) == ()
    assert holds.evidence_problems([left_out], on=DAY) == ("調査を1つ以上、日付と結果をつけて入れてください。",)
    assert len(holds.evidence_problems([], on=DAY)) == 1


def test_the_extension_has_a_length_of_its_own_and_without_one_the_first_counts():
    row = Row(**{**_facts(of("conversion_grace", "official")), "longest_months": 12, "extension_months": 6})
    assert holds.latest_end(row, starts_on=DAY) == date(2027, 12, 1)
    assert holds.latest_end(row, starts_on=DAY, extended=True) == date(2027, 6, 1)
    assert effect(row, starts_on=DAY, ends_on=date(2027, 6, 1), extends_until=DAY).grace_until == date(2027, 5, 31)
    with pytest.raises(NotAllowed, match="令和9年5月31日まで"):
        effect(row, starts_on=DAY, ends_on=date(2027, 6, 2), extends_until=DAY)


def test_the_effect_silences_what_the_row_says():
    assert effect(of("lawyers", legal_class="C"), starts_on=DAY).channels == ("notice", "call")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"ends_on": DAY}, "終わりの日が開始日より前です。後の日付を入れてください。"),
        ({"ends_on": date(2027, 6, 1)}, "申請書を受け付けた日を入れてください（この日に時効が更新されます）。"),
    ],
)
def test_staff_are_told_in_whole_sentences(asked, sentence):
    with pytest.raises(NotAllowed) as refused:
        effect(of("conversion_grace", "applied"), starts_on=DAY, **asked)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"new_due_on": DAY}, "約定した延納利息・遅延損害金の扱い（付ける・付けない）を選んでください。"),
        (
            {"agreed_late": "none"},
            "延期したあとの新しい納期限（分割なら最初の期限）を、約定の日より後で入れてください。",
        ),
    ],
)
def test_an_agreement_says_what_is_missing(asked, sentence):
    with pytest.raises(NotAllowed) as refused:
        effect(of("deferred_performance", legal_class="C"), starts_on=DAY, **asked)
    assert str(refused.value) == sentence


def test_a_day_without_a_row_names_the_table_to_mend():
    with pytest.raises(NotAllowed) as refused:
        row_of([], reason="welfare", variant="", legal_class="A", on=DAY)
    assert str(refused.value).startswith("この猶予・保留の効果が、基準の表")
    assert str(refused.value).endswith("頼んでください。")


def test_an_item_left_out_does_not_hide_the_next_one():
    left_out, old = finding(on=None, result="", needed=False), finding(on=date(2026, 5, 31))
    assert len(holds.evidence_problems([left_out, old], on=DAY)) == 1
