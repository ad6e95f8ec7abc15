"""Letters that ask for the claims of others: each section says as what, covers and slips keep the parts apart."""

from dataclasses import replace
from fractions import Fraction

import pytest

from notices.letter import render_many, samples, sheets, slips
from notices.letter.table import lines_of, paginate
from notices.rules.takers import Role, role_text

ROLES = ("joint", "heir", "guarantor")


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        pytest.param(
            {"role": Role.JOINT, "legal": "A", "debtor": "架空 花子"}, "連帯納付義務者として", id="joint, tax"
        ),
        pytest.param(
            {"role": Role.JOINT, "legal": "C", "debtor": "架空 花子"}, "連帯債務者として", id="joint, contract"
        ),
        pytest.param(
            {"role": Role.HEIR, "legal": "A", "debtor": "架空 一郎", "share": Fraction(1, 3)},
            "亡　架空 一郎 様の相続人として（持分 3分の1）",
            id="heir",
        ),
        pytest.param(
            {"role": Role.GUARANTOR, "legal": "C", "debtor": "架空 一郎", "limit_yen": 500_000},
            "連帯保証人として（主債務者 架空 一郎 様、極度額 500,000円）",
            id="guarantor",
        ),
        pytest.param({"role": Role.GUARANTOR, "legal": "C", "debtor": ""}, "連帯保証人として", id="debtor not named"),
    ],
)
def test_the_role_in_words(facts, text):
    assert role_text(**facts) == text


def test_own_claims_come_first_and_every_role_has_its_head_and_slips():
    letter = samples.several_roles()
    found = [line.claims[0].role_text for line in lines_of(letter) if line.type == "role"]
    assert [text[:3] for text in found] == ["連帯納", "亡　架", "連帯保"]
    made = slips(letter)
    assert [slip.title for slip in made] == [
        "市民税・県民税・森林環境税",
        "水道料金",
        "固定資産税・都市計画税（連帯の分）",
        "国民健康保険税（連帯の分）",
        "市民税・県民税・森林環境税（相続の分）",
        "市営住宅使用料（保証の分）",
    ]
    assert sum(slip.amount_yen for slip in made) == letter.total_yen


def test_one_slip_for_all_is_one_for_each_role():
    made = slips(replace(samples.several_roles(), slip_policy="person"))
    assert [slip.title for slip in made] == [
        "市税・料金など（まとめ）",
        "市税・料金など（まとめ）（連帯の分）",
        "市民税・県民税・森林環境税（相続の分）",
        "市営住宅使用料（保証の分）",
    ]


def test_a_section_that_is_cut_repeats_as_what_it_is_asked():
    rows = [
        replace(
            samples.claim("nhi_tax", 2022 + k // 8, k % 8 + 1, 9_000),
            claim_ref=str(k),
            role="heir",
            role_text="相続人として",
        )
        for k in range(60)
    ]
    pages = paginate(lines_of(samples.letter(1, rows)), 40, 30)
    assert [[line.type for line in page[:2]] for page in pages] == [["role", "head"]] * len(pages)
    assert [page[0].more for page in pages] == [False, True]


@pytest.mark.parametrize("variant", ["normal", "large", "plain"])
@pytest.mark.parametrize("roles", [ROLES[:1], ROLES])
def test_the_fullest_cover_has_room_for_the_roles(variant, roles):
    own = samples.every_kind().lines
    others = [
        replace(line, claim_ref=f"{role}{at}", role=role, role_text=f"{role}として")
        for role in roles
        for at, line in enumerate(own)
    ]
    letter = replace(samples.every_kind(), lines=(*own, *others), variant=variant, slip_policy="claim")
    made = render_many([letter])
    assert not made.failures, made.failures
    assert sheets(letter)[0].envelopes > 1


def test_a_letter_without_roles_keeps_its_text():
    assert '"role"' not in samples.three().to_json()
    letter = samples.several_roles()
    assert type(letter).from_json(letter.to_json()) == letter
