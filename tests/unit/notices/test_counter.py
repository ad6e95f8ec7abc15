"""What the log says of a visit, and which step follows."""

from datetime import date

import pytest

from notices.rules.counter import Done, PaperMade, PlanMade, SlipMade, next_of, outcome_of, sentences

SLIP = SlipMade("M-00000001", 34_300, date(2026, 12, 4))
LATER = SlipMade("M-00000002", 1_000, date(2026, 12, 10))
DRAFT = PlanMade(1, 10_000, date(2026, 12, 31), signed=False)
PLAN = PlanMade(2, 5_000, date(2026, 12, 25), signed=True)
PAPER = PaperMade("令和8年度 豊債管承第1号", signed=False)


@pytest.mark.parametrize(
    ("done", "outcome", "step", "known_on"),
    [
        pytest.param(Done(), "talked", "", None, id="only spoken"),
        pytest.param(Done(slips=(SLIP, LATER)), "promised", "納付書の入金を確かめる", date(2026, 12, 10), id="slips"),
        pytest.param(Done(slips=(SLIP,), plans=(PLAN,)), "plan", "分納の最初の入金を確かめる", date(2026, 12, 25), id="plan"),
        pytest.param(Done(plans=(PLAN, DRAFT)), "plan", "分納の誓約書に署名を受ける", None, id="a deed is out"),
        pytest.param(Done(papers=(PAPER,)), "talked", "債務承認書に署名を受ける", None, id="a paper is out"),
        pytest.param(Done(papers=(PaperMade("1", True),)), "talked", "", None, id="a paper came back"),
        pytest.param(Done(offers=("相談",), softens=True), "hardship", "相談につながったかを確かめる", None, id="help"),
        pytest.param(Done(offers=("口座振替",)), "talked", "", None, id="an offer that is no help to live"),
        pytest.param(
            Done(slips=(SLIP,), offers=("相談",), softens=True), "promised", "納付書の入金を確かめる", SLIP.due_on, id="both"
        ),
    ],
)  # fmt: skip
def test_what_was_done_gives_outcome_and_step(done, outcome, step, known_on):
    assert (outcome_of(done), *next_of(done)) == (outcome, step, known_on)


def test_a_promise_is_the_sum_of_the_slips_up_to_the_last_day():
    assert (Done(slips=(SLIP, LATER)).promised_yen, Done(slips=(SLIP, LATER)).promised_on) == (35_300, LATER.due_on)
    assert (Done(slips=(SLIP,), plans=(PLAN,)).promised_yen, Done().promised_yen) == (None, None)


def test_each_thing_has_its_sentence():
    done = Done((SLIP,), (DRAFT, PLAN), (PAPER, PaperMade("第2号", True)), ("保留「争訟」を登録した。",), ("口座振替",))
    assert sentences(done) == [
        "納付書 M-00000001（34,300円）を渡した。",
        "分納（誓約履歴1、月10,000円）の案を作った（署名待ち）。",
        "分納（誓約履歴2、月5,000円）の誓約書を受けた。",
        "債務承認書 令和8年度 豊債管承第1号 を印刷した（署名待ち）。",
        "債務承認書 第2号 に署名を受けた。",
        "保留「争訟」を登録した。",
        "口座振替を案内した。",
    ]
