"""債務承認書: printed with what is owed, and only its return moves the clocks of its claims."""

from datetime import date

import pytest
from django.urls import reverse

from claims.models import Acknowledgement, ClaimEvent
from claims.services import acknowledgements as papers
from tests.factories.claims import claim, pay
from tests.factories.debtors import person, protect, user
from tests.factories.plans import words
from toyota_collect.models import Setting
from toyota_collect.permissions import Role

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
SIGNED = {"signed_on": DAY, "signer": "架空 太郎", "signed_as": "self", "today": DAY}


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def collector():
    return user(Role.COLLECTOR)


def paper_for(*claims, by, **facts):
    given = {"person_id": claims[0].identity.person_id, "claim_ids": [one.pk for one in claims], "on": DAY, "by": by}
    return papers.make_paper(**(given | facts))


def test_the_paper_names_each_claim_with_what_it_owes_and_moves_nothing(collector):
    someone = person(name="架空 由美子")
    tax = claim(someone, principal_yen=41_000, fee_yen=100, due_on=date(2025, 10, 31))
    rent = claim(someone, kind="housing_rent", source="jutaku", principal_yen=26_300)
    paper = paper_for(tax, rent, by=collector)
    text = words(paper.document)
    assert "債務承認書" in text
    for part in ("41,000", "26,300", "架空由美子", tax.notice_number):
        assert part in text
    assert "約束する" not in text
    assert [line.claim for line in paper.lines.all()] == [tax, rent]
    assert not ClaimEvent.objects.exists()


def test_the_address_of_a_protected_person_is_not_asked_for(collector):
    owed = claim()
    protect(owed.identity.person)
    assert "書かないでください" in words(paper_for(owed, by=collector).document)


def test_signed_it_acknowledges_its_claims_and_no_other_once(collector):
    owed = claim(principal_yen=41_000)
    other = claim(owed.identity.person, principal_yen=5_000)
    before = {one.pk: one.prescribes_on for one in (owed, other)}
    paper = paper_for(owed, by=collector)
    for _ in range(2):
        papers.take_signed(paper_id=paper.pk, by=collector, **SIGNED)
    event = ClaimEvent.objects.get()
    assert (event.claim, event.kind, event.on) == (owed, "acknowledgement", DAY)
    assert event.origin == f"債務承認書 {paper.document.number}"
    owed.refresh_from_db()
    other.refresh_from_db()
    assert owed.prescribes_on == date(2031, 11, 20)
    assert other.prescribes_on == before[other.pk]


def test_the_same_claims_give_the_same_paper_until_the_ledger_moves(collector):
    owed = claim(principal_yen=41_000)
    first = paper_for(owed, by=collector)
    assert paper_for(owed, by=collector) == first
    pay(owed, 1_000, on=DAY)
    assert paper_for(owed, by=collector) != first
    with pytest.raises(papers.AcknowledgementRefused, match="残額が"):
        papers.take_signed(paper_id=first.pk, by=collector, **SIGNED)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"signer": " "}, "署名した人"),
        ({"signed_as": "somebody"}, "立場"),
        ({"signed_on": date(2026, 11, 19)}, "作った日から"),
        ({"signed_on": date(2026, 11, 21)}, "今日まで"),
    ],
)
def test_a_signature_needs_name_and_day(collector, change, why):
    paper = paper_for(claim(), by=collector)
    with pytest.raises(papers.AcknowledgementRefused, match=why):
        papers.take_signed(paper_id=paper.pk, by=collector, **(SIGNED | change))
    assert not ClaimEvent.objects.exists()


def test_what_has_lapsed_is_not_put_before_anybody(collector):
    tax = claim(due_on=date(2015, 6, 30))
    water = claim(kind="housing_rent", source="jutaku", due_on=date(2015, 6, 30))
    for owed in (tax, water):
        with pytest.raises(papers.AcknowledgementRefused, match="時効の期間を過ぎて"):
            paper_for(owed, by=collector)
    assert not Acknowledgement.objects.exists()


def test_only_the_persons_own_claims_stand_on_it(collector):
    owed, other = claim(), claim()
    with pytest.raises(papers.AcknowledgementRefused, match="この人の未納"):
        paper_for(owed, by=collector, claim_ids=[owed.pk, other.pk])
    with pytest.raises(papers.AcknowledgementRefused, match="1つ以上"):
        paper_for(owed, by=collector, claim_ids=[])


def test_given_up_it_cannot_be_signed_and_signed_it_cannot_be_given_up(collector):
    one, two = claim(), claim()
    dropped = paper_for(one, by=collector)
    for _ in range(2):
        papers.drop(paper_id=dropped.pk, on=DAY, by=collector)
    with pytest.raises(papers.AcknowledgementRefused, match="取りやめて"):
        papers.take_signed(paper_id=dropped.pk, by=collector, **SIGNED)
    signed = papers.take_signed(paper_id=paper_for(two, by=collector).pk, by=collector, **SIGNED)
    with pytest.raises(papers.AcknowledgementRefused, match="時効ボード"):
        papers.drop(paper_id=signed.pk, on=DAY, by=collector)


def test_without_its_words_there_is_no_paper(collector):
    Setting.objects.filter(key=papers.WORDS).delete()
    with pytest.raises(papers.AcknowledgementRefused, match=r"acknowledgement\.words"):
        paper_for(claim(), by=collector)


def test_the_kept_bytes_are_shown_to_those_who_know_the_person(client, collector):
    paper = paper_for(claim(), by=collector)
    client.force_login(collector)
    answer = client.get(reverse("claims:acknowledgement-pdf", args=[paper.pk]))
    assert answer.content.startswith(b"%PDF")
