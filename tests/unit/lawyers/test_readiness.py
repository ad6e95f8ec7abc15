"""What the signal says beside the golden cases: its words, its links, its settings, and that nothing hides behind the worst."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.models.evidence import EvidenceKind
from lawyers.reference import load, rows
from lawyers.rules.expectation import Band, bands, expected_permille
from lawyers.rules.readiness import PAPERS, BundleFacts, Colour, Council, Evidence, Party, Terms, meter

DAY = date(2026, 11, 20)
SETTINGS = {row["key"]: row["value"] for row in rows()}


def terms(**changes):
    return Terms.from_settings(
        court_costs=SETTINGS["lawyers.court_costs"],
        readiness=SETTINGS["lawyers.readiness"] | changes,
        small_suits=SETTINGS["lawyers.small_suits"],
    )


FACTS = BundleFacts(
    evidence=(Evidence(12, "水道料金 令和6年度", ()),), parties=(Party("debtor", "架空　太郎", True),),
    principal_yen=(300_000,), total_yen=330_000, last_day=date(2030, 3, 31), dunned=True, delivered=True,
    disputed=False, needs_public_service=False, veto="", expected_permille=600, small_suits_this_year=0,
    classes=frozenset("C"),
)  # fmt: skip


def test_the_good_checks_are_told_too():
    found = meter(FACTS, terms(), on=DAY)
    assert found.colour is Colour.GREEN
    assert [one.code for one in found.checks] == [
        "class", "veto", "evidence", "located", "dunned", "delivery", "forum", "clock", "council", "net",
    ]  # fmt: skip
    assert [one.about for one in found.checks if one.about] == ["claim:12", "party:0"]
    assert "異議が出て訴訟になると、議会の議決が要ります" in found.checks[8].text
    assert found.council_if_objection is Council.VOTE  # what ships does not know the limit of 専決


def test_both_classes_of_the_courts_may_go_together():
    assert meter(replace(FACTS, classes=frozenset("BC")), terms(), on=DAY).colour is Colour.GREEN


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        pytest.param({}, ["forum"], id="undisputed"),
        pytest.param({"disputed": True}, ["dispute"], id="disputed"),
        pytest.param({"needs_public_service": True}, ["public_service"], id="by publication"),
    ],
)
def test_the_forum_is_told_once_with_its_reason(changes, codes):
    found = meter(replace(FACTS, **changes), terms(), on=DAY)
    assert [one.code for one in found.checks if "を案とします" in one.text] == codes


def test_a_limit_that_is_not_known_says_so_and_one_that_is_says_which():
    disputed = replace(FACTS, disputed=True)
    assert "設定にない" in next(c.text for c in meter(disputed, terms(), on=DAY).checks if c.code == "council")
    limit = meter(disputed, terms(senketsu_yen=300_000), on=DAY)
    assert limit.council is Council.SENKETSU
    assert "300,000円以下" in next(c.text for c in limit.checks if c.code == "council")
    assert "設定にない" not in next(
        c.text for c in meter(disputed, terms(senketsu_yen=0), on=DAY).checks if c.code == "council"
    )


@pytest.mark.parametrize(
    ("missing", "have", "colour", "about"),
    [
        pytest.param("contract", 3, Colour.RED, "claim:12:contract", id="a code"),
        pytest.param("契約書・申請書", None, Colour.RED, "claim:12:contract", id="its label"),
        pytest.param("請求根拠", None, Colour.AMBER, "claim:12:basis", id="not told how many are there"),
        pytest.param("basis", 0, Colour.RED, "claim:12:basis", id="nothing is there"),
        pytest.param("時効中断の書類", 1, Colour.AMBER, "claim:12:時効中断の書類", id="a paper of another name"),
    ],
)
def test_a_missing_paper_is_linked_and_named(missing, have, colour, about):
    found = meter(replace(FACTS, evidence=(Evidence(12, "水道料金", (missing,), have),)), terms(), on=DAY)
    check = next(one for one in found.checks if one.code == "evidence")
    assert (check.colour, check.about, found.colour) == (colour, about, colour)
    assert f"「{PAPERS.get(missing, missing)}」がありません" in check.text


def test_the_papers_are_those_of_the_claims():
    assert {kind.value: kind.label for kind in EvidenceKind if kind != EvidenceKind.OTHER} == PAPERS


def test_lead_of_no_months_means_today():
    same_day = terms(lead_months={"payment_order": 0, "small": 0, "summary": 0, "district": 0}, amber_margin_months=0)
    assert meter(replace(FACTS, last_day=DAY), same_day, on=DAY).colour is Colour.GREEN


def test_why_somebody_is_not_found_is_told_and_a_veto_is_one_sentence():
    facts = replace(
        FACTS, parties=(Party("debtor", "架空　太郎", False, "宛所に尋ねあたらず"),), veto="福祉支援の保留中。"
    )
    texts = [one.text for one in meter(facts, terms(), on=DAY).checks if one.colour is Colour.RED]
    assert any("債務者 架空　太郎: 所在が分かりません（宛所に尋ねあたらず）" in text for text in texts)
    assert any(text.startswith("福祉支援の保留中。訴え") for text in texts)


@pytest.mark.parametrize("changes", [{"principal_yen": ()}, {"evidence": ()}])
def test_a_bundle_of_nothing_is_refused(changes):
    with pytest.raises(ValueError, match="債権がありません"):
        replace(FACTS, **changes)


@pytest.mark.parametrize("broken", [{"lead_months": {}}, {"vote_months": None}, {"small_net_yen": None}])
def test_a_broken_setting_is_named(broken):
    with pytest.raises(ValueError, match=r"lawyers\.readiness"):
        terms(**broken)


@given(
    st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.sampled_from(["", "福祉"]),
    st.lists(st.builds(Party, st.sampled_from(["debtor", "guarantor", "heir"]), st.just("架空"), st.booleans()), max_size=4),
    st.integers(1, 2 * 10**6), st.integers(0, 1000), st.none() | st.dates(date(2026, 1, 1), date(2029, 1, 1)),
)  # fmt: skip
def test_the_signal_is_its_worst_check_and_every_other_colour_has_a_next_step(
    dunned, delivered, disputed, public, veto, parties, principal, permille, last_day
):
    facts = replace(
        FACTS, dunned=dunned, delivered=delivered, disputed=disputed, needs_public_service=public, veto=veto,
        parties=tuple(parties), principal_yen=(principal,), total_yen=principal, expected_permille=permille,
        last_day=last_day,
    )  # fmt: skip
    found = meter(facts, terms(), on=DAY)
    colours = {one.colour for one in found.checks}
    assert found.colour is (
        Colour.RED if Colour.RED in colours else Colour.AMBER if Colour.AMBER in colours else Colour.GREEN
    )
    assert all("ください" in one.text for one in found.checks if one.colour is not Colour.GREEN)
    if veto or not dunned or (last_day and last_day < DAY):
        assert found.colour is Colour.RED
    if found.colour is Colour.GREEN:
        assert delivered
        assert not disputed
        assert found.net_yen > 0


@pytest.mark.parametrize(
    ("paid", "heard", "expected"),
    [
        pytest.param(date(2025, 11, 20), date(2025, 11, 20), 600, id="twelve months ago to the day"),
        pytest.param(date(2025, 11, 20), date(2025, 11, 19), 400, id="paid, but silent"),
        pytest.param(date(2025, 11, 19), date(2025, 11, 20), 300, id="heard of, paid longer ago"),
        pytest.param(date(2023, 11, 20), None, 200, id="paid within three years"),
        pytest.param(date(2023, 11, 19), None, 100, id="paid before that"),
        pytest.param(None, None, 100, id="never"),
    ],
)
def test_what_is_expected_to_come_in(paid, heard, expected):
    table = bands(SETTINGS["lawyers.readiness"]["expected_permille"])
    assert expected_permille(table, last_payment_on=paid, last_contact_on=heard, on=DAY) == expected


def test_bands_must_fit_everybody():
    assert bands([[None, None, 1000]]) == (Band(None, None, 1000),)
    assert bands([[None, None, 0]]) == (Band(None, None, 0),)
    for broken in ([], [[12, None, 5]], [[None, 12, 5]], [[None, None, 1001]], [[None, None, -1]]):
        with pytest.raises(ValueError, match="回収の見込み"):
            bands(broken)


class Kept:
    """A table as ``load`` sees one: rows by key and day, never overwritten."""

    def __init__(self):
        self.objects, self.rows = self, {}

    def get_model(self, app, name):
        assert (app, name) == ("toyota_collect", "Setting")
        return self

    def get_or_create(self, *, key, starts_on, defaults):
        self.rows.setdefault((key, starts_on), defaults)


def test_what_ships_is_added_once_never_overwritten_and_all_of_it_is_to_be_confirmed():
    kept = Kept()
    kept.rows["lawyers.small_suits", date(2026, 4, 1)] = "the city's own"
    load(kept)
    load(kept)
    assert kept.rows.pop(("lawyers.small_suits", date(2026, 4, 1))) == "the city's own"
    assert {key for key, _ in kept.rows} == {
        "lawyers.eligibility", "lawyers.court_costs", "lawyers.readiness", "lawyers.fees", "lawyers.deadline_warn_days",
    }  # fmt: skip
    assert all(row["to_be_confirmed"] is True and row["source"] for row in kept.rows.values())
