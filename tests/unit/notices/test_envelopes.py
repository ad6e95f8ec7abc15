"""Which letters may lie in one envelope, how the pile is cut into envelopes, and the bundles of the post."""

from dataclasses import replace
from datetime import date

import pytest

from notices.rules.envelopes import Bundle, Envelope, Piece, bundles, envelopes, may_share, shared

A = Piece(1, 1, 3, 100, "4710034", ("愛知県豊田市小坂本町一丁目1番地",), ("架空　太郎",), "様", date(2026, 11, 20))
B = replace(A, letter=11, serial=5)
MOST = 8


def test_two_letters_to_the_very_same_person_share_an_envelope():
    assert may_share(A, B, most=MOST)
    assert shared([A], [B], most=MOST) == {11: 1}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(
            {"person": 101}, id="another person of the same name at the same address (joint debtor, household)"
        ),
        pytest.param({"names": ("架空　花子",)}, id="another name"),
        pytest.param({"address": ("愛知県豊田市西町二丁目2番地",)}, id="another address (an agent's)"),
        pytest.param({"postal_code": "4710025"}, id="another postal code"),
        pytest.param({"honorific": "御中"}, id="another form of address"),
        pytest.param({"issued_on": date(2026, 11, 21)}, id="another day"),
        pytest.param({"sheets": 6}, id="nine sheets together"),
        pytest.param({"letter": 1}, id="the same letter"),
    ],
)
def test_anything_else_keeps_them_apart(other):
    assert not may_share(A, replace(B, **other), most=MOST)
    assert not may_share(replace(B, **other), A, most=MOST)


def test_eight_sheets_together_are_just_enough():
    assert may_share(A, replace(B, sheets=5), most=MOST)


def test_an_envelope_takes_one_more_letter_and_no_third():
    assert shared([A], [B, replace(B, letter=12, sheets=1)], most=MOST) == {11: 1}


def test_the_pile_lies_in_the_order_of_the_post_and_long_letters_are_split():
    long = replace(A, letter=2, serial=2, sheets=19, person=102, postal_code="4440001")
    pile = envelopes([A, long], {1: B}, most=MOST)
    assert pile == [
        Envelope((2,), 1, 3, 8, "4440001"),
        Envelope((2,), 2, 3, 8, "4440001"),
        Envelope((2,), 3, 3, 3, "4440001"),
        Envelope((1, 11), 1, 1, 6, "4710034"),
    ]
    assert sum(envelope.sheets for envelope in pile) == 19 + 3 + 3


def test_bundles_are_cut_where_the_first_figures_change():
    codes = ["4440001", "4700343", "4709999", "4710025"]
    pile = [Envelope((n,), 1, 1, n, code) for n, code in enumerate(codes, 1)]
    assert bundles(pile, digits=3) == [Bundle("444", 1, 1, 1), Bundle("470", 2, 2, 5), Bundle("471", 4, 1, 4)]
    assert [bundle.last for bundle in bundles(pile, digits=3)] == [1, 3, 4]
    assert bundles([], digits=3) == []
    assert len(bundles(pile, digits=7)) == 4
