"""Letters to joint debtors, heirs and guarantors: each for what they answer for, and nothing of anybody else."""

import json
import re
from contextlib import suppress
from datetime import date
from fractions import Fraction

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.models import ClaimEvent, ClaimParty, Hold, Payment, Slip
from claims.services import parties
from debtors.models import Contact, Person
from notices.letter import LetterData, sheets
from notices.models import Letter, LetterClaim, Pull
from notices.services import runs, selection
from notices.services.runs import RunRefused
from notices.services.selection import select, with_claims
from tests.factories.claims import book, claim, pay, receive
from tests.factories.debtors import protect, system_user, user
from tests.integration.notices.conftest import DAY
from tests.integration.notices.mailing import find, posted
from tests.integration.notices.mailing import receive as come_back
from tests.integration.notices.test_addressees import SECRET, alone, relate, told_nothing_of
from toyota_collect.models import Setting

pytestmark = pytest.mark.django_db
ALL = ["joint", "heir", "guarantor"]
DIED = date(2026, 10, 1)


@pytest.fixture
def staff():
    return user("collector")


def join(owed, someone, staff, role="joint", **facts):
    given = {"role": role, "starts_on": date(2026, 1, 1), "origin": "契約書"} | facts
    return parties.add_party(claim_id=owed.pk, person_id=someone.pk, by=staff, **given)


def dunned(owed, on=date(2026, 9, 20)):
    ClaimEvent.objects.create(claim=owed, kind="dunning", on=on, ground=owed.ground, origin="督促状", by=system_user())
    return owed


def inherit(dead, staff, *heirs, speaks=None):
    rows = [parties.Heir(heir.pk, share, heir == speaks) for heir, share in heirs]
    return parties.enter_heirs(person_id=dead.pk, heirs=rows, starts_on=DIED, origin="戸籍", by=staff)


def letters(run) -> dict[str, list[tuple[str, int]]]:
    """Role and yen of each line, by name."""
    return {
        letter.person.name: sorted((line.role, line.total_yen) for line in letter.claims.all())
        for letter in run.letters.select_related("person").prefetch_related("claims")
    }


def test_nobody_but_the_debtor_gets_a_letter_unless_the_run_says_so(make_run, staff):
    husband, wife = alone(1), alone(2)
    join(claim(husband), wife, staff)
    assert make_run().counts["letters"] == 1
    assert make_run(takers=["guarantor", "heir"]).counts["letters"] == 1
    counts = make_run(takers=["joint"]).counts
    assert (counts["found"], counts["letters"], counts["taken_letters"]) == (2, 2, 1)
    assert counts["yen"] == 2 * counts["taken_yen"]


def test_one_letter_holds_what_a_person_owes_and_what_they_answer_for(frozen_run, staff):
    husband, wife = alone(1), alone(2)
    own, together = claim(wife, principal_yen=7_000), claim(husband, principal_yen=9_000)
    join(together, wife, staff)
    run = frozen_run(takers=["joint"])
    assert letters(run) == {husband.name: [("", 9_000)], wife.name: [("", 7_000), ("joint", 9_000)]}
    letter = run.letters.get(person=wife)
    assert letter.total_yen == 16_000
    roles = {line["claim_ref"]: line.get("role_text", "") for line in letter.snapshot["lines"]}
    assert roles == {str(own.pk): "", str(together.pk): "連帯納付義務者として"}
    assert husband.name not in json.dumps(letter.snapshot, ensure_ascii=False)


def test_a_guarantor_is_asked_after_the_dunning_up_to_one_limit_for_all_months(frozen_run, make_run, staff):
    tenant, surety = alone(1), alone(2)
    rents = [
        claim(tenant, kind="housing_rent", source="jutaku", principal_yen=30_000, due_on=date(2026, month, 28))
        for month in (6, 7, 8)
    ]
    for rent in rents:
        join(rent, surety, staff, "guarantor", limit_yen=70_000)
    assert make_run(takers=["guarantor"]).counts["letters"] == 1
    for rent in rents:
        dunned(rent)
    run = frozen_run(takers=["guarantor"])
    lines = letters(run)[surety.name]
    assert {role for role, _ in lines} == {"guarantor"}
    assert (len(lines), sum(yen for _, yen in lines)) == (3, 70_000)
    assert sum(yen for _, yen in letters(run)[tenant.name]) > 90_000
    text = json.dumps(run.letters.get(person=surety).snapshot, ensure_ascii=False)
    assert f"連帯保証人として（主債務者 {tenant.name} 様、極度額 70,000円）" in text


def test_how_long_after_the_dunning_and_without_which_late_charge_are_settings(make_run, staff):
    debtor, surety = alone(1), alone(2)
    owed = dunned(claim(debtor, kind="water_charge", source="suido", principal_yen=90_000, due_on=date(2026, 1, 31)))
    join(owed, surety, staff, "guarantor")
    row = Setting.objects.get(key="demand.guarantor")
    run = make_run(takers=["guarantor"])
    (late,) = [sum(due.late_yen for _, due in one.claims) for one in with_claims(run, [surety.pk])]
    assert late > 0
    row.value = row.value | {"principal_only": ["water_charge"]}
    row.save()
    (one,) = with_claims(run, [surety.pk])
    assert [(due.principal_yen, due.late_yen) for _, due in one.claims] == [(90_000, 0)]
    row.value = row.value | {"days_after_dunning": 62}
    row.save()
    assert make_run(takers=["guarantor"]).counts["letters"] == 1


def test_heirs_get_their_shares_where_nobody_gets_the_letter_about_the_dead(frozen_run, staff):
    dead, son, daughter = alone(1, died_on=DIED), alone(2), alone(3)
    claim(dead, principal_yen=10_001)
    inherit(dead, staff, (son, Fraction(2, 3)), (daughter, Fraction(1, 3)))
    run = frozen_run(takers=ALL)
    assert letters(run) == {son.name: [("heir", 6_668)], daughter.name: [("heir", 3_333)]}
    assert run.counts["excluded"] == {"succeeded": 1}
    text = json.dumps(run.letters.get(person=son).snapshot, ensure_ascii=False)
    assert f"亡　{dead.name} 様の相続人として（持分 3分の2）" in text
    assert daughter.name not in text


def test_who_is_asked_is_looked_up_once_for_counting_and_writing(make_run, frozen_run, staff, monkeypatch):
    husband, wife = alone(1), alone(2)
    join(claim(husband), wife, staff)
    seen = []
    looked_up = selection.takers_of
    monkeypatch.setattr(selection, "takers_of", lambda *given, **more: seen.append(1) or looked_up(*given, **more))
    run = make_run(takers=["joint"])
    assert (run.counts["letters"], run.counts["taken_letters"], len(seen)) == (2, 1, 1)
    run = frozen_run(takers=["joint"])
    assert run.counts["taken_letters"] == 1
    assert len(seen) == 3


def test_heirs_whose_shares_are_open_are_not_asked(make_run, staff):
    dead, son, daughter = alone(1, died_on=DIED), alone(2), alone(3)
    claim(dead)
    made = inherit(dead, staff, (son, Fraction(1, 2)), (daughter, Fraction(1, 2)))
    parties.end_party(party_id=made[1].pk, ends_on=DAY, reason="相続放棄", by=staff)
    counts = make_run(takers=ALL).counts
    assert (counts["letters"], counts["excluded"]) == (0, {"deceased": 1})


def test_where_the_heirs_speaker_gets_the_letter_the_heirs_do_not(frozen_run, staff):
    dead, son, daughter = alone(1, died_on=DIED), alone(2), alone(3)
    claim(dead)
    inherit(dead, staff, (son, Fraction(1, 2)), (daughter, Fraction(1, 2)), speaks=son)
    assert letters(frozen_run(takers=ALL)) == {dead.name: [("", 10_000)]}


def test_an_heir_who_paid_the_share_is_not_asked_for_the_others(make_run, staff):
    dead, son, daughter = alone(1, died_on=DIED), alone(2), alone(3)
    owed = claim(dead, principal_yen=10_000)
    inherit(dead, staff, (son, Fraction(1, 2)), (daughter, Fraction(1, 2)))
    receipt = receive(owed, 5_000, on=DAY)
    book(owed, "receipt", "principal", -5_000, on=DAY, receipt=receipt)
    Payment.objects.create(
        feed="convenience", key="1", paid_on=DAY, first_seen_on=DAY, amount_yen=5_000, state="final", person=son,
        receipt=receipt, settled_at=receipt.in_file_id or "2026-11-20T00:00:00+09:00",
    )  # fmt: skip
    run = make_run(takers=ALL)
    (one,) = with_claims(run, select(run, today=DAY).targets)
    assert (one.person, one.total_yen) == (daughter, 5_000)


def _hold_on_claim(owed, _):
    Hold.objects.create(person=owed.identity.person, claim=owed, placed_by=system_user(), **HOLD)


def _hold_on_party(_, party):
    Hold.objects.create(person=party, placed_by=system_user(), **HOLD)


def _died(_, party):
    Person.objects.filter(pk=party.pk).update(died_on=DIED)


def _protected(_, party):
    protect(party)


def _ended(_, party):
    ClaimParty.objects.filter(person=party).update(ends_on=DAY)


def _announced(owed, _):
    payment = Payment.objects.create(
        feed="convenience", key="2", paid_on=DAY, first_seen_on=DAY, amount_yen=1, state="provisional"
    )
    payment.targets.create(claim=owed)


HOLD = {"reason": "dispute", "channels": ["notice"], "starts_on": date(2026, 10, 1), "review_on": date(2027, 1, 1)}


@pytest.mark.parametrize("happens", [_hold_on_claim, _hold_on_party, _died, _protected, _ended, _announced])
def test_who_may_not_be_asked_gets_nothing(happens, make_run, staff):
    husband, wife = alone(1), alone(2)
    owed = claim(husband)
    join(owed, wife, staff)
    assert make_run(takers=ALL).counts["letters"] == 2
    happens(owed, wife)
    run = make_run(takers=ALL)
    assert wife.pk not in select(run, today=DAY).targets


def test_a_warning_of_seizure_goes_to_the_debtor_alone(make_run):
    with pytest.raises(RunRefused, match="本人だけ"):
        make_run(kind="seizure_notice", takers=["joint"])


def test_the_queries_do_not_grow_with_the_parties(make_run, staff, django_assert_max_num_queries):
    def family(n: int) -> None:
        join(claim(alone(n)), alone(n + 14), staff)

    family(1)
    run = make_run(takers=ALL)
    with django_assert_max_num_queries(200) as few:
        assert len(list(with_claims(run, select(run, today=DAY).targets))) == 2
    for n in range(2, 9):
        family(n)
    with django_assert_max_num_queries(len(few)):
        assert len(list(with_claims(run, select(run, today=DAY).targets))) == 16


# --- money and the pile -----------------------------------------------------------------------------------


@pytest.fixture
def pair(finished_run, staff):
    """A run of two letters about one claim."""

    def make(role="joint", **facts):
        debtor, other = alone(1), alone(2)
        owed = dunned(claim(debtor, **facts))
        party = join(owed, other, staff, role)
        return finished_run(takers=ALL), owed, other, party

    return make


def test_the_slips_of_both_stand_side_by_side_and_those_of_the_next_run_replace_them(pair, finished_run):
    run, owed, other, _ = pair()
    assert Slip.objects.filter(voided_on=None, lines__claim=owed).count() == 2
    assert Slip.objects.get(person=other).amount_yen == run.letters.get(person=other).total_yen
    finished_run(takers=ALL)
    assert Slip.objects.filter(voided_on=None, lines__claim=owed).count() == 2
    assert Slip.objects.filter(lines__claim=owed).count() == 4


def test_what_one_pays_pulls_the_letters_of_all(pair, operator):
    run, owed, _, _ = pair()
    pay(owed, 1_000, on=DAY)
    assert find(run, operator) == 2
    assert set(Pull.objects.values_list("reason", flat=True)) == {"paid"}


def _party_ends(_, party):
    ClaimParty.objects.filter(pk=party.pk).update(ends_on=DAY)


def _party_deleted(_, party):
    party.delete()


def _less_limit(_, party):
    ClaimParty.objects.filter(pk=party.pk).update(limit_yen=5)


def _other_held(other, _):
    Hold.objects.create(person=other, placed_by=system_user(), **HOLD)


def _debtor_hides(_, party):
    protect(party.claim.identity.person)


@pytest.mark.parametrize(
    ("happens", "reasons"),
    [
        (_party_ends, {"guarantor": "role"}),
        (_party_deleted, {"guarantor": "role"}),
        (_less_limit, {"guarantor": "role"}),
        (_other_held, {"guarantor": "held"}),
        (_debtor_hides, {"": "protected", "guarantor": "protected"}),
    ],
)
def test_what_comes_since_pulls_the_letter_it_is_about(happens, reasons, pair, operator):
    run, _, other, party = pair("guarantor")
    assert find(run, operator) == 0
    happens(other, party)
    find(run, operator)
    found = Pull.objects.values_list("letter__claims__role", "reason")
    assert dict(found) == reasons


def test_a_debtor_who_was_hidden_before_does_not_pull_the_guarantors_letter(finished_run, staff, operator):
    debtor, other = alone(1), alone(2)
    join(dunned(claim(debtor)), other, staff, "guarantor")
    protect(debtor)
    run = finished_run(takers=ALL)
    assert run.letters.get().person == other
    assert find(run, operator) == 0


def test_posting_demands_of_the_debtor_only_and_is_in_the_log_of_both(pair, operator):
    run, owed, other, _ = pair()
    letter = run.letters.exclude(person=other).get()
    posted(run, operator)
    (event,) = ClaimEvent.objects.filter(kind="demand")
    assert (event.claim, letter.number in event.origin) == (owed, True)
    assert Contact.objects.filter(outcome="sent").count() == 2
    come_back(run.letters.get(person=other), operator)
    assert ClaimEvent.objects.get(kind="demand").withdrawn_at is None


def test_a_line_of_another_names_its_party(pair):
    _, _owed, _, _ = pair()
    letter = Letter.objects.first()
    from django.db import IntegrityError

    with pytest.raises(IntegrityError, match="letter_claim_of_another"), transaction.atomic():
        LetterClaim.objects.create(
            letter=letter, claim=claim(alone(9)), principal_yen=1, fee_yen=0, late_yen=0, role="joint"
        )


# --- what no letter tells --------------------------------------------------------------------------------


class _Undo(Exception):
    pass


def figures(count: int) -> st.SearchStrategy[str]:
    """No zeros: codes of slips are full of them."""
    return st.text("123456789", min_size=count, max_size=count)


SECRETS = st.fixed_dictionaries(
    {
        "postal_code": figures(6).map(lambda text: f"5{text}"),
        "address": st.text("隠秘密里谷沢", min_size=6, max_size=20).map(lambda text: f"岐阜県秘密市{text}9番地"),
        "phone": figures(8).map(lambda text: f"0588{text}"),
        "household_number": figures(12),
        "atena_number": figures(14),
    }
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    secret=SECRETS,
    role=st.sampled_from(ALL),
    since=st.sampled_from([date(2026, 1, 1), DAY]),
    certain=st.booleans(),
    kind=st.sampled_from([("resident_tax", "zei"), ("housing_rent", "jutaku"), ("water_charge", "suido")]),
    debts=st.integers(0, 2),
)
def test_no_letter_to_another_tells_a_protected_fact_of_the_debtor(
    secret, role, since, certain, kind, debts, frozen_run, staff
):
    """Whatever is protected, in whatever role the other answers: no address, phone, household, other debt or name."""
    with suppress(_Undo), transaction.atomic():
        hidden = alone(1, **secret, **({"died_on": DIED} if role == "heir" else {}))
        hidden.name = "架空 隠名"
        hidden.save()
        other = alone(2)
        code, source = kind
        owed = dunned(claim(hidden, kind=code, source=source, principal_yen=12_300))
        others = [claim(hidden, principal_yen=77_000 + n, due_on=date(2026, 7, 31)) for n in range(debts)]
        if role == "heir":
            inherit(hidden, staff, (other, Fraction(1)))
            ClaimParty.objects.filter(claim__in=others).delete()
        else:
            join(owed, other, staff, role)
        relate(other, "head", staff, actor_id=hidden.pk, takes_letters=False)
        if certain:
            protect(hidden, starts_on=since)
        else:  # somebody who may be the same human is protected
            protect(alone(1), starts_on=since)
        run = frozen_run(takers=ALL)
        letter = run.letters.get(person=other)
        assert [(line.claim, line.role) for line in letter.claims.all()] == [(owed, role)]
        data = LetterData.from_json(json.dumps(letter.snapshot))
        printed = [
            text.text
            for sheet in sheets(data)
            for area in sheet.areas
            for block in area.blocks
            for text in block.slots.values()
        ]
        text = json.dumps(letter.snapshot, ensure_ascii=False) + "".join(printed) + letter.name + letter.postal_code
        for fact in (*secret.values(), "隠名", hidden.number, *(f"{one.principal_yen:,}" for one in others)):
            assert fact not in text, fact
        told_nothing_of(text)
        raise _Undo


def test_the_property_sees_a_name_where_nothing_is_hidden(frozen_run, staff):
    """The same letter without protection does name the debtor: the test above can fail."""
    debtor, other = alone(1, **SECRET), alone(2)
    join(dunned(claim(debtor)), other, staff, "guarantor")
    text = json.dumps(frozen_run(takers=ALL).letters.get(person=other).snapshot, ensure_ascii=False)
    assert debtor.name in text
    told_nothing_of(text)


def test_conditions_are_kept_and_shown(make_run):
    run = make_run(takers=["heir", "joint"])
    assert runs.evidence(run)["本人のほかに送る人"] == "連帯して納める方・相続人（持分に応じて）"


def test_the_page_of_a_run_names_every_reason_and_whom_it_asks(make_run, staff):
    dead, son = alone(1, died_on=DIED), alone(2)
    claim(dead)
    inherit(dead, staff, (son, Fraction(1)))
    debtor, agent = alone(3), alone(4)
    claim(debtor)
    protect(agent)
    relate(debtor, "guardian", staff, actor_id=agent.pk)
    browser = Client()
    browser.force_login(user("print_operator"))
    html = browser.get(reverse("notices:run", args=[make_run(takers=ALL).pk])).content.decode()
    for words in ("死亡・相続人に送る", "送付先を個別に確認", "相続人（持分に応じて）", "（1通 10,000円）"):
        assert words in html, words
    html = browser.get(reverse("notices:new")).content.decode()
    assert html.count('name="takers"') == 3
    chosen = dict(re.findall(r'<input type="checkbox" name="takers" value="(\w+)"[^>]*?( checked)?>', html))
    assert chosen == {"joint": " checked", "heir": " checked", "guarantor": ""}
