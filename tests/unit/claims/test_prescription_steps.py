"""What each event says it did: the sentence staff read, whether it counted, and the last day after it."""

from datetime import date

import pytest

from claims.rules.prescription import DunningEffect, EventKind, PrescriptionTerms
from tests.unit.claims.prescription_runs import last, run

# (start, events, terms, [(effective, last day, sentence)], what a person must decide)
CHAINS = [
    (
        "2021-09-01",
        [("tokusoku_tax", "2021-09-21"), ("tokusoku_tax", "2022-01-01")],
        {},
        [
            (True, "2026-10-01", "督促状を発した日から起算して10日を経過した日の翌日から更新"),
            (False, "2026-10-01", "2回目以後の督促のため、時効は更新されません"),
        ],
        "",
    ),
    (
        "2021-09-01",
        [("tokusoku_koho", "2021-09-21"), ("shonin", "2022-03-01"), ("ichibu_nofu", "2022-04-01")],
        {},
        [
            (True, "2026-09-21", "督促により更新"),
            (True, "2027-03-01", "承認により翌日から更新"),
            (True, "2027-04-01", "一部納付により翌日から更新"),
        ],
        "",
    ),
    (
        "2021-09-01",
        [("tokusoku_tax", "2021-09-21"), ("shonin", "2021-09-24")],
        {},
        [
            (True, "2026-10-01", "督促状を発した日から起算して10日を経過した日の翌日から更新"),
            (False, "2026-10-01", "承認により翌日から更新。ただし令和3年10月2日からの起算が後のため変わりません"),
        ],
        "",
    ),
    (
        "2021-09-01",
        [("sashiosae", "2022-01-10"), ("shonin", "2022-02-01"), ("sashiosae_end", "2022-03-01")],
        {},
        [
            (True, None, "差押が続く間は完成しません"),
            (True, None, "承認により翌日から更新。続いている手続が終わるまで完成しません"),
            (True, "2027-03-01", "差押の終了により翌日から更新"),
        ],
        "",
    ),
    (
        "2021-09-01",
        [("sashiosae", "2022-01-10"), ("sashiosae_torikeshi", "2022-03-01")],
        {},
        [
            (True, None, "差押が続く間は完成しません"),
            (True, "2026-08-31", "差押の取消しのため更新されず、6か月を経過するまで完成しないだけです"),
        ],
        "",
    ),
    (
        "2021-09-01",
        [("kofuyokyu", "2022-01-10"), ("kofuyokyu_end", "2022-03-01")],
        {},
        [
            (True, None, "交付要求が続く間は完成しません"),
            (True, "2027-03-01", "交付要求の終了により翌日から更新"),
        ],
        "",
    ),
    (
        "2021-09-01",
        [("soshou", "2022-01-10"), ("hanketsu_kakutei", "2022-03-01")],
        {"needs_enyo": True},
        [
            (True, None, "訴訟・支払督促が続く間は完成しません"),
            (True, "2032-03-01", "判決等の確定により翌日から更新(以後10年)"),
        ],
        "",
    ),
    (
        "2021-09-01",
        [("saikoku", "2026-06-02"), ("saikoku", "2026-11-01")],
        {},
        [
            (True, "2026-12-02", "令和8年12月2日まで完成しません"),
            (False, "2026-12-02", "完成猶予の間の催告のため、効力がありません"),
        ],
        "",
    ),
    (
        "2015-07-01",
        [("saikoku", "2020-03-31")],
        {},
        [
            (True, "2020-06-30", "6か月内の差押・訴訟がなければ効力がありません(旧法153条)"),
        ],
        "",
    ),
    (
        "2021-09-01",
        [("yuyo", "2022-03-01", "2022-03-02", "2023-03-01", True), ("yuyo", "2023-04-01", "2023-04-02", "2023-05-01")],
        {},
        [
            (True, "2028-03-01", "申請(承認)により更新し、令和4年3月2日から令和5年3月1日まで進行しません"),
            (True, "2028-03-31", "令和5年4月2日から令和5年5月1日まで進行しません"),
        ],
        "",
    ),
    (
        "2021-09-01",
        [
            ("shikko_teishi", "2022-04-01"),
            ("shikko_teishi", "2022-05-01"),
            ("shikko_teishi_torikeshi", "2022-06-01"),
            ("shikko_teishi_torikeshi", "2022-07-01"),
        ],
        {},
        [
            (True, "2025-04-01", "時効は止まりません。停止が続けば令和7年4月1日の終わりに消滅します"),
            (True, "2025-04-01", "時効は止まりません。停止が続けば令和7年4月1日の終わりに消滅します"),
            (True, "2025-05-01", "ほかの執行停止が続くため、令和7年5月1日の終わりに消滅します"),
            (True, "2026-08-31", "執行停止による消滅はなくなりました。時効は続いて進行しています"),
        ],
        "",
    ),
    (
        "2021-09-01",
        [("sashiosae", "2026-09-02"), ("sashiosae_end", "2026-09-03"), ("ichibu_nofu", "2026-09-04")],
        {},
        [
            (False, "2026-08-31", "時効または執行停止の期間が満了した後のため、効力がありません"),
            (False, "2026-08-31", "時効または執行停止の期間が満了した後のため、効力がありません"),
            (
                False,
                "2026-08-31",
                "時効または執行停止の期間が満了した後のため、効力がありません。納付された額は過誤納として還付します",
            ),
        ],
        "令和8年9月4日の納付は消滅後のものです。過誤納として処理してください。",
    ),
    (
        "2021-09-01",
        [("saikoku", "2026-09-02"), ("shonin", "2026-09-03")],
        {"needs_enyo": True},
        [
            (False, "2026-08-31", "時効期間の満了後です。援用できなくなることがあるため、個別に判断してください"),
            (False, "2026-08-31", "時効期間の満了後です。援用できなくなることがあるため、個別に判断してください"),
        ],
        "令和8年9月3日の承認は時効期間の満了後です。援用の可否を確認してください。",
    ),
    (
        "2015-07-01",
        [("sashiosae", "2019-12-01"), ("sashiosae_torikeshi", "2020-02-20")],
        {},
        [
            (False, "2020-06-30", "差押。のちの取消し・取下げのため中断の効力がありません(旧法)"),
            (False, "2020-06-30", "差押の取消し。始まりに効力がないため、変わりません"),
        ],
        "",
    ),
    (
        "2015-07-01",
        [("soshou", "2019-12-01"), ("soshou_torisage", "2020-02-20")],
        {},
        [
            (
                True,
                "2020-06-30",
                "訴訟・支払督促。のちの取下げのため中断の効力がなく、令和2年8月20日までに差押・訴訟がなければ催告の効力もありません(旧法)",
            ),
            (False, "2020-06-30", "訴訟等の取下げ。始まりに効力がないため、変わりません"),
        ],
        "",
    ),
]


@pytest.mark.parametrize(("start", "events", "terms", "steps", "review"), CHAINS)
def test_the_chain_of_reasons(start, events, terms, steps, review):
    clock = run(start, *events, **terms)
    told = [(step.effective, step.last_day.isoformat() if step.last_day else None, step.text) for step in clock.steps]
    assert told[1:] == steps
    assert clock.review == review


def test_the_first_step_is_the_start():
    step = run("2021-09-01").steps[0]
    assert (step.on, step.kind, step.effective) == (date(2021, 9, 1), None, True)
    assert (step.start_on, step.last_day) == (date(2021, 9, 1), date(2026, 8, 31))
    assert step.text == "令和3年9月1日から起算して5年"


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param(
            [("soshou", "2020-01-31"), ("soshou_torisage", "2020-03-01"), ("sashiosae", "2020-09-01")],
            None,
            id="旧149条: sued on the last day and withdrawn, seized within six months",
        ),
        pytest.param(
            [
                ("sashiosae", "2020-01-01"),
                ("soshou", "2020-02-01"),
                ("soshou_torisage", "2020-03-01"),
                ("sashiosae_end", "2020-03-10"),
            ],
            "2025-03-10",
            id="sued after the period while seized, and withdrawn",
        ),
        pytest.param(
            [("shikko_teishi", "2017-03-01"), ("saikoku", "2020-01-31"), ("sashiosae", "2020-03-02")],
            "2020-01-31",
            id="15条の7第4項: what a stop has ended no seizure saves, 旧153条 or not",
        ),
        pytest.param(
            [("shikko_teishi", "2017-03-01"), ("saikoku", "2020-01-31"), ("sashiosae", "2020-03-01")],
            "2020-03-01",
            id="on the last day of the stop it does",
        ),
    ],
)
def test_the_former_law_at_the_end_of_the_period(events, expected):
    assert last("2015-02-01", *events) == expected


def test_the_basis_of_a_dunning_by_deadline_is_the_day_it_was_sent_if_no_arrival_is_known():
    terms = PrescriptionTerms(2, dunning_effect=DunningEffect.DEADLINE)
    event = terms.dunning(sent_on=date(2023, 8, 21), deadline_on=date(2023, 8, 31))
    assert (event.kind, event.on, event.to_on) == (EventKind.DUNNING, date(2023, 8, 21), date(2023, 8, 31))


@pytest.mark.parametrize(
    ("made", "message"),
    [
        pytest.param(
            lambda: PrescriptionTerms(2).dunning(),
            "督促の日(発付日・到達日・指定期限のうち時効の計算に使うもの)が分かりません。",
            id="督促 without its day",
        ),
        pytest.param(lambda: PrescriptionTerms(0), "時効期間は1年以上です。", id="no period"),
        pytest.param(
            lambda: run("2021-09-01", ("yuyo", "2022-01-01")),
            "2022-01-01 の猶予に、正しい期間(開始日と終了日)がありません。",
            id="猶予 without its period",
        ),
        pytest.param(
            lambda: run("2021-09-01", ("sashiosae_end", "2022-01-01")),
            "2022-01-01 に「差押の終了」がありますが、始まりの記録がありません。",
            id="an end without a beginning",
        ),
        pytest.param(
            lambda: run("2021-09-01", ("shikko_teishi", "2022-01-01"), needs_enyo=True),
            "執行停止は強制徴収公債権だけにあります(私債権は徴収停止)。",
            id="執行停止 of a private claim",
        ),
    ],
)
def test_what_is_refused_says_why(made, message):
    with pytest.raises(ValueError) as refused:  # the whole sentence is compared
        made()
    assert str(refused.value) == message


def kinds(clock):
    return [(step.kind, step.effective) for step in clock.steps[1:]]


def test_on_one_day_procedures_begin_then_acts_then_procedures_end_then_enyo():
    judged = run("2021-09-01", ("hanketsu_kakutei", "2022-03-01"), ("soshou", "2022-03-01"))
    assert (kinds(judged), judged.last_day) == ([("soshou", True), ("hanketsu_kakutei", True)], date(2032, 3, 1))
    demanded = run(
        "2021-09-01", ("kofuyokyu", "2026-08-01"), ("kofuyokyu_end", "2026-10-01"), ("saikoku", "2026-10-01")
    )
    assert kinds(demanded)[1:] == [("saikoku", False), ("kofuyokyu_end", True)]
    invoked = run("2021-09-01", ("enyo", "2026-09-05"), ("shonin", "2026-09-05"), needs_enyo=True)
    assert kinds(invoked) == [("shonin", False), ("enyo", False)]


@pytest.mark.parametrize(
    "periods",
    [
        pytest.param([("2022-03-02", "2022-06-01"), ("2022-04-02", "2022-06-01")], id="one end"),
        pytest.param([("2022-03-02", "2022-06-01"), ("2022-03-02", "2022-05-01")], id="one beginning"),
    ],
)
def test_two_reliefs_of_one_day_are_told_in_one_order(periods):
    events = [("yuyo", "2022-03-01", *period) for period in periods]
    assert run("2021-09-01", *events) == run("2021-09-01", *events[::-1])


def test_where_a_period_starts():
    clock = run(
        "2021-09-01", ("yuyo", "2022-03-01", "2022-03-02", "2023-03-01"), ("ichibu_nofu", "2023-02-28"), ("saikoku", "2024-01-01")
    )  # fmt: skip
    assert (clock.start_on, clock.last_day) == (date(2023, 3, 2), date(2028, 3, 1))
    assert [step.start_on for step in clock.steps] == [date(2021, 9, 1), date(2021, 9, 1), date(2023, 3, 2), date(2023, 3, 2)]  # fmt: skip


def test_renewals_of_one_day_and_of_two_in_a_row_all_count():
    assert kinds(run("2021-09-01", ("shonin", "2022-03-01"), ("ichibu_nofu", "2022-03-01"), ("shonin", "2022-03-02"))) == [
        ("ichibu_nofu", True),
        ("shonin", True),
        ("shonin", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("events", "terms", "sentence"),
    [
        pytest.param(
            [("enyo", "2026-09-05")], {}, "公債権は援用を待たずに消滅するため、援用は時計を動かしません", id="public"
        ),
        pytest.param(
            [("enyo", "2026-08-31")], {"needs_enyo": True}, "時効期間の満了前の援用のため、効力がありません", id="early"
        ),
        pytest.param(
            [("shonin", "2026-09-03"), ("saikoku", "2026-09-04"), ("enyo", "2026-09-05")],
            {"needs_enyo": True},
            "満了後に承認・納付があるため、援用できるかを個別に判断してください",
            id="acknowledged, then demanded",
        ),
    ],
)
def test_an_invocation_without_effect_says_why(events, terms, sentence):
    step = run("2021-09-01", *events, **terms).steps[-1]
    assert (step.effective, step.text) == (False, sentence)


def test_a_relief_of_one_day_and_a_period_of_one_year_are_the_shortest():
    assert last("2021-09-01", ("yuyo", "2022-03-01", "2022-03-02", "2022-03-02"), years=1) == "2022-09-01"
    for half in (("2022-03-02", None), (None, "2022-03-02")):
        with pytest.raises(ValueError, match="正しい期間"):
            run("2021-09-01", ("yuyo", "2022-03-01", *half))
