"""Who gets a letter and where: each reason alone, and each pair in its order of precedence."""

from dataclasses import replace
from itertools import combinations

import pytest

from debtors.rules.mailing import (
    LABELS,
    RANK,
    REASONS,
    Acts,
    Addressed,
    Agent,
    Because,
    Chosen,
    Contents,
    Destination,
    Withheld,
    destination,
)

PLAIN = Addressed("架空 太郎", "4710034", "愛知県豊田市小坂本町一丁目1番地")
TAXES = Contents(frozenset({"resident_tax"}), all_tax=True)
RENT = Contents(frozenset({"rent"}), all_tax=False)
MIXED = Contents(frozenset({"resident_tax", "rent"}), all_tax=False)
GENERAL = Chosen("4600001", "名古屋市中区架空1番地", "入院中")
OF_RENT = Chosen("4600002", "名古屋市中区架空2番地", "職場で受け取る", kind="rent", label="家賃")


def agent(acts: str, **facts) -> Agent:
    place = {"postal_code": f"46100{RANK.index(Acts(acts)) if acts in RANK else 9:02d}", "address": f"架空市{acts}"}
    return Agent(acts, f"架空 {LABELS[Acts(acts)]}", **(place | facts))


def sent(person: Addressed, contents: Contents = TAXES) -> Destination:
    to = destination(person, contents)
    assert isinstance(to, Destination), to
    return to


def withheld(person: Addressed, contents: Contents = TAXES) -> Withheld:
    to = destination(person, contents)
    assert isinstance(to, Withheld), to
    return to


def test_without_anything_else_the_recorded_address_is_used():
    to = sent(PLAIN)
    assert (to.name, to.postal_code, to.address) == (PLAIN.name, PLAIN.postal_code, PLAIN.address)
    assert (to.on_behalf, to.representative, to.passed_over) == ("", "", ())
    assert "登録されている住所" in to.reason


@pytest.mark.parametrize("acts", RANK)
def test_each_agent_of_the_living_takes_a_letter_about_taxes(acts):
    one = agent(acts)
    to = sent(replace(PLAIN, agents=(one,), chosen=(GENERAL,)))
    assert (to.postal_code, to.address, to.reason) == (one.postal_code, one.address, REASONS[acts])
    if acts is Acts.REPRESENTATIVE:
        assert (to.name, to.representative, to.on_behalf) == (PLAIN.name, one.name, "")
    else:
        assert (to.name, to.on_behalf) == (one.name, f"架空 太郎　様　{LABELS[acts]}")


@pytest.mark.parametrize(
    ("first", "second"), [pytest.param(*pair, id=f"{pair[0]} before {pair[1]}") for pair in combinations(RANK, 2)]
)
def test_of_two_agents_the_one_of_higher_rank_gets_it(first, second):
    for order in ((first, second), (second, first)):
        agents = tuple(agent(acts) for acts in order)
        assert sent(replace(PLAIN, agents=agents)).address == f"架空市{first}"


def test_of_two_of_one_rank_the_latest_entered_gets_it():
    agents = (agent("guardian", address="新しい後見人"), agent("guardian", address="前の後見人"))
    assert sent(replace(PLAIN, agents=agents)).address == "新しい後見人"


@pytest.mark.parametrize("contents", [RENT, MIXED], ids=["no tax", "taxes and others"])
def test_a_tax_agent_gets_letters_about_taxes_alone_地方税法20条1項(contents):
    person = replace(PLAIN, agents=(agent("tax_agent"), agent("proxy")))
    assert sent(person).address == "架空市tax_agent"
    to = sent(person, contents)
    assert to.address == "架空市proxy"
    assert to.passed_over == ("納税管理人：税でない債権も載る文書のため、使いません",)
    assert sent(replace(person, agents=person.agents[:1]), contents).address == PLAIN.address


@pytest.mark.parametrize("acts", RANK)
def test_an_agent_comes_before_what_was_chosen_and_one_who_takes_no_letters_does_not(acts):
    chosen = (GENERAL, OF_RENT)
    assert sent(replace(PLAIN, agents=(agent(acts),), chosen=chosen)).address == f"架空市{acts}"
    silent = replace(PLAIN, agents=(agent(acts, takes_letters=False),), chosen=chosen)
    assert sent(silent).address == GENERAL.address


@pytest.mark.parametrize(
    ("contents", "chosen", "address"),
    [
        pytest.param(RENT, (GENERAL, OF_RENT), OF_RENT.address, id="of the kind before the general one"),
        pytest.param(RENT, (OF_RENT,), OF_RENT.address, id="of the kind alone"),
        pytest.param(MIXED, (GENERAL, OF_RENT), GENERAL.address, id="several kinds: the general one"),
        pytest.param(MIXED, (OF_RENT,), PLAIN.address, id="several kinds and no general one: the recorded one"),
        pytest.param(TAXES, (OF_RENT,), PLAIN.address, id="another kind"),
        pytest.param(TAXES, (GENERAL, OF_RENT), GENERAL.address, id="another kind: the general one"),
    ],
)
def test_which_of_the_chosen_addresses_serves_which_letter(contents, chosen, address):
    for order in (chosen, chosen[::-1]):
        assert sent(replace(PLAIN, chosen=order), contents).address == address


def test_the_reason_names_what_was_chosen_and_what_was_passed_over():
    assert sent(replace(PLAIN, chosen=(OF_RENT,)), RENT).reason == "「家賃」の送付先の登録があるため（職場で受け取る）"
    assert sent(replace(PLAIN, chosen=(OF_RENT,)), MIXED).passed_over == (
        "家賃の送付先：ほかの種目も載る文書のため、使いません",
    )


def test_who_is_protected_gets_nothing_whoever_acts_and_whatever_was_chosen_支援措置():
    person = replace(
        PLAIN, hidden=True, died=True, agents=(agent("guardian"), agent("heirs_speaker")), chosen=(GENERAL,)
    )
    to = withheld(person)
    assert to.because is Because.PROTECTED
    assert "架空市" not in to.reason


@pytest.mark.parametrize("acts", RANK)
def test_a_protected_address_of_an_agent_leaves_nowhere_and_nobody_else_is_written_to(acts):
    to = withheld(replace(PLAIN, agents=(agent(acts, hidden=True), agent("head")), chosen=(GENERAL,)))
    assert to.because is Because.AGENT_PROTECTED
    assert "架空市" not in to.reason
    assert "支援措置" not in to.reason


@pytest.mark.parametrize("acts", RANK)
@pytest.mark.parametrize("place", [{"postal_code": ""}, {"postal_code": "46００001"}, {"address": "　"}])
def test_an_agent_who_cannot_be_reached_is_no_reason_to_write_to_the_person(acts, place):
    assert withheld(replace(PLAIN, agents=(agent(acts, **place),))).because is Because.NO_ADDRESS


@pytest.mark.parametrize("acts", RANK)
def test_death_ends_every_power_but_the_speakers_民法111条(acts):
    dead = replace(PLAIN, died=True, agents=(agent(acts),), chosen=(GENERAL,))
    assert withheld(dead).because is Because.DECEASED
    speaking = replace(dead, agents=(agent(acts), agent("heirs_speaker")))
    to = sent(speaking)
    assert (to.address, to.on_behalf) == ("架空市heirs_speaker", "亡　架空 太郎　相続人代表者")
    assert "地方税法9条の2" in to.reason


def test_the_heirs_speaker_gets_letters_about_taxes_alone_and_nothing_while_the_person_lives_地方税法9条の2():
    speaker = agent("heirs_speaker")
    assert withheld(replace(PLAIN, died=True, agents=(speaker,)), MIXED).because is Because.DECEASED
    assert withheld(replace(PLAIN, died=True, agents=(speaker,)), RENT).because is Because.DECEASED
    assert sent(replace(PLAIN, agents=(speaker,))).address == PLAIN.address


def test_a_company_is_written_to_with_its_representative_wherever_the_letter_goes():
    company = replace(PLAIN, name="架空工業株式会社", is_corporate=True)
    named = agent("representative", takes_letters=False, postal_code="", address="")
    for person in (replace(company, agents=(named,)), replace(company, agents=(named,), chosen=(GENERAL,))):
        to = sent(person)
        assert (to.name, to.representative, to.is_corporate) == (company.name, named.name, True)
    assert sent(replace(PLAIN, agents=(named,))).representative == ""
    trustee = sent(replace(company, agents=(named, agent("trustee"))))
    assert trustee.on_behalf == "架空工業株式会社　御中　破産管財人"


@pytest.mark.parametrize("place", [{"postal_code": "471003"}, {"address": ""}, {"postal_code": ""}])
def test_without_an_address_nothing_is_sent(place):
    assert withheld(replace(PLAIN, **place)).because is Because.NO_ADDRESS
    assert sent(replace(PLAIN, chosen=(GENERAL,), **place)).address == GENERAL.address
