"""Whether a letter of a kind may be written to one person: safety first, then holds, then what the kind itself needs."""

from dataclasses import replace
from datetime import date

import pytest

from notices.rules.kinds import KINDS, SINGLE
from notices.rules.single import SingleFacts, refusal

FREE = SingleFacts(
    protected=False,
    maybe_protected=False,
    died_on=None,
    postal_code="4710034",
    address="愛知県豊田市小坂本町一丁目1番地",
    told=2,
    any_overdue=True,
    any_held=False,
    silencing=frozenset(),
    heir_of="架空 故人",
    on_its_way=False,
)


@pytest.mark.parametrize("kind", SINGLE)
def test_nothing_stands_against_a_letter_to_somebody_free(kind):
    assert refusal(KINDS[kind], FREE) == ""


@pytest.mark.parametrize("kind", [code for code in KINDS if code not in SINGLE])
def test_kinds_with_a_page_of_their_own_name_it(kind):
    assert refusal(KINDS[kind], FREE).endswith("作ります。")


@pytest.mark.parametrize("kind", SINGLE)
@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param({"protected": True}, "支援措置の登録がある人", id="protected"),
        pytest.param({"maybe_protected": True}, "同じ人かもしれません", id="may be protected"),
        pytest.param({"died_on": date(2026, 9, 1)}, "亡くなっています", id="dead"),
        pytest.param({"postal_code": "471003"}, "郵便番号か住所", id="six figures"),
        pytest.param({"postal_code": "４７１００３４"}, "郵便番号か住所", id="full-width figures"),
        pytest.param({"address": "　"}, "郵便番号か住所", id="no address"),
        pytest.param({"silencing": frozenset({"representative"})}, "", id="a representative"),
        pytest.param({"on_its_way": True}, "作りかけ", id="one on its way"),
    ],
)
def test_what_stops_every_kind(kind, change, why):
    found = refusal(KINDS[kind], replace(FREE, **change))
    assert found
    assert why in found


def test_protection_is_said_before_anything_else():
    facts = replace(FREE, protected=True, died_on=date(2026, 1, 1), silencing=frozenset({"welfare"}), told=0)
    assert "支援措置" in refusal(KINDS["demand"], facts)


@pytest.mark.parametrize("hold", ["welfare", "dispute", "bankruptcy", "plan", "execution_stop"])
def test_only_the_guide_to_help_goes_past_holds_on_demands(hold):
    facts = replace(FREE, silencing=frozenset({hold}))
    assert {kind for kind in SINGLE if not refusal(KINDS[kind], facts)} == {"welfare"}


@pytest.mark.parametrize(
    ("kind", "change", "why"),
    [
        pytest.param("demand", {"told": 0, "any_overdue": False}, "未納がありません", id="nothing owed"),
        pytest.param("demand", {"told": 0, "any_held": True}, "猶予・保留中", id="all held"),
        pytest.param("demand", {"told": 0}, "時効の期間", id="all past"),
        pytest.param("seizure_notice", {"told": 0}, "自力執行権", id="nothing to seize for"),
        pytest.param("heirs", {"heir_of": ""}, "相続人ではありません", id="no heir"),
    ],
)
def test_what_the_kind_itself_needs(kind, change, why):
    assert why in refusal(KINDS[kind], replace(FREE, **change))


@pytest.mark.parametrize("kind", ["heirs", "welfare"])
def test_a_letter_without_claims_needs_none(kind):
    assert refusal(KINDS[kind], replace(FREE, told=0, any_overdue=False)) == ""
